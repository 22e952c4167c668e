"""Which cases, and what is loaded with them."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Concat, JSONObject

from accounts.scoping import Permitted, Privilege, Scope, ScopedQuerySet, granted_scope
from cases.models.catalogue import StatusCategory
from cases.models.participation import CaseParticipant
from cases.models.settings import CaseDesk
from cases.models.sla import CaseClock, CasePause
from lib.lookups import OneOf
from lib.search import alike, every_word
from records.models.marking import concern_of, draft_of, followed_records, mute_of, read_until

if TYPE_CHECKING:
    from cases.models.case import Case  # noqa: F401 -- named in strings below

IN_LIST = (
    "number",
    "subject",
    "status__customer_label",
    "category",
    "priority",
    "urgency",
    "due_at",
    "closed_at",
    "updated_at",
    "created_at",
    "contact__first_name",
    "contact__last_name",
    "product__name",
)
ON_PAGE = ("account", "contact__account", "product", "request_type", "assigned_to", "status", "entitlement")
LINKED_CASES = 10
"""Follow-ups that a case's page shows at most."""


MOST_NUMBERS = 20
_NUMBER = re.compile(r"(?<![^\W_])C-(\d{1,18})(?!\d)", re.IGNORECASE | re.ASCII)
_ONLY_NUMBER = re.compile(r"\W*(?:case\b\W*)?(\d{1,18})\W*", re.IGNORECASE | re.ASCII)


def numbers_in(text: str) -> list[str]:
    """Of cases, as they stand on the screen and in mails: ``#C-10073``, ``Re: [C-10073] Pump``. A number that
    stands alone needs no letter."""
    alone = _ONLY_NUMBER.fullmatch(text[:60])
    found = [alone[1]] if alone else _NUMBER.findall(text)[:MOST_NUMBERS]
    return [f"C-{number}" for number in found]


class Checked(models.Func):
    """``value = other`` that no index is looked up for: for a condition on rows that are already found by
    another."""

    template = "(%(expressions)s)"
    arg_joiner = " + 0 = "
    output_field = models.BooleanField()


