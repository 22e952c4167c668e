"""Everybody can use every page: axe finds nothing, on any device and in either theme, and nothing scrolls
sideways."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import add_internal_note
from cases.models import Product
from portal.models import Announcement
from tests.browser.conftest import DESK, EVERYTHING, PHONE, check_page, violations
from tests.cases.factories import make_case, make_staff_reply, pdf_upload
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_reply, make_topic
from tests.invoices.factories import make_invoice, make_overdue
from tests.knowledgebase.factories import make_article, make_category
from tests.records.scenes import TALKED_ABOUT

pytestmark = pytest.mark.browser

ARTICLE = """
Before you start, read this.

## Place the logger

1. Choose the **middle shelf**.
2. Keep it away from the [door](/knowledgebase/).

### Two loggers

> One on top, one at the bottom.

## Check the numbers

| Shelf | Reading of the first logger | Reading of the second logger |
|---|---|---|
| Top | 4.1 | 4.3 |

```
lantern --site cold-store --since yesterday --format csv --output /var/exports/cold-store-readings-of-yesterday.csv
```

## Ask us
"""
LONG_WORD = "TIDEGATE-0004A3FF12-COLDSTORE-BASEMENT-WEST-SHELF-12-SENSOR-7"


@pytest.fixture
def furnished(acme, alice, ada, with_password):
    """A portal with something of everything, and a reader who has every role and acts for two accounts."""
    reader = make_contact("Rita", acme, "Portal Finance User", "Portal IT User", "Portal User Manager")
    make_contact("Rita", None, user=reader.user)
    with_password(reader)
    news = Announcement(title="Maintenance on Sunday", kind="maintenance")
    news.write("Lantern is **away** for an hour, see the [knowledge base](/knowledgebase/).")
    news.save()
    product = Product.objects.create(name="Beacon", slug="beacon")
    article = make_article(
        "Place loggers in a freezer",
        ARTICLE,
        category=make_category("Loggers"),
        summary="Where it is coldest.",
    )
    case = make_case(
        alice,
        f"Alarm of {LONG_WORD}",
        product=product,
        priority="urgent",
        uploads=[pdf_upload(f"{LONG_WORD}.pdf")],
    )
    make_staff_reply(case, ada, f"Please send `{LONG_WORD}`.\n\n- one\n- two", status="waiting")
    forum = make_forum("Loggers", description="About Beacon loggers.")
    topic = make_topic(forum, alice, "How many loggers does a freezer need?", body="See **my** freezer.")
    make_reply(topic, ada, f"Two. Look for {LONG_WORD}.")
    invoice = make_overdue(
        reader.account, "1200.00", "99.90", tax_rate="20", purchase_order="PO-12-2026-COLDSTORE"
    )
    make_invoice(reader.account, "10.00")
    return SimpleNamespace(
        reader=reader, article=article, case=case, forum=forum, topic=topic, invoice=invoice
    )


MANY_PAGES = pytest.mark.timeout(900)
PAGES = {
    "home": lambda _: "/",
    "case list": lambda _: "/cases/",
    "no case matches": lambda _: "/cases/?q=nothing-like-this",
    "case": lambda portal: portal.case.get_absolute_url(),
    "new case": lambda _: "/cases/new/",
    "search": lambda _: "/search/?q=logger",
    "nothing found": lambda _: "/search/?q=submarine",
    "knowledge base": lambda _: "/knowledgebase/",
    "article": lambda portal: portal.article.get_absolute_url(),
    "forums": lambda _: "/forums/",
    "forum": lambda portal: portal.forum.get_absolute_url(),
    "topic": lambda portal: portal.topic.get_absolute_url(),
    "new topic": lambda portal: f"{portal.forum.get_absolute_url()}new/",
    "invoices": lambda _: "/invoices/",
    "invoice": lambda portal: portal.invoice.get_absolute_url(),
    "profile": lambda _: "/profile/",
    "new password": lambda _: "/accounts/password/change/",
    "new e-mail address": lambda _: "/accounts/email/",
    "mailbox": lambda _: "/mailbox/",
    "mail": lambda _: f"/mailbox/{OutgoingMail.objects.latest('pk').pk}/",
}


@MANY_PAGES
def test_everybody_can_use_every_page(open_browser, furnished, subtests):
    page = open_browser(furnished.reader)
    for name, address in PAGES.items():
        with subtests.test(name):
            assert page.goto(address(furnished)).status == 200
            check_page(page)


@MANY_PAGES
def test_everybody_can_use_the_pages_that_every_feature_has(open_browser, furnished, alice, subtests):
    reader = furnished.reader
    for surface in TALKED_ABOUT:
        grant(reader, surface.name, "account", "read")
        record = surface.sample(reader.account, alice)
        page = open_browser(reader)
        for url in (surface.url("list"), surface.line(record, reader).url):
            with subtests.test(url):
                assert page.goto(url).status == 200
                check_page(page)


AGENTS_PAGES = {
    "cases": lambda _: "/admin/desk/",
    "no case": lambda _: "/admin/desk/?q=submarine&state=late",
    "case": lambda portal: f"/admin/desk/{portal.case.number}/",
    "open a case": lambda _: "/admin/cases/case/open/",
    "merge": lambda portal: f"/admin/cases/case/{portal.case.pk}/merge/",
    "merge into": lambda portal: f"/admin/cases/case/{portal.case.pk}/merge/?into={portal.other.number}",
    "split": lambda portal: f"/admin/cases/case/{portal.case.pk}/split/",
    "insight": lambda _: "/admin/cases/case/insight/",
    "start": lambda _: "/admin/",
}


@MANY_PAGES
def test_every_agent_can_use_every_page(open_browser, furnished, ada, alice, subtests):
    furnished.other = make_case(alice, "Another case")
    add_internal_note(
        actor=Actor(user=ada), case=furnished.case, body="> She said so.\n\nSee [this](/knowledgebase/)."
    )
    page = open_browser(ada)
    for name, address in AGENTS_PAGES.items():
        with subtests.test(name):
            assert page.goto(address(furnished)).status == 200
            check_page(page)


def test_every_agent_can_choose_for_many_cases(open_browser, furnished, ada):
    page = open_browser(ada)
    page.goto("/admin/desk/")
    page.get_by_role("checkbox", name="Select C-").first.check()
    page.get_by_role("button", name="Resolve…").click()
    expect(page.get_by_text("1 customer is notified by email.")).to_be_visible()
    check_page(page)


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_everybody_can_use_the_pages_on_the_way_in(open_browser, db, address):
    page = open_browser()
    assert page.goto(address).status == 200
    check_page(page)


def test_everybody_can_use_the_page_of_a_refusal(open_browser, alice):
    page = open_browser(alice)
    assert page.goto("/invoices/").status == 403
    check_page(page)


def test_everybody_can_use_the_page_not_found(open_browser, alice):
    page = open_browser(alice)
    assert page.goto("/no-such-page/").status == 404
    check_page(page)


def test_a_case_with_errors_leads_to_them(open_browser, alice):
    page = open_browser(alice)
    page.goto("/cases/new/")
    page.get_by_label("Subject").fill("Freezer alarm")
    page.get_by_role("button", name="Open case").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Subject")).to_have_value("Freezer alarm")
    check_page(page)
    summary.get_by_role("link", name="Description").click()
    expect(page.get_by_label("Description")).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_everybody_can_use_the_open_menus(open_browser, furnished, viewport):
    page = open_browser(furnished.reader, viewport=viewport)
    page.goto("/")
    menus = page.get_by_role("banner").locator("details.menu > summary:visible")
    assert menus.count() == 2
    for menu in menus.all():
        menu.click()
        expect(menu.locator("xpath=../div")).to_be_in_viewport(ratio=1)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert not violations(page, EVERYTHING)
