"""Texts of the portal that administrators change without code."""

import logging
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.actions import queue_mail
from accounts.actors import SYSTEM
from accounts.models import Activity, OutgoingMail, SignInPolicy
from portal.actions.snippets import write_texts
from portal.models import Page, Site, SnippetText
from portal.site import configuration
from portal.texts import snippets
from portal.texts.declared import declared
from tests.factories import make_user
from tests.portal.factories import allow

TEMPLATES = Path(__file__).parents[2] / "templates"
TEXTS = reverse("admin:portal_snippettext_changelist")
ADD_TEXT = reverse("admin:portal_snippettext_add")
EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://evil.example/y.png) **safe**"

DECLARED = declared()


def page_of(name):
    return reverse("admin:portal_snippettext_change", args=[name])


def write(name, text, language=""):
    write_texts(actor=SYSTEM, name=name, texts={language: text})


def shown(name, language="en", **values):
    return snippets.text(name, language, configuration.current(), **values)


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def visitor(client, db):
    """Somebody who may register."""
    SignInPolicy.objects.update(registration=SignInPolicy.Registration.OPEN)
    return client


@pytest.fixture
def two_languages(settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]


def test_every_text_in_a_template_is_declared_and_every_declared_text_is_in_a_template():
    used = re.compile(r'{% (?:plain_)?snippet "([^"]+)"')
    in_templates = {name for path in TEMPLATES.rglob("*.*") for name in used.findall(path.read_text())}
    assert in_templates == set(DECLARED)


def test_the_default_is_shown_until_somebody_writes_something_else(visitor):
    assert "Use your work email address." in visitor.get(reverse("account_signup")).text
    write("sign-up-intro", "Ask **Ada** first.")
    page = visitor.get(reverse("account_signup")).text
    assert '<p class="lead">Ask <strong>Ada</strong> first.</p>' in page
    assert "Use your work email address." not in page


def test_a_text_costs_no_query_and_a_change_holds_from_the_next_request(visitor, django_assert_num_queries):
    visitor.get(reverse("account_login"))
    for number in range(3):
        write("footer-note", f"Note {number}")
        assert f"Note {number}" in visitor.get(reverse("account_login")).text
        with django_assert_num_queries(1):
            visitor.get(reverse("account_login"))


def test_an_edit_past_the_application_holds_from_the_next_request(visitor):
    write("footer-note", "Before")
    assert "Before" in visitor.get(reverse("account_login")).text
    SnippetText.objects.update(html="After")
    assert "After" in visitor.get(reverse("account_login")).text


def test_home_greets_by_name_and_an_empty_tagline_leaves_no_gap(sign_in, alice, visitor):
    assert "<h1>Hello Alice, how can we help?</h1>" in sign_in(alice).get("/").text
    write("home-greeting", "Moin {name}! {surname}")
    assert "<h1>Moin Alice! {surname}</h1>" in sign_in(alice).get("/").text
    assert '<p class="lead"></p>' not in visitor.get(reverse("account_login")).text


def test_a_value_is_text_and_never_markup(sign_in, alice):
    alice.first_name = '<b onclick="x">Al</b>'
    alice.save()
    write("home-greeting", "[{name}]({name}) **{name}**")
    page = sign_in(alice).get("/").text
    assert "&lt;b onclick=&quot;x&quot;&gt;Al&lt;/b&gt;" in page
    assert "<b onclick" not in page


def test_the_empty_states_can_be_changed(sign_in, alice):
    write("cases-empty", "Nothing here. Call [us](tel:+4912345).")
    for url in ("/", reverse("cases:list")):
        assert (
            '<p>Nothing here. Call <a href="tel:+4912345" rel="nofollow noopener">us</a>.</p>'
            in sign_in(alice).get(url).text
        )
    write("articles-nothing-found", "We know nothing of that.")
    assert (
        "We know nothing of that." in sign_in(alice).get(reverse("knowledgebase:list"), {"q": "xyzzy"}).text
    )


def test_refusals_can_be_changed(sign_in, alice):
    write("page-refused", "Not yours.")
    write("network-refused", "Not from there.")
    assert "<p>Not yours.</p>" in sign_in(alice).get(reverse("invoices:list")).text
    allow("192.0.2.0/24")
    assert "<p>Not from there.</p>" in Client().get("/").text


def test_mails_end_with_the_footer(alice, run_jobs):
    write("mail-footer", "**{title}** & Co, {address}")
    Site.objects.update(title="Fish & Chips")
    queue_mail(event="accounts/code", to=alice.email, context={"code": "123456", "token": "123456"})
    run_jobs()
    message = mail.outbox[-1]
    assert "**Fish & Chips** & Co, http" in message.body
    assert "<strong>Fish &amp; Chips</strong> &amp; Co, http" in message.alternatives[0][0]
    assert OutgoingMail.objects.count() == 1


