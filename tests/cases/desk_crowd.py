"""Very many cases as agents have them: of queues and agents, due, and talked about."""

from django.db import connection

from accounts.models import User
from cases.models import Queue
from tests.factories import make_user
from tests.records.plans import settle

QUEUES, AGENTS = 6, 20
ON_THE_DESK = """
UPDATE cases_case SET
    assigned_to_id = CASE WHEN mod(id / 7, 5) > 0 THEN (%(agents)s::bigint[])[1 + mod(id, %(many)s)] END,
    queue_id = CASE WHEN mod(id / 7, 11) > 0 THEN (%(queues)s::bigint[])[1 + mod(id / 3, 6)] END,
    due_at = CASE WHEN status = 'in_progress' AND mod(id / 7, 3) > 0
        THEN now() + make_interval(mins => (mod(id, 20160) - 1440)::int) END
"""
"""One in five is nobody's, two thirds of those at work have a promise, and few of these are late."""


def put_on_the_desk() -> User:
    """Returns one of the agents."""
    agents = [
        make_user(f"agent-{n}@portal.example", first_name="Agent", is_staff=True) for n in range(AGENTS + 1)
    ]
    queues = [Queue.objects.create(name=f"Queue {n}") for n in range(QUEUES)]
    keys = {
        "agents": [agent.pk for agent in agents],
        "many": len(agents),
        "queues": [queue.pk for queue in queues],
    }
    with connection.cursor() as cursor:
        cursor.execute(ON_THE_DESK, keys)
    settle("cases_case")
    return agents[0]
