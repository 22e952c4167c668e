"""The rows of the desk's list. Written out here and not in a template, which would cost half of the page's
time; what rows share is made once a page."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject, Left
from django.http import QueryDict
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from cases.admin.desk.addresses import case_address
from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.finding import found, values_of
from cases.admin.desk.people import People
from cases.display.due_marks import timers_for_reader
from cases.models import Case, CaseMessage, CaseQuerySet, Priority
from lib import compiled
from lib.lookups import OneOf, put_together
from lib.moments import ago_for_reader
from lib.paging import Cut, KeysetPage
from records.models.marking import read_by_staff_until

LONGEST_PREVIEW = 140
KEYS = ArrayField(models.BigIntegerField())
_MARKUP = re.compile(r"\*\*|`|(?m:^\s*(?:[>#]+|[-*+])\s+)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


class Row(NamedTuple):
    """``said``: of the last message, notes included. ``asked_at``: when the customer wrote, if nobody has
    answered since. ``read_until``: until when the agent has read the case."""

    pk: int
    number: str
    subject: str
    category: str
    priority: str
    urgency: int
    due_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    escalated_at: datetime | None
    status: str
    first_name: str
    last_name: str
    email: str
    account: str | None
    agent_pk: int | None
    agent_first_name: str | None
    agent_last_name: str | None
    agent_email: str | None
    queue: str | None
    said: dict[str, Any] | None
    asked_at: datetime | None
    read_until: datetime | None

    @property
    def is_unread(self) -> bool:
        """The customer wrote last, and this agent has not read it."""
        if self.asked_at is None or self.closed_at:
            return False
        return self.read_until is None or self.read_until < self.asked_at


COLUMNS = (
    "pk", "number", "subject", "category", "priority", "urgency", "due_at", "closed_at", "created_at",
    "updated_at", "escalated_at", "status__label", "contact__first_name", "contact__last_name",
    "contact__email", "account__name", "assigned_to", "assigned_to__first_name", "assigned_to__last_name",
    "assigned_to__email", "queue__name", "said", "asked_at", "read_until",
)  # fmt: skip
"""In the order of Row."""


def page_of(shown: DeskFilter, agent: User, query: QueryDict, people: People) -> KeysetPage[Any]:
    """A list that agents come back to is one compiled query. Of any other, the keys are found first: to make
    the text of it all would cost more than to answer it. ``people``: whom its words mean."""
    cut = shown.cut(query)
    values = values_of(shown, cut, agent.pk)
    if shown.shape is None:
        keys = list(found(shown, cut, people, **values).values_list("pk", flat=True))
        return cut.page(rows_with(keys, cut, agent.pk) if keys else [])

    def rows(me: int, **values: Any) -> Any:
        return loaded(put_together([found(shown, cut, people, **values)]), cut, me)

    shape = ("desk", *shown.shape, cut.direction, *sorted(values))
    return cut.page([Row(*row) for row in compiled.rows(shape, rows, me=agent.pk, **values)])


def rows_with(keys: list[int], cut: Cut, agent: int) -> list[Row]:
    def rows(me: int, keys: list[int]) -> Any:
        ours = OneOf(models.F("pk"), models.Value(keys, output_field=KEYS))
        return loaded(Case.objects.filter(ours), cut, me)

    return [Row(*row) for row in compiled.rows(("desk rows", *cut.order), rows, me=agent, keys=keys)]


def loaded(rows: CaseQuerySet, cut: Cut, me: int) -> Any:
    """With all that a row shows. The conversation is looked up by its index, a row at a time."""
    said = CaseMessage.objects.filter(case=OuterRef("pk")).order_by("-created_at", "-pk")
    by_customer = models.Case(models.When(author_contact__isnull=False, then=models.F("created_at")))
    heard = said.filter(visibility=CaseMessage.Visibility.CUSTOMER).values(at=by_customer)
    shown = rows.annotate(
        said=Subquery(said.values(row=_told())[:1]),
        asked_at=Subquery(heard[:1]),
        read_until=read_by_staff_until(me, "case"),
    )
    return shown.order_by(*cut.order).values_list(*COLUMNS)


def _told() -> JSONObject:
    return JSONObject(
        text=Left("body", 4 * LONGEST_PREVIEW),
        visibility="visibility",
        first_name=Coalesce("author_user__first_name", "author_contact__first_name"),
        last_name=Coalesce("author_user__last_name", "author_contact__last_name"),
        email=Coalesce("author_user__email", "author_contact__email"),
        user="author_user",
    )


def preview_of(text: str) -> str:
    """The beginning of what was said, on one line and without marks."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())[:LONGEST_PREVIEW]


