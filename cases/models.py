import uuid
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, User
from accounts.scoping import RecordType, ScopedQuerySet, can
from portal.lib.uploads import opaque_path


def attachment_path(attachment: "Attachment", name: str) -> str:
    return f"cases/{opaque_path(attachment, name)}"


class Product(models.Model):
    """Something the company sells, that cases are about."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    description = models.CharField(_("description"), max_length=250, blank=True)
    is_active = models.BooleanField(_("offered for new cases"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RequestType(models.Model):
    """What a customer wants: an answer, a repair, a change."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    is_active = models.BooleanField(_("offered for new cases"), default=True)

    class Meta:
        verbose_name = _("request type")
        verbose_name_plural = _("request types")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(ScopedQuerySet["Case"]):
    def active(self) -> Self:
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def waiting_for_customer(self) -> Self:
        return self.filter(status=Case.Status.WAITING)

    def waiting_first(self, limit: int) -> list["Case"]:
        """Active cases for a summary: at most ``limit`` that wait for the customer, then as many others, latest first.

        One query, each half from an index of its own.
        """
        waiting = self.waiting_for_customer().order_by("-updated_at", "-pk")[:limit]
        others = self.active().exclude(status=Case.Status.WAITING).order_by("-updated_at", "-pk")[:limit]
        found = waiting.union(others, all=True)
        return sorted(found, key=lambda case: (case.status != Case.Status.WAITING, -case.updated_at.timestamp()))

    def matching(self, text: str) -> Self:
        """Cases with this number, or these words in the subject."""
        return self.filter(models.Q(number__iexact=text) | models.Q(subject__icontains=text))

    def for_list(self) -> Self:
        return self.select_related("contact", "product").only(
            "number",
            "subject",
            "status",
            "priority",
            "updated_at",
            "created_at",
            "contact__first_name",
            "contact__last_name",
            "product__name",
        )


class Case(models.Model):
    """One matter that a contact brings to the company, from opening to resolution."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting", _("Waiting for customer")
        ON_HOLD = "on_hold", _("On hold")
        RESOLVED = "resolved", _("Resolved")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    CLOSED = (Status.RESOLVED, Status.CANCELLED)
    STATUS_FOR_CUSTOMERS = {**dict(Status.choices), Status.WAITING.value: _("Waiting for you")}

    record_type = RecordType(
        "case", _("Cases"), account="account", contact="contact", privileges=("read", "create", "write"),
        through=_("Messages and attachments follow their case; internal notes are never shown."),
    )  # fmt: skip

    number = models.CharField(
        _("number"), max_length=20, unique=True, editable=False,
        db_default=models.Func(template="'C-' || nextval('cases_case_number')", output_field=models.CharField()),
    )  # fmt: skip
    subject = models.CharField(_("subject"), max_length=150)
    request_type = models.ForeignKey(RequestType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    account = models.ForeignKey(Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="cases")
    assigned_to = models.ForeignKey(
        User, verbose_name=_("assigned to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to={"is_staff": True},
    )  # fmt: skip
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["resolved", "cancelled"], closed_at__isnull=False)
                | (~models.Q(status__in=["resolved", "cancelled"]) & models.Q(closed_at=None)),
                name="cases_case_closed_cases_have_a_closing_time",
            ),
            models.UniqueConstraint(fields=["contact", "submission"], name="cases_case_sent_once"),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="cases_case_latest"),
            models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account"),
            models.Index(fields=["contact", "-updated_at", "-id"], name="cases_case_contact"),
            models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account_active", condition=models.Q(closed_at=None)),
            models.Index(fields=["contact", "-updated_at", "-id"], name="cases_case_contact_active", condition=models.Q(closed_at=None)),
            models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account_waiting", condition=models.Q(status="waiting")),
            models.Index(fields=["contact", "-updated_at", "-id"], name="cases_case_contact_waiting", condition=models.Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.number])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def status_for_customer(self) -> str:
        return str(self.STATUS_FOR_CUSTOMERS[self.status])

    def accepts_reply_from(self, contact: Contact | None) -> bool:
        """Whoever may open or work on cases like this may answer in it; a cancelled case takes no more answers."""
        return self.status != self.Status.CANCELLED and (can(contact, "create", self) or can(contact, "write", self))

    def move_to(self, status: str) -> None:
        """Set the status and the closing time that goes with it; the caller saves."""
        self.status = status
        self.closed_at = (self.closed_at or timezone.now()) if status in self.CLOSED else None


class CaseMessageQuerySet(models.QuerySet["CaseMessage"]):
    def visible_to(self, contact: Contact | None) -> Self:
        """What customers may read of the cases that they may see. Internal notes are for staff alone."""
        cases = Case.objects.visible_to(contact)
        return self.filter(case__in=cases, visibility=CaseMessage.Visibility.CUSTOMER)

    def for_conversation(self) -> Self:
        """Authors and attachments in the same query; ``attached`` lists id, name and size of each file."""
        files = Attachment.objects.filter(message=models.OuterRef("pk")).order_by("created_at", "name")
        return self.select_related("author_contact", "author_user").annotate(
            attached=ArraySubquery(files.values(row=JSONObject(id="pk", name="name", size="size")))
        )


class CaseMessage(models.Model):
    """A reply that the customer reads, or an internal note that no customer ever does."""

    class Visibility(models.TextChoices):
        CUSTOMER = "customer", _("Reply")
        INTERNAL = "internal", _("Internal note")

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="messages")
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility)
    author_contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    author_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("message"))
    body_html = models.TextField(editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = CaseMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(author_contact=None, author_user__isnull=False)
                | models.Q(author_contact__isnull=False, author_user=None),
                name="cases_casemessage_has_one_author",
            ),
            models.CheckConstraint(
                condition=models.Q(visibility="customer") | models.Q(author_contact=None),
                name="cases_casemessage_notes_are_by_staff",
            ),
            models.UniqueConstraint(fields=["case", "submission"], name="cases_casemessage_sent_once"),
        ]
        indexes = [models.Index(fields=["case", "created_at", "id"], name="cases_casemessage_order")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:60]}"

    @property
    def author(self) -> Contact | User:
        return self.author_contact or self.author_user  # type: ignore[return-value]

    @property
    def author_name(self) -> str:
        return self.author.full_name if isinstance(self.author, Contact) else self.author.get_full_name()

    @property
    def is_by_staff(self) -> bool:
        return self.author_user_id is not None

    @property
    def is_internal(self) -> bool:
        return self.visibility == self.Visibility.INTERNAL


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, contact: Contact | None) -> Self:
        return self.filter(message__in=CaseMessage.objects.visible_to(contact))


class Attachment(models.Model):
    """A file sent with a message. Served only through the record gate, under a name that tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(CaseMessage, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    file = models.FileField(_("file"), upload_to=attachment_path)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "name"]
        indexes = [models.Index(fields=["message", "created_at"], name="cases_attachment_message")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cases:attachment", args=[self.pk])
