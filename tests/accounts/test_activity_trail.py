"""What must be in the log: each deed, done on the pages, leaves one line with who, for which account and from
where; no secret."""

import re
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import lockout
from accounts.models import Account, Activity, Contact, Invitation, OutgoingMail, SignInPolicy, User, WebRole
from tests.accounts.forgotten import ask_for_password
from tests.factories import PASSWORD, make_contact

LOGIN, IP = "/accounts/login/", "192.0.2.77"
WRONG, NEW_PASSWORD = "stormy-pier-77", "calm-river-1871"
DORA = {"first_name": "Dora", "last_name": "Quist", "email": "dora@acme.example"}


@dataclass
class People:
    acme: Account
    alice: Contact
    bob: Contact
    dora: Contact
    """Not invited yet."""
    ada: User

    def at(self, person: Contact | User | None) -> Client:
        """This person's browser, or a visitor's."""
        browser = Client(REMOTE_ADDR=IP)
        user = person.user if isinstance(person, Contact) else person
        if user:
            browser.force_login(user)
        return browser

    @property
    def manager(self) -> Client:
        return self.at(self.bob)

    @property
    def staff(self) -> Client:
        return self.at(self.ada)


@pytest.fixture
def people(acme, alice, bob, ada):
    for user in (alice.user, bob.user, ada):
        user.set_password(PASSWORD)
        user.save()
    return People(acme, alice, bob, make_contact("Dora", acme, signs_in=False), ada)


def type_password(browser, email, password):
    return browser.post(LOGIN, {"login": email, "password": password})


def role():
    return WebRole.objects.get(name="Portal IT User")


def edit(contact, **changes):
    fields = {
        name: getattr(contact, name) for name in ("first_name", "last_name", "email", "phone", "job_title")
    }
    return {**fields, "roles": [], **changes}


def mailed(pattern, event=""):
    return re.search(pattern, OutgoingMail.objects.filter(event__contains=event).latest("pk").text)[1]


def sign_in(people):
    type_password(people.at(None), people.alice.email, PASSWORD)


def sign_out(people):
    people.at(people.alice).post("/accounts/logout/")


def fail(people):
    type_password(people.at(None), people.alice.email, WRONG)


def be_locked(people):
    for _ in range(SignInPolicy.objects.stored().lockout_attempts):
        type_password(people.at(None), people.alice.email, WRONG)


def unlock(people):
    be_locked(people)
    assert lockout.is_locked(people.alice.email)
    people.staff.post(reverse("admin:accounts_contact_unlock", args=[people.alice.pk]))


def choose_a_forgotten_password(people):
    browser = people.at(None)
    ask_for_password(browser, people.alice.email)
    form = browser.get(mailed(r"http://[^/]+(/accounts/password/reset/key/\S+)"), follow=True).request[
        "PATH_INFO"
    ]
    browser.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def sign_in_with_a_code(people):
    SignInPolicy.objects.update(second_factor="everyone")
    browser = people.at(None)
    type_password(browser, people.alice.email, PASSWORD)
    browser.post("/accounts/code/", {"code": mailed(r"\b(\d{6})\b", "accounts/code")})


def type_five_wrong_codes(people):
    TOTPDevice.objects.create(user=people.alice.user, name="App", confirmed=True)
    browser = people.at(None)
    type_password(browser, people.alice.email, PASSWORD)
    for _ in range(5):
        browser.post("/accounts/code/", {"code": "nonsense"})


def switch_codes_on(people):
    browser = people.at(people.alice)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post("/profile/security/second-factor/email/")


def add_a_colleague(people):
    people.manager.post("/users/new/", {**DORA, "email": "dora.new@acme.example", "roles": [role().pk]})


def invite(people):
    people.manager.post(reverse("user_invite", args=[people.dora.pk]))


def invite_a_group(people):
    data = {"account": people.acme.pk, "max_redemptions": 3, "domain": "", "message": "", "roles": []}
    people.staff.post(reverse("admin:accounts_invitation_add"), data)


