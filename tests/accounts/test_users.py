"""Bob looks after the contacts of Acme: whom he sees, adds, changes and deactivates, and what he cannot
do."""

import re
import uuid

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity, Contact, Invitation, OutgoingMail, WebRole
from cases.actions import close_case
from cases.models import StatusCategory
from records.actions.following import follow, receivers, unfollow
from tests.cases.factories import make_case
from tests.factories import grant, make_account, make_contact
from tests.portal.factories import restrict

LIST, NEW = "/users/", "/users/new/"
DORA = {"first_name": "Dora", "last_name": "Quist", "email": "Dora@Acme.example"}


def edit(contact, **changes):
    fields = {
        name: getattr(contact, name) for name in ("first_name", "last_name", "email", "phone", "job_title")
    }
    roles = [role.pk for role in WebRole.objects.grantable().filter(contacts=contact)]
    return {**fields, "roles": roles, **changes}


def role(name):
    return WebRole.objects.get(name=name)


@pytest.fixture
def desk(sign_in, bob):
    """Bob's browser."""
    return sign_in(bob)


def test_bob_sees_his_colleagues_and_nobody_else(desk, alice, charlie):
    page = desk.get(LIST).text
    assert alice.email in page
    assert charlie.email not in page


@pytest.mark.parametrize(
    "url",
    [LIST, NEW, "/users/import/", "/users/requests/", "/users/review/", "/users/known/?email=a@b.example"],
)
def test_a_plain_contact_cannot_open_any_of_the_pages(url, sign_in, alice, bob):
    assert sign_in(alice).get(url).status_code == 403
    assert sign_in(bob).get(url).status_code == 200


def test_a_rule_on_the_page_closes_it_to_managers_too(desk, bob):
    restrict("/users/", "Portal Finance User")
    assert desk.get(LIST).status_code == 403
    bob.roles.add(role("Portal Finance User"))
    assert desk.get(LIST).status_code == 200


def test_who_may_see_all_contacts_in_the_world_manages_those_of_the_own_account_only(sign_in, alice, charlie):
    grant(alice, "contact", "global", "read", "create", "write")
    browser = sign_in(alice)
    assert charlie.email not in browser.get(LIST).text
    assert browser.get(reverse("user_edit", args=[charlie.pk])).status_code == 404


def test_who_may_see_themselves_alone_manages_nobody(sign_in, alice):
    grant(alice, "contact", "contact", "read", "write")
    assert sign_in(alice).get(LIST).status_code == 403


def test_an_individual_customer_manages_nobody(sign_in):
    paul = make_contact("Paul", None, "Portal User Manager")
    assert sign_in(paul).get(LIST).status_code == 403


def test_bob_filters_and_sorts_the_list(desk, alice, fiona, acme):
    make_contact("Ines", acme, signs_in=False)
    gone = make_contact("Gus", acme)
    gone.deactivate()

    def names(query):
        return [contact.first_name for contact in desk.get(LIST, query).context["page"].object_list]

    assert names({"status": "invited"}) == ["Ines"]
    assert names({"status": "inactive"}) == ["Gus"]
    assert names({"status": "active"}) == ["Alice", "Bob", "Fiona"]
    assert names({"q": "ali TEST"}) == ["Alice"]
    assert names({"role": role("Portal Finance User").pk}) == ["Fiona"]
    assert names({"sort": "-name"})[0] == "Ines"
    assert names({"q": "nobody at all"}) == []


@pytest.mark.parametrize(
    "query",
    ["page=x", "page=99999999999999999999", "page=%00", "role=abc", "sort=%00", "q=%00", "status=nonsense"],
)
def test_a_strange_address_of_the_list_is_harmless(query, desk):
    assert desk.get(f"{LIST}?{query}").status_code == 200


def test_the_list_costs_the_same_for_few_and_many(desk, acme, django_assert_max_num_queries):
    for n in range(45):
        make_contact(f"Person{n}", acme, "Portal IT User")
    desk.get(LIST)
    with django_assert_max_num_queries(10):
        desk.get(LIST)


def test_bob_adds_dora_and_she_gets_an_invitation(desk, acme):
    finance = role("Portal Finance User")
    response = desk.post(NEW, {**DORA, "roles": [finance.pk], "message": "Welcome on board"})
    assert response.status_code == 302
    dora = Contact.objects.get(email="dora@acme.example", account=acme)
    assert dora.user is None
    assert list(dora.roles.all()) == [finance]
    mail = OutgoingMail.objects.get(to="dora@acme.example")
    assert "Welcome on board" in mail.text
    assert Activity.objects.filter(verb="contact.created", contact=dora, actor_name="Bob Tester").count() == 1
    assert Invitation.objects.open().get(contact=dora)


