"""Strangers who come first, guess, or send what is not what it seems: each of these was possible once."""

import io
import logging
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from accounts.actions.contact_imports import check_import, create_imported_contacts, start_import
from accounts.actions.invitations import invite_contact, invite_group, resend_invitation
from accounts.actors import Actor
from accounts.models import ContactImport, Invitation, OutgoingMail, SignInPolicy, User
from tests.accounts.external import change_policy, is_signed_in, person, sign_in_with
from tests.accounts.forgotten import ask_for_password
from tests.factories import PASSWORD, make_account, make_contact
from tests.races import at_once, commits

LOGIN = "/accounts/login/"
SIGN_UP = "/accounts/signup/"
RESET = "/accounts/password/reset/"
EMAIL = "/accounts/email/"
NEW_PASSWORD = "four-quiet-lanterns"
HEAD = "First name,Last name,E-mail\n"


def actor(contact):
    return Actor(user=contact.user, contact=contact)


def with_password(contact):
    contact.user.set_password(PASSWORD)
    contact.user.save()
    return contact


def signed_in_with_password(contact):
    """A browser that has just been asked for the password once more."""
    browser = Client()
    browser.post(LOGIN, {"login": with_password(contact).email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def link_in_mail(to, path):
    """The address below ``path`` in the latest mail that has one."""
    mail = OutgoingMail.objects.filter(to=to, text__contains=path).latest("pk")
    return re.search(rf"{re.escape(path)}[\w:-]{{20,}}/", mail.text)[0]


def register(browser, email):
    names = {"first_name": "Dora", "last_name": "Quist"}
    return browser.post(
        SIGN_UP, {**names, "email": email, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )


def invited(bob):
    """Dora, whom Bob invites, and the path of her link."""
    dora = make_contact("Dora", bob.account, signs_in=False)
    invite_contact(actor=actor(bob), contact=dora)
    return dora, link_in_mail(dora.email, "/redeem/")


def ask_for_code(browser, address, **data):
    browser.post(reverse("redeem_send_code"), data)
    mail = OutgoingMail.objects.filter(to=address, event="accounts/invitation_code").latest("pk")
    return re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail.text)[0]


# A stranger comes first


def test_an_identity_that_a_stranger_tied_to_doras_address_is_void_once_she_has_the_sign_in(
    provider, visitor
):
    """The stranger's provider does not vouch for the address. It never becomes the stranger's by Dora's own
    proof of it."""
    change_policy(registration="open")
    email = "dora@acme.example"
    sign_in_with(Client(), person(provider, "mallory", email, verified=False))
    ask_for_password(visitor, email)
    form = visitor.get(
        re.search(
            r"/accounts/password/reset/key/\S+", OutgoingMail.objects.filter(to=email).latest("pk").text
        )[0]
    ).url
    visitor.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    visitor.post(LOGIN, {"login": email, "password": NEW_PASSWORD})
    visitor.post(link_in_mail(email, "/accounts/confirm-email/"))
    visitor.post(LOGIN, {"login": email, "password": NEW_PASSWORD})
    assert is_signed_in(visitor)
    stranger = Client()
    sign_in_with(stranger, "mallory")
    assert not is_signed_in(stranger)


def test_dora_gets_in_with_her_invitation_though_a_stranger_registered_her_address(bob, visitor):
    """The stranger never confirmed it; the code that Dora types proves that it is hers."""
    change_policy(registration="open")
    dora, path = invited(bob)
    register(Client(), dora.email)
    visitor.get(path)
    answer = visitor.post(reverse("redeem_confirm"), {"code": ask_for_code(visitor, dora.email)})
    assert answer.url == reverse("redeem_register")


def test_a_stranger_who_asks_for_a_link_does_not_stop_dora_who_is_about_to_register(bob, visitor, run_jobs):
    """Her link was good for days yet; whoever knows her address could void it every five minutes."""
    dora, path = invited(bob)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=6))
    visitor.get(path)
    visitor.post(reverse("redeem_confirm"), {"code": ask_for_code(visitor, dora.email)})
    Client().post(reverse("redeem_new_link"), {"email": dora.email})
    run_jobs()
    assert visitor.get(reverse("redeem_register")).status_code == 200


