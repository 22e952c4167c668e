"""The one record-permission engine: which rows a contact may see, and what they may do with them.

A model joins by declaring what it is, next to its fields, and by a queryset that builds on ScopedQuerySet::

    record_type = RecordType("case", _("Cases"), account="account", contact="contact", privileges=("read",))
    objects = CaseQuerySet.as_manager()

Everything is refused unless a RecordPermission of one of the contact's roles allows it. Without a contact (a
visitor, staff) those of the roles for visitors count, and for records that belong to nobody alone. Rows of a
child model go through their parent (``filter(case__in=Case.objects.visible_to(contact))``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple, Protocol, Self, TypeVar

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Privilege = Literal["read", "create", "write", "delete"]
PRIVILEGES: tuple[Privilege, ...] = ("read", "create", "write", "delete")
Grants = dict[str, dict[str, list[str]]]
"""Record type → scope → privileges: ``{"case": {"account": ["read", "create"]}}``."""


PRIVILEGE_LABELS: dict[Privilege, Promise] = {
    "read": _("read"),
    "create": _("create"),
    "write": _("write"),
    "delete": _("delete"),
}


class Scope(models.TextChoices):
    GLOBAL = "global", _("All records")
    ACCOUNT = "account", _("Records of the contact's account")
    CONTACT = "contact", _("The contact's own records")


class Permitted(Protocol):
    """Whose record permissions are asked for: a Contact, or a Reader in its place."""

    @property
    def pk(self) -> int: ...

    @property
    def account_id(self) -> int | None: ...

    @property
    def is_usable(self) -> bool: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def role_ids(self) -> Collection[int]:
        """Audiences ask for them."""


@dataclass(frozen=True)
class Reader:
    """What record permissions and audiences ask of a contact, and nothing more.

    The text of a query that serves every contact with the same grants is made with one. Whatever asks for
    more fails, instead of keeping one contact's answer in everybody's text.
    """

    pk: int
    account_id: int | None
    is_usable: bool
    grants: Grants
    role_ids: Collection[int]


class Grant(NamedTuple):
    """One thing that a role can permit."""

    record_type: str
    scope: str
    privilege: Privilege

    def __str__(self) -> str:
        return " ".join(self)


@dataclass(frozen=True)
class RecordType:
    """A kind of record that roles can be granted, and where a row says whose it is.

    ``account`` and ``contact`` name the model's foreign keys; a type with neither belongs to nobody and can
    be granted in global scope only; it alone can be opened to visitors. ``privileges`` are those that the
    code asks for. ``through`` says what else the grant reaches, in words for administrators. ``joined`` names
    the relation whose rows let contacts into single records, each row one ``contact``: whoever may read their
    own records reads these, too, within their account. The model's queryset sees to that; reports on access
    take it from here.
    """

    name: str
    label: str | Promise
    account: str | None = None
    contact: str | None = None
    privileges: tuple[Privilege, ...] = ("read",)
    through: str | Promise = ""
    joined: str | None = None

    @property
    def belongs_to_somebody(self) -> bool:
        return bool(self.account or self.contact)

    @cached_property
    def scopes(self) -> list[str]:
        owned = [(Scope.ACCOUNT, self.account), (Scope.CONTACT, self.contact)]
        return [Scope.GLOBAL.value, *(scope.value for scope, field in owned if field)]

    def grantable(self, *, for_visitors: bool = False) -> list[Grant]:
        """What makes sense to grant a role; a role for visitors reads what belongs to nobody, and no more."""
        if for_visitors:
            return [] if self.belongs_to_somebody else [Grant(self.name, Scope.GLOBAL.value, "read")]
        return [Grant(self.name, scope, privilege) for scope in self.scopes for privilege in self.privileges]

    def widest_scope(self, contact: Permitted, granted: Collection[str]) -> str | None:
        """The widest of the granted scopes that means something for this contact.

        Scopes nest (a contact's own records are also its account's), so one condition answers the query from
        one index.
        """
        for scope in self.scopes:
            if scope in granted and (scope != Scope.ACCOUNT or contact.account_id):
                return scope
        return None

    def owner(self, contact: Permitted, scope: str) -> dict[str, int | None]:
        """The foreign keys, and their values, that rows within ``scope`` have; none for the global scope: any
        row.

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

    def visible_to(self, contact: Permitted | None) -> Self:
        """The rows that ``contact`` may read; without a contact, what visitors may."""
        return self.permitted_to("read", contact)

    def permitted_to(self, privilege: Privilege, contact: Permitted | None) -> Self:
        record_type: RecordType = self.model.record_type  # type: ignore[attr-defined]
        if contact is None:
            return (
                self.filter(models.Exists(visitors_grants(record_type)))
                if _is_for_visitors(privilege, record_type)
                else self.none()
            )
        scope = granted_scope(contact, privilege, record_type)
        return self.none() if scope is None else self.filter(**record_type.owner(contact, scope))


def can(contact: Permitted | None, privilege: Privilege, target: models.Model | type[models.Model]) -> bool:
    """Whether ``contact`` may do this with one record; asked of a model class: with any record at all."""
    record_type: RecordType = target.record_type  # type: ignore[union-attr]
    if contact is None:
        return _is_for_visitors(privilege, record_type) and visitors_grants(record_type).exists()
    scope = granted_scope(contact, privilege, record_type)
    if scope is None:
        return False
    if isinstance(target, type):
        return True
    return all(
        _foreign_key(target, field) == value for field, value in record_type.owner(contact, scope).items()
    )


def visitors_grants(record_type: RecordType) -> models.QuerySet[Any]:
    """The record permissions that let visitors read records of this type."""
    permissions: Any = apps.get_model("accounts", "RecordPermission")._default_manager
    granted: models.QuerySet[Any] = permissions.of_visitors().filter(record_type=record_type.name)
    return granted


def _is_for_visitors(privilege: Privilege, record_type: RecordType) -> bool:
    """Whatever the table says, visitors never read what belongs to somebody, and never write."""
    return Grant(record_type.name, Scope.GLOBAL.value, privilege) in record_type.grantable(for_visitors=True)


def granted_scope(contact: Permitted | None, privilege: Privilege, record_type: RecordType) -> str | None:
    """How far a contact's roles reach; nothing if they do not, and without a contact."""
    if contact is None or not contact.is_usable:
        return None
    grants = contact.grants.get(record_type.name, {})
    return record_type.widest_scope(contact, [scope for scope in grants if privilege in grants[scope]])


@cache
def record_types() -> list[RecordType]:
    """Every type that a model declares."""
    declared = (getattr(model, "record_type", None) for model in apps.get_models())
    return [record_type for record_type in declared if isinstance(record_type, RecordType)]


def record_type_named(name: str) -> RecordType | None:
    return next((record_type for record_type in record_types() if record_type.name == name), None)


def _foreign_key(record: models.Model, field: str) -> Any:
    return getattr(record, record._meta.get_field(field).attname)  # type: ignore[union-attr]