@pytest.mark.parametrize("path", [NEW, "/users/import/", "/users/review/"])
def test_each_form_says_for_which_company_it_was_shown(path, desk, bob):
    assert f'name="acting_as" value="{bob.pk}"' in desk.get(path).text


def test_a_colleague_is_added_to_the_company_whose_form_was_shown(desk, bob, globex):
    """Bob manages the users of Globex too, and went over to it in another tab."""
    other = make_contact("Bob", globex, "Portal User Manager", user=bob.user, email=bob.email)
    desk.post(reverse("switch_contact"), {"contact": other.pk})
    desk.post(NEW, {**DORA, "acting_as": bob.pk})
    assert Contact.objects.get(email="dora@acme.example").account == bob.account


def test_bob_adds_somebody_who_is_a_contact_elsewhere_and_learns_nothing_of_it(desk, charlie, acme):
    response = desk.post(
        NEW, {"first_name": "Charlie", "last_name": "T", "email": charlie.email}, follow=True
    )
    assert "Globex" not in response.text
    mine = Contact.objects.get(account=acme, email=charlie.email)
    assert mine.user is None
    assert OutgoingMail.objects.filter(to=charlie.email).count() == 1
    typed = desk.get("/users/known/", {"email": "charlie@globex.example", "contact": mine.pk})
    assert typed.text.strip() == ""


def test_bob_is_led_to_the_contact_who_has_the_address_already(desk, alice):
    link = reverse("user_edit", args=[alice.pk])
    assert link in desk.get("/users/known/", {"email": alice.email.upper()}).text
    response = desk.post(NEW, {**DORA, "email": alice.email.upper()})
    assert response.status_code == 200
    assert link in response.text
    assert 'value="Dora"' in response.text
    assert Contact.objects.filter(email__iexact=alice.email).count() == 1


def test_whoever_adds_the_contact_past_the_lock_wins_and_bob_is_told(desk, alice, monkeypatch):
    looked_up = iter([None, alice])
    monkeypatch.setattr("accounts.actions.users.known_contact", lambda *_: next(looked_up))
    response = desk.post(NEW, {**DORA, "email": alice.email})
    assert reverse("user_edit", args=[alice.pk]) in response.text


def test_an_unfinished_or_impossible_address_says_nothing(desk):
    for email in ("", "ali", "a@b", "x\x00@acme.example"):
        assert desk.get("/users/known/", {"email": email}).text.strip() == ""


def test_bob_reactivates_in_place_whom_he_wanted_to_add(desk, alice):
    alice.deactivate()
    page = desk.post(NEW, {**DORA, "email": alice.email}).text
    url = reverse("user_reactivate", args=[alice.pk])
    assert f'formaction="{url}"' in page
    assert desk.post(url, {**DORA, "email": alice.email}).status_code == 302
    alice.refresh_from_db()
    assert alice.is_active
    assert not Invitation.objects.filter(contact=alice).exists()


def test_who_never_signed_in_is_invited_when_reactivated(desk, acme):
    ines = make_contact("Ines", acme, signs_in=False)
    ines.deactivate()
    desk.post(reverse("user_reactivate", args=[ines.pk]))
    assert Invitation.objects.open().filter(contact=ines).exists()


def test_bob_gives_delegable_roles_only(desk, alice):
    url = reverse("user_edit", args=[alice.pk])
    manager, finance = role("Portal User Manager"), role("Portal Finance User")
    assert "Select a valid choice" in desk.post(url, edit(alice, roles=[manager.pk])).text
    assert not alice.roles.exists()
    assert desk.post(url, edit(alice, roles=[finance.pk])).status_code == 302
    assert list(alice.roles.all()) == [finance]
    assert Activity.objects.get(verb="contact.roles_changed").details == {
        "added": ["Portal Finance User"],
        "removed": [],
    }


def test_roles_that_bob_cannot_give_stay_when_he_saves(desk, alice):
    administrators = role("Administrators")
    alice.roles.add(administrators, role("Portal IT User"))
    desk.post(reverse("user_edit", args=[alice.pk]), edit(alice, roles=[], phone="123"))
    alice.refresh_from_db()
    assert list(alice.roles.all()) == [administrators]
    assert alice.phone == "123"


def test_bob_cannot_change_his_own_roles_nor_deactivate_himself(desk, bob):
    finance = role("Portal Finance User")
    bob.roles.add(finance)
    desk.post(
        reverse("user_edit", args=[bob.pk]), edit(bob, roles=[role("Portal IT User").pk], job_title="Chief")
    )
    bob.refresh_from_db()
    assert set(bob.roles.values_list("name", flat=True)) == {"Portal Finance User", "Portal User Manager"}
    assert bob.job_title == "Chief"
    page = desk.post(reverse("user_deactivate", args=[bob.pk]))
    assert "You cannot deactivate yourself" in page.text
    bob.refresh_from_db()
    assert bob.is_active


