"""What search engines are told: what visitors may read, whoever asks, and nothing else."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, RecordPermission, WebRole
from knowledgebase.models import Article
from portal.models import PageAccessRule
from portal.site import search_engines
from records.surfaces import surfaces
from tests.factories import grant
from tests.forums.factories import make_forum, make_topic
from tests.knowledgebase.factories import make_article, make_category
from tests.portal.factories import make_page, restrict
from tests.records.addresses import SAMPLED

ROBOTS, MAP = reverse("robots_txt"), reverse("sitemap")
VISITORS = "Anonymous Users"
OPENED = [surface for surface in surfaces() if surface.granted.grantable(for_visitors=True)]


@pytest.fixture(autouse=True)
def https(settings: Any) -> None:
    settings.IS_HTTPS, settings.BASE_URL = True, "https://help.example"


def open_to_visitors(*record_types: str) -> None:
    role = WebRole.objects.get(name=VISITORS)
    for record_type in record_types:
        RecordPermission.objects.create(role=role, record_type=record_type, scope="global", can_read=True)


def told(browser: Client, query: str = "") -> list[str]:
    """The paths in one file, each after the one address of the portal."""
    page = browser.get(f"{MAP}{query}")
    assert (page.status_code, page["Content-Type"]) == (200, "application/xml")
    return re.findall(r"<url><loc>https://help\.example(/.*?)</loc>", page.text)


def is_closed(browser: Client) -> bool:
    everything_is_refused = browser.get(ROBOTS).text == "User-agent: *\nDisallow: /\n"
    assert (browser.get(MAP).status_code == 404) == everything_is_refused
    return everything_is_refused


def test_a_portal_that_shows_visitors_nothing_keeps_search_engines_out(visitor, sign_in, alice, ada):
    make_article()
    make_page("/returns/")
    for browser in (visitor, sign_in(alice), sign_in(ada)):
        assert is_closed(browser)


def test_so_does_a_portal_without_https(visitor, settings):
    open_to_visitors("article")
    assert not is_closed(visitor)
    settings.IS_HTTPS = False
    assert is_closed(visitor)


def test_a_portal_that_shows_visitors_something_says_where_it_is_listed(visitor):
    open_to_visitors("article")
    text = visitor.get(ROBOTS)
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert text.text.splitlines() == [
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        "Disallow: /redeem/",
        "Disallow: /search/",
        "",
        "Sitemap: https://help.example/sitemap.xml",
    ]


def test_the_map_holds_what_visitors_may_read_whoever_asks(visitor, sign_in, alice, ada):
    open_to_visitors("article", "forum")
    article, topic = make_article("Batteries"), make_topic(make_forum("Loggers"), alice)
    restrict("/returns/", VISITORS)
    expected = [
        "/forums/",
        "/knowledgebase/",
        "/returns/",
        article.get_absolute_url(),
        topic.forum.get_absolute_url(),
        topic.get_absolute_url(),
    ]
    for browser in (visitor, sign_in(alice), sign_in(ada)):
        assert sorted(told(browser)) == sorted(expected)
    assert all(visitor.get(path).status_code == 200 for path in expected)
    changed = f"{article.get_absolute_url()}</loc><lastmod>{article.updated_at.isoformat(timespec='seconds')}"
    assert changed in visitor.get(MAP).text


def test_the_map_holds_nothing_that_visitors_are_refused(visitor, alice):
    open_to_visitors("article", "forum")
    few = grant(alice, "article", "global", "read")
    for_few, draft, forum = make_article(category=make_category("For few", few)), make_article(), make_forum()
    Article.objects.filter(pk=draft.pk).update(status="draft")
    forum.audience.set([few])
    topic = make_topic(forum, alice)
    restrict("/members/", "Authenticated Users")
    make_page("/unruled/")
    restrict("/late/", VISITORS)
    restrict("/below/", VISITORS)
    make_page("/below/draft/", is_draft=True)
    restrict("/quiet/", VISITORS)
    restrict("/early/", VISITORS)
    pages = PageAccessRule.objects.filter(page__path__in=("/late/", "/quiet/", "/early/"))
    for rule in pages:
        page = rule.page
        page.published_until = timezone.now() if page.path == "/late/" else None
        page.is_draft, page.hidden_from_menus = page.path == "/early/", page.path == "/quiet/"
        page.save()
    found = told(visitor)
    assert sorted(found) == ["/below/", "/forums/", "/knowledgebase/"]
    for record in (for_few, draft, topic, forum):
        assert record.get_absolute_url() not in found


@pytest.mark.parametrize("surface", SAMPLED, ids=lambda surface: surface.name)
def test_a_record_is_told_of_while_visitors_may_read_it_and_no_longer(surface, visitor, acme, alice, sign_in):
    """Records that are somebody's cannot be granted to visitors, and are told of at no time."""
    restrict("/returns/", VISITORS)
    url = surface.line(surface.sample(acme, alice), None).url
    assert told(visitor) == ["/returns/"]
    if surface in OPENED:
        open_to_visitors(surface.granted.name)
    grant(alice, surface.granted.name, surface.granted.scopes[-1], "read")
    for browser in (visitor, sign_in(Contact.objects.get(pk=alice.pk))):
        assert (url in told(browser)) == (surface in OPENED)
    closing = restrict(surface.url(surface.list_name), "Administrators")
    assert told(visitor) == ["/returns/"]
    closing.delete()
    assert (url in told(visitor)) == (surface in OPENED)
    RecordPermission.objects.all().delete()
    assert told(visitor) == ["/returns/"]


@pytest.mark.parametrize("surface", OPENED, ids=lambda surface: surface.name)
def test_the_map_costs_the_same_for_one_record_and_for_many(surface, visitor, acme, alice):
    open_to_visitors(surface.granted.name)
    counts = []
    for more in (1, 9):
        for _ in range(more):
            surface.sample(acme, alice)
        told(visitor)
        with CaptureQueriesContext(connection) as queries:
            told(visitor)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 10


def test_very_many_addresses_come_in_parts_that_hold_each_of_them_once(visitor, alice, monkeypatch):
    open_to_visitors("article", "forum")
    forum = make_forum()
    for _ in range(5):
        make_topic(forum, alice)
        make_article()
    everything = told(visitor)
    monkeypatch.setattr(search_engines, "MOST", 3)
    index = visitor.get(MAP)
    assert index["Content-Type"] == "application/xml"
    parts = re.findall(r"<sitemap><loc>https://help\.example/sitemap\.xml(\?.*?)</loc>", index.text)
    found = [told(visitor, part.replace("&amp;", "&")) for part in parts]
    assert sorted(path for part in found for path in part) == sorted(everything)
    assert all(len(part) <= 3 for part in found)


def test_a_part_that_is_not_there_is_empty_or_no_address(visitor, alice, acme):
    open_to_visitors("article")
    make_topic(make_forum(), alice)
    for empty in ("?of=topic&part=1", "?of=case&part=1", "?of=nothing&part=1", "?of=article&part=999999"):
        assert told(visitor, empty) == []
    for wrong in ("?of=article&part=0", "?of=article&part=x", "?of=%00&part=1", "?part=1", "?of=x&part=9e9"):
        assert visitor.get(f"{MAP}{wrong}").status_code == 404
