from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Contact
from cases.models import Case, CaseReading, Draft, SuggestionReading

ONE_READING = timedelta(hours=1)
"""Looking at the same suggestion again within this time is not counted again."""


def note_reading(case: Case, contact: Contact) -> None:
    """Nothing is written while there is nothing new."""
    if case.read_at is None or case.read_at < case.updated_at:
        CaseReading.objects.update_or_create(case=case, contact=contact, defaults={"read_at": timezone.now()})


@transaction.atomic
def save_draft(*, contact: Contact, case: Case | None, values: dict[str, Any]) -> None:
    """Keep what is typed; an empty draft is none."""
    if any(values.values()):
        Draft.objects.update_or_create(
            contact=contact, case=case, defaults={"values": values, "saved_at": timezone.now()}
        )
    else:
        Draft.objects.filter(contact=contact, case=case).delete()


def discard_draft(*, contact: Contact, case: Case | None) -> bool:
    """Whether there was one."""
    return bool(Draft.objects.filter(contact=contact, case=case).delete()[0])


def note_suggestion(*, contact: Contact, url: str) -> None:
    """The contact reads a suggestion before they open a case."""
    lately = SuggestionReading.objects.filter(
        contact=contact, url=url, read_at__gt=timezone.now() - ONE_READING
    )
    if not lately.exists():
        SuggestionReading.objects.create(contact=contact, url=url)
