"""What a view may rely on."""

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import Contact, SignInPolicy, User
    from accounts.preview.session import Preview


class Configuration(Protocol):
    """The part of the site's configuration that every app may ask. ``revision`` is another one after each
    change."""

    @property
    def revision(self) -> UUID: ...

    def may_open(self, path: str, contact: "Contact | None") -> bool: ...


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
