from django.db import transaction

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions.status import locked_case
from cases.models import Case


@transaction.atomic
def rename_case(*, actor: Actor, case: Case, subject: str) -> Case:
    """Put the subject right, so that the list says what a case is about."""
    case = locked_case(case)
    if case.subject != subject:
        before, case.subject = case.subject, subject
        case.save(update_fields=["subject"])
        record_activity(
            actor=actor, verb="case.renamed", record=case, is_internal=True, before=before, after=subject
        )
    return case