def test_the_reader_s_language_decides_and_falls_back_to_the_text_for_all(two_languages, visitor):
    write("sign-up-intro", "For all")
    write("sign-up-intro", "Für alle", "de")
    languages = ("de-AT", "de", "en", "fr")
    asked = {
        accept: visitor.get(reverse("account_signup"), headers={"accept-language": accept}).text
        for accept in languages
    }
    assert [accept for accept, page in asked.items() if "Für alle" in page] == ["de-AT", "de"]
    assert [accept for accept, page in asked.items() if "For all" in page] == ["en", "fr"]


def test_a_regional_language_is_nearer_than_the_language_and_a_default_nearer_than_another_language(db):
    write("sign-up-intro", "Deutsch", "de")
    write("sign-up-intro", "Schweiz", "de-ch")
    assert [shown("sign-up-intro", code) for code in ("de-ch", "de-at", "de")] == [
        "Schweiz",
        "Deutsch",
        "Deutsch",
    ]
    assert shown("sign-up-intro", "en").startswith("Use your work")


def test_a_text_that_nobody_wrote_shows_nothing_and_is_logged_once(db, caplog):
    with caplog.at_level(logging.WARNING, "portal.texts.snippets"):
        assert [shown("no-such-text"), shown("no-such-text")] == ["", ""]
    assert [record.getMessage() for record in caplog.records] == [
        "There is no text named no-such-text; nothing is shown in its place."
    ]


def test_without_a_configuration_the_default_is_shown():
    assert snippets.text("page-refused", "en", None).startswith("This page requires a role")


@pytest.mark.parametrize("name", ["sign-up-intro", "opening-hours"])
def test_unsafe_text_is_made_harmless(db, name):
    write(name, EVIL)
    html = shown(name)
    assert "<strong>safe</strong>" in html
    assert not re.search(r"<script|javascript:alert\(1\)\"|<img", html)


@pytest.mark.parametrize(
    ("html", "expanded"),
    [
        ("<p>[[hours]]</p>", "<p>9 to <em>5</em></p>\n"),
        ("<p>Open [[hours]].</p>", "<p>Open 9 to <em>5</em>.</p>"),
        ("<p>[[rooms]]</p>", "<ul>\n<li>A</li>\n</ul>\n"),
        ("<p>[[no-such]] [[Bad Name]] [[]]</p>", "<p> [[Bad Name]] [[]]</p>"),
        (
            '<a title="[[hours]]">x</a><code>[[hours]]</code>',
            '<a title="[[hours]]">x</a><code>[[hours]]</code>',
        ),
        ("<p>nothing</p>", "<p>nothing</p>"),
    ],
)
def test_pages_call_for_texts_by_name(db, html, expanded):
    write("hours", "9 to *5*")
    write("rooms", "- A")
    assert snippets.expand(html, "en", configuration.current()) == expanded


def test_texts_that_call_for_each_other_do_not_run_in_circles(db):
    write("one", "[[two]]")
    write("two", "[[one]]")
    assert snippets.expand("<p>[[one]]</p>", "en", configuration.current()) == "<p>[[two]]</p>\n"


def test_a_text_is_written_once_a_language(db):
    write("hours", "9 to 5")
    with pytest.raises(IntegrityError):
        SnippetText.objects.create(name="hours", text="again", html="again")


def test_the_list_shows_every_text_with_its_default_and_what_was_written(desk):
    write("footer-note", "Ours")
    write("opening-hours", "9 to 5")
    page = desk.get(TEXTS).text
    assert all(page_of(name) in page for name in (*DECLARED, "opening-hours"))
    assert "Use your work email address." in page
    assert "<div>Ours</div>" in page
    assert "In pages that contain [[opening-hours]]" in page


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("footer", {"footer-note", "mail-footer"}),
        ("WORK email", {"sign-up-intro"}),
        ("ours alone", {"footer-note"}),
        ("xyzzy", set()),
        ("\x00", set(DECLARED)),
    ],
)
def test_the_list_can_be_searched(desk, words, names):
    write("footer-note", "Ours alone")
    page = desk.get(TEXTS, {"q": words})
    assert page.status_code == 200
    assert {name for name in DECLARED if f'"{page_of(name)}"' in page.text} == names


def test_the_list_costs_the_same_queries_however_much_was_written(desk, django_assert_max_num_queries):
    for number in range(50):
        SnippetText.objects.create(name=f"text-{number}", text="x", html="x")
    desk.get(TEXTS)
    with django_assert_max_num_queries(7):
        assert desk.get(TEXTS).status_code == 200


