from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import queue_mail, record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.models import Case, CaseParticipant
from lib.locks import locked_rows
from records.actions.following import forget_follow, hand_over_follows, may_be_told


def count_open_cases(contact: Contact) -> int:
    """How many cases somebody would leave behind."""
    return Case.objects.active().filter(contact=contact).count()


@transaction.atomic
def hand_over_cases(*, actor: Actor, contact: Contact, heir: Contact) -> int:
    """Make a colleague the contact of somebody's open cases, and tell them; returns how many there were."""
    if heir.account_id != contact.account_id or heir.account_id is None or not heir.is_usable:
        raise ValidationError(_("Cases can be transferred only to an active colleague."))
    cases = locked_rows(Case.objects.active().filter(contact=contact, account=contact.account_id))
    for case in cases:
        case.contact = heir
        case.save(update_fields=["contact"])
        forget_follow(contact=heir, record=case)
        record_activity(
            actor=actor, verb="case.handed_over", record=case, before=contact.full_name, after=heir.full_name
        )
    CaseParticipant.objects.filter(case__in=cases, contact=heir).delete()
    _hand_over_followed(contact, heir)
    if told := [case for case in cases if may_be_told(heir, case)]:
        context = {"cases": told, "contact": contact, "heir": heir, "actor": actor}
        queue_mail(event="cases/handed_over", to=heir.email, context=context)
    return len(cases)


def _hand_over_followed(contact: Contact, heir: Contact) -> None:
    """The heir takes part in what the other took part in, and follows what they followed, once."""
    known = CaseParticipant.objects.filter(contact=heir).values("case")
    joined = CaseParticipant.objects.filter(contact=contact, case__closed_at=None)
    joined.exclude(case__in=known).exclude(case__contact=heir).update(contact=heir)
    CaseParticipant.objects.filter(contact=contact, case__closed_at=None).delete()
    hand_over_follows(contact=contact, heir=heir, records=Case.objects.active())
