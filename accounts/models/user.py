from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Permission, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.mail_addresses import MailAddressField, mail_address
from lib.timezones import validate_time_zone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=mail_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For the command line: whoever may run it needs no confirmation of the address."""
        user = self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in identity. What a person may see hangs on their contacts; a user alone may see nothing."""

    email = MailAddressField(
        _("email address"),
        unique=True,
        error_messages={"unique": _("Someone already signs in with this address.")},
    )
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Deactivate users instead of deleting them.")
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("Can access the administration."))
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[validate_time_zone])
    terms_accepted_at = models.DateTimeField(_("terms accepted"), null=True, blank=True, editable=False)
    erasure_asked_at = models.DateTimeField(_("erasure requested"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.first_name or self.email

    def may_repair(self, other: "User") -> bool:
        """Whether this member of staff may change how the other signs in: whoever can gains the other's
        rights, so the other must have none beyond this one's. A superuser has no limits."""
        if self.is_superuser or other.is_superuser:
            return self.is_superuser
        return not other.given_permissions().exclude(pk__in=self.given_permissions().values("pk")).exists()

    def given_permissions(self) -> models.QuerySet[Permission]:
        """By a group or directly, whether the user can sign in at present or not."""
        if self.is_superuser:
            return Permission.objects.all()
        return Permission.objects.filter(models.Q(user=self) | models.Q(group__user=self))

    @property
    def initials(self) -> str:
        return initials_of(self.first_name, self.last_name, self.email)


def display_name(user: User) -> str:
    """How allauth's pages and mails call a person."""
    return user.get_full_name()


def initials_of(first_name: str, last_name: str, email: str) -> str:
    return f"{first_name[:1]}{last_name[:1]}".upper() or email[:1].upper()
