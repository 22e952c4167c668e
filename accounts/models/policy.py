from datetime import datetime, time

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from lib.one_row import OneRowQuerySet


class SignInPolicy(models.Model):
    """Who may register and how people sign in. One row; a change holds from the next request, for live
    sessions too."""

    class Registration(models.TextChoices):
        OPEN = "open", _("Open to everyone")
        INVITATION = "invitation", _("By invitation")
        CLOSED = "closed", _("Closed")

    class SecondFactor(models.TextChoices):
        NOBODY = "nobody", _("No one (optional for everyone)")
        STAFF = "staff", _("Staff")
        MANAGERS = "managers", _("Staff and portal user managers")
        EVERYONE = "everyone", _("Everyone")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    local_sign_in = models.BooleanField(
        _("sign-in with a password"),
        default=True,
        help_text=_(
            "When off, people can sign in only with external identities. Staff can always use a password."
        ),
    )
    registration = models.CharField(
        _("registration"), max_length=10, choices=Registration, default=Registration.INVITATION
    )
    allowed_domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("allowed email domains"), default=list, blank=True,
        help_text=_("For open registration. Leave blank to allow any domain."),
    )  # fmt: skip
    second_factor = models.CharField(
        _("who must use two-factor authentication"),
        max_length=10,
        choices=SecondFactor,
        default=SecondFactor.NOBODY,
    )
    lockout_attempts = models.PositiveSmallIntegerField(
        _("failed passwords before lockout"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(10)],
    )
    lockout_minutes = models.PositiveSmallIntegerField(
        _("minutes of the first lockout"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("Doubles with each lockout, up to one day."),
    )
    session_hours = models.PositiveSmallIntegerField(
        _("hours until everyone must sign in again"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("minutes of inactivity until sign-out"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(24 * 60 * 7)],
    )
    terms = models.TextField(
        _("terms of use"), blank=True, help_text=_("Markdown. If blank, no one is asked to accept terms.")
    )
    terms_changed_on = models.DateField(
        _("terms changed on"),
        null=True,
        blank=True,
        help_text=_("Everyone who accepted before this date is asked again."),
    )

    objects = OneRowQuerySet["SignInPolicy"].as_manager()

    class Meta:
        verbose_name = _("sign-in policy")
        verbose_name_plural = _("sign-in policy")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="accounts_signinpolicy_is_one_row")
        ]

    def __str__(self) -> str:
        return str(_("Sign-in policy"))

    @property
    def is_open(self) -> bool:
        """Whether strangers may register, by whatever identity."""
        return self.registration == self.Registration.OPEN

    def accepts_address(self, email: str) -> bool:
        """Whether open registration is meant for this address."""
        return not self.allowed_domains or email.rpartition("@")[2].lower() in self.allowed_domains

    def lets_in_by_password(self, user: User) -> bool:
        return self.local_sign_in or user.is_staff

    def asks_terms_of(self, user: User) -> bool:
        """Whether the user must accept the terms before going on. A change counts from midnight in the
        portal's time zone."""
        if not self.terms:
            return False
        if user.terms_accepted_at is None:
            return True
        changed_at = self._terms_changed_at
        return changed_at is not None and user.terms_accepted_at < changed_at <= timezone.now()

    @property
    def _terms_changed_at(self) -> datetime | None:
        if self.terms_changed_on is None:
            return None
        return timezone.make_aware(
            datetime.combine(self.terms_changed_on, time.min), timezone.get_default_timezone()
        )
