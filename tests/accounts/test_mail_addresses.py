"""The address that is mailed is the one that is stored: at every entrance, what could be read as another is
refused."""

import smtplib
import socketserver
import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.addresses import AddressChange
from accounts.actions.invitations import invite_group
from accounts.actions.mail import queue_rendered_mail
from accounts.actions.mail_delivery import send_queued_mail
from accounts.actions.users import create_colleague, update_colleague
from accounts.actors import Actor
from accounts.forms.policy import SignInPolicyForm
from accounts.models import Account, Contact, ContactImport, Invitation, OutgoingMail, User
from tests.accounts.external import change_policy, is_signed_in, person, sign_in_with
from tests.accounts.test_user_import import HEAD, checked
from tests.factories import PASSWORD, make_contact
from tests.hostile_addresses import ENCODED_WORDS, HOSTILE

CHOSEN = "calm-river-1871"
DORA = {"first_name": "Dora", "last_name": "Quist"}
NO_ROWS = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
NO_INVITATIONS = {"invitations-TOTAL_FORMS": 0, "invitations-INITIAL_FORMS": 0}


def register(browsers, address):
    change_policy(registration="open")
    return browsers(None).post(
        "/accounts/signup/", {**DORA, "email": address, "password1": CHOSEN, "password2": CHOSEN}
    )


def ask_for_a_password(browsers, address):
    return browsers(None).post("/accounts/password/reset/", {"email": address})


def ask_for_a_link(browsers, address):
    return browsers(None).post("/redeem/new-link/", {"email": address})


def change_own_address(browsers, address):
    bob = Contact.objects.get(first_name="Bob")
    bob.user.set_password(PASSWORD)
    bob.user.save()
    browser = browsers(None)
    browser.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser.post("/accounts/email/", {"action_add": "", "email": address})


def invite_a_colleague(browsers, address):
    return browsers(Contact.objects.get(first_name="Bob")).post("/users/new/", {**DORA, "email": address})


def change_a_colleague(browsers, address):
    alice = Contact.objects.get(first_name="Alice")
    return browsers(Contact.objects.get(first_name="Bob")).post(
        f"/users/{alice.pk}/", {**DORA, "email": address}
    )


def add_a_contact(browsers, address):
    return browsers(User.objects.get(is_staff=True)).post(
        reverse("admin:accounts_contact_add"), {**DORA, "email": address}
    )


def change_a_contact(browsers, address):
    url = reverse("admin:accounts_contact_change", args=[Contact.objects.get(first_name="Alice").pk])
    return browsers(User.objects.get(is_staff=True)).post(url, {**DORA, **NO_INVITATIONS, "email": address})


def add_a_user(browsers, address):
    data = {"email": address, "usable_password": "false", **NO_ROWS}
    return browsers(User.objects.get(is_staff=True)).post(reverse("admin:accounts_user_add"), data)


def change_a_user(browsers, address):
    url = reverse("admin:accounts_user_change", args=[User.objects.get(first_name="Alice").pk])
    return browsers(User.objects.get(is_staff=True)).post(
        url, {"email": address, "is_active": "on", **NO_ROWS}
    )


def add_to_an_account(browsers, address):
    row = {f"contacts-0-{name}": value for name, value in {**DORA, "email": address}.items()}
    data = {
        "number": "A-99",
        "name": "Newcomers",
        "kind": "customer",
        "status": "active",
        **row,
        **NO_ROWS,
        "contacts-TOTAL_FORMS": 1,
    }
    return browsers(User.objects.get(is_staff=True)).post(reverse("admin:accounts_account_add"), data)


def have_a_code_mailed(browsers, address):
    bob = Contact.objects.get(first_name="Bob")
    browser = browsers(None)
    browser.get(
        f"/redeem/{invite_group(actor=Actor(user=bob.user), account=bob.account, max_redemptions=3).further_code}/"  # noqa: E501
    )
    return browser.post("/redeem/send-code/", {"email": address})


ENTRANCES = [
    register,
    ask_for_a_password,
    ask_for_a_link,
    change_own_address,
    invite_a_colleague,
    change_a_colleague,
    add_a_contact,
    change_a_contact,
    add_a_user,
    change_a_user,
    add_to_an_account,
    have_a_code_mailed,
]


