"""Colleagues who are kept in the loop."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.actions.notices import mail_contact
from cases.models import Case, CaseParticipant


@transaction.atomic
def add_participants(*, actor: Actor, case: Case, contacts: Collection[Contact]) -> int:
    """Colleagues of the same account; they are told. Returns how many were new."""
    if any(contact.account_id != case.account_id or case.account_id is None or not contact.is_usable for contact in contacts):
        raise ValidationError(_("Only active colleagues can be added."), code="participants")
    added = [contact for contact in contacts if contact.pk != case.contact_id and _join(case, contact, actor)]
    for contact in added:
        record_activity(actor=actor, verb="case.participant_added", record=case, who=contact.full_name)
        if contact != actor.contact:
            mail_contact("participant", case, contact, actor=actor)
    return len(added)


@transaction.atomic
def remove_participant(*, actor: Actor, case: Case, contact: Contact) -> None:
    if CaseParticipant.objects.filter(case=case, contact=contact).delete()[0]:
        record_activity(actor=actor, verb="case.participant_removed", record=case, who=contact.full_name)


@transaction.atomic
def follow(*, actor: Actor, case: Case, contact: Contact) -> None:
    """A reader of the case wants its mails."""
    if contact.pk != case.contact_id and _join(case, contact, actor):
        record_activity(actor=actor, verb="case.followed", record=case)


def _join(case: Case, contact: Contact, actor: Actor) -> bool:
    return CaseParticipant.objects.get_or_create(case=case, contact=contact, defaults={"added_by": actor.user})[1]
