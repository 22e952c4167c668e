"""Mails about topics that are followed."""

import pytest

from accounts.models import OutgoingMail
from forums.actions import delete_post
from forums.models import Topic
from records.actions.following import follow, unfollow
from tests.factories import grant, make_contact
from tests.forums.factories import acting, hours_ago, make_forum, make_reply, make_topic


@pytest.fixture
def topic(alice) -> Topic:
    return make_topic(make_forum(), alice, "Where to put the gateway")


def told() -> set[str]:
    return set(OutgoingMail.objects.filter(event="forums/reply").values_list("to", flat=True))


def test_a_follower_is_told_of_a_reply_and_how_to_stop(bob, charlie, topic, run_jobs, settings):
    follow(contact=bob, record=topic)
    post = make_reply(topic, charlie, "Try *upstairs*.")
    run_jobs()
    mail = OutgoingMail.objects.get(to=bob.email)
    address = f"{settings.BASE_URL}{topic.get_absolute_url()}"
    assert mail.subject == "New reply: Where to put the gateway"
    assert f"{address}#post-{post.pk}" in mail.text
    assert f"because you follow this topic. To stop: {address}#follow" in mail.text
    assert "<em>upstairs</em>" in mail.html
    assert f'href="{address}#follow"' in mail.html
    assert "Read and reply in the forum" in mail.html


def test_nobody_is_told_of_their_own_reply_nor_twice(alice, bob, globex, topic, run_jobs):
    """Bob follows as two contacts, and Alice, who opened the topic, follows it besides."""
    other = make_contact("Bob", globex, user=bob.user)
    for contact in (bob, other, alice):
        follow(contact=contact, record=topic)
    make_reply(topic, other)
    run_jobs()
    assert [mail.to for mail in OutgoingMail.objects.all()] == [alice.email]


def test_a_follower_who_may_no_longer_read_the_forum_is_told_nothing(bob, charlie, topic, run_jobs):
    """Decided when the mail is written, not when the reply is."""
    follow(contact=bob, record=topic)
    make_reply(topic, charlie)
    topic.forum.audience.add(grant(charlie, "case", "account", "read"))
    run_jobs()
    assert bob.email not in told()


def test_a_reply_that_was_deleted_at_once_is_told_to_no_follower(bob, ada, charlie, topic, run_jobs):
    follow(contact=bob, record=topic)
    delete_post(actor=acting(ada), post=make_reply(topic, charlie))
    run_jobs()
    assert bob.email not in told()


def test_who_opened_a_topic_mutes_it(alice, charlie, topic, run_jobs):
    make_reply(topic, charlie)
    assert "To mute its emails" in OutgoingMail.objects.get(to=alice.email).text
    unfollow(contact=alice, record=topic)
    make_reply(topic, charlie)
    run_jobs()
    assert OutgoingMail.objects.filter(to=alice.email).count() == 1


def test_a_follower_is_told_of_staffs_reply_and_not_of_an_old_one(bob, ada, topic, run_jobs):
    follow(contact=bob, record=topic)
    make_reply(topic, ada, at=hours_ago(100))
    run_jobs()
    assert told() == set()
    make_reply(topic, ada)
    run_jobs()
    assert bob.email in told()
