"""Visitors read what an administrator grants them, among the records that belong to nobody, and nothing
before that."""

import pytest
from django.urls import reverse

from accounts.models import RecordPermission, WebRole
from accounts.scoping import can, record_types
from knowledgebase.models import Article, ArticleFeedback, Category
from portal.models import Announcement
from portal.site import configuration
from tests.cases.factories import make_case
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_reply, make_topic
from tests.invoices.factories import make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.portal.factories import restrict
from tests.portal.test_menus import labels
from tests.records.addresses import routes

ARTICLES, FORUMS, SEARCH = reverse("knowledgebase:list"), reverse("forums:list"), reverse("search")
SIGN_IN = reverse("account_login")
VISITORS = "Anonymous Users"


def open_to_visitors(*record_types):
    role = WebRole.objects.get(name=VISITORS)
    for record_type in record_types:
        RecordPermission.objects.create(role=role, record_type=record_type, scope="global", can_read=True)
    return role


@pytest.fixture
def role(db):
    return WebRole.objects.get(name=VISITORS)


@pytest.fixture
def article(db):
    return make_article("Change the batteries", body="Turn the cap.")


@pytest.fixture
def topic(alice, ada):
    topic = make_topic(make_forum("Loggers"), alice, "Batteries in winter")
    make_reply(topic, ada, "Use lithium.")
    return topic


@pytest.fixture
def pages(article, topic):
    """Record type → addresses of the pages that show such records."""
    return {
        "article": [
            ARTICLES,
            f"{ARTICLES}?q=batteries",
            article.category.get_absolute_url(),
            article.get_absolute_url(),
        ],
        "forum": [
            FORUMS,
            topic.forum.get_absolute_url(),
            f"{topic.forum.get_absolute_url()}?view=unanswered",
            topic.get_absolute_url(),
        ],
    }


def asks_to_sign_in(response):
    return response.status_code == 302 and response.url.startswith(f"{SIGN_IN}?next=")


def test_every_type_that_can_be_granted_to_visitors_is_tried_here(pages):
    assert set(pages) == {kind.name for kind in record_types() if kind.grantable(for_visitors=True)}


def test_only_these_pages_can_be_opened_to_visitors():
    marked = {name: getattr(pattern.callback, "open_to_visitors", None) for name, pattern in routes()}
    assert {name: record_types for name, record_types in marked.items() if record_types} == {
        "knowledgebase:list": {"article"},
        "knowledgebase:category": {"article"},
        "knowledgebase:detail": {"article"},
        "forums:list": {"forum"},
        "forums:forum": {"forum"},
        "forums:detail": {"forum"},
        "search": {"article", "forum"},
    }


def test_without_a_grant_a_visitor_is_asked_to_sign_in_everywhere(visitor, pages):
    for url in (*pages["article"], *pages["forum"], SEARCH, "/"):
        assert asks_to_sign_in(visitor.get(url)), url


@pytest.mark.parametrize(("granted", "other"), [("article", "forum"), ("forum", "article")])
def test_a_grant_opens_the_pages_of_its_records_and_no_others(visitor, pages, granted, other):
    open_to_visitors(granted)
    assert {url: visitor.get(url).status_code for url in pages[granted]} == dict.fromkeys(pages[granted], 200)
    assert all(asks_to_sign_in(visitor.get(url)) for url in pages[other])


def test_a_grant_opens_neither_home_nor_pages_of_persons(visitor, alice, acme):
    open_to_visitors("article", "forum")
    case, invoice = make_case(alice), make_invoice(acme)
    for url in (
        "/",
        "/profile/",
        "/cases/",
        "/users/",
        "/invoices/",
        case.get_absolute_url(),
        invoice.get_absolute_url(),
    ):
        assert asks_to_sign_in(visitor.get(url)), url


def take_grant(role):
    role.record_permissions.all().delete()


def drop_flag(role):
    WebRole.objects.filter(pk=role.pk).update(for_anonymous=False)


@pytest.mark.parametrize("close", [take_grant, drop_flag])
def test_a_grant_that_is_taken_back_closes_the_pages_with_the_next_request(visitor, pages, close):
    role = open_to_visitors("article", "forum")
    urls = [*pages["article"], *pages["forum"], SEARCH]
    assert {visitor.get(url).status_code for url in urls} == {200}
    close(role)
    assert all(asks_to_sign_in(visitor.get(url)) for url in urls)


