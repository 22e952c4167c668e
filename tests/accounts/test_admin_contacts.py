"""Contacts in the administration: state, filters, buttons, export, and what is recorded."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import lockout
from accounts.actions.invitations import invite_contact
from accounts.actions.merge import merge_contacts
from accounts.actors import SYSTEM
from accounts.models import Activity, Contact, Invitation, SignInPolicy, User, WebRole
from tests.factories import make_account, make_contact, make_user

LIST = reverse("admin:accounts_contact_changelist")
NO_INVITATIONS = {"invitations-TOTAL_FORMS": 0, "invitations-INITIAL_FORMS": 0}
POSTS = ("invite", "unlock", "reactivate")
QUESTIONS = ("reset_access", "end_sessions", "deactivate", "merge")


def page_of(contact):
    return reverse("admin:accounts_contact_change", args=[contact.pk])


def button(name, pk):
    return reverse(f"admin:accounts_contact_{name}", args=[pk])


def press(desk, name, contact):
    return desk.post(button(name, contact.pk), follow=True)


def lock(email):
    for _attempt in range(5):
        lockout.count_attempt(email, SignInPolicy.objects.stored())


def staff(*codenames):
    user = make_user("helper@portal.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def save(desk, contact, **changes):
    names = ("first_name", "last_name", "email", "phone", "job_title")
    data = {name: getattr(contact, name) for name in names} | {
        "user": contact.user_id or "",
        **NO_INVITATIONS,
    }
    data["roles"] = [role.pk for role in contact.roles.all()]
    return desk.post(page_of(contact), data | changes)


def lines(verb):
    return list(Activity.objects.filter(verb=verb))


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def dora(acme):
    return make_contact("Dora", acme, signs_in=False)


# The list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "active"}, {"Alice", "Charlie"}),
        ({"state": "invited"}, {"Dora"}),
        ({"state": "inactive"}, {"Eve"}),
        ({"state": "locked"}, {"Charlie"}),
        ({"state": "merged"}, set()),
        ({"account": "globex"}, {"Charlie"}),
        ({"signed_in": "never"}, {"Charlie", "Dora", "Eve"}),
        ({"signed_in": "90"}, {"Alice"}),
        ({"signed_in": "recent"}, set()),
        ({"erasure": "asked"}, {"Alice"}),
        ({"q": "charlie@globex"}, {"Charlie"}),
        ({"q": "Globex Pharma"}, {"Charlie"}),
        ({"account": "globex", "state": "active"}, {"Charlie"}),
        ({"account": "globex", "_facets": "True"}, {"Charlie"}),
        ({"account": "\0'\"%", "state": "nonsense", "signed_in": "nonsense"}, set()),
    ],
)
def test_the_list_is_filtered_and_searched(query, found, desk, alice, charlie, dora, acme):
    make_contact("Eve", acme).deactivate()
    User.objects.filter(pk=alice.user.pk).update(
        last_login=timezone.now() - timedelta(days=100), erasure_asked_at=timezone.now()
    )
    lock(charlie.email)
    shown = desk.get(LIST, query).context["cl"].queryset
    assert {contact.first_name for contact in shown} == found


def test_an_accounts_number_finds_its_contacts(desk, alice, charlie):
    shown = desk.get(LIST, {"account": alice.account.number}).context["cl"].queryset
    assert alice in shown


def test_ten_thousand_accounts_are_no_list_beside_the_contacts(desk, alice):
    make_account("Never Listed Ltd")
    assert "Never Listed Ltd" not in desk.get(LIST).text


# The page of one contact


def test_the_page_tells_state_lock_and_invitations(desk, alice, dora, ada):
    lock(alice.email)
    assert "Active, locked" in desk.get(page_of(alice)).text
    invitation = invite_contact(actor=SYSTEM, contact=dora)
    page = desk.get(page_of(dora)).text
    assert reverse("admin:accounts_invitation_change", args=[invitation.pk]) in page
    assert "Invited" in page


def test_the_invitation_is_made_and_then_sent_again(desk, dora):
    for _time in range(2):
        press(desk, "invite", dora)
    invitation = Invitation.objects.get()
    assert [line.verb for line in Activity.objects.order_by("pk")] == [
        "contact.invited",
        "contact.invitation_sent_again",
    ]
    assert invitation.state == "sent"


def test_who_signs_in_already_is_not_invited_and_ada_is_told(desk, alice):
    assert "Alice Tester already signs in." in press(desk, "invite", alice).text
    assert not Invitation.objects.exists()


def test_unlocking_takes_one_click(desk, alice, ada):
    lock(alice.email)
    press(desk, "unlock", alice)
    assert not lockout.is_locked(alice.email)
    assert lines("contact.unlocked")[0].actor == ada


def test_ending_sessions_asks_first_and_signs_out_everywhere(desk, alice, visitor, ada):
    alice.user.set_password("sunny-harbor-42")
    alice.user.save()
    visitor.post(reverse("account_login"), {"login": alice.email, "password": "sunny-harbor-42"})
    assert "signed out of every browser" in desk.get(button("end_sessions", alice.pk)).text
    assert visitor.get("/cases/").status_code == 200
    assert "One session is ended." in press(desk, "end_sessions", alice).text
    assert visitor.get("/cases/").status_code == 302
    assert lines("session.ended")[0].actor == ada


def test_deactivating_asks_first_and_reactivating_does_not(desk, alice):
    assert desk.get(button("deactivate", alice.pk)).status_code == 200
    assert Contact.objects.get(pk=alice.pk).is_active
    press(desk, "deactivate", alice)
    assert not Contact.objects.get(pk=alice.pk).is_active
    press(desk, "deactivate", alice)
    press(desk, "reactivate", alice)
    assert Contact.objects.get(pk=alice.pk).is_active
    assert len(lines("contact.deactivated")) == len(lines("contact.reactivated")) == 1


# Who may


@pytest.mark.parametrize("name", [*POSTS, *QUESTIONS])
def test_only_staff_who_may_change_contacts_press_buttons(name, sign_in, alice, bob):
    url = button(name, alice.pk)
    assert sign_in(None).post(url).status_code == 302
    assert sign_in(bob).post(url).status_code in (302, 403)
    assert sign_in(staff("view_contact")).post(url).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active
    assert not lines("contact.access_reset")


@pytest.mark.parametrize("name", [*POSTS, *QUESTIONS])
def test_staff_who_may_change_contacts_need_no_more(name, sign_in, alice):
    browser = sign_in(staff("view_contact", "change_contact"))
    assert browser.post(button(name, alice.pk)).status_code in (200, 302)
    assert browser.post(button(name, 10**30)).status_code == 404
    assert browser.get(button(name, alice.pk)).status_code == (405 if name in POSTS else 200)


def test_who_may_only_look_sees_no_buttons(sign_in, alice):
    page = sign_in(staff("view_contact")).get(page_of(alice)).text
    assert "Reset portal access" not in page
    assert "Merge into another contact" not in page


@pytest.mark.parametrize("name", ["unlock", "end_sessions", "reset_access"])
def test_the_sign_in_of_staff_is_up_to_superusers(name, sign_in, acme, ada):
    boss = make_contact("Ada", acme, user=ada)
    helper = staff("view_contact", "change_contact")
    assert sign_in(helper).post(button(name, boss.pk)).status_code == 403
    assert sign_in(ada).post(button(name, boss.pk)).status_code == 302


def test_lists_of_staff_are_left_out_of_bulk_actions_of_others(sign_in, acme, alice, ada):
    boss = make_contact("Ada", acme, user=ada)
    lock(ada.email)
    lock(alice.email)
    data = {"action": "unlock", "_selected_action": [alice.pk, boss.pk]}
    sign_in(staff("view_contact", "change_contact")).post(LIST, data)
    assert lockout.is_locked(ada.email)
    assert not lockout.is_locked(alice.email)


# What is recorded


def test_a_change_of_roles_names_what_was_added_and_removed(desk, alice, ada):
    finance, it = (WebRole.objects.get(name=name) for name in ("Portal Finance User", "Portal IT User"))
    alice.roles.set([finance])
    assert save(desk, alice, roles=[it.pk]).status_code == 302
    assert list(alice.roles.all()) == [it]
    line = lines("contact.roles_changed")[0]
    assert (line.actor, line.details) == (
        ada,
        {"added": ["Portal IT User"], "removed": ["Portal Finance User"]},
    )


def test_a_change_of_fields_names_them_and_writes_no_others(desk, alice):
    Contact.objects.filter(pk=alice.pk).update(phone="+1 512 1")
    assert save(desk, alice, phone="+1 512 1", job_title="Chemist").status_code == 302
    assert lines("contact.updated")[0].details == {"fields": ["job_title"]}
    assert Contact.objects.get(pk=alice.pk).job_title == "Chemist"


def test_saving_without_a_change_records_nothing(desk, alice):
    assert save(desk, alice).status_code == 302
    assert not Activity.objects.exists()


def test_a_new_contact_is_recorded_with_its_roles(desk, acme):
    role = WebRole.objects.get(name="Portal IT User")
    data = {
        "account": acme.pk,
        "first_name": "Nora",
        "last_name": "New",
        "email": "Nora@Acme.example",
        "roles": [role.pk],
    }
    assert desk.post(reverse("admin:accounts_contact_add"), data).status_code == 302
    assert lines("contact.created")[0].details == {"roles": ["Portal IT User"]}
    assert list(Contact.objects.get(email="nora@acme.example").roles.all()) == [role]


def test_a_merged_contact_cannot_be_bound_to_a_user_again(desk, alice, bob, charlie):
    merge_contacts(actor=SYSTEM, merged=alice, kept=bob, sign_in="kept")
    alice.refresh_from_db()
    save(desk, alice, user=charlie.user.pk)
    assert Contact.objects.get(pk=alice.pk).user is None
    assert "was merged into" in press(desk, "reactivate", alice).text
    assert not Contact.objects.get(pk=alice.pk).is_active


# Exports


def export(desk, kind, *contacts):
    return desk.post(LIST, {"action": kind, "_selected_action": [contact.pk for contact in contacts]})


def test_an_exported_list_is_neutralised_and_recorded(desk, alice, dora, ada):
    Contact.objects.filter(pk=alice.pk).update(job_title="=HYPERLINK(1)", phone="+1 512 1")
    answer = export(desk, "export_csv", alice, dora)
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    alices = next(row for row in rows if row["First name"] == "Alice")
    assert (alices["Job title"], alices["Phone"], alices["Status"]) == (
        "'=HYPERLINK(1)",
        "'+1 512 1",
        "Active",
    )
    line = lines("contact.exported")[0]
    assert (line.actor, line.is_internal, line.details) == (ada, True, {"count": 2, "kind": "csv"})


def test_the_workbook_holds_the_same_and_no_formula(desk, alice):
    Contact.objects.filter(pk=alice.pk).update(job_title="=1+1", phone="1\x0b2")
    sheet = load_workbook(io.BytesIO(export(desk, "export_workbook", alice).content)).active
    headings, row = sheet.iter_rows()
    assert [cell.value for cell in headings][:3] == ["First name", "Last name", "Email"]
    assert [cell.data_type for cell in row if cell.value] == ["s"] * sum(1 for cell in row if cell.value)
    assert "=1+1" in [cell.value for cell in row]


def test_an_export_costs_the_same_for_few_and_many(desk, acme, django_assert_max_num_queries):
    people = [make_contact(f"Person{n}", acme, "Portal IT User") for n in range(20)]
    with django_assert_max_num_queries(20):
        export(desk, "export_csv", *people)


def test_who_may_not_see_contacts_exports_none(sign_in, alice):
    assert export(sign_in(staff("view_account")), "export_csv", alice).status_code == 403
    assert not lines("contact.exported")
