"""How PostgreSQL finds a page of a list, planned as the portal has it planned."""

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.http import QueryDict

from accounts.models import Contact
from lib.paging import PAGE_SIZE
from portal.site import configuration
from records.forms.lists import ListForm
from records.pages import page_of
from records.surfaces import Surface

Node = dict[str, Any]


def as_reader(contact: Contact, record_type: str, scope: str) -> Contact:
    reader = copy(contact)
    reader.grants = {record_type: {scope: ["read"]}}
    return reader


def form_of(surface: Surface[Any], contact: Contact | None, address: str) -> ListForm:
    """What the address asks for, as the view reads it."""
    request: Any = SimpleNamespace(contact=contact, configuration=configuration.current())
    return surface.listing.form.of(request, QueryDict(address))


@dataclass(frozen=True)
class Plan:
    """The nodes of an executed plan, the uppermost first, and the table that the list is about."""

    nodes: list[Node]
    table: str

    @property
    def scans(self) -> list[Node]:
        return [node for node in self.nodes if node.get("Relation Name") == self.table]

    @property
    def sorts_many(self) -> bool:
        """More of them than the few that were found for a page."""
        sorts = [
            node
            for node in self.nodes
            if "Sort" in node["Node Type"] and node["Plans"][0]["Actual Rows"] > 2 * (PAGE_SIZE + 1)
        ]
        return any(below.get("Relation Name") == self.table for node in sorts for below in _nodes(node))

    @property
    def looked_at(self) -> int:
        """How many records were fetched, whether they were kept or not."""
        removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        return sum(
            int((node["Actual Rows"] + sum(node.get(name, 0) for name in removed)) * node["Actual Loops"])
            for node in self.scans
        )

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def walks_through_all(self) -> bool:
        return any(node["Node Type"] == "Seq Scan" for node in self.scans)


def plan_of(surface: Surface[Any], contact: Contact | None, address: str, **within: int) -> Plan:
    """Of the page that the address asks for."""
    shown = form_of(surface, contact, address).filter
    return plan_asked_by(
        lambda: page_of(surface, contact, shown, QueryDict(address), **within),
        surface.model._meta.db_table,
        is_prepared=bool(contact and shown.shape),
    )


def plan_asked_by(ask: Callable[[], Any], table: str, *, is_prepared: bool) -> Plan:
    """Of the last statement that ``ask`` sends. ``is_prepared``: it is one of lib.compiled."""
    asked: list[tuple[str, tuple[Any, ...]]] = []
    with connection.execute_wrapper(lambda execute, *query: asked.append(query[:2]) or execute(*query)):
        ask()
    query, values = asked[-1]
    plan = (_explain_prepared if is_prepared else _explain)(query, values)
    return Plan(list(_nodes(plan)), table)


def _explain(query: str, values: tuple[Any, ...]) -> Node:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        [[[explained]]] = cursor.fetchall()
    return explained["Plan"]


def _explain_prepared(query: str, values: tuple[Any, ...]) -> Node:
    """Before the values are known (lib.compiled)."""
    numbers = count(1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE page AS {re.sub('%s', lambda _place: f'${next(numbers)}', query)}")
        plan = _explain(f"EXECUTE page ({', '.join(['%s'] * len(values))})", values)
        cursor.execute("DEALLOCATE page")
    return plan


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def settle(table: str) -> None:
    """As autovacuum leaves a table: its statistics are known, and what is in an index need not be looked up
    in the table too."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")
        cursor.execute("SELECT relpages FROM pg_class WHERE oid = %s::regclass", [table])
        [[pages]] = cursor.fetchall()
        cursor.execute(
            "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s, 'relallvisible', "
            "%s::integer)",
            [table, pages],
        )
