"""Very many topics."""

from datetime import timedelta

from django.utils import timezone

from forums.models import Topic
from tests.forums.factories import make_forum
from tests.records.crowds import MANY, Crowd, Crowds, make_people


def make_crowd() -> Crowd:
    """A tenth is in one forum; a few are pinned, and of fifty one is not answered and one the reader's."""
    of_big, others = make_people()
    forums, now = [make_forum() for _ in range(40)], timezone.now()
    Topic.objects.bulk_create(
        Topic(
            forum=forums[0] if n % 10 == 0 else forums[n % 40],
            title=f"Topic {n}",
            slug="topic",
            author_contact=of_big[0] if n // 40 % 50 == 0 else others[n % len(others)],
            last_post_at=now - timedelta(minutes=n),
            is_pinned=n % 4000 == 0,
            is_answered=n // 10 % 50 != 0,
        )
        for n in range(MANY)
    )
    return Crowd(of_big[0], others[0], parent=forums[0].pk)


CROWDS: Crowds = {"topic": make_crowd}
