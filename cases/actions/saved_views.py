"""Lists of cases that a contact keeps."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact
from cases.models import SavedView
from lib.locks import locked

MOST_VIEWS = 20


@transaction.atomic
def save_view(*, contact: Contact, name: str, query: str) -> bool:
    """A view of the same name is replaced; returns whether the name is new. Raises ValidationError when there
    are too many."""
    locked(contact)
    kept = SavedView.objects.filter(contact=contact)
    if not kept.filter(name=name).exists() and kept.count() >= MOST_VIEWS:
        raise ValidationError(
            _("You have reached the limit of %(most)d views. Delete one that you no longer need.")
            % {"most": MOST_VIEWS},
            code="too_many",
        )
    return SavedView.objects.update_or_create(contact=contact, name=name, defaults={"query": query})[1]
