from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from lib.browsers import browser_name


class SignInFailure(models.Model):
    """Wrong passwords for one address, known or not. The row goes when somebody signs in or resets the
    password."""

    key = models.CharField(max_length=64, primary_key=True, help_text=_("SHA-256 of the lower-cased address"))
    failures = models.PositiveIntegerField(default=0)
    lockouts = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often it was locked; each doubles the time.")
    )
    locked_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("failed sign-ins")
        verbose_name_plural = _("failed sign-ins")

    def __str__(self) -> str:
        return self.key[:12]


class TrustedBrowserQuerySet(models.QuerySet["TrustedBrowser"]):
    def valid(self) -> Self:
        return self.filter(expires_at__gt=timezone.now())


class TrustedBrowser(models.Model):
    """A browser in which its user need not type a code for a while."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trusted_browsers")
    token_hash = models.CharField(max_length=64, unique=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("remembered"), default=timezone.now)
    expires_at = models.DateTimeField(_("until"))

    objects = TrustedBrowserQuerySet.as_manager()

    class Meta:
        verbose_name = _("trusted browser")
        verbose_name_plural = _("trusted browsers")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return browser_name(self.user_agent)