class Pen:
    """What the rows of one page share."""

    def __init__(self, shown: DeskFilter, agent: User, *, may_change: bool) -> None:
        self.may_change = may_change
        spelled = shown.as_query()
        self.me, self.came_from = agent.pk, f"?{urlencode({'in': spelled})}" if spelled else ""
        self.timer, self.ago = timers_for_reader(), ago_for_reader(is_short=True)
        self.select, self.note, self.nobody = _("Select %(number)s"), _("Note"), _("Nobody")
        self.unread = format_html('<span class="desk-dot" role="img" aria-label="{}"></span>', _("Unread"))
        self.is_unread, self.nothing = format_html(' class="{}"', "is-unread"), escape("")
        self.priority = cache(_priority)

    def row(self, row: Row) -> tuple[Any, ...]:
        name = f"{row.first_name} {row.last_name}".strip() or row.email
        is_unread = row.is_unread
        return (
            self.is_unread if is_unread else self.nothing,
            self.pick(row) if self.may_change else self.nothing,
            case_address(row.number) + self.came_from,
            self.unread if is_unread else self.nothing,
            row.subject,
            row.number,
            self.said(row),
            name,
            row.account or "",
            self.timer(row.due_at, row.category, row.closed_at is not None),
            self.priority(row.priority, row.escalated_at is not None),
            row.status,
            self.agent(row),
            row.queue or "",
            self.ago(row.updated_at),
        )

    def pick(self, row: Row) -> SafeString:
        return format_html(
            '<input type="checkbox" name="case" value="{}" aria-label="{}">',
            row.pk,
            self.select % {"number": row.number},
        )

    def said(self, row: Row) -> SafeString:
        if row.said is None:
            return self.nothing
        is_note = row.said["visibility"] == CaseMessage.Visibility.INTERNAL
        name = f"{row.said['first_name']} {row.said['last_name']}".strip() or row.said["email"]
        who = _("You") if row.said["user"] == self.me else name
        mark = format_html('<b class="desk-note">{}</b> ', self.note) if is_note else self.nothing
        return format_html(" {}<span>{}:</span> {}", mark, who, preview_of(row.said["text"]))

    def agent(self, row: Row) -> SafeString:
        if row.agent_pk is None:
            return format_html('<span class="desk-nobody">{}</span>', self.nobody)
        name = f"{row.agent_first_name} {row.agent_last_name}".strip() or row.agent_email
        return format_html("<span>{}</span>", name)


def rows_html(rows: Iterable[Row], shown: DeskFilter, agent: User, *, may_change: bool) -> SafeString:
    """``<tr>`` elements of the table."""
    pen = Pen(shown, agent, may_change=may_change)
    return format_html_join(
        "\n",
        '<tr{}><td class="desk-pick">{}</td>'
        '<th scope="row" class="desk-case"><a href="{}">{}{}</a>'
        '<span class="desk-of"><span>{}</span>{}</span></th>'
        '<td class="desk-customer"><span>{}</span><span class="desk-of">{}</span></td>'
        '<td class="desk-due">{}</td><td class="desk-priority">{}</td>'
        '<td class="desk-status">{}</td><td class="desk-agent">{}<span class="desk-of">{}</span></td>'
        '<td class="desk-last">{}</td></tr>',
        (pen.row(row) for row in rows),
    )


def _priority(priority: str, is_escalated: bool) -> SafeString:
    """A square and a word, but for the usual one."""
    words = str(Priority(priority).label)
    square = format_html('<span class="desk-square is-{}">{}</span>', priority, words)
    escalated = format_html('<span class="desk-escalated">{}</span>', _("escalated"))
    shown = escape("") if priority == Priority.NORMAL else square
    return shown + escalated if is_escalated else shown
