import hashlib
import uuid
from typing import Self

from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.models.roles import WebRole
from accounts.models.user import User
from lib.mail_addresses import MailAddressField, mail_domain


def hash_of(code: str) -> str:
    """What is kept of an invitation's code: nobody who reads the table can use it."""
    return hashlib.sha256(code.encode()).hexdigest()


def masked(address: str) -> str:
    """An address for readers who may not be its owner: enough to know one's own, too little to write to."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


FURTHER_CODE = signing.Signer(salt="accounts.invitation")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_code(self, code: str) -> Self:
        """By the code that was mailed, or by a further one."""
        try:
            pk, code_hash = FURTHER_CODE.unsign_object(code)
        except (signing.BadSignature, TypeError, ValueError):
            return self.filter(code_hash=hash_of(code))
        return self.filter(pk=pk, code_hash=code_hash)

    def open(self) -> Self:
        """Those that can still be redeemed."""
        return self.filter(revoked_at=None, redeemed_at=None, expires_at__gt=timezone.now())

    def redeemed(self) -> Self:
        return self.filter(redeemed_at__isnull=False)

    def revoked(self) -> Self:
        return self.filter(revoked_at__isnull=False, redeemed_at=None)

    def expired(self) -> Self:
        return self.filter(revoked_at=None, redeemed_at=None, expires_at__lte=timezone.now())

    def in_state(self, state: str) -> Self:
        found: dict[str, Self] = {
            Invitation.State.NEW: self.open().filter(sent_at=None),
            Invitation.State.SENT: self.open().filter(sent_at__isnull=False),
            Invitation.State.REDEEMED: self.redeemed(),
            Invitation.State.EXPIRED: self.expired(),
            Invitation.State.REVOKED: self.revoked(),
        }
        return found[state]


class Invitation(models.Model):
    """Asks one contact, or a number of people of an account, to sign in to the portal.

    Only the hash of the code is kept; the code itself is in the mail. ``redeemed_at`` is set when the last
    possible redemption has happened; each redemption is a row of its own.
    """

    class State(models.TextChoices):
        NEW = "new", _("New")
        SENT = "sent", _("Sent")
        REDEEMED = "redeemed", _("Redeemed")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    email = MailAddressField(
        _("invited address"), blank=True, help_text=_("The contact's address. Blank for a group.")
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    roles = models.ManyToManyField(
        WebRole, verbose_name=_("web roles to assign"), blank=True, related_name="+"
    )
    message = models.TextField(_("personal message"), blank=True, max_length=2000)
    max_redemptions = models.PositiveSmallIntegerField(_("maximum redemptions"), default=1)
    domain = models.CharField(
        _("only for addresses of this domain"), max_length=253, blank=True, help_text=_("For groups.")
    )
    expires_at = models.DateTimeField(_("expires"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User,
        verbose_name=_("invited by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    redeemed_at = models.DateTimeField(_("used up"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)
    """Of the latest sending that somebody asked for."""

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["account", "-created_at"], name="accounts_invitation_account")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, max_redemptions=1) & ~models.Q(email="")
                | models.Q(contact=None, account__isnull=False, email=""),
                name="accounts_invitation_is_single_or_group",
                violation_error_message=_("An invitation is for one contact, or for a group of an account."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_redemptions__gte=1), name="accounts_invitation_can_be_redeemed"
            ),
            models.UniqueConstraint(fields=["account", "submission"], name="accounts_invitation_sent_once"),
        ]

    def __str__(self) -> str:
        return self.email or str(self.account)

    @property
    def is_group(self) -> bool:
        return self.contact_id is None

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.redeemed_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> State:
        if self.redeemed_at:
            return self.State.REDEEMED
        if self.revoked_at:
            return self.State.REVOKED
        if not self.is_open:
            return self.State.EXPIRED
        return self.State.SENT if self.sent_at else self.State.NEW

    @property
    def is_redeemable(self) -> bool:
        """Open, and what it leads to is still there: an active account; a contact of the same address whom
        nobody signs in as."""
        if self.contact:
            return (
                self.is_open
                and self.contact.is_usable
                and self.contact.user_id is None
                and self.admits(self.contact.email)
            )
        return self.is_open and self.account is not None and self.account.is_active

    @property
    def further_code(self) -> str:
        """Opens the invitation as the mailed code does, and as long: for whoever has lost that mail. It is
        signed, not kept."""
        return FURTHER_CODE.sign_object([self.pk, self.code_hash])

    @property
    def masked_email(self) -> str:
        return masked(self.email)

    def admits(self, address: str) -> bool:
        """Whether it is meant for the owner of this address."""
        if self.is_group:
            return not self.domain or address.lower().rpartition("@")[2] == self.domain
        return address.lower() == self.email.lower()

    def clean(self) -> None:
        super().clean()
        self.domain = mail_domain(self.domain.strip().lstrip("@"))


class InvitationRedemption(models.Model):
    """Who redeemed an invitation, when, from where, and as which contact."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="redemptions")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="redemptions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="redemptions")
    redeemed_at = models.DateTimeField(_("redeemed"), default=timezone.now)
    client_ip = models.GenericIPAddressField(_("from"), null=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-redeemed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "contact"], name="accounts_invitationredemption_once_a_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation}: {self.user}"


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)


class JoinRequest(models.Model):
    """A registered user asks to become a contact of the account that their confirmed address belongs to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="join_requests")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="join_requests")
    message = models.TextField(_("message"), blank=True, max_length=1000)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    is_approved = models.BooleanField(_("approved"), default=False)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"],
                condition=models.Q(decided_at=None),
                name="accounts_joinrequest_one_waits",
                violation_error_message=_("You have already asked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.account}"
