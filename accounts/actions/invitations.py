import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actions.mail import queue_mail
from accounts.actions.sign_ins import is_shut_out
from accounts.actors import Actor
from accounts.models import Account, Contact, Invitation, User, WebRole
from accounts.models.invitation import hash_of
from lib.locks import locked, unlocked
from lib.submissions import sent_before

LIFE = timedelta(days=14)
RENEWABLE_FOR = timedelta(days=90)
"""After this the invitee has to ask the inviter: the wish to have them here may be forgotten."""
PAUSE = timedelta(minutes=5)
"""Between two mails with links that were asked for at the portal."""


@transaction.atomic
def invite_contact(
    *,
    actor: Actor,
    contact: Contact,
    roles: Iterable[WebRole] = (),
    message: str = "",
    sends_now: bool = True,
    submission: uuid.UUID | None = None,
) -> Invitation:
    """Ask a contact to sign in; earlier invitations of the contact hold no longer. The roles are given on
    redemption. The same ``submission`` sent twice invites once."""
    contact = locked(contact, "account")
    if before := sent_before(Invitation.objects.filter(contact=contact), submission):
        return before
    if contact.user_id:
        raise ValidationError(_("%(name)s already signs in.") % {"name": contact.full_name})
    if not contact.is_usable:
        raise ValidationError(
            _("%(name)s is deactivated. Reactivate the contact first.") % {"name": contact.full_name}
        )
    _void_earlier(contact)
    invitation = Invitation.objects.create(
        contact=contact,
        account=contact.account,
        email=contact.email.lower(),
        message=message,
        code_hash=hash_of(secrets.token_urlsafe(32)),
        expires_at=timezone.now() + LIFE,
        created_by=actor.user,
        submission=submission or uuid.uuid4(),
    )
    invitation.roles.set(roles)
    record_activity(actor=actor, verb="contact.invited", record=contact, **_facts(invitation))
    if sends_now:
        _send(invitation)
    return invitation


@transaction.atomic
def invite_group(
    *,
    actor: Actor,
    account: Account,
    max_redemptions: int,
    domain: str = "",
    roles: Iterable[WebRole] = (),
    message: str = "",
    submission: uuid.UUID | None = None,
) -> Invitation:
    """Let a number of people of an account in with one link. It is mailed to its maker, who passes it on."""
    account = locked(account)
    if before := sent_before(Invitation.objects.filter(account=account, contact=None), submission):
        return before
    if not account.is_active:
        raise ValidationError(_("%(name)s is inactive.") % {"name": account.name})
    invitation = Invitation(
        account=account,
        max_redemptions=max_redemptions,
        domain=domain,
        message=message,
        code_hash=hash_of(secrets.token_urlsafe(32)),
        expires_at=timezone.now() + LIFE,
        created_by=actor.user,
        submission=submission or uuid.uuid4(),
    )
    invitation.full_clean(exclude=["code_hash"])
    invitation.save()
    invitation.roles.set(roles)
    record_activity(
        actor=actor,
        verb="account.group_invited",
        record=account,
        **_facts(invitation),
        maximum=max_redemptions,
        domain=domain,
    )
    _send(invitation)
    return invitation


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation, submission: uuid.UUID | None = None) -> None:
    """Send a new code to the contact's address of now; the old code is void. An expired invitation holds
    again. The same ``submission`` sends one code."""
    invitation = locked(invitation)
    if submission and invitation.submission == submission:
        return
    if invitation.redeemed_at or invitation.revoked_at:
        raise ValidationError(_("An accepted or revoked invitation cannot be resent."))
    if contact := invitation.contact:
        if contact.user_id or not contact.is_usable:
            raise ValidationError(
                _("%(name)s already signs in or is deactivated.") % {"name": contact.full_name}
            )
        invitation.email = contact.email.lower()
    invitation.expires_at, invitation.submission = timezone.now() + LIFE, submission or uuid.uuid4()
    _send(invitation)
    _record(actor, "invitation_sent_again", invitation)


@transaction.atomic
def revoke_invitation(*, actor: Actor, invitation: Invitation) -> None:
    """The code is void from now on. What was redeemed stays redeemed."""
    invitation = locked(invitation)
    if invitation.redeemed_at or invitation.revoked_at:
        return
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    _record(actor, "invitation_revoked", invitation)


@transaction.atomic
def answer_request_for_link(*, actor: Actor, email: str) -> None:
    """Somebody asked for a new link. Only the owner of the address hears whether there was anything to
    send."""
    email = email.lower()
    renewable = Invitation.objects.filter(
        contact__email__iexact=email,
        revoked_at=None,
        redeemed_at=None,
        created_at__gt=timezone.now() - RENEWABLE_FOR,
        contact__user=None,
    ).select_related("contact__account")
    waiting = [invitation for invitation in renewable if invitation.contact and invitation.contact.is_usable]
    for invitation in waiting:
        if invitation.sent_at is None or invitation.sent_at < timezone.now() - PAUSE:
            _renew(actor, invitation)
    user = User.objects.filter(email=email, is_active=True).first()
    if not waiting and user and not is_shut_out(user):
        queue_mail(
            event="accounts/invitation_not_needed",
            to=email,
            context={"url": settings.BASE_URL + reverse("account_login")},
        )


def _renew(actor: Actor, invitation: Invitation) -> None:
    """Anybody can ask, so a code that is good stays good: somebody may be about to use it. The mail brings a
    further one."""
    held = locked(invitation)
    if not (held.is_redeemable and held.sent_at):
        resend_invitation(actor=actor, invitation=held)
        return
    held.sent_at = timezone.now()
    held.save(update_fields=["sent_at"])
    _mail(held, held.further_code)
    _record(actor, "invitation_sent_again", held)


def _void_earlier(contact: Contact) -> None:
    """One that is locked is being redeemed or sent at this moment; to wait for it, holding the contact, would
    be a deadlock."""
    earlier = unlocked(Invitation.objects.filter(contact=contact).open())
    Invitation.objects.filter(pk__in=[invitation.pk for invitation in earlier]).update(
        revoked_at=timezone.now()
    )


def _send(invitation: Invitation) -> None:
    """Mail a new code. It is known to nobody but the mail: the row keeps its hash."""
    code = secrets.token_urlsafe(32)
    invitation.code_hash, invitation.sent_at = hash_of(code), timezone.now()
    invitation.save(update_fields=["code_hash", "email", "sent_at", "expires_at", "submission"])
    _mail(invitation, code)


def _mail(invitation: Invitation, code: str) -> None:
    context = {
        "invitation": invitation,
        "inviter": invitation.created_by.get_full_name() if invitation.created_by else "",
        "code": code,
        "url": settings.BASE_URL + reverse("redeem_link", args=[code]),
        "type_url": settings.BASE_URL + reverse("redeem"),
    }
    if invitation.contact:
        queue_mail(
            event="accounts/invitation",
            to=invitation.email,
            context={**context, "name": invitation.contact.first_name},
        )
    elif invitation.created_by:
        queue_mail(event="accounts/invitation_group", to=invitation.created_by.email, context=context)


def _record(actor: Actor, what: str, invitation: Invitation) -> None:
    record = invitation.contact or invitation.account
    if record:
        record_activity(
            actor=actor, verb=f"{record.record_type.name}.{what}", record=record, **_facts(invitation)
        )


def _facts(invitation: Invitation) -> dict[str, Any]:
    return {
        "invitation": invitation.pk,
        "email": invitation.email,
        "roles": [role.name for role in invitation.roles.all()],
    }
