"""Lists that a contact or an agent keeps."""

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from lib.locks import locked
from records.actions.marks import whose
from records.models import SavedView

MOST_VIEWS = 20
"""Of one type of record."""


@transaction.atomic
def save_view(
    *, owner: Contact | User, record_type: str, name: str, query: str, group: Group | None = None
) -> bool:
    """A view of the same name is replaced; returns whether the name is new. ``group``: the staff group that
    may use it, too. Raises ValidationError when there are too many."""
    locked(owner)
    kept = SavedView.objects.filter(**whose(owner), record_type=record_type)
    if not kept.filter(name=name).exists() and kept.count() >= MOST_VIEWS:
        raise ValidationError(
            _("You have reached the limit of %(most)d views. Delete one that you no longer need.")
            % {"most": MOST_VIEWS},
            code="too_many",
        )
    return kept.update_or_create(
        defaults={"query": query, "group": group}, **whose(owner), record_type=record_type, name=name
    )[1]


def delete_view(*, owner: Contact | User, record_type: str, pk: int) -> None:
    """Their own; to delete it twice is to delete it."""
    SavedView.objects.filter(**whose(owner), record_type=record_type, pk=pk).delete()
