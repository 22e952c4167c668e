"""A user whose confirmed address is of an account's domain asks to join it; the account's managers decide."""

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actions.colleagues import known_contact, lock_account
from accounts.actions.contacts import reactivate_contact
from accounts.actions.invitations import revoke_invitation
from accounts.actions.mail import queue_mail
from accounts.actors import Actor
from accounts.models import Account, Contact, Invitation, JoinRequest, User
from accounts.models.account import AccountQuerySet
from lib.locks import locked


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def confirmed_address(user: User, account: Account) -> str:
    """The user's confirmed address that is of one of the account's domains, or nothing."""
    addresses = (
        EmailAddress.objects.filter(user=user, verified=True)
        .order_by("-primary", "pk")
        .values_list("email", flat=True)
    )
    return next((address.lower() for address in addresses if domain_of(address) in account.email_domains), "")


def joinable_accounts(user: User) -> AccountQuerySet:
    """The accounts that the user may ask to join: theirs by domain, and they are no contact of it yet."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    domains = [domain_of(address) for address in addresses]
    theirs = Contact.objects.active().filter(user=user, account__isnull=False).values("account")
    return Account.objects.active().filter(email_domains__overlap=domains).exclude(pk__in=theirs)


@transaction.atomic
def ask_to_join(*, actor: Actor, account: Account, message: str = "") -> JoinRequest:
    """Tell the account's managers. Raises ValidationError when the user may not ask, or has asked already."""
    user = actor.user
    if user is None or not joinable_accounts(user).filter(pk=account.pk).exists():
        raise ValidationError(_("You cannot request to join this company."))
    try:
        with transaction.atomic():
            request = JoinRequest.objects.create(user=user, account=account, message=message)
    except IntegrityError as error:
        raise ValidationError(
            _("You have already asked to join. We will notify you when a decision is made.")
        ) from error
    record_activity(actor=actor, verb="account.join_asked", record=account)
    for manager in Contact.objects.of_account(account.pk).managers().signing_in():
        queue_mail(
            event="accounts/join_request", to=manager.email, context={"request": request, "contact": manager}
        )
    return request


@transaction.atomic
def decide_join_request(*, actor: Actor, request: JoinRequest, is_approved: bool) -> JoinRequest:
    """Let the user in as a contact without further roles, or not; they are told. A second decision changes
    nothing.

    A contact that has the user's address already, invited or deactivated, becomes theirs. Nobody is let in,
    nor told, whose sign-in we have switched off since.
    """
    manager = lock_account(actor=actor, privilege="create")
    request = locked(request, "account", "user")
    if request.account_id != manager.account_id:
        raise PermissionDenied
    if request.decided_at:
        return request
    request.decided_at, request.decided_by, request.is_approved = timezone.now(), manager, is_approved
    request.save(update_fields=["decided_at", "decided_by", "is_approved"])
    if is_approved:
        record_activity(actor=actor, verb="contact.joined", record=_let_in(actor, request))
    else:
        record_activity(
            actor=actor,
            verb="account.join_declined",
            record=request.account,
            label=request.user.get_full_name(),
        )
    if request.user.is_active:
        queue_mail(event="accounts/join_decided", to=request.user.email, context={"request": request})
    return request


def _let_in(actor: Actor, request: JoinRequest) -> Contact:
    user, account = request.user, request.account
    if not user.is_active:
        raise ValidationError(
            _("We have switched off this person's sign-in. Decline the request, or ask us.")
        )
    own = Contact.objects.of_account(account.pk).filter(user=user).first()
    contact = own or _contact_with_address(actor, request)
    if contact.user_id not in (None, user.pk):
        raise ValidationError(_("Someone else signs in as the contact with this address."))
    contact.user = user
    contact.save(update_fields=["user"])
    if not contact.is_active:
        reactivate_contact(actor=actor, contact=contact)
    return contact


def _contact_with_address(actor: Actor, request: JoinRequest) -> Contact:
    user, account = request.user, request.account
    address = confirmed_address(user, account)
    if not address:
        raise ValidationError(_("The address no longer belongs to one of the company's domains."))
    if known := known_contact(account.pk, address):
        for invitation in Invitation.objects.open().filter(contact=known):
            revoke_invitation(actor=actor, invitation=invitation)
        return known.survivor
    first_name, last_name = _name_of(user)
    return Contact.objects.create(account=account, first_name=first_name, last_name=last_name, email=address)


def _name_of(user: User) -> tuple[str, str]:
    """As they call themselves, as another of their contacts is called, or else the first part of the
    address."""
    if user.first_name and user.last_name:
        return user.first_name, user.last_name
    contact = user.contacts.order_by("pk").first()
    return (contact.first_name, contact.last_name) if contact else (user.email.partition("@")[0], "")
