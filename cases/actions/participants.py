"""Colleagues who are kept in the loop."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.actions.notices import mail_contact
from cases.actions.status import locked_case
from cases.models import Case, CaseParticipant
from records.actions.following import forget_follow


@transaction.atomic
def add_participants(*, actor: Actor, case: Case, contacts: Collection[Contact]) -> int:
    """Colleagues of the same account; they are told. Returns how many were new."""
    case = _open_to_people(case)
    if any(
        contact.account_id != case.account_id or case.account_id is None or not contact.is_usable
        for contact in contacts
    ):
        raise ValidationError(_("Only active colleagues can be added."), code="participants")
    added = [contact for contact in contacts if contact.pk != case.contact_id and _ask(case, contact, actor)]
    for contact in added:
        record_activity(actor=actor, verb="case.participant_added", record=case, who=contact.full_name)
        if contact != actor.contact:
            mail_contact("participant", case, contact, actor=actor)
    return len(added)


@transaction.atomic
def remove_participant(*, actor: Actor, case: Case, contact: Contact) -> None:
    if CaseParticipant.objects.filter(case=case, contact=contact).delete()[0]:
        forget_follow(contact=contact, record=case)
        record_activity(actor=actor, verb="case.participant_removed", record=case, who=contact.full_name)


def _open_to_people(case: Case) -> Case:
    case = locked_case(case)
    if case.merged_into_id:
        raise ValidationError(
            _("This case was merged into another one. Please add people there."), code="participants"
        )
    return case


def _ask(case: Case, contact: Contact, actor: Actor) -> bool:
    """Whether they are asked for the first time; then they get its mails, whatever they chose before."""
    words = {"added_by": actor.user}
    is_new = CaseParticipant.objects.get_or_create(case=case, contact=contact, defaults=words)[1]
    if is_new:
        forget_follow(contact=contact, record=case)
    return is_new
