"""Administrators arrange the menus."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from portal.models import WebLink
from tests.factories import make_user
from tests.portal.factories import make_link

ADD, LIST = reverse("admin:portal_weblink_add"), reverse("admin:portal_weblink_changelist")


def order(menu="primary"):
    return [link.label for link in WebLink.objects.filter(menu=menu, parent=None)]


def test_adas_edit_of_a_menu_holds_from_the_next_request(sign_in, ada, alice):
    desk, browser = sign_in(ada), sign_in(alice)
    browser.get("/")
    link = {"menu": "primary", "label": "Shop", "url": "https://shop.example/", "position": 5}
    assert desk.post(ADD, link).status_code == 302
    assert browser.get("/").context["navigation"].primary[0].label == "Shop"
    desk.post(
        reverse("admin:portal_weblink_delete", args=[WebLink.objects.get(label="Shop").pk]), {"post": "yes"}
    )
    assert "Shop" not in [item.label for item in browser.get("/").context["navigation"].primary]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d"),
        ("shop.example/a", "https://shop.example/a"),
        (" /cases/?state=open ", "/cases/?state=open"),
        ("mailto:help@acme.example", "mailto:help@acme.example"),
    ],
)
def test_an_entry_leads_to_another_site_an_address_here_or_a_mailbox(sign_in, ada, typed, kept):
    sign_in(ada).post(ADD, {"menu": "primary", "label": "Shop", "url": typed, "position": 5})
    assert WebLink.objects.get(label="Shop").url == kept


ODD = [
    "javascript:alert(1)",
    "http://shop.example/",
    "//evil.example/",
    "/\\evil.example",
    "data:text/html,x",
    "mailto:nobody",
    "/a b",
    "x" * 600,
]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_address_is_explained_beside_the_field_and_kept(sign_in, ada, url):
    page = sign_in(ada).post(ADD, {"menu": "primary", "label": "Shop", "url": url, "position": 5})
    assert page.status_code == 200
    assert page.context["adminform"].form.errors["url"]
    assert not WebLink.objects.filter(label="Shop").exists()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"url": "https://shop.example/", "page": "cases"}, "Choose a page or enter an address, not both."),
        (
            {"url": "https://shop.example/", "menu": "footer", "parent": "cases"},
            "The parent entry belongs to another menu.",
        ),
        ({"parent": "cases"}, "An entry with a parent needs a page or an address."),
    ],
)
def test_an_entry_that_leads_nowhere_is_explained(sign_in, ada, fields, complaint):
    cases = WebLink.objects.get(menu="primary", label="Cases")
    keys = {"page": cases.page_id, "parent": cases.pk}
    fields = {name: keys.get(name) if value == "cases" else value for name, value in fields.items()}
    page = sign_in(ada).post(ADD, {"menu": "primary", "label": "Shop", "position": 5, **fields})
    assert complaint in page.text
    assert not WebLink.objects.filter(label="Shop").exists()


def test_menus_have_two_levels(sign_in, ada):
    top = make_link("Top")
    child = make_link("Child", url="https://a.example/", parent=top)
    desk = sign_in(ada)
    fields = {"menu": "primary", "label": "X", "url": "https://b.example/", "position": 5}
    page = desk.post(ADD, {**fields, "parent": child.pk})
    assert "parent" in page.context["adminform"].form.errors
    cases = WebLink.objects.get(menu="primary", label="Cases")
    url = reverse("admin:portal_weblink_change", args=[top.pk])
    for parent in (cases.pk, top.pk):
        assert "Menus have two levels" in desk.post(url, {**fields, "parent": parent}).text


def test_entries_follow_the_entry_above_them_into_another_menu(sign_in, ada):
    top = make_link("Top")
    child = make_link("Child", url="https://a.example/", parent=top)
    url = reverse("admin:portal_weblink_change", args=[top.pk])
    assert sign_in(ada).post(url, {"menu": "footer", "label": "Top", "position": 5}).status_code == 302
    child.refresh_from_db()
    assert child.menu == "footer"


def test_the_database_itself_refuses_two_targets_and_a_child_without_one(db):
    page = WebLink.objects.get(menu="primary", label="Cases").page
    with pytest.raises(IntegrityError, match="portal_weblink_has_one_target"):
        WebLink.objects.create(label="Both", page=page, url="/x/")


def test_the_list_shows_each_menu_in_its_order_with_children_below_their_parents(sign_in, ada):
    last = make_link("Last", position=900)
    make_link("Below last", url="https://a.example/", parent=last, position=1)
    make_link("First", url="https://b.example/", position=1)
    labels = [link.label for link in sign_in(ada).get(LIST).context["cl"].result_list]
    primary = ["First", "Cases", "Knowledge base", "Forums", "Invoices", "Manage users", "Last", "Below last"]
    assert labels == [*primary, "Knowledge base", "Profile"]


@pytest.mark.parametrize(
    ("label", "way", "expected"),
    [
        ("Forums", "up", ["Cases", "Forums", "Knowledge base", "Invoices", "Manage users"]),
        ("Forums", "down", ["Cases", "Knowledge base", "Invoices", "Forums", "Manage users"]),
        ("Cases", "up", ["Cases", "Knowledge base", "Forums", "Invoices", "Manage users"]),
        ("Manage users", "down", ["Cases", "Knowledge base", "Forums", "Invoices", "Manage users"]),
    ],
)
def test_an_entry_moves_one_place_and_stays_at_the_ends(sign_in, ada, label, way, expected):
    link = WebLink.objects.get(menu="primary", label=label)
    assert sign_in(ada).post(reverse(f"admin:portal_weblink_{way}", args=[link.pk])).url == LIST
    assert order() == expected
    assert order("footer") == ["Knowledge base"]


def test_entries_with_the_same_number_can_be_moved_past_each_other(sign_in, ada):
    WebLink.objects.update(position=10)
    link = WebLink.objects.get(menu="primary", label="Forums")
    sign_in(ada).post(reverse("admin:portal_weblink_up", args=[link.pk]))
    assert order()[:3] == ["Cases", "Forums", "Knowledge base"]


def test_moving_is_for_those_who_may_change_menus(sign_in, ada, bob):
    link = WebLink.objects.get(menu="primary", label="Forums")
    up = reverse("admin:portal_weblink_up", args=[link.pk])
    clerk = make_user("clerk@portal.example", is_staff=True)
    assert sign_in(clerk).post(up).status_code == 403
    assert sign_in(bob).post(up).status_code == 302
    assert sign_in(ada).get(up).status_code == 405
    assert order() == ["Cases", "Knowledge base", "Forums", "Invoices", "Manage users"]