def test_what_a_visitor_may_not_see_leads_to_sign_in_whether_it_exists_or_not(visitor, alice, article, topic):
    open_to_visitors("article", "forum")
    few = grant(alice, "article", "global", "read")
    hidden = make_article(category=make_category("For few", few))
    topic.forum.audience.set([few])
    draft = make_article()
    Article.objects.filter(pk=draft.pk).update(status="draft")
    missing = [
        reverse("knowledgebase:detail", args=["none"]),
        reverse("forums:detail", args=["none", 9, "none"]),
    ]
    for url in (
        hidden.get_absolute_url(),
        hidden.category.get_absolute_url(),
        draft.get_absolute_url(),
        topic.get_absolute_url(),
        *missing,
    ):
        assert visitor.get(url).url == f"{SIGN_IN}?next={url}"


def test_lists_and_search_leave_out_what_has_another_audience(visitor, alice, article, topic):
    open_to_visitors("article", "forum")
    few = grant(alice, "article", "global", "read")
    make_article("Batteries of the prototype", category=make_category("For few", few))
    secret = make_forum("Partners only")
    secret.audience.set([few])
    make_topic(secret, alice, "Batteries at a discount")
    text = "".join(
        visitor.get(url).text
        for url in (ARTICLES, f"{ARTICLES}?q=batteries", FORUMS, f"{SEARCH}?q=batteries")
    )
    assert "Change the batteries" in text
    assert "Batteries in winter" in text
    assert not [hidden for hidden in ("prototype", "For few", "Partners only", "discount") if hidden in text]


def test_an_audience_of_visitors_is_everybodys(visitor, sign_in, alice, role):
    open_to_visitors("article", "forum")
    article, forum = make_article(category=make_category("", role)), make_forum()
    forum.audience.set([role])
    for browser in (visitor, sign_in(alice)):
        assert browser.get(article.get_absolute_url()).status_code == 200
        assert browser.get(forum.get_absolute_url()).status_code == 200


def test_what_visitors_may_read_everybody_may(sign_in, alice, ada, article, topic):
    """A contact whose own roles permit nothing, and staff without any contact."""
    RecordPermission.objects.all().delete()
    browsers = [sign_in(alice), sign_in(ada)]
    urls = [article.get_absolute_url(), topic.get_absolute_url()]
    assert {browser.get(url).status_code for browser in browsers for url in urls} == {404}
    open_to_visitors("article", "forum")
    assert {browser.get(url).status_code for browser in browsers for url in urls} == {200}


def test_a_page_rule_closes_to_visitors_what_was_granted_unless_it_names_their_role(visitor, pages):
    open_to_visitors("article", "forum")
    restrict("/knowledgebase/", "Authenticated Users")
    restrict("/forums/", VISITORS, "Portal IT User")
    assert all(asks_to_sign_in(visitor.get(url)) for url in pages["article"])
    assert {visitor.get(url).status_code for url in pages["forum"]} == {200}


def test_search_shows_visitors_the_groups_that_they_may_read(visitor, alice, acme, article, topic):
    make_case(alice, "Batteries are empty")
    make_invoice(acme, number="BATTERIES-1")
    open_to_visitors("forum")
    assert [group.heading for group in visitor.get(f"{SEARCH}?q=batteries").context["groups"]] == [
        "Discussions"
    ]
    open_to_visitors("article")
    assert [group.heading for group in visitor.get(f"{SEARCH}?q=batteries").context["groups"]] == [
        "Articles",
        "Discussions",
    ]
    restrict("/forums/", "Portal IT User")
    assert [group.heading for group in visitor.get(f"{SEARCH}?q=batteries").context["groups"]] == ["Articles"]


@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "q=" + "x" * 5000, "q=a&q=b"])
def test_odd_words_in_a_visitors_search_are_no_error(visitor, query):
    open_to_visitors("article", "forum")
    assert visitor.get(f"{SEARCH}?{query}").status_code == 200
    assert visitor.get(f"{ARTICLES}?{query}").status_code == 200


def test_the_menu_offers_visitors_what_they_can_open(visitor, settings):
    settings.DEMO_MODE = True
    page = visitor.get("/mailbox/")
    assert labels(page) == []
    assert 'role="search"' not in page.text
    open_to_visitors("article")
    page = visitor.get("/mailbox/")
    assert labels(page) == ["Knowledge base"]
    assert 'action="/search/"' in page.text


def test_pages_of_visitors_are_kept_by_no_cache(visitor, pages):
    open_to_visitors("article", "forum")
    for url in (*pages["article"], *pages["forum"], SEARCH):
        assert visitor.get(url)["Cache-Control"] == "private, no-store"


# Reading only


def test_a_visitor_is_offered_to_sign_in_where_others_write(visitor, article, topic):
    open_to_visitors("article", "forum")
    page = visitor.get(topic.get_absolute_url())
    assert "Sign in to reply" in page.text
    assert f'href="{SIGN_IN}?next={topic.get_absolute_url().replace("/", "%2F")}"' in page.text
    assert f"{topic.get_absolute_url()}reply/" not in page.text
    assert "Sign in to start a topic" in visitor.get(topic.forum.get_absolute_url()).text
    page = visitor.get(article.get_absolute_url())
    assert "Sign in to rate this article" in page.text
    assert "Was this helpful?" not in page.text
    assert "acting_as" not in page.text


