"""Record permissions as a table that a person can read. What it offers comes from the declarations of the
record types."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import WebRole
from accounts.scoping import (
    PRIVILEGE_LABELS,
    PRIVILEGES,
    Grant,
    RecordType,
    Scope,
    record_type_named,
    record_types,
)

SCOPE_WORDS: dict[str, Promise] = {
    Scope.GLOBAL.value: gettext_lazy("all records"),
    Scope.ACCOUNT.value: gettext_lazy("all records of the account"),
    Scope.CONTACT.value: gettext_lazy("the contact's own records"),
}


def words_of(grant: Grant) -> str:
    """A grant in one line: "Cases: read, all records of the account"."""
    declared = record_type_named(grant.record_type)
    label = declared.label if declared else grant.record_type
    words = {
        "records": label,
        "privilege": PRIVILEGE_LABELS[grant.privilege],
        "scope": SCOPE_WORDS.get(grant.scope, grant.scope),
    }
    return _("%(records)s: %(privilege)s, %(scope)s") % words


def offered(*, for_visitors: bool) -> list[Grant]:
    return [grant for kind in record_types() for grant in kind.grantable(for_visitors=for_visitors)]


@dataclass(frozen=True)
class Column:
    """One privilege within a scope."""

    scope: str
    privilege: str
    is_first: bool

    @property
    def label(self) -> str:
        return capfirst(str(PRIVILEGE_LABELS[self.privilege]))  # type: ignore[index]


@dataclass(frozen=True)
class PermissionRow:
    label: str
    through: str
    cells: list[tuple[Column, Any]]
    """For each column the check box, or None where the privilege makes no sense."""

    @property
    def errors(self) -> list[str]:
        return [error for column, field in self.cells if field for error in field.errors]


class Matrix:
    """The check boxes of a form, one for each of its ``grants``: record types by scopes and privileges."""

    def __init__(self, form: Any, grants: Collection[Grant]) -> None:
        self.form, self.grants = form, grants
        scopes = [scope for scope in Scope.values if any(grant.scope == scope for grant in grants)]
        self.groups = {scope: self._columns(scope) for scope in scopes}

    def _columns(self, scope: str) -> list[Column]:
        used = [name for name in PRIVILEGES if any(grant[1:] == (scope, name) for grant in self.grants)]
        return [Column(scope, name, is_first=name == used[0]) for name in used]

    @property
    def headings(self) -> list[tuple[str, int]]:
        return [(capfirst(str(SCOPE_WORDS[scope])), len(columns)) for scope, columns in self.groups.items()]

    @property
    def columns(self) -> list[Column]:
        return [column for columns in self.groups.values() for column in columns]

    @property
    def rows(self) -> Iterator[PermissionRow]:
        for kind in record_types():
            if any(grant.record_type == kind.name for grant in self.grants):
                yield PermissionRow(
                    str(kind.label),
                    str(kind.through),
                    [(column, self._cell(kind, column)) for column in self.columns],
                )

    def _cell(self, kind: RecordType, column: Column) -> Any:
        name = field_name(kind.name, column.scope, column.privilege)
        return self.form[name] if name in self.form.fields else None


def field_name(record_type: str, scope: str, privilege: str) -> str:
    return f"grant-{record_type}-{scope}-{privilege}"


def at_a_glance(role: WebRole) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each record type its label, and what the role permits: scope by scope, from the widest, what that
    scope adds."""
    return [(str(kind.label), list(_added_by_scope(kind, role.grants))) for kind in record_types()]


def _added_by_scope(kind: RecordType, grants: Collection[Grant]) -> Iterator[tuple[str, str]]:
    permitted: set[str] = set()
    for scope in kind.scopes:
        added = [
            name for name in PRIVILEGES if Grant(kind.name, scope, name) in grants and name not in permitted
        ]
        permitted.update(added)
        if added:
            yield capfirst(str(SCOPE_WORDS[scope])), ", ".join(str(PRIVILEGE_LABELS[name]) for name in added)
