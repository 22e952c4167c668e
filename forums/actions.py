"""What people do in forums. The functions that take ``at`` accept the time of a post that was written
elsewhere before."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.actions import record_activity
from accounts.actors import Actor
from forums.models import Forum, Post, Topic
from forums.notices import tell_of_reply
from lib.locks import locked, locked_by_key
from lib.submissions import sent_before

NO_TOPICS = _lazy("You can read this forum, but you cannot start a topic.")
CLOSED = _lazy("This topic was closed in the meantime and no longer accepts replies.")


@transaction.atomic
def open_topic(
    *,
    actor: Actor,
    forum: Forum,
    title: str,
    body: str,
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Topic:
    """Start a discussion. The same ``submission`` sent twice makes one topic and returns it both times. Where
    only staff open topics, customers get a ValidationError."""
    forum, written_at = locked(forum), at or timezone.now()
    if before := sent_before(forum.topics.select_related("forum"), submission):
        return before
    if forum.staff_only_topics and actor.contact:
        raise ValidationError(NO_TOPICS)
    topic = Topic(
        forum=forum,
        created_at=written_at,
        last_post_at=written_at,
        last_post_by=actor.name,
        submission=submission or uuid.uuid4(),
        **_author(actor),
    )
    topic.rename(title)
    topic.save()
    _write(topic=topic, actor=actor, body=body, at=written_at, is_opening=True)
    Forum.objects.filter(pk=forum.pk).update(topic_count=F("topic_count") + 1)
    record_activity(actor=actor, verb="topic.opened", record=topic)
    return topic


@transaction.atomic
def write_reply(
    *,
    actor: Actor,
    topic: Topic,
    body: str,
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Post:
    """Add a post to a topic and mail its author and followers, unless ``at`` says that it is an old one.

    The same ``submission`` sent twice makes one post and returns it both times; its topic has the new
    counters. Staff may reply to a closed topic; customers get a ValidationError.
    """
    topic, written_at = _locked(topic), at or timezone.now()
    if before := sent_before(topic.posts.select_related("topic__forum"), submission):
        return before
    if topic.is_locked and actor.contact:
        raise ValidationError(CLOSED)
    post = _write(topic=topic, actor=actor, body=body, at=written_at, submission=submission)
    topic.reply_count += 1
    topic.last_post_at, topic.last_post_by = written_at, actor.name
    topic.save(update_fields=["reply_count", "last_post_at", "last_post_by"])
    record_activity(actor=actor, verb="post.written", record=topic, post=post.pk)
    if at is None:
        tell_of_reply(topic, post, actor)
    return post


@transaction.atomic
def edit_post(*, actor: Actor, post: Post, body: str) -> None:
    post.rewrite(body, timezone.now())
    record_activity(actor=actor, verb="post.edited", record=post.topic, post=post.pk)


@transaction.atomic
def delete_post(*, actor: Actor, post: Post) -> None:
    """Remove a reply. The post that opens a topic goes only with its topic: ValidationError."""
    if post.is_opening:
        raise ValidationError(_("This is the first post of the topic. Delete the topic instead."))
    topic = _locked(post.topic)
    removed = post.pk
    post.delete()
    latest = topic.posts.select_related("author_contact", "author_user").latest("created_at", "pk")
    topic.reply_count = topic.posts.replies().count()
    topic.is_answered = topic.posts.filter(is_answer=True).exists()
    topic.last_post_at, topic.last_post_by = latest.created_at, latest.author_name
    topic.save(update_fields=["reply_count", "is_answered", "last_post_at", "last_post_by"])
    _recount(topic.forum_id)
    record_activity(actor=actor, verb="post.deleted", record=topic, post=removed)


@transaction.atomic
def delete_topic(*, actor: Actor, topic: Topic) -> None:
    record_activity(actor=actor, verb="topic.deleted", record=topic)
    topic.delete()
    _recount(topic.forum_id)


@transaction.atomic
def mark_answer(*, actor: Actor, post: Post) -> None:
    """Make this reply the topic's one answer."""
    topic = _locked(post.topic)
    topic.posts.filter(is_answer=True).exclude(pk=post.pk).update(is_answer=False)
    topic.posts.filter(pk=post.pk).update(is_answer=True)
    _set(topic, is_answered=True)
    record_activity(actor=actor, verb="topic.answered", record=topic, post=post.pk)


@transaction.atomic
def unmark_answer(*, actor: Actor, topic: Topic) -> None:
    topic = _locked(topic)
    topic.posts.filter(is_answer=True).update(is_answer=False)
    _set(topic, is_answered=False)
    record_activity(actor=actor, verb="topic.unanswered", record=topic)


@transaction.atomic
def pin_topic(*, actor: Actor, topic: Topic, is_pinned: bool = True) -> None:
    _set(topic, is_pinned=is_pinned)
    record_activity(actor=actor, verb="topic.pinned" if is_pinned else "topic.unpinned", record=topic)


@transaction.atomic
def lock_topic(*, actor: Actor, topic: Topic, is_locked: bool = True) -> None:
    """Close a topic: customers read it and can no longer reply."""
    _set(topic, is_locked=is_locked)
    record_activity(actor=actor, verb="topic.locked" if is_locked else "topic.unlocked", record=topic)


@transaction.atomic
def rename_topic(*, actor: Actor, topic: Topic, title: str) -> None:
    topic.rename(title)
    topic.save(update_fields=["title", "slug"])
    record_activity(actor=actor, verb="topic.renamed", record=topic)


def _author(actor: Actor) -> dict[str, Any]:
    return {"author_contact": actor.contact, "author_user": None if actor.contact else actor.user}


def _locked(topic: Topic) -> Topic:
    """With what is asked of it by links and mails."""
    return locked(topic, "forum", "author_contact__account", "author_user")


def _recount(forum_id: int) -> None:
    locked_by_key(Forum, forum_id).recount()


def _set(topic: Topic, **values: bool) -> None:
    for name, value in values.items():
        setattr(topic, name, value)
    topic.save(update_fields=list(values))


def _write(
    *,
    topic: Topic,
    actor: Actor,
    body: str,
    at: datetime,
    is_opening: bool = False,
    submission: uuid.UUID | None = None,
) -> Post:
    number = submission or uuid.uuid4()
    post = Post(topic=topic, created_at=at, is_opening=is_opening, submission=number, **_author(actor))
    post.write(body)
    post.save()
    forum = Forum.objects.filter(pk=topic.forum_id)
    forum.update(post_count=F("post_count") + 1)
    forum.filter(Q(last_post_at=None) | Q(last_post_at__lte=at)).update(last_topic=topic, last_post_at=at)
    return post
