from functools import lru_cache
from uuid import UUID

from cases.models import CaseStatus


@lru_cache(maxsize=1)
def statuses_at(revision: UUID) -> tuple[CaseStatus, ...]:
    """All statuses, read once for each revision of the configuration; a database trigger renews it when one
    of them changes."""
    return tuple(CaseStatus.objects.all())
