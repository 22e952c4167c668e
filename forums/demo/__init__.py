"""The demo's forums, with what people said in them."""

from pathlib import Path
from typing import Any

from forums.actions import lock_topic, mark_answer, open_topic, pin_topic, write_reply
from forums.models import Forum, Post, Topic
from records.demo import Calendar, DemoWorld, People, read

CONTENT = Path(__file__).parent / "forums.toml"


def load(world: DemoWorld) -> None:
    content = read(CONTENT)
    for row in content["forum"]:
        Forum.objects.create(position=row.pop("order"), **row)
    for row in sorted(content["topic"], key=lambda row: -row["days_ago"]):
        _load_topic(row, world.people, world.calendar)


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
    staff = people.administrator
    if row["pinned"]:
        pin_topic(actor=staff, topic=topic)
    if row["locked"]:
        lock_topic(actor=staff, topic=topic)
