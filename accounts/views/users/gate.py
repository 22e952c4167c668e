"""Who looks after whom: the account's contacts, by record permissions, and of no other account whatever the
scope."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from accounts.http import PortalRequest
from accounts.models import Contact, Invitation
from accounts.models.contact import ContactQuerySet
from accounts.scoping import Privilege


def sees_colleagues(contact: Contact | None) -> bool:
    """Whether there is a list of people for them: to read their own data alone is not enough."""
    return contact is not None and contact.manages("read")


def manager_of(request: PortalRequest, privilege: Privilege = "read") -> Contact:
    """The reader, who may do this with the contacts of their account; refused otherwise."""
    if request.contact is None or not request.contact.manages(privilege):
        raise PermissionDenied
    return request.contact


def colleagues(manager: Contact) -> ContactQuerySet:
    """Every contact of the manager's account, with what the pages show of their access."""
    invitations = Invitation.objects.filter(contact=OuterRef("pk"))
    rows = Contact.objects.visible_to(manager).of_account(manager.account_id)
    return rows.select_related("user").annotate(
        has_open_invitation=Exists(invitations.open()), was_invited=Exists(invitations)
    )


def colleague(request: PortalRequest, pk: int, privilege: Privilege = "write") -> Contact:
    """One contact of the account: 404 for others, 403 for readers who may not do this."""
    if request.contact is None or not sees_colleagues(request.contact):
        raise PermissionDenied
    found: Contact = get_object_or_404(colleagues(request.contact), pk=pk)
    manager_of(request, privilege)
    return found
