"""What agents type is kept for them until it is sent, whatever becomes of the page."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.models import AgentDraft, Case


@transaction.atomic
def keep_agent_draft(*, case: Case, agent: User, values: dict[str, str]) -> None:
    """An empty text is no draft."""
    if values.get("body", "").strip():
        AgentDraft.objects.update_or_create(
            case=case, agent=agent, defaults={"values": values, "saved_at": timezone.now()}
        )
    else:
        discard_agent_draft(case=case, agent=agent)


def discard_agent_draft(*, case: Case, agent: User) -> None:
    AgentDraft.objects.filter(case=case, agent=agent).delete()


def agent_draft_of(case: Case, agent: User) -> dict[str, str]:
    draft = AgentDraft.objects.filter(case=case, agent=agent).values_list("values", flat=True).first()
    return draft or {}
