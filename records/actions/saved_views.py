"""Lists that a contact keeps."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact
from lib.locks import locked
from records.models import SavedView

MOST_VIEWS = 20
"""Of one type of record."""


@transaction.atomic
def save_view(*, contact: Contact, record_type: str, name: str, query: str) -> bool:
    """A view of the same name is replaced; returns whether the name is new. Raises ValidationError when there
    are too many."""
    locked(contact)
    kept = SavedView.objects.filter(contact=contact, record_type=record_type)
    if not kept.filter(name=name).exists() and kept.count() >= MOST_VIEWS:
        raise ValidationError(
            _("You have reached the limit of %(most)d views. Delete one that you no longer need.")
            % {"most": MOST_VIEWS},
            code="too_many",
        )
    return kept.update_or_create(
        defaults={"query": query}, contact=contact, record_type=record_type, name=name
    )[1]
