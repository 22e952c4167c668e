"""Staff open topics, reply and moderate in the administration."""

import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Activity
from forums.actions import mark_answer
from forums.models import Forum, Post, Topic
from tests.forums.factories import acting, hours_ago, make_forum, make_reply, make_topic

TOPICS, POSTS = reverse("admin:forums_topic_changelist"), reverse("admin:forums_post_changelist")


@pytest.fixture
def forum(db):
    return make_forum()


@pytest.fixture
def topic(forum, alice):
    return make_topic(forum, alice, "Where to put the gateway", at=hours_ago(2))


@pytest.fixture
def desk(sign_in, ada):
    """Ada's browser."""
    return sign_in(ada)


def change(topic):
    return reverse("admin:forums_topic_change", args=[topic.pk])


def moderate(desk, address, action, *rows):
    return desk.post(address, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


def verbs():
    return list(Activity.objects.order_by("pk").values_list("verb", flat=True))


def test_ada_opens_a_topic(desk, ada, forum):
    data = {"forum": forum.pk, "title": "Maintenance on Sunday", "body": "From **06:00**."}
    response = desk.post(reverse("admin:forums_topic_add"), data)
    topic = Topic.objects.get()
    assert response.url == TOPICS
    assert (topic.author_user, topic.author_contact, topic.slug) == (ada, None, "maintenance-on-sunday")
    assert "<strong>06:00</strong>" in topic.posts.get().body_html
    assert Forum.objects.get().topic_count == 1
    assert verbs() == ["topic.opened"]


def test_ada_reads_the_topic_and_replies(desk, ada, topic):
    assert topic.posts.get().body in desk.get(change(topic)).text
    desk.post(change(topic), {"title": topic.title, "body": "High up."})
    reply = topic.posts.replies().get()
    assert (reply.author_user, reply.body) == (ada, "High up.")
    assert "High up." in desk.get(change(topic)).text
    assert verbs() == ["topic.opened", "post.written"]


def test_what_ada_sends_twice_is_made_once(desk, forum):
    page = desk.get(reverse("admin:forums_topic_add")).text
    number = re.search(r'name="submission"[^>]*value="([^"]+)"', page)[1]
    data = {"forum": forum.pk, "title": "Maintenance on Sunday", "body": "From 06:00.", "submission": number}
    for _ in range(2):
        assert desk.post(reverse("admin:forums_topic_add"), data).status_code == 302
    topic = Topic.objects.get()
    for _ in range(2):
        desk.post(change(topic), {"title": topic.title, "body": "Done.", "submission": str(uuid.UUID(int=1))})
    assert topic.posts.replies().count() == 1


def test_ada_renames_a_topic_and_the_address_follows(desk, topic):
    desk.post(change(topic), {"title": "Placing gateways", "body": ""})
    topic.refresh_from_db()
    assert (topic.title, topic.slug, topic.reply_count) == ("Placing gateways", "placing-gateways", 0)
    assert verbs()[-1] == "topic.renamed"


@pytest.mark.parametrize(
    ("action", "undo", "flag"), [("pin", "unpin", "is_pinned"), ("lock", "unlock", "is_locked")]
)
def test_ada_pins_and_closes_topics_in_bulk(desk, alice, forum, topic, action, undo, flag):
    other = make_topic(forum, alice)
    moderate(desk, TOPICS, action, topic, other)
    assert Topic.objects.filter(**{flag: True}).count() == 2
    moderate(desk, TOPICS, action, topic)
    assert len(verbs()) == 4
    moderate(desk, TOPICS, undo, topic)
    assert Topic.objects.get(**{flag: True}) == other


def test_ada_finds_and_corrects_a_post(desk, topic, bob):
    reply = make_reply(topic, bob, "My password is pelican.")
    assert "pelican" in desk.get(POSTS, {"q": "pelican"}).text
    assert "pelican" not in desk.get(POSTS, {"q": "heron"}).text.replace("q=pelican", "")
    desk.post(reverse("admin:forums_post_change", args=[reply.pk]), {"body": "My password is **removed**."})
    reply.refresh_from_db()
    assert "<strong>removed</strong>" in reply.body_html
    assert reply.edited_at is not None
    assert verbs()[-1] == "post.edited"


def test_ada_marks_the_answer(desk, topic, bob):
    reply = make_reply(topic, bob)
    moderate(desk, POSTS, "mark_answer", reply)
    assert Topic.objects.get().is_answered
    moderate(desk, POSTS, "unmark_answer", reply)
    assert not Topic.objects.get().is_answered


def test_deleting_a_reply_sets_the_counters_right(desk, alice, bob, charlie, forum, topic):
    kept, removed = make_reply(topic, bob, at=hours_ago(1)), make_reply(topic, charlie)
    mark_answer(actor=acting(alice), post=removed)
    desk.post(reverse("admin:forums_post_delete", args=[removed.pk]), {"post": "yes"})
    topic.refresh_from_db()
    forum.refresh_from_db()
    assert list(topic.posts.replies()) == [kept]
    assert (topic.reply_count, topic.last_post_by, topic.last_post_at, topic.is_answered) == (
        1,
        "Bob Tester",
        kept.created_at,
        False,
    )
    assert (forum.topic_count, forum.post_count, forum.last_post_at) == (1, 2, kept.created_at)
    assert verbs()[-1] == "post.deleted"


def test_an_opening_post_goes_only_with_its_topic(desk, topic):
    response = desk.post(reverse("admin:forums_post_delete", args=[topic.posts.get().pk]), {"post": "yes"})
    assert response.url == change(topic)
    assert topic.posts.exists()


def test_deleting_topics_sets_the_forums_counters_right(desk, alice, bob, forum, topic):
    gone = make_topic(forum, alice)
    make_reply(gone, bob)
    forum.refresh_from_db()
    assert (forum.topic_count, forum.post_count, forum.last_topic) == (2, 3, gone)
    desk.post(TOPICS, {"action": "delete_selected", "_selected_action": [gone.pk], "post": "yes"})
    forum.refresh_from_db()
    assert (forum.topic_count, forum.post_count, forum.last_topic) == (1, 1, topic)
    desk.post(reverse("admin:forums_topic_delete", args=[topic.pk]), {"post": "yes"})
    forum.refresh_from_db()
    assert (forum.topic_count, forum.post_count, forum.last_topic, forum.last_post_at) == (0, 0, None, None)
    assert not Post.objects.exists()
    assert verbs()[-1] == "topic.deleted"


@pytest.mark.parametrize("address", [TOPICS, POSTS, reverse("admin:forums_forum_changelist")])
def test_a_customer_cannot_open_the_administration(desk, sign_in, alice, topic, address):
    assert desk.get(address).status_code == 200
    assert sign_in(alice).get(address).status_code in (302, 403)


def test_staff_who_may_only_look_cannot_moderate(sign_in, ada, topic):
    ada.is_superuser = False
    ada.save()
    ada.user_permissions.add(Permission.objects.get(codename="view_topic"))
    browser = sign_in(ada)
    assert browser.get(TOPICS).status_code == 200
    moderate(browser, TOPICS, "lock", topic)
    topic.refresh_from_db()
    assert not topic.is_locked


def test_the_list_costs_the_same_for_few_and_many_topics(desk, alice, forum, django_assert_max_num_queries):
    make_topic(forum, alice)
    desk.get(TOPICS)
    with CaptureQueriesContext(connection) as few:
        desk.get(TOPICS)
    for _ in range(20):
        make_topic(forum, alice)
    with django_assert_max_num_queries(len(few)):
        desk.get(TOPICS)
