"""Second gate: rules on pages narrow who may open them and everything below."""

from urllib.parse import unquote

import pytest
from django.urls import reverse

from accounts.models import WebRole
from lib.networks import NetworkSet
from portal.models import Page, PageAccessRule
from tests.cases.factories import make_case
from tests.factories import grant, make_contact
from tests.invoices.factories import make_invoice
from tests.portal.asking import save_for_sure
from tests.portal.factories import restrict

IT, FINANCE = "Portal IT User", "Portal Finance User"
CASES, NEW_CASE = reverse("cases:list"), reverse("cases:new")


def give(contact, *role_names):
    contact.roles.add(*WebRole.objects.filter(name__in=role_names))


def test_a_rule_on_a_page_holds_for_its_branch(sign_in, alice, ivan):
    case = make_case(alice)
    alices, ivans = sign_in(alice), sign_in(ivan)
    branch = (CASES, NEW_CASE, case.get_absolute_url())
    assert [alices.get(url).status_code for url in branch] == [200, 200, 200]
    restrict("/cases/", IT)
    assert [alices.get(url).status_code for url in branch] == [403, 403, 403]
    assert [ivans.get(url).status_code for url in branch] == [200, 200, 200]
    assert alices.get("/").status_code == 200


def test_posting_into_a_restricted_branch_is_refused(sign_in, alice):
    case = make_case(alice)
    restrict("/cases/", IT)
    response = sign_in(alice).post(reverse("cases:reply", args=[case.number]), {"body": "Hello"})
    assert response.status_code == 403
    assert case.messages.count() == 1


def test_rules_narrow_so_that_a_reader_needs_a_role_of_each(sign_in, ivan, fiona):
    restrict("/cases/", IT)
    restrict("/cases/new/", FINANCE)
    assert sign_in(ivan).get(CASES).status_code == 200
    assert sign_in(ivan).get(NEW_CASE).status_code == 403
    assert sign_in(fiona).get(NEW_CASE).status_code == 403
    give(fiona, IT)
    assert sign_in(fiona).get(NEW_CASE).status_code == 200


def test_one_of_several_roles_of_a_rule_is_enough(sign_in, ivan, fiona, alice):
    restrict("/cases/", IT, FINANCE)
    assert [sign_in(person).get(CASES).status_code for person in (ivan, fiona, alice)] == [200, 200, 403]


def test_a_rule_for_everyone_who_is_signed_in_refuses_no_contact(sign_in, alice, ada):
    restrict("/cases/", "Authenticated Users")
    assert sign_in(alice).get(CASES).status_code == 200


def test_a_rule_below_does_not_restrict_the_page_above(sign_in, alice):
    restrict("/cases/new/", IT)
    assert sign_in(alice).get(CASES).status_code == 200


def test_home_and_search_show_nothing_of_a_feature_whose_page_is_closed(sign_in, alice):
    grant(alice, "invoice", "account", "read")
    make_case(alice, "Zebra freezer alarm")
    make_invoice(alice.account, number="T-900", purchase_order="Zebra 77")
    browser = sign_in(alice)
    shown = {"/cases/": "Zebra freezer alarm", "/invoices/": "T-900"}
    for path, words in shown.items():
        pages = ("/", "/search/?q=Zebra")
        assert [words in browser.get(page).text for page in pages] == [True, True]
        restrict(path, IT)
        assert [words in browser.get(page).text for page in pages] == [False, False]


def test_a_rule_does_not_reach_an_address_that_only_begins_alike(sign_in, alice):
    restrict("/case/", IT)
    restrict("/cases/n/", IT)
    assert sign_in(alice).get(NEW_CASE).status_code == 200


SPELLINGS = [
    "/cases/",
    "/cases",
    "//cases/",
    "///cases/",
    "/CASES/",
    "/Cases/",
    "/%63ases/",
    "/cases//",
    "/cases/./",
    "/./cases/",
    "/cases/../cases/",
    "/cases/%2e%2e/invoices/",
    "/profile/../cases/",
    "/profile/%2e%2e/cases/",
    "/cases/new/",
    "/CASES/new/",
    "/cases;a=b/",
    "/cases/?next=/profile/",
    "/cases%2f",
    "/cases%00/",
    "/\\cases/",
]

LEADING_TO_CASES = [
    "/cases/",
    "/cases",
    "//cases/",
    "///cases/",
    "/CASES/",
    "/Cases/",
    "/%63ases/",
    "/cases//",
    "/cases/?next=/profile/",
    "/cases%2f",
]
"""The exact address, and those that lead to it by a redirect."""


def outcome(browser, spelling):
    """What the browser shows in the end; the test client itself would tidy the address."""
    path, _, query = spelling.partition("?")
    response = browser.get("/", PATH_INFO=unquote(path), QUERY_STRING=query)
    return browser.get(response.url, follow=True) if response.status_code in (301, 302) else response


def test_no_spelling_of_an_address_slips_past_a_rule(sign_in, alice, ivan):
    case = make_case(alice, "Freezer alarm at night")
    restrict("/cases/", IT)
    restrict("/invoices/", IT)
    for reader, expected in ((alice, []), (ivan, LEADING_TO_CASES)):
        browser = sign_in(reader)
        shown = {spelling: outcome(browser, spelling) for spelling in SPELLINGS}
        assert [spelling for spelling, page in shown.items() if case.subject in page.text] == expected
        opened = {spelling for spelling, page in shown.items() if page.status_code not in (403, 404)}
        assert opened == ({*expected, "/cases/new/", "/CASES/new/"} if expected else set())


