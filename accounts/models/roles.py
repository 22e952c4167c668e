from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import PRIVILEGES, Grant, Privilege, Scope, record_type_named, record_types


class WebRoleQuerySet(models.QuerySet["WebRole"]):
    def grantable(self) -> Self:
        """What a portal user manager may give to colleagues, and take from them."""
        return self.filter(delegable=True, for_anonymous=False, for_authenticated=False)


class WebRole(models.Model):
    """A named set of rights. Contacts hold roles; roles hold record permissions and open restricted pages."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    for_authenticated = models.BooleanField(_("everyone who is signed in has this role"), default=False)
    for_anonymous = models.BooleanField(_("visitors have this role"), default=False)
    delegable = models.BooleanField(
        _("delegable"),
        default=False,
        help_text=_("A portal user manager may assign this role to colleagues."),
    )
    is_builtin = models.BooleanField(_("built-in"), default=False, editable=False)

    objects = WebRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("web role")
        verbose_name_plural = _("web roles")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(for_anonymous=True, for_authenticated=True),
                name="accounts_webrole_serves_visitors_or_the_signed_in",
                violation_error_message=_(
                    "A role is for visitors or for everyone who is signed in, not both."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(for_anonymous=True, delegable=True),
                name="accounts_webrole_serves_visitors_or_is_delegable",
                violation_error_message=_("A role is for visitors or delegable, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def grants(self) -> set[Grant]:
        """What the role permits, as it is stored."""
        return (
            {grant for permission in self.record_permissions.all() for grant in permission.grants}
            if self.pk
            else set()
        )

    def clean(self) -> None:
        """Visitors get no role that grants more than they may ever have: what it grants is taken away
        first."""
        super().clean()
        if not (self.pk and self.for_anonymous):
            return
        too_much = [
            str(permission.label)
            for permission in self.record_permissions.all()
            if permission.is_too_much_for_visitors
        ]
        if too_much:
            text = _(
                "%(refused)s This role has: %(records)s. Remove these permissions and save before you give "
                "the role to visitors."
            )
            raise ValidationError(
                {
                    "for_anonymous": text
                    % {"refused": NOT_FOR_VISITORS, "records": ", ".join(dict.fromkeys(too_much))}
                }
            )


NOT_FOR_VISITORS = _("Visitors can never be given records that belong to an account.")
READ_ONLY = _("Visitors can only read.")


def record_type_choices() -> list[tuple[str, str]]:
    return [(record_type.name, str(record_type.label)) for record_type in record_types()]


class RecordPermissionQuerySet(models.QuerySet["RecordPermission"]):
    def of_visitors(self) -> Self:
        """What visitors may read."""
        return self.filter(role__for_anonymous=True, scope=Scope.GLOBAL, can_read=True)


class RecordPermission(models.Model):
    """What one role may do with one type of record within one scope ("table permission"). Permissions are
    OR-ed."""

    role = models.ForeignKey(
        WebRole, verbose_name=_("web role"), on_delete=models.CASCADE, related_name="record_permissions"
    )
    record_type = models.CharField(_("records"), max_length=30, choices=record_type_choices)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope)
    can_read = models.BooleanField(_("read"), default=False)
    can_create = models.BooleanField(_("create"), default=False)
    can_write = models.BooleanField(_("write"), default=False)
    can_delete = models.BooleanField(_("delete"), default=False)

    objects = RecordPermissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("record permission")
        verbose_name_plural = _("record permissions")
        ordering = ["role", "record_type", "scope"]
        constraints = [
            models.UniqueConstraint(
                fields=["role", "record_type", "scope"], name="accounts_recordpermission_once_a_scope"
            ),
            models.CheckConstraint(
                condition=models.Q(*[(f"can_{name}", True) for name in PRIVILEGES], _connector=models.Q.OR),
                name="accounts_recordpermission_grants_something",
                violation_error_message=_("Select at least one of read, create, write, and delete."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} ({self.scope}): {', '.join(self.privileges)}"

    @property
    def label(self) -> str:
        declared = record_type_named(self.record_type)
        return str(declared.label) if declared else self.record_type

    @property
    def privileges(self) -> tuple[Privilege, ...]:
        return tuple(name for name in PRIVILEGES if getattr(self, f"can_{name}"))

    @property
    def grants(self) -> list[Grant]:
        return [Grant(self.record_type, self.scope, privilege) for privilege in self.privileges]

    @property
    def is_too_much_for_visitors(self) -> bool:
        """The database refuses such a row to a role for visitors, too (migration database_rules)."""
        declared = record_type_named(self.record_type)
        possible = declared.grantable(for_visitors=True) if declared else []
        return any(grant not in possible for grant in self.grants)

    def clean(self) -> None:
        super().clean()
        declared = record_type_named(self.record_type)
        if declared is None:
            return  # the field's own choices tell
        if self.scope and self.scope not in declared.scopes:
            raise ValidationError({"scope": _("These records do not belong to an account or contact.")})
        if undeclared := [name for name in self.privileges if name not in declared.privileges]:
            raise ValidationError(
                {f"can_{name}": _("This is not available for these records.") for name in undeclared}
            )
        self._refuse_too_much_for_visitors()

    def _refuse_too_much_for_visitors(self) -> None:
        role = getattr(self, "role", None)
        if not (role and role.for_anonymous and self.is_too_much_for_visitors):
            return
        declared = record_type_named(self.record_type)
        if declared is None or declared.belongs_to_somebody:
            raise ValidationError({"record_type": NOT_FOR_VISITORS})
        raise ValidationError({f"can_{name}": READ_ONLY for name in self.privileges if name != "read"})
