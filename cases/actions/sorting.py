"""Where agents put a case: which queue, which type, which product."""

from django.db import transaction
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions.promises import change_promises
from cases.actions.status import locked
from cases.models import Case, Product, Queue, RequestType


@transaction.atomic
def move_to_queue(*, actor: Actor, case: Case, queue: Queue | None) -> Case:
    """Whoever the case is assigned to keeps it."""
    case = locked(case)
    if case.queue_id != (queue.pk if queue else None):
        case.queue = queue
        case.save(update_fields=["queue"])
        record_activity(actor=actor, verb="case.queued", record=case, is_internal=True, to=queue.name if queue else "")
    return case


@transaction.atomic
def reclassify(*, actor: Actor, case: Case, request_type: RequestType, product: Product | None) -> Case:
    """Another type may promise something else."""
    case = locked(case)
    if (case.request_type_id, case.product_id) == (request_type.pk, product.pk if product else None):
        return case
    case.request_type, case.product = request_type, product
    case.save(update_fields=["request_type", "product"])
    change_promises(case, timezone.now())
    record_activity(
        actor=actor, verb="case.reclassified", record=case, is_internal=True, type=str(request_type), product=str(product or "–")
    )
    return case
