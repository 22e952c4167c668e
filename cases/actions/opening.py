import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.actions.entitlements import OPENING, claim_entitlement, deduct_case, offered_priorities
from cases.actions.messages import TALK
from cases.actions.notices import mail_customers, mail_staff
from cases.actions.participants import add_participants
from cases.actions.promises import begin_promises
from cases.actions.routing import route
from cases.models import Case, CaseDesk, CaseMessage, Priority, Product, RequestType
from lib.submissions import sent_before
from records.actions.marks import discard_draft
from records.actions.messages import CUSTOMER, write_message


@transaction.atomic
def open_case(
    *,
    actor: Actor,
    contact: Contact,
    subject: str,
    description: str,
    request_type: RequestType,
    product: Product | None = None,
    priority: str = Priority.NORMAL,
    answers: Sequence[dict[str, str]] = (),
    participants: Collection[Contact] = (),
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
    **fields: Any,
) -> Case:
    """Open a case for ``contact``. The same ``submission`` sent twice opens one case and returns it both
    times.

    ``fields``: further ones of the case (origin, follows_up). Raises ValidationError where the account's
    entitlement allows no case, or not this priority.
    """
    submission = submission or uuid.uuid4()
    if before := sent_before(Case.objects.filter(contact=contact), submission):
        return before
    entitlement = claim_entitlement(contact, product)
    if actor.contact and priority not in offered_priorities(entitlement, CaseDesk.objects.the_one()):
        raise ValidationError({"priority": _("Your support contract does not include this priority.")})
    described = {
        "subject": subject,
        "request_type": request_type,
        "product": product,
        "priority": priority,
        "answers": list(answers),
    }
    case, is_new = Case.objects.get_or_create(
        submission=submission,
        contact=contact,
        defaults={"account": contact.account, "entitlement": entitlement, **described, **fields},
    )
    if not is_new:
        return case
    _furnish(actor, case, description, uploads, participants)
    return case


def was_opened_with(case: Case, description: str) -> bool:
    """Whether these are the words that opened it, and not others, sent from the same page later."""
    places = (case.pk, case.merged_into_id)
    first = CaseMessage.objects.filter(case__in=places, submission=case.submission)
    return first.filter(body=description).exists()


def _furnish(
    actor: Actor,
    case: Case,
    description: str,
    uploads: Sequence[UploadedFile[bytes]],
    participants: Collection[Contact],
) -> None:
    route(case)
    message: Any = write_message(
        actor=actor,
        talk=TALK,
        record=case,
        visibility=CUSTOMER,
        body=description,
        uploads=uploads,
        submission=case.submission,
    )
    begin_promises(case, message.created_at)
    deduct_case(case, OPENING)
    record_activity(actor=actor, verb="case.opened", record=case)
    mail_customers("opened", case, message)
    mail_staff("opened_for_staff", case, message)
    add_participants(actor=actor, case=case, contacts=participants)
    discard_draft(owner=case.contact, about=Case)