@pytest.mark.parametrize("name", ["user_edit", "user_invite", "user_reactivate", "user_deactivate"])
def test_bob_reaches_nobody_of_another_account(name, desk, charlie):
    response = desk.post(reverse(name, args=[charlie.pk]), edit(charlie, first_name="Chuck"))
    assert response.status_code == 404
    charlie.refresh_from_db()
    assert charlie.first_name == "Charlie"


def test_who_may_read_and_not_write_sees_the_list_and_changes_nothing(sign_in, alice, fiona):
    grant(alice, "contact", "account", "read")
    browser = sign_in(alice)
    assert browser.get(LIST).status_code == 200
    for name in ("user_edit", "user_invite", "user_reactivate", "user_deactivate"):
        assert browser.post(reverse(name, args=[fiona.pk]), edit(fiona)).status_code == 403
    forms = [NEW, *(reverse(name, args=[fiona.pk]) for name in ("user_edit", "user_deactivate"))]
    assert [browser.get(url).status_code for url in forms] == [403, 403, 403]


def test_bob_sends_a_new_invitation_and_the_old_link_is_void(desk, acme):
    desk.post(NEW, DORA)
    dora = Contact.objects.get(email="dora@acme.example")
    before = Invitation.objects.open().get(contact=dora).code_hash
    desk.post(reverse("user_invite", args=[dora.pk]))
    assert Invitation.objects.open().get(contact=dora).code_hash != before
    assert OutgoingMail.objects.filter(to="dora@acme.example").count() == 2


def test_nobody_is_invited_who_signs_in_already(desk, alice):
    page = desk.post(reverse("user_invite", args=[alice.pk]), follow=True)
    assert "does not need an invitation" in page.text
    assert not Invitation.objects.exists()


def test_bob_deactivates_alice_and_fiona_inherits_her_open_cases(desk, alice, fiona, sign_in):
    open_case, closed = make_case(alice), make_case(alice, "Long ago")
    close_case(actor=Actor(user=alice.user, contact=alice), case=closed, category=StatusCategory.RESOLVED)
    her_browser = sign_in(alice)
    assert her_browser.get("/cases/").status_code == 200
    url = reverse("user_deactivate", args=[alice.pk])
    assert "one open case" in desk.get(url).text
    assert desk.post(url, {"heir": fiona.pk}).url == LIST
    open_case.refresh_from_db()
    closed.refresh_from_db()
    assert (open_case.contact, closed.contact) == (fiona, alice)
    assert open_case.number in OutgoingMail.objects.get(event="cases/handed_over", to=fiona.email).text
    assert her_browser.get("/cases/").url == "/accounts/login/?next=/cases/"
    assert Activity.objects.filter(verb="case.handed_over", contact=fiona).count() == 1


def test_an_heir_whom_a_page_rule_shuts_out_inherits_without_a_mail(desk, alice, fiona):
    case = make_case(alice)
    restrict("/cases/", "Portal IT User")
    desk.post(reverse("user_deactivate", args=[alice.pk]), {"heir": fiona.pk})
    case.refresh_from_db()
    assert case.contact == fiona
    assert not OutgoingMail.objects.filter(event="cases/handed_over").exists()


def test_the_heir_gets_the_mails_of_what_is_inherited_and_follows_what_was_followed(
    desk, alice, bob, fiona, ivan
):
    """Also where the heir had muted a case as a colleague in the loop."""
    inherited, colleagues, resolved = make_case(alice, participants=[ivan]), make_case(bob), make_case(bob)
    unfollow(contact=ivan, record=inherited)
    for case in (colleagues, resolved):
        follow(contact=alice, record=case)
    close_case(actor=Actor(user=bob.user, contact=bob), case=resolved, category=StatusCategory.RESOLVED)
    desk.post(reverse("user_deactivate", args=[alice.pk]), {"heir": ivan.pk})
    inherited.refresh_from_db()
    assert receivers(inherited) == [ivan]
    assert set(receivers(colleagues)) == {bob, ivan}
    assert receivers(resolved) == [bob]


def test_cases_go_to_nobody_of_another_account(desk, alice, charlie):
    case = make_case(alice)
    page = desk.post(reverse("user_deactivate", args=[alice.pk]), {"heir": charlie.pk})
    assert "Select a valid choice" in page.text
    alice.refresh_from_db()
    case.refresh_from_db()
    assert alice.is_active
    assert case.contact == alice


def test_a_deactivated_invitee_cannot_use_the_link_any_more(desk):
    desk.post(NEW, DORA)
    dora = Contact.objects.get(email="dora@acme.example")
    desk.post(reverse("user_deactivate", args=[dora.pk]))
    assert not Invitation.objects.open().filter(contact=dora).exists()


