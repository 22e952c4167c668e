"""Every installation has the pages of its features, also of those that came later."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.core.management import call_command

from portal import shipped
from portal.models import Page, WebLink
from records import surfaces
from records.surfaces import BuiltinPage, surface_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def loans(monkeypatch):
    """A feature that is installed after the portal was."""
    new = replace(
        surface_named("invoice"), pages=(BuiltinPage("/cases/loans/", "Loans", menus=("primary",)),)
    )
    monkeypatch.setitem(surfaces._declared, "loan", new)


def migrated():
    shipped.add_pages_of_new_features(apps=apps)


def test_the_pages_that_features_declare_are_there_from_the_start_in_the_menus_they_name():
    declared = {page.path: page.title for surface in surfaces.surfaces() for page in surface.pages}
    assert declared.items() <= dict(Page.objects.filter(is_builtin=True).values_list("path", "title")).items()
    primary = WebLink.objects.filter(menu="primary").order_by("position")
    named = [page.path for one in surfaces.surfaces() for page in one.pages if "primary" in page.menus]
    assert named[:4] == ["/cases/", "/knowledgebase/", "/forums/", "/invoices/"]
    assert [link.page.path for link in primary] == [*named, "/users/"]


def test_the_page_of_a_new_feature_comes_with_the_next_migrate_and_waits_outside_the_menus(loans):
    links = WebLink.objects.count()
    migrated()
    page = Page.objects.get(path="/cases/loans/")
    assert (page.title, page.parent.path, page.is_builtin, page.hidden_from_menus) == (
        "Loans",
        "/cases/",
        True,
        True,
    )
    assert WebLink.objects.count() == links


def test_what_an_administrator_made_of_a_page_stays(loans):
    Page.objects.filter(path="/cases/").update(title="Service requests", hidden_from_menus=True)
    migrated()
    migrated()
    assert Page.objects.get(path="/cases/").title == "Service requests"
    assert Page.objects.filter(path="/cases/loans/").count() == 1


def test_migrate_itself_asks_for_them(loans):
    call_command("migrate", verbosity=0)
    assert Page.objects.filter(path="/cases/loans/").exists()
