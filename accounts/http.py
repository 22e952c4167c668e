"""What a view may rely on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import Contact, SignInPolicy, User


class Configuration(Protocol):
    """The part of the site's configuration that every app may ask. ``revision`` is another one after each
    change."""

    @property
    def revision(self) -> UUID: ...

    def may_open(self, path: str, contact: "Contact | None") -> bool: ...


LASTS_SECONDS = 30 * 60
"""The longest preview."""


@dataclass(frozen=True)
class Preview:
    """What the banner of a previewed page tells."""

    contact: "Contact"
    started_at: int
    to_be_recorded: list[Callable[[], None]] = field(default_factory=list)
    """Which files staff opened: written when the page has been made, which writes nothing itself."""

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.started_at + LASTS_SECONDS, tz=timezone.get_current_timezone())

    @property
    def seconds(self) -> int:
        """How long it has lasted; it counts for no longer than it could, however late its end is noticed."""
        return min(int(time.time()) - self.started_at, LASTS_SECONDS)

    @property
    def is_over(self) -> bool:
        return self.seconds >= LASTS_SECONDS


class PortalRequest(HttpRequest):
    """A request after all middleware.

    ``contact`` is the active contact of the signed-in user: None for visitors and for staff who hold no
    contact. ``contacts`` are all contacts that the user can switch between. During a ``preview`` both are the
    contact that a member of staff looks at, while ``user`` stays that member of staff: what a page shows of a
    customer comes from the contact alone.
    """

    id: str
    sign_in_policy: "SignInPolicy"
    client_ip: str | None
    user: "User"
    contact: "Contact | None"
    contacts: "list[Contact]"
    preview: "Preview | None"
    htmx: "HtmxDetails"
    configuration: Configuration