def test_the_mail_that_anybody_can_ask_for_has_a_link_that_works_beside_the_first(bob, visitor, run_jobs):
    dora, first = invited(bob)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=6))
    before = Invitation.objects.get().expires_at
    visitor.post(reverse("redeem_new_link"), {"email": dora.email})
    run_jobs()
    further = link_in_mail(dora.email, "/redeem/")
    assert further != first
    assert [visitor.get(path).url for path in (first, further)] == [reverse("redeem_invitation")] * 2
    assert Invitation.objects.get().expires_at == before
    resend_invitation(actor=actor(bob), invitation=Invitation.objects.get())
    assert [visitor.get(path).status_code for path in (first, further)] == [410, 410]


def test_for_an_invitation_that_has_expired_a_new_code_is_made(bob, visitor, run_jobs):
    dora, first = invited(bob)
    Invitation.objects.update(
        sent_at=timezone.now() - timedelta(days=20), expires_at=timezone.now() - timedelta(days=6)
    )
    visitor.post(reverse("redeem_new_link"), {"email": dora.email})
    run_jobs()
    assert visitor.get(link_in_mail(dora.email, "/redeem/")).url == reverse("redeem_invitation")
    assert Client().get(first).status_code == 410


@pytest.mark.parametrize("code", ["WzEsMl0:x", "W10:abc", "::", "bnVsbA:" + "A" * 43])
def test_an_invented_further_code_opens_nothing(bob, visitor, code):
    invited(bob)
    assert visitor.get(f"/redeem/{code}/").status_code == 410


def test_dora_is_told_what_to_do_when_somebody_else_has_just_had_a_code_mailed_to_her(bob, visitor):
    """Who has the forwarded link used up her tries: she gets a code page or a sentence, not a bare
    refusal."""
    _dora, path = invited(bob)
    stranger = Client()
    stranger.get(path)
    stranger.post(reverse("redeem_send_code"))
    visitor.get(path)
    assert visitor.post(reverse("redeem_send_code"), follow=True).status_code == 200


# Guessing


def test_changing_ones_own_password_forgives_no_guesses_at_an_address_that_is_not_confirmed(alice, charlie):
    """Charlie types Alice's address as his new one; it waits for a confirmation that she will not give."""
    browser = signed_in_with_password(charlie)
    browser.post(EMAIL, {"email": alice.email, "action_add": ""})
    for number in range(4):
        Client().post(LOGIN, {"login": alice.email, "password": f"guess {number}"})
    passwords = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert browser.post("/accounts/password/change/", passwords).status_code == 302
    Client().post(LOGIN, {"login": alice.email, "password": "guess 5"})
    assert lockout.is_locked(alice.email)


# Addresses longer than the columns that keep them (254)

TOO_LONG = f"{'x' * 280}@acme.example"


@pytest.mark.parametrize("url", [RESET, SIGN_UP])
def test_a_visitor_with_an_endless_address_is_told_beside_the_field(visitor, db, url):
    """Registration even shortened it, and wrote to an address that nobody had typed."""
    change_policy(registration="open")
    answer = register(visitor, TOO_LONG) if url == SIGN_UP else visitor.post(url, {"email": TOO_LONG})
    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]
    assert not User.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_alice_cannot_change_to_an_endless_address(alice):
    answer = signed_in_with_password(alice).post(EMAIL, {"email": TOO_LONG, "action_add": ""})
    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]


@pytest.mark.parametrize("name", ["user_new", "user_edit"])
def test_bob_who_types_an_endless_address_is_told_beside_the_field(bob, alice, sign_in, name):
    url = reverse(name, args=[alice.pk] if name == "user_edit" else [])
    answer = sign_in(bob).post(url, {"first_name": "Dora", "last_name": "Quist", "email": TOO_LONG})
    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]


