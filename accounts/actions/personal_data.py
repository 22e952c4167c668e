"""Asking to be forgotten. The company decides what goes and what it must keep; nothing is deleted here."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.activity import record_for_user
from accounts.actions.mail import mail_context, queue_mail
from accounts.actors import Actor
from accounts.models import User
from lib.locks import locked


@transaction.atomic
def ask_for_erasure(*, actor: Actor, user: User) -> bool:
    """Note the wish, confirm it to the person and tell the company. Asking again changes nothing: False."""
    user = locked(user)
    if user.erasure_asked_at:
        return False
    user.erasure_asked_at = timezone.now()
    _save_and_tell(actor, user, "contact.erasure_asked")
    return True


@transaction.atomic
def withdraw_erasure(*, actor: Actor, user: User) -> bool:
    """False if nothing was asked for."""
    user = locked(user)
    if user.erasure_asked_at is None:
        return False
    user.erasure_asked_at = None
    _save_and_tell(actor, user, "contact.erasure_withdrawn")
    return True


def _save_and_tell(actor: Actor, user: User, verb: str) -> None:
    user.save(update_fields=["erasure_asked_at"])
    record_for_user(actor=actor, verb=verb, user=user)
    queue_mail(event="accounts/erasure", to=user.email, context={"user": user})
    if support := mail_context()["portal"].support_email:
        queue_mail(event="accounts/erasure_notice", to=support, context={"user": user}, reply_to=user.email)