@pytest.mark.parametrize(
    "header", ["HX-Request", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"]
)
def test_no_header_slips_past_a_rule(sign_in, alice, header):
    restrict("/cases/", IT)
    assert sign_in(alice).get(CASES, headers={header: "true"}).status_code == 403


def test_the_number_of_a_case_in_any_letter_case_is_under_the_rule(sign_in, alice):
    url = make_case(alice).get_absolute_url()
    browser = sign_in(alice)
    assert browser.get(url.lower()).status_code == 200
    restrict(url.lower(), IT)
    assert browser.get(url).status_code == 403
    assert browser.get(url.lower()).status_code == 403


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/accounts/login/", 200),
        ("/accounts/password/reset/", 200),
        ("/accounts/signup/", 200),
        ("/admin/login/", 302),
        ("/brand.css", 200),
    ],
)
def test_a_rule_on_the_root_does_not_lock_the_way_in(visitor, url, status):
    restrict("/", IT)
    assert visitor.get(url).status_code == status


def test_a_rule_on_the_root_restricts_everything_else(sign_in, alice, ivan):
    restrict("/", IT)
    for url in ("/", CASES, "/profile/", "/search/"):
        assert sign_in(alice).get(url).status_code == 403
        assert sign_in(ivan).get(url).status_code == 200


def test_a_rule_on_the_root_leaves_the_theme_the_switcher_and_the_way_out(sign_in, alice, charlie):
    other = make_contact("Alice", charlie.account, IT, user=alice.user)
    restrict("/", IT)
    browser = sign_in(alice)
    assert browser.get("/").status_code == 403
    assert browser.post(reverse("set_theme"), {"theme": "dark"}).status_code == 302
    assert browser.post(reverse("switch_contact"), {"contact": other.pk}).status_code == 302
    assert browser.get("/").status_code == 200
    assert browser.post("/accounts/logout/").status_code == 302


def test_a_rule_on_the_root_leaves_the_administration_to_its_own_gate(sign_in, ada, alice):
    restrict("/", IT)
    assert sign_in(ada).get("/admin/").status_code == 200
    assert sign_in(alice).get("/admin/").status_code == 302
    assert sign_in(ada).get("/").status_code == 403


def test_a_rule_on_the_root_leaves_the_health_check_to_a_listed_load_balancer(visitor, settings):
    settings.HEALTH_CHECK_FROM = NetworkSet.of("HEALTH_CHECK_FROM", ["192.0.2.0/24"])
    restrict("/", IT)
    assert visitor.get("/healthz", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_right_to_preview_gives_no_right_to_read(sign_in, ivan, alice):
    restrict("/cases/", IT, right=PageAccessRule.Right.PREVIEW)
    assert sign_in(alice).get(CASES).status_code == 200
    restrict("/cases/", FINANCE)
    assert sign_in(ivan).get(CASES).status_code == 403


def test_a_rule_whose_roles_are_gone_closes_the_page(sign_in, ivan):
    restrict("/cases/", IT)
    WebRole.objects.get(name=IT).delete()
    assert sign_in(ivan).get(CASES).status_code == 403


def test_staff_without_a_contact_are_held_to_the_rules(sign_in, ada):
    assert sign_in(ada).get("/search/").status_code == 200
    restrict("/search/", IT)
    assert sign_in(ada).get("/search/").status_code == 403


def test_a_visitor_is_sent_to_sign_in_and_comes_back(visitor):
    restrict("/cases/", IT)
    response = visitor.get(NEW_CASE)
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/cases/new/")


def test_a_visitor_is_sent_to_sign_in_where_a_rule_closes_a_public_page(visitor, sign_in, alice, settings):
    settings.DEMO_MODE = True
    assert visitor.get("/mailbox/").status_code == 200
    restrict("/mailbox/", IT)
    response = visitor.get("/mailbox/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/mailbox/")
    assert sign_in(alice).get("/mailbox/").status_code == 403


def test_adas_edit_of_a_rule_holds_from_the_next_request(sign_in, ada, alice):
    desk, browser = sign_in(ada), sign_in(alice)
    page = Page.objects.get(path="/cases/")
    rules = {"position": 10, "access_rules-TOTAL_FORMS": 1, "access_rules-INITIAL_FORMS": 0}
    rule = {
        "access_rules-0-right": "read",
        "access_rules-0-roles": [WebRole.objects.get(name=IT).pk],
        "access_rules-0-page": page.pk,
    }
    url = reverse("admin:portal_page_change", args=[page.pk])
    assert save_for_sure(desk, url, {"title": "Cases", **rules, **rule}).status_code == 302
    assert browser.get(CASES).status_code == 403
    rule |= {
        "access_rules-INITIAL_FORMS": 1,
        "access_rules-0-id": page.access_rules.get().pk,
        "access_rules-0-DELETE": "on",
    }
    assert save_for_sure(desk, url, {"title": "Cases", **rules, **rule}).status_code == 302
    assert browser.get(CASES).status_code == 200


def test_a_change_of_roles_holds_from_the_next_request(sign_in, alice):
    restrict("/cases/", IT)
    browser = sign_in(alice)
    assert browser.get(CASES).status_code == 403
    give(alice, IT)
    assert browser.get(CASES).status_code == 200
    alice.roles.clear()
    assert browser.get(CASES).status_code == 403