class CaseQuerySet(ScopedQuerySet["Case"]):
    def permitted_to(self, privilege: Privilege, contact: Permitted | None) -> Self:
        """Besides what record permissions allow: a case that a contact was asked to join, within their own
        account."""
        permitted = super().permitted_to(privilege, contact)
        if (
            contact is None
            or privilege != "read"
            or granted_scope(contact, "read", self.model.record_type) != Scope.CONTACT
        ):
            return permitted
        return self.filter(self._is_own(contact) | self._was_asked_to_join(contact))

    def own(self, contact: Permitted) -> Self:
        """Those that the contact opened for their account."""
        return self.filter(self._is_own(contact))

    def joined(self, contact: Permitted) -> Self:
        """Those of the account that the contact was asked to join."""
        return self.filter(self._was_asked_to_join(contact))

    def _is_own(self, contact: Permitted) -> models.Q:
        return models.Q(contact=contact.pk, account=contact.account_id)

    def _was_asked_to_join(self, contact: Permitted) -> models.Q:
        account = models.Value(contact.account_id, output_field=models.BigIntegerField())
        within_account = (
            models.Q(Checked(models.F("account"), account)) if contact.account_id else models.Q(account=None)
        )
        return self._joined_by(contact) & within_account

    def active(self) -> Self:
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def late(self, now: datetime | None) -> Self:
        return self.active().filter(due_at__lte=now)

    def due_between(self, now: datetime, then: datetime) -> Self:
        return self.active().filter(due_at__gt=now, due_at__lte=then)

    def left_alone_since(self, moment: datetime) -> Self:
        """It is our turn, and nobody has done anything since."""
        return self.active().filter(category=StatusCategory.ACTIVE, updated_at__lt=moment)

    def waiting_for_customer(self) -> Self:
        return self.filter(category=StatusCategory.WAITING)

    def not_waiting_for_customer(self) -> Self:
        return self.exclude(category=StatusCategory.WAITING)

    def marked(self, words: Collection[str], reader: Permitted) -> Self:
        """Those whose badge says one of these words to ``reader``: see Case.status_for."""
        says_so = ~models.Q(category=StatusCategory.WAITING) | models.Q(contact=reader.pk)
        return self.filter(says_so, status__customer_label__in=words)

    def followed_by(self, contact: Permitted) -> Self:
        """What the contact has joined or follows; their own cases are followed without being asked."""
        both = self._joined(contact).union(followed_records(contact, "case"), all=True)
        return self.filter(OneOf(models.F("pk"), ArraySubquery(both)))

    def _joined_by(self, contact: Permitted) -> models.Q:
        return models.Q(OneOf(models.F("pk"), ArraySubquery(self._joined(contact))))

    def _joined(self, contact: Permitted) -> models.QuerySet[Any, Any]:
        return CaseParticipant.objects.filter(contact=contact.pk).order_by().values_list("case")

    def matching(self, text: str) -> Self:
        """Cases whose numbers are named in the text, or in whose subject, answers and conversation are all of
        its words or such as begin with them."""
        words, numbered = every_word(text), models.Q(number__in=numbers_in(text))
        return self.filter(numbered | models.Q(search=words)) if words else self.filter(numbered)

    def opened_by(self, text: str) -> Self:
        """By somebody in whose name or address all of the words occur."""
        fields = ("contact__first_name", "contact__last_name", "contact__email")
        words = [
            models.Q(*[(f"{name}__icontains", word) for name in fields], _connector=models.Q.OR)
            for word in text.split()
        ]
        return self.filter(*words)

    def alike(self, text: str) -> Self:
        """Active ones whose subject has any of the words, the best first."""
        return alike(self.active().order_by("-updated_at", "-pk"), "subject", text, among=500)

    def for_list(self) -> Self:
        return self.select_related("contact", "product", "status").only(*IN_LIST)

    def for_page(self, contact: Permitted) -> Self:
        """Load all that a case's page shows beside its conversation in the same query."""
        clocks = CaseClock.objects.filter(case=models.OuterRef("pk"), met_at=None, dropped_at=None).order_by(
            "due_at"
        )
        pause = CasePause.objects.filter(case=models.OuterRef("pk"), ended_at=None)
        people = CaseParticipant.objects.filter(case=models.OuterRef("pk")).order_by("created_at", "pk")
        name = Concat("contact__first_name", models.Value(" "), "contact__last_name")
        link = JSONObject(number="number", subject="subject")
        visible = self.model.objects.visible_to(contact)
        followed = visible.filter(pk=models.OuterRef("follows_up_id"))
        following = visible.filter(follows_up=models.OuterRef("pk")).order_by("created_at", "pk")
        desk = CaseDesk.objects.filter(pk=1)
        return self.select_related(*ON_PAGE).annotate(
            running_clocks=ArraySubquery(clocks.values(row=JSONObject(promise="promise", due_at="due_at"))),
            paused_since=models.Subquery(pause.values("started_at")[:1]),
            people=ArraySubquery(people.values(row=JSONObject(pk="contact", name=name))),
            followed=models.Subquery(followed.values(row=link)[:1]),
            following=ArraySubquery(following.values(row=link)[:LINKED_CASES]),
            read_at=_read_until(contact),
            is_muted=mute_of(contact, "case"),
            is_concerned=concern_of(contact, self.model),
            draft=draft_of(contact, "case"),
            desk=models.Subquery(
                desk.values(row=JSONObject(reopen_days="reopen_days", edit_minutes="edit_minutes"))
            ),
        )

    def with_reading(self, contact: Permitted) -> Self:
        """Load until when the contact has read each case, for the mark of what is new."""
        return self.annotate(read_at=_read_until(contact))


_CaseManager = models.Manager.from_queryset(CaseQuerySet)


class CaseManager(_CaseManager["Case"]):
    def get_queryset(self) -> CaseQuerySet:
        """All words of a conversation are looked for, never shown."""
        return CaseQuerySet(self.model, using=self._db).defer("search")


def _read_until(contact: Permitted) -> models.Expression:
    """Since when what others wrote is new to the contact; None for a case that they have nothing to do with
    yet.

    Whoever never looked has read what they wrote themselves, by mail for example; else nothing since they
    opened the case or joined it.
    """
    own_words = apps.get_model("cases", "CaseMessage").objects.filter(
        case=models.OuterRef("pk"), author_contact=contact.pk
    )
    joined = CaseParticipant.objects.filter(case=models.OuterRef("pk"), contact=contact.pk).values(
        "created_at"
    )
    otherwise = (
        models.Subquery(own_words.order_by("-created_at", "-pk").values("created_at")[:1]),
        models.Case(models.When(contact=contact.pk, then=models.F("created_at"))),
        models.Subquery(joined.values("created_at")[:1]),
    )
    return read_until(contact, "case", otherwise)
