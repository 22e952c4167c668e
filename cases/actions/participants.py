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


@transaction.atomic
def add_participants(*, actor: Actor, case: Case, contacts: Collection[Contact]) -> int:
    """Colleagues of the same account; they are told. Returns how many were new. Who followed before may read
    from now on, too."""
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
        record_activity(actor=actor, verb="case.participant_removed", record=case, who=contact.full_name)


@transaction.atomic
def follow(*, actor: Actor, case: Case, contact: Contact) -> None:
    """A reader of the case wants its mails, for as long as they may read it."""
    words = {"added_by": actor.user, "was_asked": False}
    if (
        contact.pk != case.contact_id
        and CaseParticipant.objects.get_or_create(case=case, contact=contact, defaults=words)[1]
    ):
        record_activity(actor=actor, verb="case.followed", record=case)


def _open_to_people(case: Case) -> Case:
    case = locked_case(case)
    if case.merged_into_id:
        raise ValidationError(
            _("This case was merged into another one. Please add people there."), code="participants"
        )
    return case


def _ask(case: Case, contact: Contact, actor: Actor) -> bool:
    """Whether they are asked for the first time."""
    words = {"added_by": actor.user, "was_asked": True}
    row, is_new = CaseParticipant.objects.get_or_create(case=case, contact=contact, defaults=words)
    return is_new or bool(CaseParticipant.objects.filter(pk=row.pk, was_asked=False).update(**words))