def test_ada_changes_a_text_and_goes_back_to_the_default(desk, visitor, ada):
    assert desk.post(page_of("sign-up-intro"), {"text_": "Ours.", "save": "1"}).status_code == 302
    assert "Ours." in visitor.get(reverse("account_signup")).text
    assert "Reset to default" in desk.get(page_of("sign-up-intro")).text
    desk.post(page_of("sign-up-intro"), {"text_": "Ours.", "reset": "1"})
    assert "Use your work email address." in visitor.get(reverse("account_signup")).text
    assert "Reset to default" not in desk.get(page_of("sign-up-intro")).text
    lines = Activity.objects.filter(verb="text.changed")
    assert {(line.label, line.actor, line.is_internal) for line in lines} == {("sign-up-intro", ada, True)}
    assert len(lines) == 2


def test_ada_writes_for_each_language_and_an_emptied_field_is_the_default_again(two_languages, desk):
    desk.post(page_of("footer-note"), {"text_": "All", "text_de": "Alle", "text_en": ""})
    assert dict(SnippetText.objects.values_list("language", "text")) == {"": "All", "de": "Alle"}
    desk.post(page_of("footer-note"), {"text_": "All", "text_de": " ", "text_en": ""})
    assert dict(SnippetText.objects.values_list("language", "text")) == {"": "All"}


def test_going_back_to_the_default_leaves_no_text_in_a_language_that_is_no_longer_offered(desk):
    write("footer-note", "Tous", "fr")
    desk.post(page_of("footer-note"), {"reset": "1"})
    assert not SnippetText.objects.exists()


def test_saving_without_a_change_leaves_no_trace(desk):
    write("footer-note", "Ours")
    before = configuration.current().revision
    desk.post(page_of("footer-note"), {"text_": "Ours"})
    assert configuration.current().revision == before
    assert Activity.objects.filter(verb="text.changed").count() == 1


def test_a_preview_stores_nothing_and_keeps_what_was_typed(desk):
    page = desk.post(page_of("sign-up-intro"), {"text_": EVIL, "preview": "1"}).text
    assert "<strong>safe</strong>" in page
    assert "<script>alert" not in page
    assert "![y](http://evil.example/y.png) **safe**" in page
    assert not SnippetText.objects.exists()


@pytest.mark.parametrize("text", ["x" * 5001, "a\x00b"])
def test_what_cannot_be_stored_is_told_and_stays_in_the_field(desk, text):
    page = desk.post(page_of("footer-note"), {"text_": text})
    assert page.context["form"].errors["text_"]
    assert page.context["form"]["text_"].value() == text
    assert not SnippetText.objects.exists()


def test_ada_adds_a_text_for_her_pages_and_deletes_it(desk):
    assert desk.post(ADD_TEXT, {"name": "opening-hours"}).url == page_of("opening-hours")
    desk.post(page_of("opening-hours"), {"text_": "9 to 5"})
    assert shown("opening-hours") == "<p>9 to 5</p>\n"
    assert 'value="Delete"' in desk.get(page_of("opening-hours")).text
    desk.post(page_of("opening-hours"), {"reset": "1"})
    assert not SnippetText.objects.exists()


def test_a_text_says_which_pages_call_for_it(desk):
    write("hours", "9 to 5")
    Page.objects.filter(path="/cases/").update(body="Open [[hours]]")
    Page.objects.filter(path="/forums/").update(body="[[hours-2]]")
    Page.objects.get(path="/invoices/").translations.create(language="de", body="[[hours]]")
    pages = desk.get(page_of("hours")).context["pages"]
    assert {page.path for page in pages} == {"/cases/", "/invoices/"}


@pytest.mark.parametrize("name", ["", "Opening hours", "../x", "a" * 61, "-", "ü"])
def test_a_name_that_pages_could_not_call_is_refused(desk, name):
    assert desk.post(ADD_TEXT, {"name": name}).context["form"].errors["name"]


@pytest.mark.parametrize("name", ["Opening", "a_b", "a--b"])
def test_an_address_of_no_possible_text_is_not_found(desk, name):
    assert desk.get(f"{TEXTS}{name}/").status_code == 404


@pytest.mark.parametrize(
    ("right", "reads", "changes", "adds"),
    [("", 403, 403, 403), ("view", 200, 403, 403), ("change", 200, 302, 403), ("add", 403, 403, 403)],
)
def test_staff_do_what_their_rights_say(sign_in, db, right, reads, changes, adds):
    agent = make_user("sam@portal.example", is_staff=True)
    if right:
        agent.user_permissions.add(Permission.objects.get(codename=f"{right}_snippettext"))
    browser = sign_in(agent)
    assert browser.get(TEXTS).status_code == reads
    assert browser.get(page_of("footer-note")).status_code == reads
    assert browser.post(page_of("footer-note"), {"text_": "x"}).status_code == changes
    assert browser.post(page_of("own-text"), {"text_": "x"}).status_code == adds
