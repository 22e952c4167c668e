"""The demo's announcements, articles and forums."""

from datetime import timedelta
from typing import Any

from accounts.actors import Actor
from forums.actions import lock_topic, mark_answer, open_topic, pin_topic, write_reply
from forums.models import Forum, Post, Topic
from knowledgebase.actions import publish_article, write_article
from knowledgebase.models import Article, Category
from portal.demo.people import People
from portal.demo.reading import Calendar, read, read_articles
from portal.models import Announcement, Site


def load_site(calendar: Calendar) -> None:
    content = read("site.toml")
    Site.objects.filter(pk=1).update(**content["site"])
    for row in content["announcement"]:
        expires = row.get("expires_in_days")
        announcement = Announcement(
            title=row["title"],
            kind=row["kind"],
            published_at=calendar.ago(row["days_ago"]),
            expires_at=None if expires is None else calendar.today + timedelta(days=expires),
        )
        announcement.write(row["body"].strip())
        announcement.save()


def load_articles(people: People, calendar: Calendar) -> None:
    for row in read("articles/categories.toml")["category"]:
        position = row.pop("order")
        Category.objects.create(position=position, **row)
    author = Actor(user=people.users["ada@portal.example"])
    for category, slug, front_matter, body in read_articles():
        article = Article(
            category=Category.objects.get(slug=category), slug=slug, author=author.user, body=body,
            title=front_matter["title"], summary=front_matter["summary"], products=front_matter["products"],
        )  # fmt: skip
        with calendar.on(calendar.ago(front_matter["days_ago"])):
            write_article(actor=author, article=article)
            publish_article(actor=author, article=article)
        with calendar.on(calendar.ago(front_matter["updated_days_ago"])):
            write_article(actor=author, article=article)


def load_forums(people: People, calendar: Calendar) -> None:
    content = read("forums.toml")
    for row in content["forum"]:
        Forum.objects.create(position=row.pop("order"), **row)
    for row in sorted(content["topic"], key=lambda row: -row["days_ago"]):
        _load_topic(row, people, calendar)


def _load_topic(row: dict[str, Any], people: People, calendar: Calendar) -> None:
    opening, *replies = row["post"]
    with calendar.on(calendar.ago(row["days_ago"])):
        topic = open_topic(
            actor=people.actor(row["author"]),
            forum=Forum.objects.get(slug=row["forum"]),
            title=row["title"],
            body=opening["text"].strip(),
        )
    last: Post | None = None
    for reply in replies:
        with calendar.on(calendar.ago(row["days_ago"], reply["after_hours"])):
            last = write_reply(actor=people.actor(reply["author"]), topic=topic, body=reply["text"].strip())
    with calendar.on(last.created_at if last else topic.created_at):
        _finish(row, people, last)


def _finish(row: dict[str, Any], people: People, last: Post | None) -> None:
    """What happened to the topic in the end; the answer, where there is one, was the last word of somebody
    else."""
    topic = Topic.objects.get(title=row["title"])
    helper = (
        topic.posts.replies().exclude(author_contact=topic.author_contact).last()
        if topic.author_contact
        else last
    )
    if row["answered"] and helper:
        mark_answer(actor=people.actor(row["author"]), post=helper)
    staff = Actor(user=people.users["ada@portal.example"])
    if row["pinned"]:
        pin_topic(actor=staff, topic=topic)
    if row["locked"]:
        lock_topic(actor=staff, topic=topic)
