"""A new password for somebody who has forgotten theirs. Only who signs in with the address gets a mail."""

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.internal.userkit import filter_users_by_email
from django.db import transaction
from django.utils import translation

from accounts.actions.mail import language_of
from accounts.actions.redemption import may_redeem
from accounts.actions.sign_ins import is_shut_out
from accounts.models import Invitation, User
from lib.jobs import URGENT, defer


@transaction.atomic
def ask_for_new_password(*, email: str, invitation: Invitation | None = None, proved: str = "") -> None:
    """Leave it to a job to look who it is: for each address the request does the same, and takes the same
    time.

    ``invitation`` is the one that is being redeemed in this browser, ``proved`` an address that was proved
    for it.
    """
    invitation_id = invitation.pk if invitation else None
    task = "accounts.tasks.answer_forgotten_password"
    defer(task, priority=URGENT, email=email, invitation_id=invitation_id, proved=proved)


@transaction.atomic
def answer_forgotten_password(*, email: str, invitation_id: int | None, proved: str) -> None:
    """Mail a link to those who may sign in with the address, and nothing to anybody else."""
    invitation = (
        Invitation.objects.select_related("contact__account", "account").filter(pk=invitation_id or 0).first()
    )
    users: list[User] = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    for user in users:
        if not is_shut_out(user) or may_redeem(user=user, invitation=invitation, proved=proved):
            with translation.override(language_of(user)):
                request_password_reset(None, email, [user], None)
