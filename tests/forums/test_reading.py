"""Who reads which forums, and how they are listed and paged."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Contact, RecordPermission
from forums.actions import lock_topic, pin_topic
from forums.models import Post, Topic
from forums.surface import TOPICS
from lib.paging import PAGE_SIZE
from tests.factories import grant, make_account, make_contact
from tests.forums.factories import acting, hours_ago, make_forum, make_reply, make_topic
from tests.records.plans import plan_of

LIST = reverse("forums:list")


@pytest.fixture
def forum(db):
    return make_forum("Loggers and gateways", description="Beacon and Tidegate in daily use.")


@pytest.fixture
def topic(forum, alice):
    return make_topic(forum, alice, "Where to put the gateway")


@pytest.fixture
def pilots_forum(alice):
    """A forum for the holders of one role; Alice is one."""
    role = grant(alice, "case", "account", "read")
    forum = make_forum("Pilot customers")
    forum.audience.add(role)
    return forum


def pages_of(topic):
    return (
        topic.forum.get_absolute_url(),
        reverse("forums:new", args=[topic.forum.slug]),
        topic.get_absolute_url(),
    )


def titles_of(page):
    return re.findall(r'class="rows-title"[^>]*>([^<]*)<', page.text)


def test_charlie_sees_what_another_account_wrote_and_who_wrote_it(sign_in, charlie, topic):
    browser = sign_in(charlie)
    for url in (LIST, topic.forum.get_absolute_url(), topic.get_absolute_url()):
        assert "Where to put the gateway" in browser.get(url).text
    page = browser.get(topic.get_absolute_url()).text
    assert "Alice Tester" in page
    assert "Acme Foods" in page
    assert "alice@acme.example" not in page


def test_a_visitor_is_sent_to_sign_in(visitor, topic):
    for url in (LIST, *pages_of(topic)):
        response = visitor.get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_staff_without_a_contact_cannot_read_in_the_portal(sign_in, ada, topic):
    browser = sign_in(ada)
    assert browser.get(LIST).status_code == 403
    assert [browser.get(url).status_code for url in pages_of(topic)] == [404, 404, 404]


def test_without_a_grant_alice_cannot_read_forums(sign_in, alice, topic):
    browser = sign_in(alice)
    assert browser.get(LIST).status_code == 200
    RecordPermission.objects.filter(record_type="forum").delete()
    assert browser.get(LIST).status_code == 403
    assert [browser.get(url).status_code for url in pages_of(topic)] == [404, 404, 404]


@pytest.mark.parametrize(("reader", "status"), [("alice", 200), ("fiona", 404)])
def test_only_its_audience_sees_a_restricted_forum(
    request, sign_in, alice, topic, pilots_forum, reader, status
):
    secret = make_topic(pilots_forum, alice, "Secret firmware")
    browser = sign_in(request.getfixturevalue(reader))
    assert [browser.get(url).status_code for url in pages_of(secret)] == [status] * 3
    page = browser.get(LIST).text
    assert topic.title in page
    assert ("Pilot customers" in page) is (status == 200)
    assert ("Secret firmware" in page) is (status == 200)


def test_topics_and_posts_follow_their_forum(alice, fiona, topic, pilots_forum):
    secret = make_topic(pilots_forum, alice, "Secret firmware")
    for kind in (Topic, Post):
        assert kind.objects.visible_to(alice).count() == 2
        assert kind.objects.visible_to(fiona).count() == 1
        assert not kind.objects.visible_to(None).exists()
    assert secret not in Topic.objects.visible_to(fiona)


def test_leaving_the_audience_holds_from_the_next_request(sign_in, alice, pilots_forum):
    browser = sign_in(alice)
    assert browser.get(pilots_forum.get_absolute_url()).status_code == 200
    alice.roles.clear()
    assert browser.get(pilots_forum.get_absolute_url()).status_code == 404


def test_a_deactivated_contact_cannot_read_forums(sign_in, alice, topic):
    browser = sign_in(alice)
    assert browser.get(topic.get_absolute_url()).status_code == 200
    alice.deactivate()
    assert browser.get(topic.get_absolute_url()).url.startswith("/accounts/login/")
    assert sign_in(alice).get(topic.get_absolute_url()).status_code == 404


def test_the_list_shows_counts_and_the_latest_topic(sign_in, alice, bob, forum, topic):
    make_reply(topic, bob)
    make_topic(forum, bob, "Firmware 4.2")
    forum.refresh_from_db()
    assert (forum.topic_count, forum.post_count, forum.last_topic.title) == (2, 3, "Firmware 4.2")
    page = sign_in(alice).get(LIST).text
    assert "2 topics" in page
    assert "3 posts" in page
    assert forum.description in page


def test_an_empty_portal_says_so(sign_in, alice):
    assert "There are no forums yet" in sign_in(alice).get(LIST).text


def test_pinned_topics_come_first_then_the_latest_activity(sign_in, alice, bob, ada, forum):
    old = make_topic(forum, alice, "Old", at=hours_ago(30))
    make_topic(forum, alice, "Middle", at=hours_ago(20))
    pin_topic(actor=acting(ada), topic=make_topic(forum, alice, "House rules", at=hours_ago(90)))
    browser = sign_in(alice)
    assert titles_of(browser.get(forum.get_absolute_url())) == ["House rules", "Middle", "Old"]
    make_reply(old, bob)
    assert titles_of(browser.get(forum.get_absolute_url())) == ["House rules", "Old", "Middle"]


def test_pinned_topics_are_shown_once_and_again_on_the_way_back(sign_in, alice, ada, forum):
    pin_topic(actor=acting(ada), topic=make_topic(forum, alice, "House rules", at=hours_ago(90)))
    for n in range(30):
        make_topic(forum, alice, at=hours_ago(n))
    browser, address = sign_in(alice), forum.get_absolute_url()
    first = browser.get(address)
    second = browser.get(address + first.context["page"].older_url)
    again = browser.get(address + second.context["page"].newer_url)
    assert ["House rules" in page.text for page in (first, second, again)] == [True, False, True]
    assert len(titles_of(first) + titles_of(second)) == 31


def test_topics_are_paged_and_every_one_is_reached_once(sign_in, alice, forum):
    titles = [f"Number {n:02d} of many" for n in range(60)]
    for n, title in enumerate(titles):
        make_topic(forum, alice, title, at=hours_ago(n))
    browser, found, query = sign_in(alice), [], "?"
    while query:
        page = browser.get(forum.get_absolute_url() + query)
        found += [topic.title for topic in page.context["page"].rows]
        query = page.context["page"].older_url
    assert found == titles


@pytest.mark.parametrize(
    ("show", "shown"),
    [("", {"Mine", "Bobs", "Solved"}), ("unanswered", {"Mine", "Bobs"}), ("mine", {"Mine", "Solved"})],
)
def test_topics_are_filtered(sign_in, alice, bob, forum, show, shown):
    make_topic(forum, alice, "Mine")
    make_topic(forum, bob, "Bobs")
    make_topic(forum, alice, "Solved")
    Topic.objects.filter(title="Solved").update(is_answered=True)
    page = sign_in(alice).get(forum.get_absolute_url(), {"view": show})
    assert {topic.title for topic in page.context["page"].rows} == shown


@pytest.mark.parametrize(
    "query",
    [
        "view=%00",
        "view=nonsense",
        "older=%00",
        "older=2024-01-01T00:00:00.000000%2B0000_x",
        "newer=%F0%9F%98",
    ],
)
def test_a_garbled_address_still_shows_the_topics(sign_in, alice, topic, query):
    assert topic.title in sign_in(alice).get(f"{topic.forum.get_absolute_url()}?{query}").text


def test_each_filter_without_topics_says_what_would_be_there(sign_in, alice, bob, forum):
    browser = sign_in(alice)
    assert "No topics yet" in browser.get(forum.get_absolute_url()).text
    make_topic(forum, bob)
    Topic.objects.update(is_answered=True)
    assert (
        "All questions have been answered"
        in browser.get(forum.get_absolute_url(), {"view": "unanswered"}).text
    )
    assert "You have no topics" in browser.get(forum.get_absolute_url(), {"view": "mine"}).text


def test_another_spelling_of_the_address_leads_to_the_right_one(sign_in, alice, topic):
    browser = sign_in(alice)
    wrong = reverse("forums:detail", args=[topic.forum.slug, topic.pk, "old-title"])
    elsewhere = reverse("forums:detail", args=["another-forum", topic.pk, topic.slug])
    for url in (wrong, elsewhere):
        response = browser.get(url)
        assert response.status_code == 301
        assert response.url == topic.get_absolute_url()
    assert browser.get(topic.get_absolute_url()).status_code == 200


def test_an_unknown_topic_or_forum_is_not_found(sign_in, alice, topic):
    browser = sign_in(alice)
    for pk in (0, topic.pk + 1, 10**30):
        assert (
            browser.get(reverse("forums:detail", args=[topic.forum.slug, pk, topic.slug])).status_code == 404
        )
    assert browser.get(reverse("forums:forum", args=["no-such-forum"])).status_code == 404


def test_a_title_in_another_script_gets_an_address(sign_in, alice, forum):
    topic = make_topic(forum, alice, "校准报告")
    assert topic.get_absolute_url().endswith(f"/{topic.pk}-topic/")
    assert "校准报告" in sign_in(alice).get(topic.get_absolute_url()).text


def test_posts_are_read_oldest_first_by_twenties(sign_in, alice, bob, topic):
    for n in range(1, 45):
        make_reply(topic, bob, f"Reply number {n:02d}.", at=hours_ago(-n))
    browser = sign_in(alice)
    pages = [browser.get(topic.get_absolute_url(), {"page": n}).text for n in (1, 2, 3)]
    numbers = [[int(number) for number in re.findall(r"Reply number (\d+)", page)] for page in pages]
    assert numbers == [[*range(1, 20)], [*range(20, 40)], [*range(40, 45)]]
    assert 'aria-current="page">3</a>' in pages[2]


@pytest.mark.parametrize(
    ("number", "page"), [("0", 2), ("99", 2), ("%00", 1), ("x", 1), ("9" * 5000, 1), ("", 1)]
)
def test_a_page_that_does_not_exist_is_the_first_or_the_last(sign_in, alice, bob, topic, number, page):
    for n in range(20):
        make_reply(topic, bob, at=hours_ago(-n))
    response = sign_in(alice).get(f"{topic.get_absolute_url()}?page={number}")
    assert response.context["page"].number == page


def test_staff_and_partners_are_recognised(sign_in, alice, ada, topic):
    browser = sign_in(alice)
    assert 'data-status="staff"' not in browser.get(topic.get_absolute_url()).text
    make_reply(topic, ada)
    make_reply(topic, make_contact("Kwame", make_account("Northwind Calibration", kind="partner")))
    page = browser.get(topic.get_absolute_url()).text
    assert page.count('data-status="staff"') == 1
    assert page.count('data-status="partner"') == 1
    assert "ada@portal.example" not in page


def test_a_closed_topic_says_so_instead_of_asking_for_a_reply(sign_in, alice, ada, topic):
    browser = sign_in(alice)
    assert "Post reply" in browser.get(topic.get_absolute_url()).text
    lock_topic(actor=acting(ada), topic=topic)
    page = browser.get(topic.get_absolute_url()).text
    assert "This topic is closed" in page
    assert "Post reply" not in page


def test_reading_writes_nothing(sign_in, alice, topic):
    browser = sign_in(alice)
    for url in (LIST, topic.forum.get_absolute_url(), topic.get_absolute_url()):
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_cost_the_same_for_few_and_for_many(
    sign_in, alice, bob, ada, forum, django_assert_max_num_queries, rows
):
    for n in range(rows):
        topic = make_topic(forum, alice if n % 2 else ada, at=hours_ago(n + 1))
        make_forum(f"Forum {n}")
    for n in range(rows):
        make_reply(topic, bob if n % 2 else ada, at=hours_ago(-n))
    browser = sign_in(alice)
    ceilings = {
        LIST: 6,
        forum.get_absolute_url(): 7,
        f"{forum.get_absolute_url()}?view=mine": 7,  # saved views do not come along where there are no rows
        topic.get_absolute_url(): 6,
    }
    for url, ceiling in ceilings.items():
        with django_assert_max_num_queries(ceiling):
            assert browser.get(url).status_code == 200


@pytest.fixture
def many_topics(topic, bob):
    """Two forums with a thousand topics each, of which some are pinned and most are answered."""
    for forum in (topic.forum, make_forum()):
        Topic.objects.bulk_create(
            Topic(
                forum=forum,
                title=f"Topic {n}",
                slug="topic",
                author_contact=bob,
                last_post_at=hours_ago(n),
                is_pinned=n % 300 == 0,
                is_answered=n % 50 != 0,
            )
            for n in range(1000)
        )
    Post.objects.bulk_create(
        Post(topic=other, author_contact=bob, body="Hello") for other in Topic.objects.all()
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE forums_topic, forums_post")
    return topic.forum.topics


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda topics: topics.pinned().newest_first(), "forums_topic_pinned_first"),
        (lambda topics: topics.unpinned().newest_first()[:26], "forums_topic_"),
        (lambda topics: topics.newest_first()[:26], "forums_topic_newest_first"),
        (lambda topics: topics.unanswered().newest_first()[:26], "forums_topic_unanswered"),
        (
            lambda topics: Topic.objects.exclude(pk=topics.first().pk).newest_first()[:6],
            "forums_topic_newest_anywhere",
        ),
        (lambda topics: topics.first().posts.in_order()[:20], "forums_post_in_order"),
    ],
)
def test_lists_are_read_from_an_index_in_their_order(many_topics, rows, index):
    plan = rows(many_topics).explain()
    assert f"Index Scan using {index}" in plan
    assert "Sort" not in plan


def test_no_page_of_a_forum_looks_at_many_more_topics_than_it_shows(many_topics, alice):
    """As it is planned before anybody says which forum, and whose roles are asked for."""
    reader = Contact.objects.with_rights().select_related("account").get(pk=alice.pk)
    middle = many_topics.newest_first()[500]
    cursor = f"{middle.last_post_at:%Y-%m-%dT%H:%M:%S.%f%z}_{middle.pk}"
    for address in ("", f"older={cursor}", f"newer={cursor}", "view=unanswered", "view=mine"):
        plan = plan_of(TOPICS, reader, address, forum=middle.forum_id)
        assert plan.looked_at <= 3 * PAGE_SIZE, address
        assert not plan.sorts_many, address
        assert not plan.walks_through_all, address
