"""Starting topics, replying, choosing the answer."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Activity, OutgoingMail, RecordPermission
from forums.actions import lock_topic, mark_answer, write_reply
from forums.models import Forum, Post, Topic
from tests.factories import grant, make_contact
from tests.forums.factories import acting, hours_ago, make_forum, make_reply, make_topic
from tests.races import at_once, commits


@pytest.fixture
def forum(db):
    return make_forum()


@pytest.fixture
def topic(forum, alice):
    return make_topic(forum, alice, "Where to put the gateway", at=hours_ago(50))


def new_url(forum):
    return reverse("forums:new", args=[forum.slug])


def url_of(name, topic, *args):
    return reverse(f"forums:{name}", args=[topic.forum.slug, topic.pk, topic.slug, *args])


def reply_url(topic):
    return url_of("reply", topic)


# Starting a topic


def test_alice_starts_a_topic(sign_in, alice, forum):
    response = sign_in(alice).post(
        new_url(forum), {"title": "Beacon shows E4", "body": "It says **E4**."}, follow=True
    )
    topic = Topic.objects.get()
    assert response.redirect_chain == [(topic.get_absolute_url(), 302)]
    assert "<strong>E4</strong>" in response.text
    assert (topic.title, topic.slug, topic.author_contact, topic.author_user) == (
        "Beacon shows E4",
        "beacon-shows-e4",
        alice,
        None,
    )
    assert (topic.reply_count, topic.last_post_by) == (0, "Alice Tester")
    activity = Activity.objects.get()
    assert (activity.verb, activity.actor, activity.label, activity.url) == (
        "topic.opened", alice.user, "Beacon shows E4", topic.get_absolute_url(),
    )  # fmt: skip


def numbered(**typed):
    """A form that is sent, with the number that its page gave it."""
    return {"submission": str(uuid.uuid4()), **typed}


def test_sending_a_topic_twice_opens_one(sign_in, alice, forum):
    browser, data = sign_in(alice), numbered(title="Beacon shows E4", body="Since this morning.")
    first, second = (browser.post(new_url(forum), data) for _ in range(2))
    assert first.url == second.url
    assert Topic.objects.count() == Post.objects.count() == Activity.objects.count() == 1


def test_a_page_gives_each_topic_a_number_of_its_own(sign_in, alice, forum):
    browser = sign_in(alice)
    pages = [browser.get(new_url(forum)) for _ in range(2)]
    first, second = (str(page.context["form"]["submission"].value()) for page in pages)
    assert first != second
    assert f'name="submission" value="{first}"' in pages[0].text.replace('type="hidden" ', "")


def test_another_topic_from_a_page_that_was_sent_is_not_dropped(sign_in, alice, forum):
    browser, data = sign_in(alice), numbered(title="Beacon shows E4", body="Since this morning.")
    browser.post(new_url(forum), data)
    assert browser.post(new_url(forum), {**data, "body": "Since noon."}).status_code == 200
    page = browser.post(new_url(forum), {**data, "title": "Beacon shows E5"})
    again = str(page.context["form"]["submission"].value())
    assert "was already sent from this page" in page.text
    assert again != data["submission"]
    browser.post(new_url(forum), {**data, "title": "Beacon shows E5", "submission": again})
    assert set(Topic.objects.values_list("title", flat=True)) == {"Beacon shows E4", "Beacon shows E5"}


@pytest.mark.parametrize(("missing", "kept"), [("title", "Since this morning."), ("body", "Beacon shows E4")])
def test_what_alice_typed_survives_a_missing_answer(sign_in, alice, forum, missing, kept):
    data = {"title": "Beacon shows E4", "body": "Since this morning.", missing: "  "}
    page = sign_in(alice).post(new_url(forum), data)
    assert page.status_code == 200
    assert kept in page.text
    assert "error-summary" in page.text
    assert not Topic.objects.exists()


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>"]
)
def test_markup_that_acts_is_shown_as_text(sign_in, alice, forum, text):
    page = sign_in(alice).post(new_url(forum), {"title": text, "body": text}, follow=True).text
    assert Topic.objects.get().title == text
    for dangerous in ("<script>alert", 'href="javascript:', "<img src=x"):
        assert dangerous not in page


def test_a_nul_byte_is_refused(sign_in, alice, forum):
    page = sign_in(alice).post(new_url(forum), {"title": "a\x00b", "body": "c\x00d"})
    assert page.status_code == 200
    assert not Topic.objects.exists()


def test_a_topic_in_a_forum_that_was_closed_to_customers_meanwhile_keeps_its_text(
    sign_in, alice, forum, monkeypatch
):
    """Before the page asks, and after it has asked."""
    browser, address = sign_in(alice), reverse("forums:new", args=[forum.slug])
    forum.staff_only_topics = True
    forum.save()
    for status in (403, 200):
        refused = browser.post(address, numbered(title="Batteries", body="Which ones?"))
        assert refused.status_code == status
        assert "you cannot start a topic" in refused.text
        assert 'value="Batteries"' in refused.text
        assert ">Which ones?</textarea>" in refused.text.replace("\n", "")
        monkeypatch.setattr("forums.models.Forum.accepts_topic_from", lambda *_: True)
    assert not forum.topics.exists()
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize(("staff_only", "status"), [(False, 200), (True, 403)])
def test_only_staff_open_topics_in_a_forum_of_announcements(sign_in, alice, staff_only, status):
    forum = make_forum(staff_only_topics=staff_only)
    browser = sign_in(alice)
    assert (new_url(forum) in browser.get(forum.get_absolute_url()).text) is (status == 200)
    assert browser.get(new_url(forum)).status_code == status
    browser.post(new_url(forum), {"title": "Hello", "body": "World"})
    assert Topic.objects.exists() is (status == 200)


def test_alice_replies_to_an_announcement(sign_in, alice, ada):
    topic = make_topic(make_forum(staff_only_topics=True), ada)
    assert sign_in(alice).post(reply_url(topic), {"body": "Thank you!"}).status_code == 302
    assert topic.posts.count() == 2


@pytest.mark.parametrize(("privileges", "status"), [(["read", "create"], 302), (["read"], 403), ([], 404)])
def test_writing_needs_the_right_to_create(sign_in, charlie, topic, privileges, status):
    RecordPermission.objects.filter(record_type="forum").delete()
    if privileges:
        grant(charlie, "forum", "global", *privileges)
    browser = sign_in(charlie)
    assert browser.post(reply_url(topic), {"body": "Me too."}).status_code == status
    assert browser.post(new_url(topic.forum), {"title": "Hello", "body": "World"}).status_code == status
    assert Topic.objects.count() == (2 if status == 302 else 1)
    assert Post.objects.count() == (3 if status == 302 else 1)


# Replying


def test_charlie_replies_and_lands_on_his_post(sign_in, charlie, topic):
    for n in range(19):
        make_reply(topic, charlie, at=hours_ago(40 - n))
    response = sign_in(charlie).post(reply_url(topic), {"body": "High up, away from metal."})
    post = Post.objects.get(body="High up, away from metal.")
    assert response.url == f"{topic.get_absolute_url()}?page=2#post-{post.pk}"
    assert f'id="post-{post.pk}"' in sign_in(charlie).get(response.url).text
    topic.refresh_from_db()
    assert (topic.reply_count, topic.last_post_by, topic.last_post_at) == (
        20,
        "Charlie Tester",
        post.created_at,
    )
    assert Forum.objects.get().post_count == 21
    activity = Activity.objects.latest("pk")
    assert (activity.verb, activity.label, activity.details) == (
        "post.written",
        topic.title,
        {"post": post.pk},
    )


def test_sending_a_reply_twice_makes_one_post_and_one_mail(sign_in, charlie, topic):
    browser, data = sign_in(charlie), numbered(body="Thank you!")
    first, second = (browser.post(reply_url(topic), data) for _ in range(2))
    assert first.url == second.url
    assert topic.posts.count() == 2
    assert OutgoingMail.objects.count() == 1


def test_a_reply_that_was_sent_is_not_sent_again_by_a_reload_hours_later(sign_in, charlie, topic):
    data = numbered(body="Thank you!")
    sign_in(charlie).post(reply_url(topic), data)
    Post.objects.replies().update(created_at=hours_ago(5))
    sign_in(charlie).post(reply_url(topic), data)
    assert topic.posts.replies().count() == 1


def test_the_same_words_meant_twice_are_two_posts(sign_in, charlie, topic):
    for _ in range(2):
        sign_in(charlie).post(reply_url(topic), numbered(body="+1"))
    assert topic.posts.replies().count() == 2


def test_another_reply_from_a_page_that_was_sent_is_not_dropped(sign_in, charlie, topic):
    browser, data = sign_in(charlie), numbered(body="Thank you!")
    browser.post(reply_url(topic), data)
    page = browser.post(reply_url(topic), {**data, "body": "And it works."})
    assert "was already sent from this page" in page.text
    again = str(page.context["form"]["submission"].value())
    browser.post(reply_url(topic), {"body": "And it works.", "submission": again})
    assert topic.posts.replies().count() == 2


@commits
def test_a_double_click_makes_one_post(sign_in, charlie, topic):
    data, browsers = numbered(body="Thank you!"), [sign_in(charlie) for _ in range(4)]
    answers = at_once(4, lambda number: browsers[number].post(reply_url(topic), data))
    assert len({answer.url for answer in answers}) == 1
    assert topic.posts.replies().count() == 1


def test_an_empty_reply_shows_the_topic_again_with_the_error(sign_in, charlie, topic):
    page = sign_in(charlie).post(reply_url(topic), {"body": " "})
    assert page.status_code == 200
    assert "Where to put the gateway" in page.text
    assert "error-summary" in page.text


def test_nobody_replies_to_a_closed_topic_but_staff(sign_in, alice, ada, topic):
    browser = sign_in(alice)
    assert browser.post(reply_url(topic), {"body": "One more thing."}).status_code == 302
    lock_topic(actor=acting(ada), topic=topic)
    refused = browser.post(reply_url(topic), {"body": "And another."})
    assert refused.status_code == 403
    assert "This topic was closed in the meantime" in refused.text
    assert ">And another.</textarea>" in refused.text.replace("\n", "")
    make_reply(topic, ada)
    assert topic.posts.replies().count() == 2


def test_a_reply_to_a_topic_that_was_closed_meanwhile_keeps_its_text(sign_in, alice, ada, topic, monkeypatch):
    browser = sign_in(alice)
    monkeypatch.setattr("forums.models.Topic.accepts_reply_from", lambda *_: True)
    lock_topic(actor=acting(ada), topic=topic)
    page = browser.post(reply_url(topic), {"body": "A long story."})
    assert page.status_code == 200
    assert "closed in the meantime" in page.text
    assert "A long story." in page.text
    assert not topic.posts.replies().exists()


def test_a_forum_for_others_takes_no_reply(sign_in, alice, charlie, forum, topic):
    browser = sign_in(charlie)
    assert browser.post(reply_url(topic), {"body": "First."}).status_code == 302
    forum.audience.add(grant(alice, "case", "account", "read"))
    assert browser.post(reply_url(topic), {"body": "Second."}).status_code == 404
    assert browser.post(new_url(forum), {"title": "Hello", "body": "World"}).status_code == 404
    assert topic.posts.replies().count() == 1


def test_a_visitor_cannot_write(visitor, forum, topic):
    reply = make_reply(topic, topic.author_contact)
    for url in (
        new_url(forum),
        reply_url(topic),
        url_of("mark_answer", topic, reply.pk),
        url_of("unmark_answer", topic),
    ):
        response = visitor.post(url, {"title": "Hello", "body": "World"})
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
    assert Post.objects.count() == 2


def test_addresses_that_change_something_refuse_to_be_opened(sign_in, alice, topic):
    reply = make_reply(topic, alice)
    for url in (reply_url(topic), url_of("mark_answer", topic, reply.pk), url_of("unmark_answer", topic)):
        assert sign_in(alice).get(url).status_code == 405


def test_posts_brought_from_elsewhere_keep_their_times_and_mail_nobody(charlie, topic, forum):
    make_reply(topic, charlie, at=hours_ago(100))
    forum.refresh_from_db()
    assert forum.last_post_at == topic.created_at
    assert not OutgoingMail.objects.exists()


# Mail


def test_alice_is_mailed_when_charlie_replies_but_not_when_she_does(
    sign_in, alice, charlie, topic, run_jobs, mailoutbox, settings
):
    sign_in(alice).post(reply_url(topic), {"body": "Nobody?"})
    assert not OutgoingMail.objects.exists()
    sign_in(charlie).post(reply_url(topic), {"body": "Try *upstairs* & <see>."})
    run_jobs()
    (mail,) = mailoutbox
    post = topic.posts.latest("pk")
    assert mail.to == ["alice@acme.example"]
    assert mail.subject == "Reply to your topic: Where to put the gateway"
    assert f"{settings.BASE_URL}{topic.get_absolute_url()}#post-{post.pk}" in mail.body
    assert "Charlie Tester" in mail.body
    assert "Try *upstairs* & <see>." in mail.body
    assert "<em>upstairs</em>" in mail.alternatives[0].content


def test_alice_is_not_mailed_about_a_forum_that_she_may_no_longer_read(alice, charlie, forum, topic):
    make_reply(topic, charlie)
    assert OutgoingMail.objects.count() == 1
    forum.audience.add(grant(charlie, "case", "account", "read"))
    make_reply(topic, charlie)
    assert OutgoingMail.objects.count() == 1


def test_a_deactivated_author_is_not_mailed(alice, charlie, topic):
    alice.deactivate()
    make_reply(topic, charlie)
    assert not OutgoingMail.objects.exists()


def test_somebody_with_two_contacts_is_not_mailed_about_their_own_reply(sign_in, alice, globex, topic):
    other = make_contact("Alice", globex, user=alice.user)
    make_reply(topic, other)
    assert not OutgoingMail.objects.exists()


def test_staff_are_mailed_the_address_of_the_administration(alice, ada, forum):
    topic = make_topic(forum, ada)
    make_reply(topic, alice)
    mail = OutgoingMail.objects.get()
    assert mail.to == ada.email
    assert reverse("admin:forums_topic_change", args=[topic.pk]) in mail.text


# The answer


def test_alice_marks_the_answer_and_takes_it_back(sign_in, alice, charlie, topic):
    first, second = make_reply(topic, charlie), make_reply(topic, charlie)
    browser = sign_in(alice)
    for reply in (first, second):
        assert browser.post(url_of("mark_answer", topic, reply.pk)).url == topic.get_absolute_url()
        assert topic.posts.get(is_answer=True) == reply
    topic.refresh_from_db()
    assert topic.is_answered
    assert f"#post-{second.pk}" in browser.get(topic.get_absolute_url()).text
    browser.post(url_of("unmark_answer", topic))
    topic.refresh_from_db()
    assert not topic.is_answered
    assert not topic.posts.filter(is_answer=True).exists()
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-3:] == ["topic.answered", "topic.answered", "topic.unanswered"]


@pytest.mark.parametrize(("who", "status"), [("alice", 302), ("bob", 403), ("charlie", 403)])
def test_only_the_author_chooses_the_answer(request, sign_in, alice, bob, charlie, topic, who, status):
    reply = make_reply(topic, charlie)
    browser = sign_in(request.getfixturevalue(who))
    assert ("Mark as answer" in browser.get(topic.get_absolute_url()).text) is (status == 302)
    assert browser.post(url_of("mark_answer", topic, reply.pk)).status_code == status
    assert topic.posts.filter(is_answer=True).exists() is (status == 302)
    assert browser.post(url_of("unmark_answer", topic)).status_code == status


def test_the_answer_is_a_reply_of_the_same_topic(sign_in, alice, charlie, forum, topic):
    opening, elsewhere = topic.posts.get(), make_reply(make_topic(forum, alice), charlie)
    browser = sign_in(alice)
    for post in (opening, elsewhere):
        assert browser.post(url_of("mark_answer", topic, post.pk)).status_code == 404
    assert not Post.objects.filter(is_answer=True).exists()


def test_an_action_refuses_a_customers_reply_to_a_closed_topic(alice, ada, topic):
    lock_topic(actor=acting(ada), topic=topic)
    with pytest.raises(ValidationError):
        write_reply(actor=acting(alice), topic=Topic.objects.get(), body="Hello")
    assert write_reply(actor=acting(ada), topic=topic, body="Hello").is_by_staff


def test_marking_another_answer_leaves_one(alice, charlie, topic):
    replies = [make_reply(topic, charlie) for _ in range(3)]
    for reply in replies:
        mark_answer(actor=acting(alice), post=reply)
    assert [post.is_answer for post in topic.posts.replies().in_order()] == [False, False, True]
