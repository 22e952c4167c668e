"""The one record-permission engine: which rows a contact may see, and what they may do with them.

A model joins by declaring what it is, next to its fields, and by a queryset that builds on ScopedQuerySet::

    record_type = RecordType("case", _("Cases"), account="account", contact="contact")
    objects = CaseQuerySet.as_manager()

Everything is refused unless a RecordPermission of one of the contact's roles allows it. Rows of a child model go
through their parent (``filter(case__in=Case.objects.visible_to(contact))``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Contact

Privilege = Literal["read", "create", "write", "delete"]
PRIVILEGES: tuple[Privilege, ...] = ("read", "create", "write", "delete")
Grants = dict[str, dict[str, list[str]]]
"""Record type → scope → privileges: ``{"case": {"account": ["read", "create"]}}``."""


class Scope(models.TextChoices):
    GLOBAL = "global", _("All records")
    ACCOUNT = "account", _("Records of the contact's account")
    CONTACT = "contact", _("The contact's own records")


@dataclass(frozen=True)
class RecordType:
    """A kind of record that roles can be granted, and where a row says whose it is.

    ``account`` and ``contact`` name the model's foreign keys; a type with neither belongs to nobody and can be
    granted in global scope only.
    """

    name: str
    label: str | Promise
    account: str | None = None
    contact: str | None = None

    @property
    def belongs_to_somebody(self) -> bool:
        return bool(self.account or self.contact)

    @property
    def scopes(self) -> list[str]:
        owned = [(Scope.ACCOUNT, self.account), (Scope.CONTACT, self.contact)]
        return [Scope.GLOBAL.value, *(scope.value for scope, field in owned if field)]

    def widest_scope(self, contact: "Contact", granted: Collection[str]) -> str | None:
        """The widest of the granted scopes that means something for this contact.

        Scopes nest (a contact's own records are also its account's), so one condition answers the query from one index.
        """
        for scope in self.scopes:
            if scope in granted and (scope != Scope.ACCOUNT or contact.account_id):
                return scope
        return None

    def owner(self, contact: "Contact", scope: str) -> dict[str, int | None]:
        """The foreign keys, and their values, that rows within ``scope`` have; none for the global scope: any row.

        A contact's own records are within its account: a record of another account stays with that account.
        """
        within_account = {self.account: contact.account_id} if self.account else {}
        if scope == Scope.ACCOUNT:
            return within_account
        if scope == Scope.CONTACT:
            return {str(self.contact): contact.pk, **within_account}
        return {}


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[M_co]):
    """Rows under record permissions. A view starts with ``visible_to``."""

    def visible_to(self, contact: "Contact | None") -> Self:
        """The rows that ``contact`` may read. Nobody (a visitor, staff without a contact) sees none."""
        return self.permitted_to("read", contact)

    def permitted_to(self, privilege: Privilege, contact: "Contact | None") -> Self:
        record_type: RecordType = self.model.record_type  # type: ignore[attr-defined]
        scope = granted_scope(contact, privilege, record_type)
        if contact is None or scope is None:
            return self.none()
        return self.filter(**record_type.owner(contact, scope))


def can(contact: "Contact | None", privilege: Privilege, target: "models.Model | type[models.Model]") -> bool:
    """Whether ``contact`` may do this with one record; asked of a model class: with any record at all."""
    record_type: RecordType = target.record_type  # type: ignore[union-attr]
    scope = granted_scope(contact, privilege, record_type)
    if contact is None or scope is None:
        return False
    if isinstance(target, type):
        return True
    return all(_foreign_key(target, field) == value for field, value in record_type.owner(contact, scope).items())


def granted_scope(contact: "Contact | None", privilege: Privilege, record_type: RecordType) -> str | None:
    if contact is None or not contact.is_usable:
        return None
    grants = contact.grants.get(record_type.name, {})
    return record_type.widest_scope(contact, [scope for scope in grants if privilege in grants[scope]])


@cache
def record_types() -> list[RecordType]:
    """Every type that a model declares."""
    declared = (getattr(model, "record_type", None) for model in apps.get_models())
    return [record_type for record_type in declared if isinstance(record_type, RecordType)]


def _foreign_key(record: models.Model, field: str) -> Any:
    return getattr(record, record._meta.get_field(field).attname)  # type: ignore[union-attr]
