"""What the shell knows of contacts: what happens to people is told like what happens to records."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from records.surfaces import Event, Line, Surface, declare


def line(contact: Contact, reader: Contact | None) -> Line:
    return Line(title=contact.full_name, url=reverse("user_edit", args=[contact.pk]), facts=(contact.email,))


CONTACTS = declare(
    Surface(
        model=Contact,
        icon="people",
        namespace="",
        key="pk",
        list_name="user_list",
        line=line,
        events={
            "contact.created": Event(words=_("added")),
            "contact.updated": Event(words=_("changed the details of")),
            "contact.roles_changed": Event(words=_("changed the roles of")),
            "contact.address_changed": Event(words=_("changed the address of")),
            "contact.joined": Event(words=_("approved")),
            "contact.invited": Event(words=_("invited")),
            "contact.deactivated": Event(words=_("deactivated")),
            "contact.reactivated": Event(words=_("reactivated")),
        },
    )
)
