from cases.models import Case, Queue, RoutingRule


def route(case: Case) -> None:
    """Put a new case where the first fitting rule says: a queue, and an agent of it if the rule names or takes one."""
    rule = RoutingRule.objects.for_case(case)
    if rule is None:
        return
    queue = Queue.objects.select_for_update().get(pk=rule.queue_id)
    case.queue = queue
    case.assigned_to = rule.agent if rule.agent and rule.agent.is_active else None
    if rule.round_robin and (agent := queue.next_agent()):
        case.assigned_to = queue.last_assigned = agent
        queue.save(update_fields=["last_assigned"])
    case.save(update_fields=["queue", "assigned_to"])
