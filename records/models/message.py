"""What is said about a record, and the files sent with it.

A feature has two small tables of its own, each with a real key::

    class LoanMessage(Message):
        parent = "loan"
        loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="messages")

        class Meta(Message.Meta):
            constraints, indexes = once_and_in_order("loan", "loans_loanmessage")


    class LoanAttachment(Attachment):
        message = models.ForeignKey(LoanMessage, on_delete=models.CASCADE, related_name="attachments")
"""

import uuid
from typing import Any, ClassVar, Self, TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.scoping import Permitted
from lib import markdown
from lib.uploads import opaque_path
from records.models.authorship import Written

M = TypeVar("M", bound="Message")
A = TypeVar("A", bound="Attachment")


def attachment_path(attachment: "Attachment", name: str) -> str:
    return f"{attachment._meta.app_label}/{opaque_path(attachment, name)}"


def once_and_in_order(parent: str, prefix: str) -> tuple[list[models.BaseConstraint], list[models.Index]]:
    """Constraints and indexes of a child of Message: what was submitted twice is written once, and a
    conversation is read in order. They name the parent, and so cannot stand in the abstract model."""
    once = models.UniqueConstraint(fields=[parent, "submission"], name=f"{prefix}_sent_once")
    in_order = models.Index(fields=[parent, "created_at", "id"], name=f"{prefix}_order")
    return [*Message.Meta.constraints, once], [in_order]


class MessageQuerySet(models.QuerySet[M]):
    def visible_to(self, contact: Permitted | None) -> Self:
        """What customers may read of the records that they may see. Internal notes are for staff alone."""
        records = self.model.parent_model().objects.visible_to(contact)
        return self.filter(**{f"{self.model.parent}__in": records}, visibility=Message.Visibility.CUSTOMER)

    def about(self, record: models.Model) -> Self:
        """Of one record, which the caller has through its own gate."""
        return self.filter(**{self.model.parent: record})

    def by(self, contact: Permitted) -> Self:
        return self.filter(author_contact=contact.pk)

    def for_conversation(self) -> Self:
        """Authors and attachments in the same query; ``attached`` lists id, name and size of each file."""
        files = self.model.attachment_model().objects.filter(message=models.OuterRef("pk"))
        row = JSONObject(id="pk", name="name", size="size")
        attached = ArraySubquery(files.order_by("created_at", "name").values(row=row))
        return self.select_related("author_contact", "author_user").annotate(attached=attached)


class Message(Written):
    """A reply that the customer reads, or an internal note that no customer ever does."""

    class Visibility(models.TextChoices):
        CUSTOMER = "customer", _("Reply")
        INTERNAL = "internal", _("Internal note")

    parent: ClassVar[str]
    """The name of the key to the record."""

    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility)
    body = models.TextField(_("message"))
    is_by_mail = models.BooleanField(default=False, editable=False)
    """Plain text, shown as it was written."""
    folded = models.TextField(blank=True, editable=False)
    """Of a mail, what is taken for quotation or signature, as it stood: shown when somebody asks for it."""
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        constraints = [
            *Written.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(visibility="customer") | models.Q(author_contact=None),
                name="%(app_label)s_%(class)s_notes_are_by_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:60]}"

    @classmethod
    def parent_model(cls) -> Any:
        """Of the records that are talked about."""
        return cls._meta.get_field(cls.parent).related_model

    @classmethod
    def attachment_model(cls) -> Any:
        return cls._meta.get_field("attachments").related_model

    def write(self, body: str) -> None:
        super().write(body)
        if self.is_by_mail:
            self.body_html = markdown.render_as_written(body)

    @property
    def record(self) -> Any:
        return getattr(self, self.parent)

    @property
    def record_pk(self) -> int:
        return cast("int", getattr(self, f"{self.parent}_id"))

    @property
    def is_internal(self) -> bool:
        return self.visibility == self.Visibility.INTERNAL


class AttachmentQuerySet(models.QuerySet[A]):
    def visible_to(self, contact: Permitted | None) -> Self:
        return self.filter(message__in=self.model.message_model().objects.visible_to(contact))

    def with_record(self) -> Self:
        """Which record it belongs to, and whose that is, in the same query; texts and what the database works
        out of them stay where they are."""
        message = self.model.message_model()
        record = f"message__{message.parent}"
        made = [field.name for field in message.parent_model()._meta.fields if field.generated]
        unread = [
            "message__body",
            "message__body_html",
            "message__folded",
            *(f"{record}__{name}" for name in made),
        ]
        return self.select_related(record).defer(*unread)


class Attachment(models.Model):
    """A file sent with a message. Served only through the record gate, under a name that tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    file = models.FileField(_("file"), upload_to=attachment_path)
    created_at = models.DateTimeField(auto_now_add=True)
    message: Any
    """The child's key to its message."""

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "name"]
        indexes = [models.Index(fields=["message", "created_at"], name="%(app_label)s_%(class)s_message")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return file_url(self.type_name(), self.pk)

    @classmethod
    def message_model(cls) -> Any:
        return cls._meta.get_field("message").related_model

    @classmethod
    def type_name(cls) -> str:
        """Of the records that its messages are about."""
        return cast("str", cls.message_model().parent_model().record_type.name)


def file_url(type_name: str, pk: object) -> str:
    """The one address of a file: the type of record says in which table it is."""
    return reverse("file", args=[type_name, pk])
