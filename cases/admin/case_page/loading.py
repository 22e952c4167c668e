"""All that an agent's page shows of a case beside its conversation, in one statement whose text is made
once."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Concat, JSONObject

from accounts.models import User
from cases.models import (
    Case,
    CaseClock,
    CaseMessage,
    CaseParticipant,
    CaseQuerySet,
    CaseStep,
    Composing,
    Deduction,
    Entitlement,
    ScheduledReply,
    TimeEntry,
)
from lib.compiled import rows
from records.models import Draft
from records.models.marking import read_by_staff_until

WITH = (
    "account", "contact__account", "contact__user", "product", "request_type", "assigned_to", "status",
    "queue", "entitlement", "merged_into", "follows_up",
)  # fmt: skip
PAST_PROMISES, LAST_CASES, LAST_ENTRIES, LAST_RATINGS = 6, 4, 20, 20
CLOCK = ("promise", "due_at", "warn_at", "met_at", "dropped_at", "started_at")


def case_on_desk(number: str, agent: User, writing_since: datetime) -> Case | None:
    """As the agent's page shows it. Whoever may see cases may see each: ask for that right first."""
    values: dict[str, Any] = {"number": number, "agent": agent.pk, "since": writing_since}
    return next(iter(rows("case on the desk", _rows, **values)), None)


def _rows(number: str, agent: int, since: datetime) -> CaseQuerySet:
    return (
        Case.objects.filter(number=number)
        .select_related(*WITH)
        .annotate(
            typed=_draft(agent),
            seen_at=read_by_staff_until(agent, "case"),
            newest_message=Subquery(_of(CaseMessage).order_by("-pk").values("pk")[:1]),
            writing=ArraySubquery(_writing(agent, since).values(name=_name("agent"))),
            spent=_spent(),
            contracts=ArraySubquery(_contracts()),
            **_told(),
            **_about_customer(),
        )
    )


def _told() -> dict[str, Any]:
    """What happened to the case, and what is to be done."""
    clock = JSONObject(**{name: name for name in CLOCK})
    running = _of(CaseClock).filter(met_at=None, dropped_at=None).order_by("due_at", "pk")
    past = _of(CaseClock).exclude(met_at=None, dropped_at=None).order_by("-started_at", "-pk")
    step = JSONObject(
        pk="pk", list="list_name", text="text", at="ticked_at", first="ticked_by__first_name",
        last="ticked_by__last_name",
    )  # fmt: skip
    return {
        "running": ArraySubquery(running.values(row=clock)),
        "past": ArraySubquery(past.values(row=clock)[:PAST_PROMISES]),
        "checked": ArraySubquery(_of(CaseStep).order_by("list_name", "position").values(row=step)),
        "scheduled": ArraySubquery(_scheduled()),
        "worked": ArraySubquery(_worked()),
    }


def _about_customer() -> dict[str, Any]:
    case = JSONObject(number="number", subject="subject", label="status__label")
    others = Case.objects.exclude(pk=OuterRef("pk")).order_by("-updated_at", "-pk")
    of_account = others.filter(account=OuterRef("account"))
    own = others.filter(contact=OuterRef("contact"), account=None)
    rated = others.filter(contact=OuterRef("contact"), account=OuterRef("account"), rating__isnull=False)
    people = _of(CaseParticipant).order_by("created_at", "pk")
    return {
        "last_cases": ArraySubquery(of_account.values(row=case)[:LAST_CASES]),
        "own_cases": ArraySubquery(own.values(row=case)[:LAST_CASES]),
        "ratings": ArraySubquery(rated.values("rating")[:LAST_RATINGS]),
        "people": ArraySubquery(people.values(row=JSONObject(pk="contact", name=_name("contact")))),
    }


def _of(model: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model.objects.filter(case=OuterRef("pk"))
    return rows


def _name(whose: str) -> Concat:
    return Concat(f"{whose}__first_name", models.Value(" "), f"{whose}__last_name")


def _draft(agent: int) -> Subquery:
    own = Draft.objects.filter(user=agent, record_type="case", record_id=OuterRef("pk"))
    return Subquery(own.values("values")[:1])


def _writing(agent: int, since: datetime) -> models.QuerySet[Any]:
    others = _of(Composing).filter(seen_at__gt=since).exclude(agent=agent)
    return others.order_by("agent__first_name", "pk")


def _spent() -> Subquery:
    lines = Deduction.objects.filter(entitlement=OuterRef("entitlement")).order_by().values("entitlement")
    return Subquery(lines.annotate(total=Sum("amount")).values("total"))


def _contracts() -> models.QuerySet[Any]:
    """Of the account; on which days they are valid is looked at later, in the reader's own time."""
    of_account = Entitlement.objects.filter(account=OuterRef("account"), is_active=True)
    days = {"since": "valid_from", "until": "valid_until"}
    return of_account.order_by("name", "pk").values(row=JSONObject(pk="pk", label="name", **days))


def _scheduled() -> models.QuerySet[Any]:
    files = JSONObject(name="name", size="size")
    attached = ScheduledReply.attachment_model().objects.filter(message=OuterRef("pk"))
    rows: models.QuerySet[Any] = _of(ScheduledReply).annotate(
        files=ArraySubquery(attached.order_by("name").values(row=files))
    )
    fields = {name: name for name in ("pk", "body", "goes_at", "held_because", "files")}
    label = {"status": "status__label", "author": _name("author")}
    return rows.order_by("goes_at", "pk").values(row=JSONObject(**fields, **label))


def _worked() -> models.QuerySet[Any]:
    names = ("pk", "minutes", "worked_on", "note", "is_billable", "taken_back_at")
    entry = JSONObject(agent=_name("agent"), **{name: name for name in names})
    return _of(TimeEntry).order_by("-worked_on", "-pk").values(row=entry)[:LAST_ENTRIES]
