"""Header and footer are drawn once for what they show: nobody sees another's, and a change is seen at
once."""

import re

from django.test import Client

from accounts.models import Contact
from portal.models import Site, SnippetText


def header_of(browser, path="/"):
    return re.search(
        r'<header class="site-header">.*?</header>\s*(?=<main|<div|$)', browser.get(path).text, re.DOTALL
    )[0]


def footer_of(browser, path="/"):
    return re.search(r'<footer class="site-footer">.*?</footer>', browser.get(path).text, re.DOTALL)[0]


def test_each_reader_has_their_own_header(sign_in, alice, bob):
    for _click in range(2):
        assert "Alice Tester" in header_of(sign_in(alice))
        assert "Bob Tester" in header_of(sign_in(bob))


def test_a_changed_name_is_seen_at_once(sign_in, alice):
    browser = sign_in(alice)
    header_of(browser)
    Contact.objects.filter(pk=alice.pk).update(first_name="Alicia")
    assert "Alicia Tester" in header_of(browser)


def test_a_role_that_is_taken_away_takes_its_menu_entry_along(sign_in, bob):
    browser = sign_in(bob)
    assert "Manage users" in header_of(browser)
    bob.roles.clear()
    assert "Manage users" not in header_of(browser)


def test_its_forms_carry_the_readers_own_token_and_lead_back(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    header = header_of(browser, "/cases/?view=all&q=%22%3E")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', header)[1]
    assert 'name="next" value="/cases/?view=all&amp;q=%22%3E"' in header
    answer = browser.post(
        "/preferences/theme/", {"csrfmiddlewaretoken": token, "theme": "dark", "next": "/cases/?view=all"}
    )
    assert answer.status_code == 302
    assert answer.url == "/cases/?view=all"


def test_all_forms_of_a_page_carry_one_token(sign_in, alice):
    page = sign_in(alice).get("/cases/new/").text
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert len(tokens) > 2
    assert len(set(tokens)) == 1


def test_a_name_that_looks_like_markup_is_a_name(sign_in, alice):
    Contact.objects.filter(pk=alice.pk).update(first_name="<b>Al")
    assert "<b>Al" not in header_of(sign_in(alice))


def test_a_visitor_chooses_the_theme_below_and_all_others_in_their_menu(client, sign_in, alice):
    assert 'name="next" value="/accounts/login/?next=%2Fcases%2F"' in footer_of(
        client, "/accounts/login/?next=%2Fcases%2F"
    )
    assert 'name="theme"' not in footer_of(sign_in(alice))


def test_a_footer_that_is_changed_is_seen_at_once(sign_in, alice):
    browser = sign_in(alice)
    footer_of(browser)
    Site.objects.update(support_email="help@acme.example")
    SnippetText.objects.create(name="footer-note", html="<p>Open all day.</p>")
    footer = footer_of(browser)
    assert "mailto:help@acme.example" in footer
    assert "Open all day." in footer
