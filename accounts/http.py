"""What a view may rely on."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import Contact, SignInPolicy, User


class PortalRequest(HttpRequest):
    """A request after all middleware.

    ``contact`` is the active contact of the signed-in user: None for visitors and for staff who hold no contact.
    ``contacts`` are all contacts that the user can switch between.
    """

    id: str
    sign_in_policy: "SignInPolicy"
    client_ip: str | None
    user: "User"
    contact: "Contact | None"
    contacts: "list[Contact]"
    htmx: "HtmxDetails"
