"""What the shell knows of forums and their topics."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Account, Contact
from forums.actions import open_topic
from forums.listing import TOPIC_LIST
from forums.models import TOPIC, Forum, Post, Topic, TopicQuerySet
from forums.texts import TEXTS
from records.personal_data import Row, rows_of
from records.surfaces import BuiltinPage, Download, Line, Search, Surface, declare


def forum_line(forum: Forum, reader: Contact | None) -> Line:
    return Line(title=forum.name, url=forum.get_absolute_url(), at=forum.last_post_at)


def line(topic: Topic, reader: Contact | None) -> Line:
    return Line(
        title=topic.title,
        url=topic.get_absolute_url(),
        facts=(topic.forum.name,),
        at=topic.last_post_at,
    )


def author_of(topic: Topic) -> Collection[int]:
    return [topic.author_contact_id] if topic.author_contact_id else []


def for_lines(rows: TopicQuerySet) -> TopicQuerySet:
    return rows.select_related("forum").only("title", "slug", "last_post_at", "forum__name", "forum__slug")


def find(rows: TopicQuerySet, words: str) -> TopicQuerySet:
    return rows.select_related("forum").matching(words)


def suggest(rows: TopicQuerySet, words: str, contact: Contact | None) -> TopicQuerySet:
    return rows.select_related("forum").alike(words)


def own_topics(contact: Contact) -> Iterator[Row]:
    topics = Topic.objects.visible_to(contact).opened_by(contact)
    return rows_of(topics, "forum__name", "title", "created_at")


def own_posts(contact: Contact) -> Iterator[Row]:
    posts = Post.objects.visible_to(contact).filter(author_contact=contact)
    return rows_of(posts, "topic__forum__name", "topic__title", "created_at", "edited_at", "body")


def sample_forum(account: Account | None, contact: Contact | None) -> Forum:
    return Forum.objects.get_or_create(slug="samples", defaults={"name": "Samples"})[0]


def sample(account: Account | None, contact: Contact | None) -> Topic:
    if contact is None:
        raise ValueError("A topic is opened by somebody.")
    number = Topic.objects.count() + 1  # the same words twice within a minute are one topic
    return open_topic(
        actor=Actor(user=contact.user, contact=contact),
        forum=sample_forum(account, contact),
        title="Dark displays",
        body=f"Has anybody seen this? {number}",
    )


FORUMS = declare(
    Surface(
        model=Forum,
        icon="chat-square-text",
        namespace="forums",
        pages=(BuiltinPage("/forums/", "Forums", menus=("primary",)),),
        key="slug",
        line=forum_line,
        sample=sample_forum,
        texts=TEXTS,
        demo="forums.demo.load",
    )
)
TOPICS = declare(
    Surface(
        model=Topic,
        kind=TOPIC,
        gate=Forum,
        icon="chat-square-text",
        namespace="forums",
        key="pk",
        line=line,
        for_lines=for_lines,
        listing=TOPIC_LIST,
        downloads={
            "topic.exported": Download(
                words=_("Discussion list downloaded"), facts=(_("Discussions: %(count)s"),)
            )
        },
        follows=True,
        concerns=author_of,
        search=Search(
            find=find,
            suggest=suggest,
            heading=_("Discussions"),
            suggested_heading=_("Discussions"),
            place=30,
        ),
        personal={"forum_topics": own_topics, "forum_posts": own_posts},
        sample=sample,
    )
)
