"""For whom a signed-in user acts: their contacts, one of which is active."""

from django.db import models

from accounts.models import Contact, User
from lib import compiled

ACTIVE_CONTACT = "contact_id"
"""Session key: which of the user's contacts is active."""


def contacts_of(user: User) -> list[Contact]:
    return compiled.rows("contacts of a user", _contacts_of, user=user.pk)


def _contacts_of(user: int) -> models.QuerySet[Contact]:
    return Contact.objects.usable().filter(user=user).select_related("account").with_rights().order_by("pk")


def lost_access(user: User) -> bool:
    """Whether the user's last contact was deactivated after they signed in: their next click is the sign-in
    page.

    They sign in again to redeem a good invitation (accounts.sign_in.adapter); until then they see nothing of
    anybody.
    """
    if user.is_staff or user.last_login is None:
        return False
    return Contact.objects.filter(user=user, deactivated_at__gt=user.last_login).exists()
