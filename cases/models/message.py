import uuid
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User
from accounts.scoping import Permitted
from cases.models.case import Case
from lib.uploads import opaque_path


def attachment_path(attachment: "Attachment", name: str) -> str:
    return f"cases/{opaque_path(attachment, name)}"


class CaseMessageQuerySet(models.QuerySet["CaseMessage"]):
    def visible_to(self, contact: Permitted | None) -> Self:
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
    folded = models.TextField(blank=True, editable=False)
    """Of a mail what is taken for quotation or signature, as it stood: shown when somebody asks for it."""
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("changed"), null=True, editable=False)
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
    def visible_to(self, contact: Permitted | None) -> Self:
        return self.filter(message__in=CaseMessage.objects.visible_to(contact))

    def with_case(self) -> Self:
        """Which case it belongs to, and whose that is, in the same query; the text of the message stays where
        it is."""
        keys = ("number", "subject", "account", "contact")
        return self.select_related("message__case").only(
            "file", "name", "message__case_id", *(f"message__case__{key}" for key in keys)
        )


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