def test_a_group_link_with_an_endless_address_is_told_beside_the_field(acme, ada, visitor):
    invite_group(actor=Actor(user=ada), account=acme, max_redemptions=3)
    visitor.get(link_in_mail(ada.email, "/redeem/"))
    answer = visitor.post(reverse("redeem_send_code"), {"email": TOO_LONG})
    assert answer.status_code == 200
    assert answer.context["address_form"].errors["email"]


def test_an_endless_address_in_a_list_is_named_with_its_row(bob):
    """Otherwise the job failed for good, and the list ran for ever."""
    checked = check_import(
        actor=actor(bob), file_name="people.csv", content=f"{HEAD}Dora,Quist,{TOO_LONG}\n".encode()
    )
    assert [error["row"] for error in checked.errors] == [2]


# Lists that are not what they seem


def with_part(name, change):
    """A workbook with one colleague, one part of it changed."""
    source, changed = zipfile.ZipFile(io.BytesIO(small_workbook())), io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, change(source.read(part)) if part == name else source.read(part))
    return changed.getvalue()


def small_workbook():
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["First name", "Last name", "E-mail"], ["Dora", "Quist", "dora@acme.example"]):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def more(sheet, rows):
    return sheet.replace(b"</sheetData>", rows + b"</sheetData>")


def many_cells(sheet):
    return more(
        sheet, b"".join(b'<row r="%d">' % number + b"<c/>" * 16_000 + b"</row>" for number in range(3, 63))
    )


def many_pieces(sheet):
    return more(sheet, b'<row r="3"><c t="inlineStr"><is>' + b"<t>x</t>" * 1_000_001 + b"</is></c></row>")


def endless_tag(sheet):
    return more(sheet, b'<row r="3" spans="' + b"1" * 600_000 + b'"/>')


def endless_text(sheet):
    return more(sheet, b'<row r="3"><c t="inlineStr"><is><t>' + b"x" * 33 * 2**20 + b"</t></is></c></row>")


def entities(sheet):
    return sheet.replace(b"<worksheet", b'<!DOCTYPE worksheet [<!ENTITY x "x">]><worksheet')


@pytest.mark.parametrize("change", [many_cells, many_pieces, endless_tag, endless_text, entities])
def test_a_small_workbook_that_unpacks_to_a_lot_of_work_is_refused(bob, sign_in, change):
    """74 kB took the server a minute, with the account locked; 144 kB took 1.5 GB of memory."""
    upload = SimpleUploadedFile("people.xlsx", with_part("xl/worksheets/sheet1.xml", change))
    answer = sign_in(bob).post(reverse("user_import"), {"file": upload})
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]


def test_what_a_list_does_not_need_of_a_workbook_is_not_read(bob):
    """A million formats were read, for a minute, before the first row was."""
    content = with_part("xl/styles.xml", lambda _styles: b"no styles at all")
    checked = check_import(actor=actor(bob), file_name="people.xlsx", content=content)
    assert [row["email"] for row in checked.rows] == ["dora@acme.example"]


# What leaves the portal


def test_the_mail_to_somebody_who_registers_again_leads_to_the_portals_own_address(alice, db, settings):
    change_policy(registration="open")
    settings.ALLOWED_HOSTS = ["testserver"]
    register(Client(headers={"host": "testserver:6666"}), alice.email)
    mail = OutgoingMail.objects.get(event="account/email/account_already_exists")
    assert ":6666" not in mail.text + mail.html


def test_signing_in_leads_to_no_address_but_the_portals(alice, settings):
    """Settings add localhost to the allowed hosts: a visitor's localhost is somebody else."""
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    with_password(alice)
    answer = Client().post(LOGIN, {"login": alice.email, "password": PASSWORD, "next": "https://localhost/"})
    assert answer.url == "/"