def test_who_is_a_contact_elsewhere_too_stays_signed_in_there(desk, alice, sign_in):
    make_contact("Alice", make_account("Branch Ltd"), user=alice.user)
    browser = sign_in(alice)
    desk.post(reverse("user_deactivate", args=[alice.pk]))
    assert browser.get("/cases/").status_code == 200


def test_after_signing_in_again_a_deactivated_person_sees_nothing_of_the_account(desk, alice, sign_in):
    desk.post(reverse("user_deactivate", args=[alice.pk]))
    browser = sign_in(alice)
    assert browser.get("/").status_code == 200
    assert browser.get("/cases/").status_code == 403


def test_a_new_address_counts_once_alice_confirms_it(desk, alice, sign_in, charlie):
    old, new = alice.email, "alice.new@acme.example"
    page = desk.post(reverse("user_edit", args=[alice.pk]), edit(alice, email=new), follow=True)
    assert "waiting for confirmation" in page.text
    alice.refresh_from_db()
    assert alice.email == old
    assert OutgoingMail.objects.filter(event="accounts/address_change_notice", to=old).count() == 1
    link = re.search(
        r"/confirm-address/\S+", OutgoingMail.objects.get(event="accounts/address_change", to=new).text
    )[0]
    assert sign_in(charlie).post(link).status_code == 404
    assert sign_in(None).post(link).status_code == 302
    browser = sign_in(alice)
    assert browser.get(link).status_code == 200
    alice.refresh_from_db()
    assert alice.email == old
    assert browser.post(link).status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.user.email) == (new, old)
    assert browser.post(link).status_code == 404
    assert "waiting for confirmation" not in desk.get(reverse("user_edit", args=[alice.pk])).text


def test_an_invitee_with_a_mistyped_address_is_invited_at_the_right_one(desk):
    desk.post(NEW, {**DORA, "email": "dorra@acme.example"})
    dora = Contact.objects.get(email="dorra@acme.example")
    desk.post(reverse("user_edit", args=[dora.pk]), edit(dora, email="dora@acme.example"))
    dora.refresh_from_db()
    assert dora.email == "dora@acme.example"
    assert Invitation.objects.open().get(contact=dora).email == "dora@acme.example"


def test_a_colleagues_address_cannot_be_taken(desk, alice, fiona):
    page = desk.post(
        reverse("user_edit", args=[alice.pk]), edit(alice, email=fiona.email, first_name="Alicia")
    )
    assert reverse("user_edit", args=[fiona.pk]) in page.text
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_the_menu_shows_the_page_to_managers_only(desk, sign_in, alice):
    assert 'href="/users/"' in desk.get("/").text
    assert 'href="/users/"' not in sign_in(alice).get("/").text


def test_a_colleague_who_is_sent_twice_is_invited_once_and_bob_sees_no_error(desk):
    data = {**DORA, "submission": str(uuid.uuid4())}
    first, second = (desk.post(NEW, data) for _ in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, LIST)
    assert Contact.objects.filter(email="dora@acme.example").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_another_colleague_from_a_page_that_was_sent_is_not_dropped(desk):
    data = {**DORA, "submission": str(uuid.uuid4())}
    desk.post(NEW, data)
    page = desk.post(NEW, {**data, "email": "dirk@acme.example"})
    assert "was already sent from this page" in page.text
    again = str(page.context["form"]["submission"].value())
    desk.post(NEW, {**data, "email": "dirk@acme.example", "submission": again})
    assert Contact.objects.filter(email="dirk@acme.example").exists()


def test_a_number_that_was_used_elsewhere_in_the_account_invites_nobody_else(desk, acme):
    number, erik = str(uuid.uuid4()), make_contact("Erik", acme, signs_in=False)
    desk.post(NEW, {**DORA, "submission": number})
    assert desk.post(f"/users/{erik.pk}/invite/", {"submission": number}).status_code == 302
    assert not Invitation.objects.filter(contact=erik).exists()


def test_a_second_click_on_send_invitation_leaves_the_first_link_good(desk, acme):
    dora = make_contact("Dora", acme, signs_in=False)
    number = re.search(r'name="submission" value="([^"]+)"', _plain(desk.get(f"/users/{dora.pk}/").text))[1]
    for _ in range(2):
        desk.post(f"/users/{dora.pk}/invite/", {"submission": number})
    assert Invitation.objects.filter(contact=dora).count() == OutgoingMail.objects.count() == 1
    sent = Invitation.objects.get().code_hash
    number = str(uuid.uuid4())
    for _ in range(2):
        desk.post(f"/users/{dora.pk}/invite/", {"submission": number})
    assert OutgoingMail.objects.count() == 2
    assert Invitation.objects.get().code_hash != sent


def _plain(html):
    return html.replace('type="hidden" ', "")