def test_no_post_is_said_to_be_the_visitors_own(visitor, sign_in, alice, ada, topic):
    """Neither those of staff, who are no contact as the visitor is none."""
    open_to_visitors("forum")
    for browser in (visitor, sign_in(ada)):
        assert "(you)" not in browser.get(topic.get_absolute_url()).text
    assert sign_in(alice).get(topic.get_absolute_url()).text.count("(you)") == 1


def test_a_visitor_has_no_topics_of_their_own(visitor, topic):
    open_to_visitors("forum")
    page = visitor.get(f"{topic.forum.get_absolute_url()}?view=mine")
    assert page.status_code == 200
    assert "My topics" not in page.text
    assert topic.title not in page.text


@pytest.mark.parametrize("reader", ["visitor", "staff"])
def test_who_is_no_contact_writes_nothing(visitor, sign_in, ada, article, topic, reader):
    open_to_visitors("article", "forum")
    browser = visitor if reader == "visitor" else sign_in(ada)
    args = [topic.forum.slug, topic.pk, topic.slug]
    attempts = {
        reverse("knowledgebase:feedback", args=[article.slug]): {"is_helpful": "yes"},
        reverse("forums:new", args=[topic.forum.slug]): {"title": "Hello", "body": "There"},
        reverse("forums:reply", args=args): {"body": "Hello"},
        reverse("forums:mark_answer", args=[*args, topic.posts.replies().get().pk]): {},
    }
    for url, data in attempts.items():
        response = browser.post(url, data)
        assert asks_to_sign_in(response) if reader == "visitor" else response.status_code == 403, url
    assert not ArticleFeedback.objects.exists()
    topic.refresh_from_db()
    assert (topic.reply_count, topic.is_answered, topic.forum.topics.count()) == (1, False, 1)


def test_authors_are_told_when_everybody_reads_what_they_write(sign_in, alice, topic):
    browser, new = sign_in(alice), reverse("forums:new", args=[topic.forum.slug])
    words = "without signing in"
    assert words not in browser.get(topic.get_absolute_url()).text + browser.get(new).text
    open_to_visitors("forum")
    assert words in browser.get(topic.get_absolute_url()).text
    assert words in browser.get(new).text
    topic.forum.audience.set(WebRole.objects.filter(name="Authenticated Users"))
    assert words not in browser.get(topic.get_absolute_url()).text + browser.get(new).text


# Underneath


def test_announcements_are_for_visitors_only_where_they_are_named(alice, role):
    everyone, named = (
        Announcement.objects.create(title="For customers"),
        Announcement.objects.create(title="For all the world"),
    )
    named.audience.set([role])
    assert set(Announcement.objects.visible_to(None)) == {named}
    assert set(Announcement.objects.visible_to(alice)) == {everyone, named}
    drop_flag(role)
    assert not Announcement.objects.visible_to(None).exists()


def test_categories_follow_the_articles(article):
    assert not Category.objects.visible_to(None).exists()
    open_to_visitors("article")
    assert set(Category.objects.visible_to(None)) == {article.category}


def test_a_contact_that_is_switched_off_sees_not_even_what_visitors_do(article, alice):
    open_to_visitors("article")
    alice.deactivate()
    assert not Article.objects.visible_to(alice).exists()
    assert Article.objects.visible_to(None).exists()


def test_the_configuration_knows_at_once_what_visitors_hold_and_read(role):
    before = configuration.current()
    assert (before.visitor_role_ids, before.visitor_reads) == ({role.pk}, frozenset())
    open_to_visitors("article")
    assert configuration.current().visitor_reads == {"article"}
    second = WebRole.objects.create(name="Public", for_anonymous=True)
    assert configuration.current().visitor_role_ids == {role.pk, second.pk}
    drop_flag(role)
    assert configuration.current().visitor_reads == frozenset()
    assert not can(None, "read", Article)


@pytest.mark.parametrize("url", [ARTICLES, f"{ARTICLES}?q=batteries", FORUMS, f"{SEARCH}?q=batteries"])
def test_a_visitors_page_costs_the_same_for_many_records(
    visitor, acme, alice, url, django_assert_max_num_queries
):
    open_to_visitors("article", "forum")
    for rows in (1, 12):
        for _ in range(rows):
            make_topic(
                make_forum(),
                make_contact("Writer", None, email=f"w{rows}{_}@x.example", signs_in=False),
                "Batteries",
            )
            make_article("Batteries")
        visitor.get("/")  # loads the configuration
        with django_assert_max_num_queries(6):
            assert visitor.get(url).status_code == 200
