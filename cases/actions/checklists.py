"""What has to be done in a case, step by step."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions.status import locked_case
from cases.models import Case, CaseStep, Checklist
from lib.locks import locked


@transaction.atomic
def add_checklist(*, actor: Actor, case: Case, checklist: Checklist) -> None:
    """Copy the steps into the case. A list that is there already is not added again."""
    case = _open_to_steps(case)
    steps = list(checklist.steps.all())
    if not steps:
        raise ValidationError(_("This checklist has no steps yet."))
    if CaseStep.objects.filter(case=case, list_name=checklist.name).exists():
        return
    CaseStep.objects.bulk_create(
        CaseStep(case=case, checklist=checklist, list_name=checklist.name, text=step.text, position=position)
        for position, step in enumerate(steps, start=1)
    )
    _tell(actor, case, "case.checklist_added", name=checklist.name)


@transaction.atomic
def remove_checklist(*, actor: Actor, case: Case, name: str) -> None:
    case = _open_to_steps(case)
    if CaseStep.objects.filter(case=case, list_name=name).delete()[0]:
        _tell(actor, case, "case.checklist_removed", name=name)


@transaction.atomic
def tick_step(*, actor: Actor, step: CaseStep, is_done: bool) -> CaseStep:
    """Done, or not done after all. Whoever comes second changes nothing."""
    case = _open_to_steps(step.case)
    step = locked(step)
    if (step.ticked_at is not None) == is_done:
        return step
    step.ticked_by, step.ticked_at = (actor.user, timezone.now()) if is_done else (None, None)
    step.save(update_fields=["ticked_by", "ticked_at"])
    _tell(actor, case, "case.step_done" if is_done else "case.step_reopened", step=step.text)
    return step


def _open_to_steps(case: Case) -> Case:
    case = locked_case(case)
    if case.merged_into_id:
        raise ValidationError(_("This case was merged into another one. Please make changes there."))
    return case


def _tell(actor: Actor, case: Case, verb: str, **details: str) -> None:
    record_activity(actor=actor, verb=verb, record=case, is_internal=True, **details)