def stored_addresses():
    """Whatever any table or waiting job knows."""
    columns = [
        (User, "email"),
        (EmailAddress, "email"),
        (Contact, "email"),
        (Invitation, "email"),
        (OutgoingMail, "to"),
    ]
    rows = {address for model, column in columns for address in model.objects.values_list(column, flat=True)}
    return rows | {str(job.args.get("email")) for job in ProcrastinateJob.objects.all()}


@pytest.mark.parametrize("enter", ENTRANCES, ids=lambda enter: enter.__name__)
def test_an_address_that_could_be_read_as_another_is_refused_beside_its_field(
    enter, member, alice, bob, ada, sign_in
):
    known = {alice.email, bob.email, ada.email, "", "None"}
    for address in HOSTILE:
        with member(address):
            response = enter(sign_in, address)
            assert response.status_code == 200
            errors = (
                response.context["errors"]
                if "adminform" in response.context
                else form_of(response).errors["email"]
            )
            assert errors
            assert stored_addresses() <= known


@pytest.mark.parametrize("enter", ENTRANCES, ids=lambda enter: enter.__name__)
def test_an_address_is_stored_as_it_is_mailed(enter, alice, bob, ada, sign_in):
    response = enter(sign_in, "Info@BÜCHER.example")
    assert response.status_code == 302, form_of(response).errors
    found = {address for address in stored_addresses() if address.startswith("info")}
    assert found == {"info@xn--bcher-kva.example"}, response.url


def form_of(response):
    return response.context.get("address_form") or response.context["form"]


def test_a_list_of_people_names_the_rows_with_such_addresses(sign_in, bob):
    cells = ['"{}"'.format(address.replace('"', '""')) for address in ENCODED_WORDS]
    found = checked(
        sign_in(bob),
        HEAD + "".join(f"Dora,Quist,{cell},,,\n" for cell in cells) + 'Dora,Quist,"""x,""@acme.example",,,\n',
    )
    assert [error["row"] for error in found.errors] == list(range(2, len(cells) + 3))
    assert not Contact.objects.filter(first_name="Dora").exists()


def test_a_list_of_people_is_kept_with_addresses_as_they_are_mailed(sign_in, bob, run_jobs):
    browser = sign_in(bob)
    twice = checked(
        browser, HEAD + "Dora,Quist,info@bücher.example,,,\nDora,Quist,info@xn--bcher-kva.example,,,\n"
    )
    assert [error["row"] for error in twice.errors] == [3]
    once = checked(browser, HEAD + "Dora,Quist,info@bücher.example,,,\n")
    browser.post(reverse("user_import_start", args=[once.pk]))
    run_jobs()
    assert ContactImport.objects.get(pk=once.pk).status == "done"
    assert Contact.objects.get(first_name="Dora").email == "info@xn--bcher-kva.example"
    assert OutgoingMail.objects.get(event="accounts/invitation").to == "info@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ENCODED_WORDS)
def test_no_identity_from_outside_brings_such_an_address(address, visitor, provider):
    change_policy(registration="open")
    sign_in_with(visitor, person(provider, "eve", address))
    assert not is_signed_in(visitor)
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ['"eve@evil.example,"@acme.example', "=?utf-8?q?vic=74im?=@acme.example"])
def test_neither_an_action_nor_the_command_line_takes_such_an_address(address, alice, bob, monkeypatch):
    actor = Actor(user=bob.user, contact=bob)
    with pytest.raises(ValidationError):
        create_colleague(actor=actor, email=address, **DORA)
    with pytest.raises(ValidationError):
        update_colleague(actor=actor, contact=alice, email=address, **DORA)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError):
        call_command("createsuperuser", email=address, interactive=False, verbosity=0)
    assert stored_addresses() <= {alice.email, bob.email, "None"}


def test_a_link_of_before_confirms_no_such_address(sign_in, alice):
    change = AddressChange(alice.pk, alice.email, "=?utf-8?q?vic=74im?=@acme.example")
    assert sign_in(alice).post(reverse("contact_address_confirm", args=[change.token])).url == "/profile/"
    alice.refresh_from_db()
    assert alice.email == "alice@acme.example"


