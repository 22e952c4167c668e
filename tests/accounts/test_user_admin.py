"""The administration: every list and page opens for Ada at a constant price, and people are never deleted."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Activity, Contact, User, WebRole
from cases.models import Product
from portal.models import Announcement
from tests.cases.factories import make_case
from tests.factories import PASSWORD, make_account, make_contact, make_user
from tests.forums.factories import make_forum, make_topic
from tests.invoices.factories import make_invoice
from tests.knowledgebase.factories import make_article
from tests.portal.factories import allow, make_link, restrict

MODELS = {model._meta.label_lower: model for model in admin.site._registry}
NO_CONTACTS = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
DELETE = re.compile(r'class="deletelink"|value="delete_selected"')


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def populate(number):
    """So many rows more of everything that hangs together."""
    before = Product.objects.count()
    for n in range(before, before + number):
        contact = make_contact(f"Person{n}", make_account(f"Customer{n} Ltd"), "Portal IT User")
        make_case(contact)
        make_topic(make_forum(), contact)
        make_article()
        make_invoice(contact.account)
        make_link(f"Link {n}", url=f"https://example.org/{n}/")
        restrict(f"/help/{n}/", "Portal IT User")
        announce(f"News {n}")
        allow(f"192.0.{n}.0/24" if n else "127.0.0.0/8")
        Product.objects.create(name=f"Product {n}", slug=f"product-{n}")
        Group.objects.create(name=f"Group {n}")


def announce(title):
    announcement = Announcement(title=title)
    announcement.write("Text")
    announcement.save()


def cost(browser, url):
    """How many queries the page makes."""
    browser.get(url, follow=True)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url, follow=True).status_code == 200
    return len(queries)


@pytest.fixture
def desk(sign_in, ada):
    """Ada's browser."""
    return sign_in(ada)


def test_every_list_opens_for_ada_and_costs_the_same_for_few_rows_and_many(desk):
    populate(2)
    few = {label: cost(desk, address(model, "changelist")) for label, model in MODELS.items()}
    populate(3)
    many = {label: cost(desk, address(model, "changelist")) for label, model in MODELS.items()}
    assert many == few


def test_every_form_every_row_and_every_search_opens_for_ada(desk):
    populate(1)
    request = desk.get("/admin/").wsgi_request
    for model, shown in admin.site._registry.items():
        if row := model._default_manager.first():
            assert desk.get(address(model, "change", row.pk), follow=True).status_code == 200, model
        assert desk.get(address(model, "add")).status_code == (
            200 if shown.has_add_permission(request) else 403
        ), model
        if shown.search_fields:
            assert (
                desk.get(address(model, "changelist"), {"q": "1 Person0 % \\"}, follow=True).status_code
                == 200
            ), model


def test_an_account_with_many_contacts_opens_at_the_same_price(desk, acme, alice):
    url = address(Account, "change", acme.pk)
    few = cost(desk, url)
    for n in range(3):
        make_contact(f"Colleague{n}", acme)
    assert cost(desk, url) == few
    assert "colleague2@acme.example" in desk.get(url).text


def test_a_user_with_many_contacts_opens_at_the_same_price(desk, alice):
    url = address(User, "change", alice.user.pk)
    few = cost(desk, url)
    for n in range(3):
        make_contact("Alice", make_account(f"Branch{n} Ltd"), user=alice.user)
    assert cost(desk, url) == few
    assert "Branch2 Ltd" in desk.get(url).text


KEPT = ("accounts.user", "accounts.account", "accounts.contact", "accounts.activity", "accounts.outgoingmail")


def test_people_and_what_they_did_cannot_be_deleted(desk, ada, alice):
    make_case(alice)
    for model in (MODELS[label] for label in KEPT):
        row = alice.user if model is User else model._default_manager.first()
        for url in (address(model, "changelist"), address(model, "change", row.pk)):
            assert not DELETE.search(desk.get(url).text), url
        assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        desk.post(
            address(model, "changelist"),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
        assert model._default_manager.filter(pk=row.pk).exists()


def test_what_may_be_deleted_has_the_button(desk):
    """The counterpart of the test above: its pattern finds the button where there is one."""
    link = MODELS["portal.weblink"]._default_manager.last()
    assert DELETE.search(desk.get(address(type(link), "change", link.pk)).text)
    assert DELETE.search(desk.get(address(type(link), "changelist")).text)


def test_the_inline_lists_of_people_have_no_delete_box_either(desk, alice, acme):
    for row in (acme, alice.user):
        page = desk.get(address(type(row), "change", row.pk)).text
        assert alice.email in page
        assert "contacts-0-DELETE" not in page


@pytest.mark.parametrize("label", ["accounts.activity", "accounts.outgoingmail"])
def test_the_log_and_the_mails_are_only_read(desk, alice, label):
    make_case(alice)
    model = MODELS[label]
    row = model._default_manager.first()
    assert desk.post(address(model, "change", row.pk), {"label": "x", "subject": "x"}).status_code == 403
    assert desk.get(address(model, "add")).status_code == 403
    assert 'name="_save"' not in desk.get(address(model, "change", row.pk)).text


def test_ada_deactivates_and_reactivates_contacts(desk, alice, bob, sign_in):
    browser = sign_in(alice)
    desk.post(address(Contact, "changelist"), {"action": "deactivate", "_selected_action": [alice.pk]})
    assert browser.get("/cases/").url.startswith(reverse("account_login"))
    assert sign_in(alice).get("/cases/").status_code == 403
    desk.post(address(Contact, "changelist"), {"action": "reactivate", "_selected_action": [alice.pk]})
    assert sign_in(alice).get("/cases/").status_code == 200
    assert Contact.objects.get(pk=bob.pk).is_active
    assert Activity.objects.count() == 2


def test_whoever_may_only_look_at_contacts_cannot_deactivate_them(sign_in, alice):
    guest = make_user("guest@portal.example", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_contact"))
    browser, url = sign_in(guest), address(Contact, "changelist")
    assert alice.email in browser.get(url).text
    browser.post(url, {"action": "deactivate", "_selected_action": [alice.pk]})
    assert Contact.objects.get(pk=alice.pk).is_active


def test_staff_without_a_permission_see_nothing_of_it(sign_in, alice):
    guest = make_user("guest@portal.example", is_staff=True)
    browser = sign_in(guest)
    assert browser.get("/admin/").status_code == 200
    for model in (Contact, User, WebRole):
        assert browser.get(address(model, "changelist")).status_code == 403


def test_ada_makes_a_user_whose_address_is_kept_in_small_letters(desk):
    data = {
        "email": " New.Person@Acme.Example ",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **NO_CONTACTS,
    }
    assert desk.post(address(User, "add"), data).status_code == 302
    assert User.objects.filter(email="new.person@acme.example").exists()


def test_ada_is_told_of_a_user_who_exists_already(desk, alice):
    data = {"email": alice.user.email.upper(), "usable_password": "false", **NO_CONTACTS}
    page = desk.post(address(User, "add"), data)
    assert "Someone already signs in with this address." in page.text


def test_a_time_zone_that_does_not_exist_is_explained(desk, alice):
    data = {"email": alice.user.email, "time_zone": "Europe/Atlantis", **NO_CONTACTS}
    page = desk.post(address(User, "change", alice.user.pk), data)
    assert "Europe/Atlantis is not a known time zone." in page.text
