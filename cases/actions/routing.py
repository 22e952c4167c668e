from accounts.actors import SYSTEM
from cases.actions.checklists import add_checklist
from cases.models import Case, Queue, RoutingRule
from lib.locks import locked_by_key


def route(case: Case) -> None:
    """Put a new case where the first fitting rule says: a queue, and an agent of it if the rule names or
    takes one."""
    rule = RoutingRule.objects.for_case(case)
    if rule is None:
        return
    rule.queue = locked_by_key(Queue, rule.queue_id)
    case.queue, case.assigned_to = rule.queue, rule.next_agent()
    if rule.round_robin and case.assigned_to:
        rule.queue.last_assigned = case.assigned_to
        rule.queue.save(update_fields=["last_assigned"])
    case.save(update_fields=["queue", "assigned_to"])
    if rule.checklist and rule.checklist.is_active and rule.checklist.steps.exists():
        add_checklist(actor=SYSTEM, case=case, checklist=rule.checklist)
