"""Where agents put a case: which queue, which type, which product, which contract."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions.entitlements import covering_entitlement, draw_from
from cases.actions.notices import agents_of, mail_staff
from cases.actions.promises import change_promises
from cases.actions.status import locked_case
from cases.models import Case, Entitlement, Product, Queue, RequestType


@transaction.atomic
def move_to_queue(*, actor: Actor, case: Case, queue: Queue | None) -> Case:
    """Whoever the case is assigned to keeps it. One of nobody is told to the agents of the queue."""
    case = locked_case(case)
    if case.queue_id != (queue.pk if queue else None):
        case.queue = queue
        case.save(update_fields=["queue"])
        record_activity(
            actor=actor, verb="case.queued", record=case, is_internal=True, to=queue.name if queue else ""
        )
        if case.assigned_to is None and not case.is_closed:
            mail_staff(
                "queued", case, to=[agent for agent in agents_of(case) if agent != actor.user], actor=actor
            )
    return case


@transaction.atomic
def reclassify(*, actor: Actor, case: Case, request_type: RequestType, product: Product | None) -> Case:
    """Another type may promise something else; another product may be another contract's."""
    case = locked_case(case)
    is_other_product = case.product_id != (product.pk if product else None)
    if case.request_type_id == request_type.pk and not is_other_product:
        return case
    case.request_type, case.product = request_type, product
    case.save(update_fields=["request_type", "product"])
    if is_other_product:
        draw_from(case, covering_entitlement(case))
    change_promises(case, timezone.now())
    record_activity(
        actor=actor,
        verb="case.reclassified",
        record=case,
        is_internal=True,
        type=str(request_type),
        product=str(product or "–"),
    )
    return case


@transaction.atomic
def change_entitlement(*, actor: Actor, case: Case, entitlement: Entitlement | None) -> Case:
    """What the old one was charged for the case is given back, the new one is charged instead, even where it
    is used up: that the case belongs there is for staff to say. Raises ValidationError ({"entitlement": …}).
    """
    case = locked_case(case)
    if case.entitlement_id == (entitlement.pk if entitlement else None):
        return case
    if reason := why_not_drawn_from(case, entitlement):
        raise ValidationError({"entitlement": reason})
    draw_from(case, entitlement)
    change_promises(case, timezone.now())
    record_activity(
        actor=actor,
        verb="case.entitlement_changed",
        record=case,
        is_internal=True,
        to=entitlement.name if entitlement else "–",
    )
    return case


def why_not_drawn_from(case: Case, entitlement: Entitlement | None) -> str:
    """Empty where the case may draw from it, or from none."""
    if case.merged_into_id:
        return _("This case was merged into another one. Please make changes there.")
    valid = Entitlement.objects.valid_for(case.account_id, case.created_at)
    if entitlement and not valid.filter(pk=entitlement.pk).exists():
        return _("This contract belongs to another account or was not valid on the day the case was opened.")
    return ""
