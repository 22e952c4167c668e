from datetime import timedelta

from django.utils import timezone

from accounts.models import Contact
from cases.models import SuggestionReading

ONE_READING = timedelta(hours=1)
"""Looking at the same suggestion again within this time is not counted again."""


def note_suggestion(*, contact: Contact, url: str) -> None:
    """The contact reads a suggestion before they open a case."""
    lately = SuggestionReading.objects.filter(
        contact=contact, url=url, read_at__gt=timezone.now() - ONE_READING
    )
    if not lately.exists():
        SuggestionReading.objects.create(contact=contact, url=url)
