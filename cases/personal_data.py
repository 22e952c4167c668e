"""What a person wrote in cases, for the file of their personal data."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from accounts.models import Contact
from cases.models import Attachment, Case, CaseMessage
from records.personal_data import Row, rows_of

CASE_FIELDS = (
    "number",
    "subject",
    "request_type__name",
    "product__name",
    "priority",
    "status",
    "created_at",
    "closed_at",
)


def own_cases(contact: Contact) -> Iterator[Row]:
    return rows_of(Case.objects.visible_to(contact).filter(contact=contact), *CASE_FIELDS)


def own_messages(contact: Contact) -> Iterator[Row]:
    attached: models.QuerySet[Any] = Attachment.objects.filter(message=models.OuterRef("pk"))
    own = CaseMessage.objects.visible_to(contact).filter(author_contact=contact)
    files = ArraySubquery(attached.order_by("created_at", "name").values("name"))
    return rows_of(own.annotate(files=files), "case__number", "created_at", "body", "folded", "files")
