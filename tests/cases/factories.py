from datetime import time, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actors import Actor
from accounts.models import Account, Contact, User
from cases.actions import open_case, reply_to_case
from cases.models import (
    BusinessCalendar,
    BusinessInterval,
    Case,
    CaseMessage,
    CaseStatus,
    Entitlement,
    RequestType,
    SlaPolicy,
)

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


def desk_page(case: Case) -> str:
    """Where agents work on it."""
    return reverse("admin:desk_case", args=[case.number])


def make_staff_reply(
    case: Case, staff: User, body: str = "We look into it.", status: str = "", **fields: Any
) -> CaseMessage:
    chosen = CaseStatus.objects.get(pk=status) if status else None
    return reply_to_case(actor=Actor(user=staff), case=case, body=body, status=chosen, **fields)


def pdf_upload(name: str = "report.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def picture_upload(name: str = "photo.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def case_with_pictures(contact: Contact, count: int, **fields: Any) -> Case:
    return make_case(
        contact, uploads=[picture_upload(f"photo-{number}.png") for number in range(count)], **fields
    )


def make_calendar(**fields: Any) -> BusinessCalendar:
    """Monday to Friday, nine to five."""
    calendar = BusinessCalendar.objects.create(
        **{"name": f"Office {BusinessCalendar.objects.count()}", "time_zone": "Europe/Berlin", **fields}
    )
    BusinessInterval.objects.bulk_create(
        BusinessInterval(calendar=calendar, weekday=day, opens=time(9), closes=time(17)) for day in range(5)
    )
    return calendar


def make_policy(**fields: Any) -> SlaPolicy:
    """Four working hours to the first reply, eight to later ones, forty to the resolution."""
    promised = {"first_reply": 240, "next_reply": 480, "resolution": 2400}
    name = f"Policy {SlaPolicy.objects.count()}"
    return SlaPolicy.objects.create(
        **{"name": name, "calendar": fields.pop("calendar", None) or make_calendar(), **promised, **fields}
    )


def make_entitlement(account: Account, **fields: Any) -> Entitlement:
    """Ten cases within a year, half of which is over: New Year's Eve is a day like any other."""
    today, half = timezone.localdate(), timedelta(days=182)
    shipped = {"name": "Premium", "amount": 10, "valid_from": today - half, "valid_until": today + half}
    return Entitlement.objects.create(account=account, **{**shipped, **fields})


def status(slug: str) -> CaseStatus:
    return CaseStatus.objects.get(pk=slug)
