"""Pages that administrators write, at the addresses that they give them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User, WebRole
from lib import markdown
from portal.models import Page, PageTranslation, Redirect, SnippetText
from tests.factories import make_contact
from tests.portal.factories import make_page, restrict

IT, FINANCE = "Portal IT User", "Portal Finance User"


@pytest.fixture
def prices(db):
    """Only Portal Finance Users may read it."""
    page = make_page("/help/prices/", "Ten **coins** each.")
    restrict("/help/prices/", FINANCE)
    return page


def test_fiona_reads_a_page_for_finance_and_alice_does_not(sign_in, fiona, alice, prices):
    page = sign_in(fiona).get("/help/prices/")
    assert page.status_code == 200
    assert ">Prices</h1>" in page.text
    assert "<strong>coins</strong>" in page.text
    assert sign_in(alice).get("/help/prices/").status_code == 403


def test_a_visitor_is_asked_to_sign_in_and_comes_back(visitor, prices):
    for path in ("/help/", "/help/prices/"):
        response = visitor.get(f"{path}?a=b")
        assert (response.status_code, response.url) == (302, f"/accounts/login/?next={path}%3Fa%3Db")


def test_a_page_without_a_rule_is_for_everyone_who_is_signed_in(sign_in, alice, ada):
    make_page("/help/", "Words")
    for person in (alice, ada, make_contact("Paul", None)):
        assert sign_in(person).get("/help/").status_code == 200


def test_visitors_read_a_page_where_a_rule_names_a_role_of_theirs(visitor, sign_in, alice, ada):
    make_page("/terms/", "All rights reserved")
    make_page("/terms/old/", "As it was")
    assert visitor.get("/terms/").status_code == 302
    rule = restrict("/terms/", "Anonymous Users")
    for browser in (visitor, sign_in(alice), sign_in(ada)):
        assert "All rights reserved" in browser.get("/terms/").text
        assert "As it was" in browser.get("/terms/old/").text
    restrict("/terms/old/", IT)
    assert visitor.get("/terms/old/").status_code == 302
    rule.delete()
    assert visitor.get("/terms/").status_code == 302


def test_a_page_for_visitors_below_one_that_is_not_stays_closed_to_them(visitor, prices):
    make_page("/help/prices/list/")
    rule = restrict("/help/prices/list/", "Anonymous Users")
    assert visitor.get("/help/prices/list/").status_code == 302
    rule.reopens = True
    rule.save()
    assert visitor.get("/help/prices/list/").status_code == 200


def test_who_may_preview_a_page_but_not_read_it_is_led_to_it_by_nothing(sign_in, ivan, prices):
    restrict("/help/prices/", IT, right="preview")
    make_page("/help/prices/list/", "Beacon: ten.")
    restrict("/help/prices/list/", IT, reopens=True)
    Redirect.objects.create(from_path="/tariff/", to="/help/prices/")
    browser = sign_in(ivan)
    page = browser.get("/help/prices/list/")
    assert "Beacon: ten." in page.text
    assert "Prices" not in page.text
    assert [browser.get(path).status_code for path in ("/tariff/", "/help/prices/", "/help/prices")] == [
        404,
        403,
        403,
    ]


def test_a_page_that_does_not_exist_is_not_found_by_anybody(visitor, sign_in, alice, ada):
    for browser in (visitor, sign_in(alice), sign_in(ada)):
        for method in (browser.get, browser.post, browser.head, browser.options, browser.delete):
            assert method("/nowhere/").status_code == 404


NOT_THERE = [
    {"is_draft": True},
    {"published_from": timezone.now() + timedelta(days=30)},
    {"published_until": timezone.now() - timedelta(days=1)},
]


@pytest.mark.parametrize("fields", NOT_THERE)
def test_a_page_that_is_not_published_does_not_exist_except_for_those_who_may_preview_it(
    sign_in, visitor, alice, ivan, fields
):
    make_page("/news/", "Big news", **fields)
    restrict("/news/", IT, right="preview")
    assert [browser.get("/news/").status_code for browser in (visitor, sign_in(alice))] == [404, 404]
    page = sign_in(ivan).get("/news/")
    assert "Big news" in page.text
    assert f"Only people with the role {IT}" in page.text
    Page.objects.filter(path="/news/").update(is_draft=False, published_from=None, published_until=None)
    assert sign_in(alice).get("/news/").status_code == 200
    assert "Not published" not in sign_in(ivan).get("/news/").text


def test_a_page_within_its_dates_is_there(sign_in, alice):
    now = timezone.now()
    make_page("/news/", published_from=now - timedelta(days=1), published_until=now + timedelta(days=1))
    assert sign_in(alice).get("/news/").status_code == 200


def test_a_draft_hides_the_pages_below_it(sign_in, alice, ivan):
    make_page("/news/", is_draft=True)
    make_page("/news/may/")
    restrict("/news/", IT, right="preview")
    assert sign_in(alice).get("/news/may/").status_code == 404
    assert sign_in(ivan).get("/news/may/").status_code == 200


def test_the_right_to_preview_does_not_open_a_page_that_its_rules_close(sign_in, ivan, prices):
    Page.objects.filter(path="/help/prices/").update(is_draft=True)
    restrict("/help/prices/", IT, right="preview")
    assert sign_in(ivan).get("/help/prices/").status_code == 403


def test_a_preview_right_of_visitors_shows_drafts_to_no_visitor(visitor):
    make_page("/news/", is_draft=True)
    restrict("/news/", "Anonymous Users")
    restrict("/news/", "Anonymous Users", right="preview")
    assert visitor.get("/news/").status_code == 404


@pytest.mark.parametrize(
    "spelling",
    ["/HELP/Prices/", "//help/prices/", "/help//prices/", "/help/prices", "/help/prices//", "///help/prices"],
)
def test_another_spelling_leads_to_the_page_for_those_who_may_read_it(
    sign_in, visitor, fiona, alice, prices, spelling
):
    response = sign_in(fiona).get("/", PATH_INFO=spelling, QUERY_STRING="a=b")
    assert (response.status_code, response.url) == (301, "/help/prices/?a=b")
    assert sign_in(alice).get("/", PATH_INFO=spelling).status_code == 403
    assert visitor.get("/", PATH_INFO=spelling).url.startswith("/accounts/login/")


@pytest.mark.parametrize("spelling", ["/NEWS/", "//news/", "/news", "/news//"])
def test_another_spelling_of_a_page_that_is_not_to_be_read_is_as_good_as_nothing(
    sign_in, visitor, alice, ivan, spelling
):
    make_page("/news/", is_draft=True)
    restrict("/news/", IT, right="preview")
    assert sign_in(ivan).get("/", PATH_INFO=spelling).status_code == 301
    assert [browser.get("/", PATH_INFO=spelling).status_code for browser in (sign_in(alice), visitor)] == [
        404,
        404,
    ]


TRICKS = [
    "/help/./prices/",
    "/help/../help/prices/",
    "/help/%2e%2e/",
    "/help\\prices/",
    "/help/prices/\x00",
    "/help/prices;x=1/",
    "/en/help/prices/",
    "/help/prices/.",
    "/help/prices/ ",
    "/help/prices./",
    "/ｈelp/prices/".encode().decode("latin-1"),
    "/help/prices/%00/",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_shows_a_page(sign_in, visitor, fiona, alice, prices, trick):
    """Those below the restricted page are refused to Alice by its rule, the others are not there for
    anybody."""
    assert sign_in(fiona).get("/", PATH_INFO=trick).status_code == 404
    for browser in (sign_in(alice), visitor):
        assert browser.get("/", PATH_INFO=trick).status_code in (302, 403, 404)


@pytest.mark.parametrize(
    "header", ["HX-Request", "HX-Boosted", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"]
)
def test_no_header_opens_a_page(sign_in, visitor, alice, prices, header):
    assert sign_in(alice).get("/help/prices/", headers={header: "true"}).status_code == 403
    assert visitor.get("/help/prices/", headers={header: "true"}).status_code == 302


def test_a_page_takes_no_forms(sign_in, fiona, alice, prices):
    assert sign_in(fiona).post("/help/prices/").status_code == 405
    assert sign_in(fiona).head("/help/prices/").status_code == 200
    assert sign_in(alice).post("/help/prices/").status_code == 403


def test_the_portals_own_addresses_win_and_keep_their_last_slash(sign_in, alice):
    browser = sign_in(alice)
    assert browser.get("/cases?state=open").url == "/cases/?state=open"
    assert browser.get("/admin").url == "/admin/"
    assert browser.get("/invoices").url == "/invoices/"
    assert browser.get("/accounts/nowhere").status_code == 404


def test_the_breadcrumb_has_the_pages_above_that_the_reader_may_read(sign_in, fiona, alice):
    make_page("/a/b/c/")
    restrict("/a/", IT)
    restrict("/a/b/", FINANCE, reopens=True)
    page = sign_in(fiona).get("/a/b/c/")
    assert page.context["crumbs"] == [("Home", "/"), ("B", "/a/b/"), ("C", "")]


def test_a_section_shows_the_pages_below_that_the_reader_may_read_in_their_order(sign_in, alice, fiona):
    make_page("/help/", template="section")
    for slug, fields in {
        "zebra": {"position": 1},
        "apple": {"position": 20},
        "banana": {"position": 20},
        "draft": {"is_draft": True},
        "hidden": {"hidden_from_menus": True},
        "secret": {},
    }.items():
        make_page(f"/help/{slug}/", **fields)
    make_page("/help/apple/core/")
    restrict("/help/secret/", FINANCE)
    alices = sign_in(alice).get("/help/")
    assert [url for _label, url in alices.context["cards"]] == [
        "/help/zebra/",
        "/help/apple/",
        "/help/banana/",
    ]
    assert 'href="/help/zebra/"' in alices.text
    assert "Secret" not in alices.text
    assert "Secret" in sign_in(fiona).get("/help/").text


@pytest.mark.parametrize("template", ["standard", "wide"])
def test_other_templates_show_no_pages_below(sign_in, alice, template):
    make_page("/help/", "Words", template=template)
    make_page("/help/apple/")
    assert "/help/apple/" not in sign_in(alice).get("/help/").text


def test_a_page_without_text_says_so(sign_in, alice):
    make_page("/help/", "")
    assert "Nothing here yet" in sign_in(alice).get("/help/").text


def test_a_page_shows_the_texts_that_it_calls_for(sign_in, alice):
    SnippetText.objects.create(
        name="opening-hours", text="Nine to **five**", html="<p>Nine to <strong>five</strong></p>"
    )
    make_page("/help/", "We are here.\n\n[[opening-hours]]\n\n[[never-written]]")
    page = sign_in(alice).get("/help/")
    assert "<strong>five</strong>" in page.text
    assert "[[" not in page.text


def test_a_page_is_shown_in_the_readers_language_as_far_as_it_is_translated(sign_in, alice, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
    page = make_page("/help/", "Words")
    PageTranslation.objects.create(
        page=page, language="de", title="Hilfe", body="Worte", body_html="<p>Worte</p>"
    )
    PageTranslation.objects.create(page=page, language="fr", title="Aide")
    browser = sign_in(alice)
    shown = {}
    for language in ("en", "de", "fr"):
        User.objects.update(language=language)
        response = browser.get("/help/")
        shown[language] = (response.context["title"], response.context["text"].strip())
    assert shown == {
        "en": ("Help", "<p>Words</p>"),
        "de": ("Hilfe", "<p>Worte</p>"),
        "fr": ("Aide", "<p>Words</p>"),
    }


def test_a_page_shows_no_images_of_other_sites_and_runs_nothing():
    html = markdown.render_page(
        "![own](/brand/logo/)\n\n![other](https://evil.example/x.png) "
        "![other](//evil.example/x.png) ![other](/\\evil.example/x)\n\n"
        "<script>alert(1)</script> [x](javascript:alert(1))\n\n# Heading\n\n| a |\n|---|\n| b |"
    )
    assert 'src="/brand/logo/"' in html
    assert "https://evil" not in html.replace('href="https://evil', "")
    assert "//evil" not in re.sub('href="(https:)?//evil', "", html)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<h2>Heading</h2>" in html
    assert "<td>b</td>" in html


def test_a_change_of_page_rule_or_role_holds_from_the_next_request(sign_in, alice):
    browser = sign_in(alice)
    assert browser.get("/help/").status_code == 404
    page = make_page("/help/")
    assert browser.get("/help/").status_code == 200
    rule = restrict("/help/", IT)
    assert browser.get("/help/").status_code == 403
    alice.roles.add(WebRole.objects.get(name=IT))
    assert browser.get("/help/").status_code == 200
    rule.roles.clear()
    assert browser.get("/help/").status_code == 403
    rule.delete()
    page.delete()
    assert browser.get("/help/").status_code == 404


def test_a_page_is_kept_by_no_cache(visitor, sign_in, alice):
    make_page("/terms/")
    restrict("/terms/", "Anonymous Users")
    for browser in (visitor, sign_in(alice)):
        assert "no-store" in browser.get("/terms/")["Cache-Control"]
