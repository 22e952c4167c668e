"""What the parts of the demo share: whom they refer to, and when things happened.

A feature names its part in its surface (``demo="loans.demo.load"``): a function of a DemoWorld that makes
rows through the feature's own actions.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Account, Contact, User


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


class Calendar:
    """Counts back from the moment at which loading began, so that all dates agree."""

    def __init__(self) -> None:
        self.today = timezone.now()

    def ago(self, days: float, plus_hours: float = 0) -> datetime:
        return min(self.today - timedelta(days=days) + timedelta(hours=plus_hours), self.today)

    @contextmanager
    def on(self, moment: datetime) -> Iterator[None]:
        """Whatever is done inside happens at ``moment``."""
        with time_machine.travel(moment, tick=False):
            yield


@dataclass
class People:
    accounts: dict[str, Account] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    """By account number and email."""

    def contact(self, email: str, account: str = "") -> Contact:
        return next(
            c
            for (number, address), c in self.contacts.items()
            if address == email and account in ("", number)
        )

    def actor(self, email: str, account: str = "") -> Actor:
        """Staff act as themselves, everyone else as a contact."""
        user = self.users.get(email)
        if user and user.is_staff:
            return Actor(user=user)
        contact = self.contact(email, account)
        return Actor(user=contact.user, contact=contact)

    @property
    def administrator(self) -> Actor:
        return Actor(user=next(user for user in self.users.values() if user.is_superuser))


@dataclass(frozen=True)
class DemoWorld:
    people: People
    calendar: Calendar
