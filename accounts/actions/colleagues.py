"""The ground of everything that portal user managers do with the contacts of their own account.

Every action starts with ``lock_account``: managers of one account act one after the other, and each is looked
at anew once it is their turn. A manager who was demoted or deactivated in the meantime can do nothing any
more; and as nobody changes their own roles or access, whoever acts stays. So the last active manager of an
account cannot be lost, and an address becomes one contact however many managers add it at once.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Account, Contact
from accounts.scoping import Privilege
from lib.locks import locked_by_key


class KnownContactError(ValidationError):
    """The account has a contact with this address; ``contact`` is that one."""

    def __init__(self, contact: Contact) -> None:
        super().__init__({"email": _("%(name)s already has this address.") % {"name": contact.full_name}})
        self.contact = contact


def lock_account(*, actor: Actor, privilege: Privilege) -> Contact:
    """Wait for this account's other managers; then return the acting one as they are now, if they may still
    do this."""
    if actor.contact is None or actor.contact.account_id is None:
        raise PermissionDenied
    locked_by_key(Account, actor.contact.account_id)
    manager = (
        Contact.objects.with_rights()
        .select_related("account")
        .filter(pk=actor.contact.pk, user=actor.user)
        .first()
    )
    if manager is None or not manager.manages(privilege):
        raise PermissionDenied
    return manager


def known_contact(account_id: int | None, email: str, *, other_than: Contact | None = None) -> Contact | None:
    """The contact of this account, active or not, that has the address."""
    known = Contact.objects.of_account(account_id).filter(email__iexact=email.strip())
    return known.exclude(pk=other_than.pk).first() if other_than else known.first()


def colleague_of(manager: Contact, contact: Contact) -> Contact:
    """The contact as it is now, if it belongs to the manager's account."""
    found = Contact.objects.of_account(manager.account_id).filter(pk=contact.pk).first()
    if found is None:
        raise PermissionDenied
    return found
