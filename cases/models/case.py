import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Concat, JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, User
from accounts.scoping import Privilege, RecordType, Scope, ScopedQuerySet, can, granted_scope
from cases.models.catalogue import CLOSED, PAUSED, TRANSITIONS, CaseStatus, Category, Product, RequestType
from cases.models.entitlement import Entitlement
from cases.models.participation import CaseParticipant, CaseReading, Draft, SavedView
from cases.models.settings import CaseDesk
from cases.models.sla import CaseClock, CasePause, Priority, SlaPolicy
from portal.lib.search import CONFIGURATION, alike, every_word

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


SEARCHED = CombinedExpression(
    CombinedExpression(
        SearchVector("subject", config=CONFIGURATION, weight="A"),
        "||",
        models.Func(
            "answers",
            template=f"setweight(to_tsvector('{CONFIGURATION}', jsonb_path_query_array(%(expressions)s, '$[*].value')), 'B')",
        ),
        output_field=SearchVectorField(),
    ),
    "||",
    models.Func(template="coalesce(said, '')", output_field=SearchVectorField()),
    output_field=SearchVectorField(),
)
"""What a case is found by: its subject; what was answered, not what was asked: that is the same in all cases of a type; and what was
said in it, where customers can read it. ``said`` is a column that the database alone keeps (migration 0018)."""


ON_PAGE = ("account", "contact__account", "product", "request_type", "assigned_to", "status", "entitlement")


LINKED_CASES = 10
"""Follow-ups that a case's page shows at most."""


class OneOf(models.Func):
    """``value = ANY (array)``. PostgreSQL looks a few rows up by it, where ``IN (SELECT …)`` beside an OR has it walk through all."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()


class Checked(models.Func):
    """``value = other`` that no index is looked up for: for a condition on rows that are already found by another."""

    template = "(%(expressions)s)"
    arg_joiner = " + 0 = "
    output_field = models.BooleanField()


class CaseQuerySet(ScopedQuerySet["Case"]):
    def permitted_to(self, privilege: Privilege, contact: Contact | None) -> Self:
        """Besides what record permissions allow: a case that a contact was asked to join, within their own account."""
        permitted = super().permitted_to(privilege, contact)
        if contact is None or privilege != "read" or granted_scope(contact, "read", Case.record_type) != Scope.CONTACT:
            return permitted
        return self.filter(self._is_own(contact) | self._was_asked_to_join(contact))

    def own(self, contact: Contact) -> Self:
        """Those that the contact opened for their account."""
        return self.filter(self._is_own(contact))

    def joined(self, contact: Contact) -> Self:
        """Those of the account that the contact was asked to join."""
        return self.filter(self._was_asked_to_join(contact))

    def _is_own(self, contact: Contact) -> models.Q:
        return models.Q(contact=contact, account=contact.account_id)

    def _was_asked_to_join(self, contact: Contact) -> models.Q:
        account = models.Value(contact.account_id, output_field=models.BigIntegerField())
        within_account = models.Q(Checked(models.F("account"), account)) if contact.account_id else models.Q(account=None)
        return self._joined_by(contact, was_asked=True) & within_account

    def among(self, *parts: models.QuerySet["Case"]) -> Self:
        """Those that are in one of the parts, each of which is short."""
        found = [models.Q(OneOf(models.F("pk"), ArraySubquery(part.values("pk")))) for part in parts]
        return self.filter(reduce(or_, found))

    def active(self) -> Self:
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def waiting_for_customer(self) -> Self:
        return self.filter(category=Category.WAITING)

    def followed_by(self, contact: Contact) -> Self:
        """The contact's own cases are followed without being asked."""
        return self.filter(self._joined_by(contact))

    def _joined_by(self, contact: Contact, **how: bool) -> models.Q:
        joined = CaseParticipant.objects.filter(contact=contact, **how).values("case")
        return models.Q(OneOf(models.F("pk"), ArraySubquery(joined)))

    def waiting_first(self, limit: int) -> list["Case"]:
        """Active cases for a summary: at most ``limit`` that wait for the customer, then as many others, latest first.

        One query, each half from an index of its own.
        """
        waiting = self.waiting_for_customer().order_by("-updated_at", "-pk")[:limit]
        others = self.active().exclude(category=Category.WAITING).order_by("-updated_at", "-pk")[:limit]
        found = waiting.union(others, all=True)
        return sorted(found, key=lambda case: (not case.is_waiting, -case.updated_at.timestamp()))

    def matching(self, text: str) -> Self:
        """Cases with this number, with or without its letter, or in whose subject, answers and conversation are all of these words or
        such as begin with them."""
        words, number = every_word(text), text.strip().upper()[:20]
        numbered = models.Q(number=f"C-{number}" if number.isdecimal() else number)
        return self.filter(numbered | models.Q(search=words)) if words else self.filter(numbered)

    def opened_by(self, text: str) -> Self:
        """By somebody in whose name or address all of the words occur."""
        fields = ("contact__first_name", "contact__last_name", "contact__email")
        words = [models.Q(*[(f"{name}__icontains", word) for name in fields], _connector=models.Q.OR) for word in text.split()]
        return self.filter(*words)

    def alike(self, text: str) -> Self:
        """Active ones whose subject has any of the words, the best first."""
        return alike(self.active().order_by("-updated_at", "-pk"), "subject", text, among=500)

    def for_list(self) -> Self:
        return self.select_related("contact", "product", "status").only(*IN_LIST)

    def for_page(self, contact: Contact) -> Self:
        """Load all that a case's page shows beside its conversation in the same query."""
        clocks = CaseClock.objects.filter(case=models.OuterRef("pk"), met_at=None, dropped_at=None).order_by("due_at")
        pause = CasePause.objects.filter(case=models.OuterRef("pk"), ended_at=None)
        people = CaseParticipant.objects.filter(case=models.OuterRef("pk")).order_by("created_at", "pk")
        name = Concat("contact__first_name", models.Value(" "), "contact__last_name")
        link = JSONObject(number="number", subject="subject")
        followed = Case.objects.visible_to(contact).filter(pk=models.OuterRef("follows_up_id"))
        following = Case.objects.visible_to(contact).filter(follows_up=models.OuterRef("pk")).order_by("created_at", "pk")
        draft = Draft.objects.filter(case=models.OuterRef("pk"), contact=contact)
        desk = CaseDesk.objects.filter(pk=1)
        return (
            self.select_related(*ON_PAGE)
            .defer("search")
            .annotate(
                running_clocks=ArraySubquery(clocks.values(row=JSONObject(promise="promise", due_at="due_at"))),
                paused_since=models.Subquery(pause.values("started_at")[:1]),
                people=ArraySubquery(people.values(row=JSONObject(pk="contact", name=name))),
                followed=models.Subquery(followed.values(row=link)[:1]),
                following=ArraySubquery(following.values(row=link)[:LINKED_CASES]),
                read_at=_read_until(contact),
                draft=models.Subquery(draft.values("values")[:1]),
                desk=models.Subquery(desk.values(row=JSONObject(reopen_days="reopen_days", edit_minutes="edit_minutes"))),
            )
        )

    def with_reading(self, contact: Contact) -> Self:
        """Load until when the contact has read each case, for the mark of what is new."""
        return self.annotate(read_at=_read_until(contact))

    def with_views_of(self, contact: Contact) -> Self:
        """Load the contact's saved views beside each case; PostgreSQL looks for them once."""
        views = SavedView.objects.filter(contact=contact)
        return self.annotate(views=ArraySubquery(views.values(row=JSONObject(pk="pk", name="name", query="query"))))


