"""One copy of the configuration in each process, never stale."""

import pytest
from django.db import connection, transaction

from accounts.models import WebRole
from portal.models import AllowedNetwork, Page, PageAccessRule, Site, WebLink, WebLinkTranslation
from portal.site import configuration
from tests.portal.factories import allow, make_page, restrict


def run_sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_an_unchanged_configuration_costs_one_small_query(db, django_assert_num_queries):
    held = configuration.current()
    with django_assert_num_queries(1):
        assert configuration.current() is held


def test_a_configuration_in_use_costs_nothing_more(sign_in, alice, django_assert_num_queries):
    restrict("/cases/", "Portal IT User")
    held = configuration.current()
    with django_assert_num_queries(0):
        assert held.menus["primary"]
        assert held.rules_on("/cases/")
        assert held.brand_css_url
        assert held.site.title


CHANGES = {
    "site by the ORM": lambda: Site.objects.stored().save(),
    "site by update": lambda: Site.objects.update(title="New"),
    "site by SQL": lambda: run_sql("UPDATE portal_site SET title = 'New'"),
    "network by the ORM": lambda: allow("192.0.2.0/24"),
    "network by SQL": lambda: run_sql(
        "INSERT INTO portal_allowednetwork (cidr, note, created_at) VALUES ('192.0.2.0/24', '', now())"
    ),
    "page by the ORM": lambda: make_page("/help/"),
    "page by update": lambda: Page.objects.filter(path="/cases/").update(title="Tickets"),
    "page by delete": lambda: Page.objects.get(path="/search/").delete(),
    "rule by the ORM": lambda: PageAccessRule.objects.create(page=Page.objects.get(path="/cases/")),
    "roles of a rule": lambda: PageAccessRule.objects.get().roles.add(
        WebRole.objects.get(name="Portal Finance User")
    ),
    "roles of a rule by SQL": lambda: run_sql("DELETE FROM portal_pageaccessrule_roles"),
    "deletion of a role": lambda: WebRole.objects.get(name="Portal IT User").delete(),
    "menu by the ORM": lambda: WebLink.objects.create(label="Shop", url="https://shop.example/"),
    "menu by update": lambda: WebLink.objects.update(position=1),
    "page in another language by SQL": lambda: run_sql(
        "INSERT INTO portal_pagetranslation (page_id, language, title, body, body_html) "
        "SELECT id, 'de', 'Hilfe', '', '' FROM portal_page"
    ),
    "menu in another language by the ORM": lambda: WebLinkTranslation.objects.create(
        link=WebLink.objects.first(), language="de", label="Hilfe"
    ),
    "menu by SQL": lambda: run_sql("TRUNCATE portal_weblink CASCADE"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_by_whatever_hand_is_noticed(db, change):
    rule = restrict("/search/", "Portal IT User")
    if change is CHANGES["rule by the ORM"]:
        rule.delete()
    held = configuration.current()
    change()
    assert configuration.current() is not held
    assert configuration.current().revision != held.revision


def test_the_new_copy_has_the_new_values(db):
    configuration.current()
    Site.objects.update(title="Harbor Lane")
    run_sql("INSERT INTO portal_allowednetwork (cidr, note, created_at) VALUES ('192.0.2.0/24', '', now())")
    rule = restrict("/cases/", "Portal IT User")
    WebLink.objects.filter(menu="primary").exclude(label="Cases").delete()
    copy = configuration.current()
    assert copy.site.title == "Harbor Lane"
    assert copy.allows_address("192.0.2.7")
    assert not copy.allows_address("192.0.3.7")
    assert copy.rules_on("/cases/new/") == (frozenset(rule.roles.values_list("pk", flat=True)),)
    assert [link.label_in("en") for link in copy.menus["primary"]] == ["Cases"]


def test_a_change_that_is_rolled_back_leaves_no_trace(db):
    before = configuration.current()
    with transaction.atomic():
        Site.objects.update(title="Never saved")
        allow("192.0.2.0/24")
        assert configuration.current().site.title == "Never saved"
        transaction.set_rollback(True)
    after = configuration.current()
    assert after.site.title == before.site.title
    assert not after.networks
    assert after.revision == before.revision


def test_a_change_during_loading_is_not_missed(db, monkeypatch):
    """Another process commits between the reading of the revision and the reading of the rest."""
    revision = configuration.current().revision
    AllowedNetwork.objects.create(cidr="192.0.2.0/24")
    monkeypatch.setattr(configuration, "_held", configuration._load(revision))
    AllowedNetwork.objects.create(cidr="2001:db8::/32")
    assert configuration.current().allows_address("192.0.2.7")
    assert configuration.current().allows_address("2001:db8::7")


def test_a_database_without_the_site_row_shows_the_portal_as_it_is_by_default(db):
    Site.objects.all().delete()
    assert configuration.current().site.title == "Customer portal"
    assert not Site.objects.exists()