def test_no_line_of_the_log_holds_a_code_that_still_works(bob, visitor, caplog):
    """Django notes the path of whatever it refuses: here a method that the page does not know; a rate limit
    does it too."""
    _dora, path = invited(bob)
    with caplog.at_level(logging.DEBUG):
        visitor.post(path)
    assert visitor.get(path).status_code == 302
    assert path not in caplog.text


def test_the_page_of_a_dead_link_does_not_repeat_its_code(visitor, db):
    page = visitor.get("/redeem/a-code-that-nobody-ever-had-before/")
    assert page.status_code == 410
    assert "a-code-that" not in page.text


@pytest.mark.parametrize(("is_https", "name"), [(True, "__Host-messages"), (False, "messages")])
def test_with_https_no_other_host_of_the_domain_plants_a_message(visitor, db, settings, is_https, name):
    settings.IS_HTTPS = settings.SESSION_COOKIE_SECURE = is_https
    cookie = visitor.post(reverse("redeem_new_link"), {"email": "dora@acme.example"}).cookies[name]
    assert (cookie["path"], cookie["domain"], bool(cookie["secure"])) == ("/", "", is_https)
    answer = visitor.get(reverse("redeem"))
    assert "If there is an invitation" in answer.text
    assert answer.cookies[name]["max-age"] == 0
    assert bool(answer.cookies[name]["secure"]) == is_https


def test_who_is_a_contact_already_is_told_so_by_a_groups_link(alice, ada, sign_in):
    """Not that the link is dead: it works, for others."""
    invite_group(actor=Actor(user=ada), account=alice.account, max_redemptions=3)
    browser = sign_in(alice)
    browser.get(link_in_mail(ada.email, "/redeem/"))
    answer = browser.post(reverse("redeem_invitation"), follow=True)
    assert "You are already a contact of this company" in answer.text


# At the same moment


@commits
def test_a_list_that_is_started_twice_does_not_get_in_its_own_jobs_way():
    """The start locks the account, then the list; the job locked them the other way round, and somebody got a
    503."""
    bob = make_contact("Bob", make_account("Acme Foods"), "Portal User Manager")
    content = (HEAD + "".join(f"Dora,Quist,dora{number}@acme.example\n" for number in range(1000))).encode()
    checked = check_import(actor=actor(bob), file_name="people.csv", content=content)
    start_import(actor=actor(bob), contact_import=checked)

    def start_or_run(number):
        try:
            if number:
                start_import(actor=actor(bob), contact_import=checked)
            else:
                create_imported_contacts(import_id=checked.pk)
        except OperationalError as error:
            return str(error)
        return ""

    assert at_once(8, start_or_run) == [""] * 8
    assert ContactImport.objects.get().status == ContactImport.Status.RUNNING


@commits
def test_of_many_wrong_codes_at_once_no_more_than_five_are_compared_for_an_invitation(settings):
    """The count was kept in the session, which the last of several parallel requests writes."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    bob = make_contact("Bob", make_account("Acme Foods"), "Portal User Manager")
    dora, path = invited(bob)
    browser = Client()
    browser.get(path)
    right = ask_for_code(browser, dora.email)
    twins = [Client() for _ in range(12)]
    for twin in twins:
        twin.cookies.update(browser.cookies)
    at_once(12, lambda number: twins[number].post(reverse("redeem_confirm"), {"code": f"WRNG-{number:04}"}))
    assert browser.post(reverse("redeem_confirm"), {"code": right}).url != reverse("redeem_register")


@commits
def test_a_stopped_sign_in_is_mailed_once_however_many_codes_came_at_once():
    """Whoever knows the password could send its owner forty mails with forty requests."""
    alice = with_password(make_contact("Alice", make_account("Acme Foods")))
    SignInPolicy.objects.stored()
    change_policy(second_factor="everyone")
    browser = Client()
    browser.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    twins = [Client() for _ in range(12)]
    for twin in twins:
        twin.cookies.update(browser.cookies)
    at_once(12, lambda number: twins[number].post("/accounts/code/", {"code": "abcdef"}))
    assert OutgoingMail.objects.filter(event="accounts/wrong_codes").count() == 1
