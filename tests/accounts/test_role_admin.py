"""Roles in the administration: record permissions as a table of what makes sense, and guards around who has a
role."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Activity, RecordPermission, WebRole
from accounts.permissions.matrix import field_name, offered, words_of
from accounts.scoping import Grant, record_types
from cases.models import Case
from portal.models import Announcement
from tests.factories import grant, make_contact, make_user
from tests.knowledgebase.factories import make_category
from tests.portal.asking import save_for_sure

LIST, ADD, OVERVIEW = (
    reverse(f"admin:accounts_webrole_{name}") for name in ("changelist", "add", "overview")
)
NOT_FOR_VISITORS = "Visitors can never be given records that belong to an account."
FLAGS = ("delegable", "for_authenticated", "for_anonymous")


def change(role):
    return reverse("admin:accounts_webrole_change", args=[role.pk])


def delete(role):
    return reverse("admin:accounts_webrole_delete", args=[role.pk])


def role_form(name, *ticked, **fields):
    """What the administration posts for a role; ``ticked`` are (record type, scope, privilege)."""
    return {"name": name, **fields, **{field_name(*each): "on" for each in ticked}}


def as_it_is(role, *more, **fields):
    """The form of a stored role, with some more ticked."""
    flags = {flag: "on" for flag in FLAGS if getattr(role, flag)}
    return role_form(role.name, *role.grants, *more, description=role.description, **(flags | fields))


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def finance(db):
    return WebRole.objects.get(name="Portal Finance User")


@pytest.fixture
def visitors(db):
    return WebRole.objects.get(name="Anonymous Users")


@pytest.fixture
def own_role(db):
    """A role that the company made itself."""
    role = WebRole.objects.create(name="Auditor")
    RecordPermission.objects.create(
        role=role, record_type="case", scope="account", can_read=True, can_write=True
    )
    return role


# The table


def test_the_table_offers_what_the_records_declare_and_nothing_else(desk):
    page = desk.get(ADD).text
    assert all(f'name="{field_name(*each)}"' in page for each in offered(for_visitors=False))
    assert page.count('name="grant-') == sum(
        len(kind.scopes) * len(kind.privileges) for kind in record_types()
    )


@pytest.mark.parametrize(
    "never",
    [
        "grant-article-account-read",
        "grant-invoice-contact-read",
        "grant-invoice-account-write",
        "grant-case-account-delete",
    ],
)
def test_what_makes_no_sense_is_not_offered_and_granted_to_nobody_who_asks_for_it(desk, never):
    assert never not in desk.get(ADD).text
    assert desk.post(ADD, {"name": "New", never: "on"}).status_code == 302
    assert not WebRole.objects.get(name="New").record_permissions.exists()


def test_a_check_box_says_by_itself_what_it_grants(desk):
    page = desk.get(ADD).text
    assert 'aria-label="Cases: read, all records of the account"' in page
    assert 'aria-label="Contacts: write, the contact&#x27;s own records"' in page
    assert "Messages and attachments follow their case" in page


def test_ada_makes_a_role_and_its_grants_in_one_save(desk, alice):
    ticked = [("case", "account", "read"), ("case", "account", "write"), ("invoice", "account", "read")]
    assert desk.post(ADD, role_form("Auditor", *ticked, delegable="on")).status_code == 302
    role = WebRole.objects.get(name="Auditor")
    assert role.grants == {Grant(*each) for each in ticked}
    assert role.record_permissions.count() == 2
    alice.roles.add(role)
    assert alice.grants["invoice"] == {"account": ["read"]}
    assert alice.sees_colleagues(Case.record_type)


def test_ada_finds_ticked_what_she_ticked(desk, own_role):
    page = desk.get(change(own_role)).context["adminform"].form
    assert [name for name, field in page.fields.items() if name.startswith("grant-") and field.initial] == [
        "grant-case-account-read",
        "grant-case-account-write",
    ]


def test_a_save_adds_takes_away_and_keeps_what_stays(desk, own_role):
    kept = RecordPermission.objects.create(
        role=own_role, record_type="invoice", scope="account", can_read=True
    )
    ticked = [("case", "contact", "read"), ("invoice", "account", "read")]
    assert desk.post(change(own_role), role_form("Auditor", *ticked)).status_code == 302
    assert WebRole.objects.get(pk=own_role.pk).grants == {Grant(*each) for each in ticked}
    assert RecordPermission.objects.filter(pk=kept.pk).exists()
    assert own_role.record_permissions.count() == 2


def test_a_save_without_any_tick_leaves_a_role_that_permits_nothing(desk, own_role):
    desk.post(change(own_role), role_form("Auditor"))
    assert not own_role.record_permissions.exists()


def test_what_was_typed_and_ticked_survives_an_error(desk, own_role):
    page = desk.post(
        change(own_role), role_form("", ("forum", "global", "read"), description="Looks at things")
    )
    assert "This field is required" in page.text
    assert "Looks at things" in page.text
    assert page.context["adminform"].form["grant-forum-global-read"].value()
    assert own_role.grants == {Grant("case", "account", "read"), Grant("case", "account", "write")}


def test_a_change_of_grants_is_in_the_log_with_what_was_added_and_removed(desk, ada, own_role):
    desk.post(
        change(own_role),
        role_form("Auditor", ("case", "account", "read"), ("forum", "global", "read"), delegable="on"),
    )
    line = Activity.objects.get(verb="role.changed")
    assert (line.actor, line.label, line.is_internal) == (ada, "Auditor", True)
    assert line.details["added"] == ["forum global read"]
    assert line.details["removed"] == ["case account write"]
    assert line.details["fields"] == {"delegable": True}


def test_a_save_that_changes_nothing_is_not_in_the_log(desk, own_role):
    assert desk.post(change(own_role), as_it_is(own_role)).status_code == 302
    assert not Activity.objects.filter(verb="role.changed").exists()


def test_a_new_role_is_in_the_log(desk):
    desk.post(ADD, role_form("Auditor", ("case", "account", "read")))
    assert Activity.objects.get(verb="role.created").details["added"] == ["case account read"]


# Visitors


def test_the_role_of_visitors_is_offered_what_belongs_to_nobody_to_be_read_with_a_warning(desk, visitors):
    page = desk.get(change(visitors))
    offered_here = [name for name in page.context["adminform"].form.fields if name.startswith("grant-")]
    assert offered_here == [
        field_name(kind.name, "global", "read") for kind in record_types() if not kind.belongs_to_somebody
    ]
    assert "Everything selected here is public" in page.text
    assert "This role does not make anything public at present." in page.text
    RecordPermission.objects.create(role=visitors, record_type="forum", scope="global", can_read=True)
    assert "<li>Forums: read, all records</li>" in desk.get(change(visitors)).text


def test_other_roles_come_without_that_warning(desk, own_role):
    assert "Everything selected here is public" not in desk.get(change(own_role)).text


def test_ada_cannot_smuggle_account_data_into_the_role_of_visitors(desk, visitors):
    too_much = ("case", "global", "read"), ("forum", "global", "create")
    save_for_sure(desk, change(visitors), as_it_is(visitors, *too_much, ("article", "global", "read")))
    assert visitors.grants == {Grant("article", "global", "read")}


@pytest.mark.parametrize(
    ("ticked", "complaint"),
    [
        (("case", "global", "read"), NOT_FOR_VISITORS),
        (("forum", "global", "create"), "Visitors can only read."),
    ],
)
def test_ada_cannot_make_a_new_role_for_visitors_with_more_than_they_may_have(desk, ticked, complaint):
    page = desk.post(ADD, role_form("New", ticked, ("article", "global", "read"), for_anonymous="on"))
    assert complaint in page.context["adminform"].form.errors[field_name(*ticked)]
    assert complaint in page.text
    assert not WebRole.objects.filter(name="New").exists()


def test_ada_cannot_give_visitors_a_role_that_has_account_data(desk, own_role):
    page = desk.post(change(own_role), as_it_is(own_role, for_anonymous="on"))
    assert NOT_FOR_VISITORS in page.text
    assert "This role has: Cases." in page.text
    assert not WebRole.objects.get(pk=own_role.pk).for_anonymous


def test_a_role_of_visitors_can_become_one_with_account_data(desk):
    role = WebRole.objects.create(name="Public", for_anonymous=True)
    RecordPermission.objects.create(role=role, record_type="article", scope="global", can_read=True)
    save_for_sure(desk, change(role), role_form("Public", ("article", "global", "read")))
    desk.post(change(role), role_form("Public", ("article", "global", "read"), ("case", "account", "read")))
    assert WebRole.objects.get(pk=role.pk).grants == {
        Grant("article", "global", "read"),
        Grant("case", "account", "read"),
    }


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ("for_authenticated", "A role is for visitors or for everyone who is signed in, not both."),
        ("delegable", "A role is for visitors or delegable, not both."),
    ],
)
def test_a_role_of_visitors_is_of_nobody_else(desk, other, complaint):
    page = desk.post(ADD, role_form("New", **{other: "on", "for_anonymous": "on"}))
    assert complaint in page.text
    assert not WebRole.objects.filter(name="New").exists()


# Roles that come with the portal


def test_who_has_a_role_of_the_portal_is_not_changed_by_accident(desk, finance):
    page = desk.post(change(finance), as_it_is(finance, for_authenticated="on"))
    assert "Select this to confirm." in page.context["adminform"].form.errors["confirms_reach"]
    assert not WebRole.objects.get(pk=finance.pk).for_authenticated
    assert (
        desk.post(change(finance), as_it_is(finance, for_authenticated="on", confirms_reach="on")).status_code
        == 302
    )
    assert WebRole.objects.get(pk=finance.pk).for_authenticated


def test_other_changes_of_a_role_of_the_portal_need_no_confirmation(desk, finance):
    assert desk.post(change(finance), as_it_is(finance, ("case", "account", "read"))).status_code == 302
    assert Grant("case", "account", "read") in finance.grants


def test_the_roles_that_come_with_the_portal_stay(desk):
    for role in WebRole.objects.all():
        assert role.is_builtin
        assert desk.post(delete(role), {"post": "yes"}).status_code == 403
    assert WebRole.objects.count() == 7


def test_roles_are_not_deleted_in_bulk(desk, own_role):
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [own_role.pk], "post": "yes"})
    assert WebRole.objects.filter(pk=own_role.pk).exists()


# Deleting


def test_before_a_role_goes_ada_learns_how_many_lose_it_and_not_who(
    desk, own_role, acme, django_assert_max_num_queries
):
    for number in range(30):
        make_contact(f"Person{number}", acme, "Auditor", signs_in=False)
    desk.get(LIST)  # loads the configuration
    with django_assert_max_num_queries(20):
        page = desk.get(delete(own_role)).text
    assert "Contacts: 30" in page
    assert "Person7" not in page
    assert desk.post(delete(own_role), {"post": "yes"}).status_code == 302
    assert not WebRole.objects.filter(pk=own_role.pk).exists()
    assert Activity.objects.get(verb="role.deleted").details == {
        "role": own_role.pk,
        "contacts": 30,
        "removed": ["case account read", "case account write"],
    }


def test_a_role_that_nobody_has_says_so(desk, own_role):
    assert "No one has the role" in desk.get(delete(own_role)).text


@pytest.mark.parametrize("kind", ["category", "announcement"])
def test_a_role_does_not_go_while_an_audience_would_be_emptied_and_open_to_all(desk, own_role, kind):
    narrowed = make_category() if kind == "category" else Announcement.objects.create(title="For few")
    narrowed.audience.set([own_role])
    page = desk.get(delete(own_role))
    assert "is in the audience" in page.text
    assert desk.post(delete(own_role), {"post": "yes"}).status_code == 200
    assert list(narrowed.audience.all()) == [own_role]


# Overview


def test_the_overview_shows_the_widest_scope_first_and_what_narrower_ones_add(desk, alice):
    role = grant(alice, "case", "contact", "read", "write")
    RecordPermission.objects.create(role=role, record_type="case", scope="account", can_read=True)
    page = desk.get(OVERVIEW)
    shown = {each.name: dict(kinds) for each, kinds in page.context["roles"]}
    assert shown[role.name]["Cases"] == [
        ("All records of the account", "read"),
        ("The contact's own records", "write"),
    ]
    assert shown["Anonymous Users"]["Articles"] == []
    assert shown["Portal Finance User"]["Invoices"] == [("All records of the account", "read")]
    assert list(shown) == sorted(shown)
    assert "1 contact" in page.text
    assert OVERVIEW in desk.get(LIST).text


def test_the_overview_costs_the_same_for_many_roles(desk, django_assert_num_queries, alice):
    for _ in range(2):
        desk.get(LIST)  # loads the configuration
        with django_assert_num_queries(7):
            desk.get(OVERVIEW)
        for _ in range(20):
            grant(alice, "case", "account", "read")


# Staff with fewer rights


@pytest.fixture
def clerk(db):
    """Staff without any right in the administration."""
    return make_user("clerk@portal.example", is_staff=True)


def test_staff_without_the_right_neither_see_nor_change_roles(sign_in, clerk, own_role):
    browser = sign_in(clerk)
    for url in (LIST, OVERVIEW, ADD, change(own_role), delete(own_role)):
        assert browser.get(url).status_code == 403
    assert browser.post(change(own_role), role_form("Auditor", ("case", "global", "read"))).status_code == 403
    assert own_role.record_permissions.get().scope == "account"


def test_staff_who_may_only_look_see_check_boxes_that_cannot_be_ticked(sign_in, clerk, own_role):
    clerk.user_permissions.add(Permission.objects.get(codename="view_webrole"))
    browser = sign_in(clerk)
    page = browser.get(change(own_role))
    assert page.text.count('name="grant-') == page.text.count("disabled")
    assert browser.get(OVERVIEW).status_code == 200
    assert browser.post(change(own_role), role_form("Auditor", ("case", "global", "read"))).status_code == 403


def test_every_grant_has_words(db):
    words = [words_of(each) for each in offered(for_visitors=False)]
    assert len(set(words)) == len(words)