def test_domains_that_staff_write_are_kept_as_those_of_addresses(sign_in, ada):
    url = reverse("admin:accounts_account_add")
    data = {
        "number": "A-99",
        "name": "Books",
        "kind": "customer",
        "status": "active",
        "email_domains": "BÜCHER.example, acme.example",
    }
    assert sign_in(ada).post(url, data | NO_ROWS).status_code == 302
    assert Account.objects.get(number="A-99").email_domains == ["xn--bcher-kva.example", "acme.example"]
    policy = {
        "registration": "open",
        "second_factor": "nobody",
        "lockout_attempts": 5,
        "lockout_minutes": 15,
        "session_hours": 12,
    }
    form = SignInPolicyForm(
        policy | {"idle_minutes": 60, "local_sign_in": "on", "allowed_domains": "@Bücher.example"}
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data["allowed_domains"] == ["xn--bcher-kva.example"]


def test_other_spellings_of_a_domain_use_up_the_same_limit(db, visitor):
    make_contact("Dora", None, email="info@xn--bcher-kva.example")
    spellings = [
        "info@bücher.example",
        "info@BÜCHER.example",
        "info@ｂücher.example",
        "INFO@xn--bcher-kva.example",
    ]
    answers = [
        visitor.post("/accounts/password/reset/", {"email": spelling}).status_code for spelling in spellings
    ]
    assert answers == [302, 302, 302, 429]


def test_who_was_stored_with_letters_beyond_ascii_still_signs_in(db, visitor):
    """As it was kept until now, and as it is kept from now on."""
    for address in ("old@bücher.example", "new@xn--bcher-kva.example"):
        user = make_contact("Dora", None, email=address).user
        user.set_password(PASSWORD)
        user.save()
    for typed in ("old@bücher.example", "new@bücher.example", "new@xn--bcher-kva.example"):
        assert visitor.post("/accounts/login/", {"login": typed, "password": PASSWORD}).url == "/"
        visitor.post("/accounts/logout/")


# What leaves


class Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as takes one message, and the addresses that it was given for."""

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            command = line.decode().strip().upper()
            self.wfile.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(command, b"250 fine\r\n"))
            if command == "DATA":
                message = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.headers += [
                    header for header in message.decode().split("\r\n") if header.startswith("To: ")
                ]
                self.wfile.write(b"250 taken\r\n")
            self.server.recipients += [line.decode().strip()[8:]] if command.startswith("RCPT") else []
            if command == "QUIT":
                return


@pytest.fixture
def smtp(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        server.daemon_threads, server.recipients, server.headers = True, [], []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = (
            "django.core.mail.backends.smtp.EmailBackend",
            "127.0.0.1",
        )
        settings.EMAIL_PORT = server.server_address[1]
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    "address", ["o'brien+x@acme.example", "a=b?c@acme.example", "info@xn--bcher-kva.example"]
)
def test_the_envelope_bears_the_stored_address(db, smtp, address):
    mail = queue_rendered_mail(event="cases/reply", to=address, subject="Hello", text="Hello")
    send_queued_mail(mail_id=mail.pk)
    assert (smtp.recipients, smtp.headers) == ([f"<{address}>"], [f"To: {address}"])


@pytest.mark.parametrize(
    "address", [*ENCODED_WORDS, '"eve@evil.example,"@acme.example', "eve@evil.example,victim@acme.example"]
)
def test_an_address_of_before_that_reads_as_another_is_not_mailed(db, smtp, address):
    mail = queue_rendered_mail(event="cases/reply", to=address, subject="Hello", text="Hello")
    with pytest.raises(ValidationError):
        send_queued_mail(mail_id=mail.pk)
    assert smtp.recipients == []


def test_the_server_of_these_tests_takes_what_any_client_sends(smtp):
    with smtplib.SMTP("127.0.0.1", smtp.server_address[1]) as client:
        client.sendmail("a@acme.example", ["b@acme.example"], "To: c@acme.example\r\n\r\nHello")
    assert (smtp.recipients, smtp.headers) == (["<b@acme.example>"], ["To: c@acme.example"])
