from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Contact, User
from forums.actions import open_topic, write_reply
from forums.models import Forum, Post, Topic

_number = count(1)


def make_forum(name: str = "Loggers and gateways", **fields: Any) -> Forum:
    return Forum.objects.create(**{"name": name, "slug": f"forum-{next(_number)}", **fields})


def acting(person: Contact | User) -> Actor:
    """A contact in the portal, or a user in the administration."""
    return Actor(user=person.user, contact=person) if isinstance(person, Contact) else Actor(user=person)


def make_topic(forum: Forum, author: Contact | User, title: str = "", **fields: Any) -> Topic:
    number = next(_number)
    body = fields.pop("body", f"Question {number}?")
    return open_topic(
        actor=acting(author), forum=forum, title=title or f"Topic {number}", body=body, **fields
    )


def make_reply(topic: Topic, author: Contact | User, body: str = "", **fields: Any) -> Post:
    return write_reply(actor=acting(author), topic=topic, body=body or f"Reply {next(_number)}.", **fields)


def hours_ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)
