from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import PRIVILEGES, RecordType, Scope, record_types


class WebRoleQuerySet(models.QuerySet["WebRole"]):
    def grantable(self) -> Self:
        """What a portal user manager may give to colleagues, and take from them."""
        return self.filter(delegable=True, for_anonymous=False, for_authenticated=False)


class WebRole(models.Model):
    """A named set of rights. Contacts hold roles; roles hold record permissions and open restricted pages."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    for_authenticated = models.BooleanField(_("everyone who is signed in has it"), default=False)
    for_anonymous = models.BooleanField(_("visitors have it"), default=False)
    delegable = models.BooleanField(_("delegable"), default=False, help_text=_("A portal user manager may give this role to colleagues."))

    objects = WebRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("web role")
        verbose_name_plural = _("web roles")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(for_anonymous=True, for_authenticated=True),
                name="accounts_webrole_serves_visitors_or_the_signed_in",
                violation_error_message=_("A role is for visitors or for everyone who is signed in, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def record_type_choices() -> list[tuple[str, str]]:
    return [(record_type.name, str(record_type.label)) for record_type in record_types()]


class RecordPermission(models.Model):
    """What one role may do with one type of record within one scope ("table permission"). Permissions are OR-ed."""

    role = models.ForeignKey(WebRole, verbose_name=_("web role"), on_delete=models.CASCADE, related_name="record_permissions")
    record_type = models.CharField(_("records"), max_length=30, choices=record_type_choices)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope)
    can_read = models.BooleanField(_("read"), default=False)
    can_create = models.BooleanField(_("create"), default=False)
    can_write = models.BooleanField(_("write"), default=False)
    can_delete = models.BooleanField(_("delete"), default=False)

    class Meta:
        verbose_name = _("record permission")
        verbose_name_plural = _("record permissions")
        ordering = ["role", "record_type", "scope"]
        constraints = [
            models.UniqueConstraint(fields=["role", "record_type", "scope"], name="accounts_recordpermission_once_a_scope"),
            models.CheckConstraint(
                condition=models.Q(*[(f"can_{name}", True) for name in PRIVILEGES], _connector=models.Q.OR),
                name="accounts_recordpermission_grants_something",
                violation_error_message=_("Tick at least one of read, create, write and delete."),
            ),
        ]

    def __str__(self) -> str:
        granted = ", ".join(name for name in PRIVILEGES if getattr(self, f"can_{name}"))
        return f"{self.record_type} ({self.scope}): {granted}"

    def clean(self) -> None:
        super().clean()
        declared = {record_type.name: record_type for record_type in record_types()}.get(self.record_type)
        if declared and self.scope and self.scope not in declared.scopes:
            raise ValidationError({"scope": _("These records do not belong to an account or contact.")})
        role = getattr(self, "role", None)
        if role and role.for_anonymous:
            self._refuse_account_data(declared)

    def _refuse_account_data(self, declared: RecordType | None) -> None:
        if declared is None or declared.belongs_to_somebody:
            raise ValidationError({"record_type": _("Visitors can never be given records that belong to an account.")})