def invite_again(people):
    invite(people)
    invite(people)


def revoke(people):
    invite(people)
    invitation = Invitation.objects.get(contact=people.dora)
    data = {"action": "revoke", "_selected_action": [invitation.pk]}
    people.staff.post(reverse("admin:accounts_invitation_changelist"), data)


def redeem(people):
    invite(people)
    browser = people.at(None)
    browser.get(mailed(r"(/redeem/[\w-]{20,}/)"))
    browser.post(reverse("redeem_send_code"))
    browser.post(
        reverse("redeem_confirm"), {"code": mailed(r"\b([A-Z0-9]{4}-[A-Z0-9]{4})\b", "invitation_code")}
    )
    names = {"first_name": "Dora", "last_name": "Quist"}
    browser.post(reverse("redeem_register"), {**names, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def ask_for_a_new_link(people):
    invite(people)
    Invitation.objects.update(sent_at=None)
    people.at(None).post(reverse("redeem_new_link"), {"email": people.dora.email})


def give_a_role(people):
    people.manager.post(reverse("user_edit", args=[people.alice.pk]), edit(people.alice, roles=[role().pk]))


def give_a_role_as_staff(people):
    url = reverse("admin:accounts_contact_change", args=[people.alice.pk])
    form = people.staff.get(url).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    inlines = {f"invitations-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    people.staff.post(
        url,
        {**data, **inlines, "account": people.acme.pk, "user": people.alice.user.pk, "roles": [role().pk]},
    )


def change_details(people):
    people.manager.post(reverse("user_edit", args=[people.alice.pk]), edit(people.alice, phone="12345"))


def deactivate(people):
    people.manager.post(reverse("user_deactivate", args=[people.alice.pk]), {"heir": ""})


def reactivate(people):
    people.alice.deactivate()
    people.manager.post(reverse("user_reactivate", args=[people.alice.pk]))


def deactivate_as_staff(people):
    data = {"action": "deactivate", "_selected_action": [people.alice.pk]}
    people.staff.post(reverse("admin:accounts_contact_changelist"), data)


def reset_access(people):
    people.staff.post(reverse("admin:accounts_contact_reset_access", args=[people.alice.pk]))


def end_sessions(people):
    sign_in(people)
    people.staff.post(reverse("admin:accounts_contact_end_sessions", args=[people.alice.pk]))


def import_a_list(people):
    upload = SimpleUploadedFile("people.csv", b"First name,Last name,E-mail\nEve,Quist,eve@acme.example\n")
    checked = people.manager.post("/users/import/", {"file": upload})
    people.manager.post(f"{checked.url}start/")


def export_the_log(people):
    people.manager.post(reverse("user_log_export"))


def export_own_data(people):
    browser = people.at(people.alice)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post(reverse("personal_data_download"))


NOBODY = ""
TRAIL = [
    # deed, verb, who did it, whose line it is (a contact, or the account)
    (sign_in, "contact.signed_in", "alice", "alice"),
    (sign_in_with_a_code, "contact.signed_in", "alice", "alice"),
    (sign_out, "contact.signed_out", "alice", "alice"),
    (fail, "contact.sign_in_failed", NOBODY, "alice"),
    (type_five_wrong_codes, "second_factor.refused", "alice", "alice"),
    (be_locked, "contact.locked", NOBODY, "alice"),
    (unlock, "contact.unlocked", "ada", "alice"),
    (choose_a_forgotten_password, "contact.password_changed", "alice", "alice"),
    (switch_codes_on, "second_factor.switched_on", "alice", "alice"),
    (add_a_colleague, "contact.created", "bob", "dora.new@acme.example"),
    (invite, "contact.invited", "bob", "dora"),
    (invite_a_group, "account.group_invited", "ada", "acme"),
    (invite_again, "contact.invitation_sent_again", "bob", "dora"),
    (ask_for_a_new_link, "contact.invitation_sent_again", NOBODY, "dora"),
    (revoke, "contact.invitation_revoked", "ada", "dora"),
    (redeem, "contact.invitation_redeemed", "dora", "dora"),
    (give_a_role, "contact.roles_changed", "bob", "alice"),
    (give_a_role_as_staff, "contact.roles_changed", "ada", "alice"),
    (change_details, "contact.updated", "bob", "alice"),
    (deactivate, "contact.deactivated", "bob", "alice"),
    (deactivate_as_staff, "contact.deactivated", "ada", "alice"),
    (reactivate, "contact.reactivated", "bob", "alice"),
    (reset_access, "contact.access_reset", "ada", "alice"),
    (end_sessions, "session.ended", "ada", "alice"),
    (import_a_list, "account.contacts_imported", "bob", "acme"),
    (export_the_log, "account.log_exported", "bob", "acme"),
    (export_own_data, "contact.data_exported", "alice", "alice"),
]


def secrets_of_mails():
    """Whatever a mail says that opens something: codes and the long parts of links."""
    text = "\n".join(OutgoingMail.objects.values_list("text", flat=True))
    return set(re.findall(r"[\w:-]{20,}|\b\d{6}\b|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", text))


@pytest.mark.parametrize(
    ("deed", "verb", "actor", "whose"), TRAIL, ids=[f"{deed.__name__}-{verb}" for deed, verb, *_ in TRAIL]
)
def test_each_deed_leaves_one_line_with_who_whose_and_whence_and_no_secret(
    people, run_jobs, deed, verb, actor, whose
):
    deed(people)
    run_jobs()
    line = Activity.objects.get(verb=verb)
    person = getattr(people, actor) if actor else None
    if isinstance(person, Contact):
        person.refresh_from_db()
    assert line.actor == (person.user if isinstance(person, Contact) else person)
    assert line.client_ip == IP
    assert line.account == people.acme
    if whose == "acme":
        assert (line.record_type, line.record_id, line.contact) == ("account", str(people.acme.pk), None)
    else:
        assert line.contact == (Contact.objects.get(email=whose) if "@" in whose else getattr(people, whose))
    told = " ".join(f"{row.label} {row.url} {row.actor_name} {row.details}" for row in Activity.objects.all())
    assert not [secret for secret in {PASSWORD, WRONG, NEW_PASSWORD, *secrets_of_mails()} if secret in told]


def test_the_list_imported_and_each_invitation_of_it_say_who_began_it_and_where(people, run_jobs):
    import_a_list(people)
    run_jobs()
    line = Activity.objects.get(verb="contact.invited")
    assert (line.actor, line.actor_name, line.client_ip, line.label) == (
        people.bob.user,
        "Bob Tester",
        IP,
        "Eve Quist",
    )


def test_a_wrong_password_for_an_address_of_nobody_is_for_staff_alone(people):
    type_password(people.at(None), "nobody@acme.example", WRONG)
    line = Activity.objects.get()
    assert (line.verb, line.label, line.client_ip) == ("contact.sign_in_failed", "nobody@acme.example", IP)
    assert (line.account, line.is_internal) == (None, True)


def test_attempts_on_a_locked_address_do_not_fill_the_log(people):
    be_locked(people)
    before = Activity.objects.count()
    for _ in range(5):
        fail(people)
    assert Activity.objects.count() == before


def test_in_each_account_people_act_under_the_name_that_they_have_there(people, globex):
    make_contact("Lissy", globex, user=people.alice.user, email="lissy@globex.example")
    people.at(people.alice).post("/accounts/logout/")
    names = Activity.objects.filter(verb="contact.signed_out").values_list(
        "account__name", "label", "actor_name"
    )
    assert set(names) == {
        ("Acme Foods", "Alice Tester", "Alice Tester"),
        ("Globex Pharma", "Lissy Tester", "Lissy Tester"),
    }
