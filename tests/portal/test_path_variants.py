"""Whatever is made of an address: what a rule protects shows itself to those whom the rule lets in, and to
nobody else."""

from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import RecordPermission, WebRole
from tests.cases.factories import make_case, pdf_upload
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_topic
from tests.invoices.factories import make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.portal.factories import make_page, restrict
from tests.portal.path_variants import SAME_ADDRESS, VARIANTS, as_a_server_hands_it_over

IT = "Portal IT User"
RULED = ("/cases/", "/invoices/", "/knowledgebase/", "/forums/", "/users/", "/help/prices/")
SECRET = "Zebra"
"""Is in everything below these pages, and in no address. Files say ``%PDF``."""


@pytest.fixture
def protected(alice):
    """Address of one page of everything, all open to Alice but for the rules."""
    audience = grant(alice, "invoice", "account", "read")
    RecordPermission.objects.create(
        role=audience, record_type="contact", scope="account", can_read=True, can_write=True
    )
    make_contact(SECRET, alice.account, email="colleague@acme.example")
    case = make_case(alice, f"{SECRET} freezer alarm", uploads=[pdf_upload()])
    invoice = make_invoice(alice.account, purchase_order=f"{SECRET} 77")
    article = make_article(f"{SECRET} manual", category=make_category(f"{SECRET} shelf"))
    topic = make_topic(make_forum(f"{SECRET} forum"), alice, f"{SECRET} question")
    topic.rename("Question")
    topic.title = f"{SECRET} question"
    topic.save()
    make_page("/help/prices/", f"A {SECRET} costs ten coins.")
    make_page("/help/prices/old/", f"A {SECRET} was nine coins.")
    for path in RULED:
        restrict(path, IT)
    return {
        "cases": "/cases/",
        "case": case.get_absolute_url(),
        "attachment": case.messages.get().attachments.get().get_absolute_url(),
        "invoice as PDF": f"{invoice.get_absolute_url()}pdf/",
        "article": article.get_absolute_url(),
        "topic": topic.get_absolute_url(),
        "users": "/users/",
        "page": "/help/prices/",
        "page below": "/help/prices/old/",
    }


NAMES = ["cases", "case", "attachment", "invoice as PDF", "article", "topic", "users", "page", "page below"]
ELSEWHERE = {400, 403, 404, 410}
"""No page, or none for customers (the administration), or no invitation of that code."""


def ask(browser, target, method="GET", **options):
    """The answer to a request target; the test client itself would tidy the address."""
    return browser.generic(method, "/", **as_a_server_hands_it_over(target), **options)


def reveals(answer):
    content = answer.getvalue()
    return SECRET.encode() in content or content.startswith(b"%PDF")


@dataclass(frozen=True)
class Outcome:
    """What the browser shows in the end, all redirects followed."""

    status: int
    path: str
    is_revealing: bool


def outcomes(browser, path, variants=VARIANTS):
    return {name: outcome(browser, make(path)) for name, make in variants.items()}


def outcome(browser, target):
    answer = ask(browser, target)
    if answer.status_code in (301, 302):
        answer = browser.get(answer.url, follow=True)
    return Outcome(answer.status_code, answer.request["PATH_INFO"], reveals(answer))


def give(contact, role):
    contact.roles.add(WebRole.objects.get(name=role))


def test_no_variant_of_an_address_slips_past_a_rule(sign_in, alice, protected, member):
    for name in NAMES:
        with member(name):
            shown = outcomes(sign_in(alice), protected[name])
            assert [variant for variant, outcome in shown.items() if outcome.is_revealing] == []
            assert {outcome.status for outcome in shown.values()} <= ELSEWHERE
            assert {shown[variant].status for variant in SAME_ADDRESS} == {403}


def test_those_whom_the_rule_lets_in_see_the_page_or_that_there_is_none(sign_in, alice, protected, member):
    give(alice, IT)
    for name in ("case", "attachment", "article", "page"):
        with member(name):
            shown = outcomes(sign_in(alice), protected[name])
            assert [variant for variant in SAME_ADDRESS if not shown[variant].is_revealing] == []
            assert {outcome.status for outcome in shown.values() if not outcome.is_revealing} <= ELSEWHERE


def test_a_visitor_is_shown_the_way_to_sign_in_at_most(protected, member):
    for name in ("case", "page below"):
        with member(name):
            for variant, shown in outcomes(Client(), protected[name]).items():
                assert not shown.is_revealing, variant
                assert shown.status in ELSEWHERE or shown.path == "/accounts/login/", variant


METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "GET /profile/")


def test_no_method_slips_past_a_rule(sign_in, alice, protected, member):
    for name in NAMES:
        with member(name):
            for browser, refused in ((sign_in(alice), {403}), (Client(), {302, 404})):
                answers = {method: ask(browser, protected[name], method) for method in METHODS}
                assert [method for method, answer in answers.items() if reveals(answer)] == []
                assert {answer.status_code for answer in answers.values()} <= refused


def tricks(path):
    """Headers with which others name the address, the method, the host or the person; ``path`` is another
    address than asked."""
    return [
        {"HX-Request": "true"},
        {"HX-Request": "true", "HX-Boosted": "true", "HX-Current-URL": path, "HX-Target": "main"},
        *(
            {name: path}
            for name in (
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-Original-URI",
                "X-Forwarded-Uri",
                "X-Accel-Redirect",
                "Referer",
            )
        ),
        *(
            {name: path}
            for name in (
                "X-Script-Name",
                "Script-Name",
                "X-Forwarded-Prefix",
                "Path-Info",
                "X-Forwarded-Path",
            )
        ),
        *({name: "HEAD"} for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")),
        {
            "X-Forwarded-Host": "localhost",
            "X-Forwarded-For": "127.0.0.1",
            "X-Real-IP": "127.0.0.1",
            "True-Client-IP": "127.0.0.1",
        },
        {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json", "Range": "bytes=0-"},
        {
            "Remote-User": "ada@portal.example",
            "X-Forwarded-User": "ada@portal.example",
            "Authorization": "Basic YWRhOmFkYQ==",
        },
        {
            "Purpose": "prefetch",
            "X-Moz": "prefetch",
            "Accept-Language": "de",
            "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT",
        },
    ]


@pytest.mark.parametrize("name", ["case", "invoice as PDF", "page"])
def test_no_header_slips_past_a_rule(sign_in, alice, visitor, protected, name):
    for browser, refused in ((sign_in(alice), 403), (visitor, 302)):
        for headers in tricks("/profile/"):
            answer = ask(browser, protected[name], headers=headers)
            assert (answer.status_code, reveals(answer)) == (refused, False), headers
        for headers in tricks(protected[name]):
            assert not reveals(ask(browser, "/accounts/login/", headers=headers)), headers