def _read_until(contact: Contact) -> Coalesce:
    """Since when what others wrote is new to the contact; None for a case that they have nothing to do with yet.

    Whoever never looked has read what they wrote themselves, by mail for example; else nothing since they opened the case or joined it.
    """
    reading = CaseReading.objects.filter(case=models.OuterRef("pk"), contact=contact).values("read_at")
    own_words = apps.get_model("cases", "CaseMessage").objects.filter(case=models.OuterRef("pk"), author_contact=contact)
    joined = CaseParticipant.objects.filter(case=models.OuterRef("pk"), contact=contact).values("created_at")
    return Coalesce(
        models.Subquery(reading[:1]),
        models.Subquery(own_words.order_by("-created_at", "-pk").values("created_at")[:1]),
        models.Case(models.When(contact=contact, then=models.F("created_at"))),
        models.Subquery(joined[:1]),
        output_field=models.DateTimeField(null=True),
    )


class Case(models.Model):
    """One matter that a contact brings to the company, from opening to resolution.

    ``category`` repeats the status's, so that lists and clocks ask one column; move_to() keeps both in step.
    """

    Priority = Priority
    Category = Category

    class Origin(models.TextChoices):
        PORTAL = "portal", _("Portal")
        MAIL = "mail", _("E-mail")
        STAFF = "staff", _("Staff")

    record_type = RecordType(
        "case", _("Cases"), account="account", contact="contact", privileges=("read", "create", "write"),
        through=_("Messages and attachments follow their case; internal notes are never shown."),
        joined="participants", joined_if="was_asked",
    )  # fmt: skip

    number = models.CharField(
        _("number"), max_length=20, unique=True, editable=False,
        db_default=models.Func(template="'C-' || nextval('cases_case_number')", output_field=models.CharField()),
    )  # fmt: skip
    subject = models.CharField(_("subject"), max_length=150)
    request_type = models.ForeignKey(RequestType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    urgency = models.GeneratedField(
        expression=models.Case(*(models.When(priority=value, then=rank) for rank, value in enumerate(Priority.values)), default=0),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    """The priority as a number, the most urgent the highest: what lists are sorted by."""
    status = models.ForeignKey(
        CaseStatus, verbose_name=_("status"), default=CaseStatus.NEW, on_delete=models.PROTECT, related_name="+", db_column="status"
    )
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.ACTIVE, editable=False)
    account = models.ForeignKey(Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="cases")
    assigned_to = models.ForeignKey(
        User, verbose_name=_("assigned to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to={"is_staff": True},
    )  # fmt: skip
    queue = models.ForeignKey(
        "cases.Queue", verbose_name=_("queue"), null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    entitlement = models.ForeignKey(
        Entitlement, verbose_name=_("entitlement"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    sla_policy = models.ForeignKey(
        SlaPolicy, verbose_name=_("service level"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    answers = models.JSONField(_("answers"), default=list, editable=False)
    """Of the request type's questions: ``[{"label": "Serial number", "value": "B-204"}]``, in their order."""
    origin = models.CharField(_("came by"), max_length=10, choices=Origin, default=Origin.PORTAL, editable=False)
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    first_reply_at = models.DateTimeField(_("first reply"), null=True, editable=False)
    waiting_since = models.DateTimeField(_("waits for the customer since"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("customer reminded"), null=True, editable=False)
    reopened_at = models.DateTimeField(_("taken up again"), null=True, editable=False)
    """When it was last taken up again after it was closed: what is promised is reckoned from then."""
    escalated_at = models.DateTimeField(_("escalated"), null=True, editable=False)
    lead_told_at = models.DateTimeField(_("lead told of a missed promise"), null=True, editable=False)
    """For agents alone; ``escalated_at`` is what the customer asked for. Empty again when the case is closed."""
    due_at = models.DateTimeField(
        _("due"), null=True, editable=False, help_text=_("The next promise; empty while none runs or the case is paused.")
    )
    rating = models.PositiveSmallIntegerField(
        _("rating"), null=True, editable=False, validators=[MinValueValidator(1), MaxValueValidator(5)], help_text=_("1 to 5")
    )
    rating_comment = models.TextField(_("comment on it"), blank=True, editable=False)
    rated_at = models.DateTimeField(_("rated"), null=True, editable=False)
    follows_up = models.ForeignKey(
        "self", verbose_name=_("follow-up of"), null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups", editable=False
    )
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    submission = models.UUIDField(default=uuid.uuid4, editable=False)
    search = models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True)

    objects = CaseQuerySet.as_manager()

    running_clocks: list[dict[str, Any]]
    """Of for_page: ``promise`` and ``due_at`` (ISO) of what is owed, the next first."""
    paused_since: datetime | None
    people: list[dict[str, Any]]
    """Of for_page: ``pk`` and ``name`` of the contacts who are kept in the loop."""
    views: list[dict[str, Any]]
    """Of with_views_of: ``pk``, ``name`` and ``query`` of each saved view."""
    followed: dict[str, str] | None
    """Of for_page: ``number`` and ``subject`` of the case that this one follows up, if the reader may see that one."""
    following: list[dict[str, str]]
    """Of for_page: the same of the cases that follow this one up."""
    read_at: datetime | None
    draft: dict[str, str] | None
    desk: dict[str, int]
    """Of for_page: the desk's settings that its page needs, ``reopen_days`` and ``edit_minutes``."""

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__in=CLOSED, closed_at__isnull=False)
                | (~models.Q(category__in=CLOSED) & models.Q(closed_at=None)),
                name="cases_case_closed_cases_have_a_closing_time",
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__gte=1, rating__lte=5), name="cases_case_rating_is_one_to_five"
            ),
            models.UniqueConstraint(fields=["contact", "submission"], name="cases_case_sent_once"),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="cases_case_latest"),
            models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account", include=["closed_at"]),
            models.Index(fields=["contact", "account", "-updated_at", "-id"], name="cases_case_contact", include=["closed_at"]),
            models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account_active", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["contact", "account", "-updated_at", "-id"], name="cases_case_contact_active", condition=models.Q(closed_at=None)
            ),
            models.Index(
                fields=["account", "-updated_at", "-id"], name="cases_case_account_waiting", condition=models.Q(category="waiting")
            ),
            models.Index(
                fields=["contact", "account", "-updated_at", "-id"],
                name="cases_case_contact_waiting",
                condition=models.Q(category="waiting"),
            ),
            models.Index(fields=["account", "-created_at", "-id"], name="cases_case_account_opened", include=["closed_at"]),
            models.Index(fields=["contact", "account", "-created_at", "-id"], name="cases_case_contact_opened", include=["closed_at"]),
            models.Index(fields=["account", "-urgency", "-id"], name="cases_case_account_urgency", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["contact", "account", "-urgency", "-id"], name="cases_case_contact_urgency", condition=models.Q(closed_at=None)
            ),
            GinIndex(fields=["search"], name="cases_case_search"),
            models.Index(fields=["waiting_since"], name="cases_case_reminders", condition=models.Q(category="waiting")),
            models.Index(fields=["due_at", "id"], name="cases_case_due", condition=models.Q(closed_at=None)),
            models.Index(fields=["queue", "due_at", "id"], name="cases_case_queue", condition=models.Q(closed_at=None)),
            models.Index(fields=["assigned_to", "due_at", "id"], name="cases_case_agent", condition=models.Q(closed_at=None)),
            models.Index(fields=["request_type", "product", "-updated_at", "-id"], name="cases_case_similar"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.number])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def has_news(self) -> bool:
        """Whether something happened since the reader looked; asked of rows with a reading."""
        return self.read_at is not None and self.updated_at > self.read_at

    @property
    def is_late(self) -> bool:
        """Whether a promise has run out."""
        return self.due_at is not None and not self.is_closed and self.due_at < timezone.now()

    @property
    def is_waiting(self) -> bool:
        return self.category == Category.WAITING

    @property
    def is_paused(self) -> bool:
        return self.category in PAUSED

    @property
    def status_for_customer(self) -> str:
        return self.status.customer_label

    def status_for(self, reader: Contact) -> str:
        """Only whoever opened the case is told that it waits for them."""
        if self.is_waiting and reader.pk != self.contact_id:
            return gettext("Waiting for %(name)s") % {"name": self.contact.first_name or self.contact.full_name}
        return self.status_for_customer

    @property
    def badge(self) -> str:
        """Machine value for the badge's colour and icon: a new case looks different from one in progress."""
        if self.category == Category.ACTIVE:
            return CaseStatus.NEW if self.status_id == CaseStatus.NEW else CaseStatus.IN_PROGRESS
        return self.category

    def is_of(self, contact: Contact | None) -> bool:
        """Whether the contact has a part in it, however it stands: opened it, works on the account's cases, or was asked to join."""
        if can(contact, "create", self) or can(contact, "write", self):
            return True
        takes_part = contact is not None and can(contact, "create", Case) and contact.account_id == self.account_id
        return takes_part and CaseParticipant.objects.filter(case=self, contact=contact, was_asked=True).exists()

    def accepts_reply_from(self, contact: Contact | None) -> bool:
        """Whoever may open or work on cases like this, or takes part in it, may answer; a cancelled case takes no more answers."""
        return self.category != Category.CANCELLED and self.is_of(contact)

    def may_be_closed_by(self, contact: Contact | None) -> bool:
        """Its contact, and colleagues who work on the account's cases, may say that it is over."""
        return not self.is_closed and self._is_worked_on_by(contact)

    def is_settled(self, window: timedelta, now: datetime) -> bool:
        """Resolved so long ago that customers no longer take it up again: they open a follow-up case."""
        return self.category == Category.RESOLVED and self.closed_at is not None and self.closed_at + window <= now

    def may_be_reopened_by(self, contact: Contact | None, *, window: timedelta, now: datetime) -> bool:
        return self.category == Category.RESOLVED and not self.is_settled(window, now) and self._is_worked_on_by(contact)

    def may_be_rated_by(self, contact: Contact | None) -> bool:
        return self.category == Category.RESOLVED and contact is not None and contact.pk == self.contact_id

    @property
    def takes_edits(self) -> bool:
        """Whether what was said can still be put right."""
        return not self.is_closed and self.merged_into_id is None

    def may_move_to(self, status: CaseStatus) -> bool:
        """What was merged into another case stays cancelled: what was said in it has gone there."""
        return self.merged_into_id is None and status.category in TRANSITIONS[self.category]

    def move_to(self, status: CaseStatus, *, now: datetime) -> None:
        """Set the status and what goes with it; the caller saves."""
        self.status, self.category = status, status.category
        self.closed_at = (self.closed_at or now) if self.category in CLOSED else None
        self.waiting_since = (self.waiting_since or now) if self.is_waiting else None
        if not self.is_waiting:
            self.reminded_at = None

    def _is_worked_on_by(self, contact: Contact | None) -> bool:
        return can(contact, "write", self) or (contact is not None and contact.pk == self.contact_id and can(contact, "create", self))
