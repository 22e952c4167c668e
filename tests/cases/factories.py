from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actors import Actor
from accounts.models import Contact, User
from cases.actions import open_case, reply_to_case
from cases.models import Case, CaseMessage, RequestType

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def make_case(contact: Contact, subject: str = "Gateway is offline", **fields: Any) -> Case:
    return open_case(
        actor=Actor(user=contact.user, contact=contact),
        contact=contact,
        subject=subject,
        description=fields.pop("description", "It stopped on Monday."),
        request_type=RequestType.objects.get(slug="problem"),
        **fields,
    )


def make_staff_reply(case: Case, staff: User, body: str = "We look into it.", **fields: Any) -> CaseMessage:
    return reply_to_case(actor=Actor(user=staff), case=case, body=body, **fields)


def pdf_upload(name: str = "report.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
