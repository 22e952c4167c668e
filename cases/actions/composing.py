"""Who is writing in a case now. Pages tell every 20 seconds; whoever has not been heard of for a minute has
gone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Composing

EXPIRY = timedelta(seconds=60)


@transaction.atomic
def note_composing(*, case: Case, agent: User, now: datetime | None = None) -> None:
    now = now or timezone.now()
    Composing.objects.filter(seen_at__lt=now - EXPIRY).delete()
    Composing.objects.update_or_create(case=case, agent=agent, defaults={"seen_at": now})


def stop_composing(*, case: Case, agent: User) -> None:
    Composing.objects.filter(case=case, agent=agent).delete()


def colleagues_writing(case: Case, agent: User, now: datetime) -> list[str]:
    """Names of the others, in the order of the alphabet."""
    present = (
        Composing.objects.filter(case=case, seen_at__gt=now - EXPIRY)
        .exclude(agent=agent)
        .select_related("agent")
    )
    return sorted(composing.agent.get_full_name() for composing in present)
