"""What visitors, somebody who has just registered, and each role can see: as counts of rows, and as a
snapshot of the rights.

The snapshot holds rights and pages, never counts, so it can be kept in a repository: what is shipped cannot
grow unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count

from accounts.models import Account, Contact, WebRole
from accounts.scoping import RecordType, granted_scope
from portal.access.rights import NOBODY, Rights, scoped_models
from portal.site.readers import Reader
from records.surfaces import surfaces

VISITOR, REGISTRANT = "visitor", "registrant"


@dataclass(frozen=True)
class Column:
    """One kind of reader, with a stand-in to be asked of the gates; None is a visitor."""

    name: str
    role: WebRole | None
    reader: Contact | None


@dataclass(frozen=True)
class Cell:
    count: int
    scope: str


@dataclass(frozen=True)
class Exposure:
    company: Account | None
    """Whose contact the stand-ins of the roles are."""
    columns: list[Column]
    records: list[tuple[str, list[Cell]]]
    pages: list[tuple[str, list[bool]]]


def exposure(rights: Rights) -> Exposure:
    company = typical_account()
    columns = list(readers(rights, company))
    return Exposure(
        company=company,
        columns=columns,
        records=[
            (str(kind.label), [_cell(kind, model, rights, column) for column in columns])
            for kind, model in scoped_models()
        ],
        pages=[(path, list(opening)) for path, opening in _pages(rights, columns)],
    )


def typical_account() -> Account | None:
    """The active account with the most contacts."""
    return Account.objects.active().annotate(people=Count("contacts")).order_by("-people", "pk").first()


def readers(rights: Rights, company: Account | None) -> Iterator[Column]:
    """A visitor; a registrant without account; for each other role a contact of the account who was given it
    alone."""
    person = Contact.objects.usable().filter(account=company).order_by("pk").first() if company else None
    yield Column(VISITOR, None, None)
    yield Column(REGISTRANT, None, rights.stand_in([], account_id=None))
    for pk, role in sorted(rights.roles.items(), key=lambda item: item[1].name):
        if pk not in rights.everybodys:
            account_id = company.pk if company else NOBODY
            yield Column(
                role.name,
                role,
                rights.stand_in([pk], pk=person.pk if person else NOBODY, account_id=account_id),
            )


def _cell(kind: RecordType, model: Any, rights: Rights, column: Column) -> Cell:
    return Cell(model.objects.visible_to(column.reader).count(), _scope(kind, "read", rights, column.reader))


def _scope(kind: RecordType, privilege: Any, rights: Rights, reader: Contact | None) -> str:
    if reader is None:
        return "global" if privilege == "read" and kind.name in rights.configuration.visitor_reads else ""
    return granted_scope(reader, privilege, kind) or ""


def _pages(rights: Rights, columns: list[Column]) -> Iterator[tuple[str, Iterator[bool]]]:
    sight = [Reader(rights.configuration, column.reader, column.reader is not None) for column in columns]
    for entry in rights.configuration.pages.values():
        yield entry.path, (reader.gets(entry) for reader in sight)


Snapshot = dict[str, Any]


def snapshot(rights: Rights) -> Snapshot:
    """Types of record, built-in pages, and for each reader the rights ("case read" → scope) and the pages
    that open; of what is shipped."""
    columns = list(readers(rights, None))
    builtin = {page.path for page in rights.configuration.pages.values() if page.is_builtin} - _examples()
    opening = {path: list(opens) for path, opens in _pages(rights, columns) if path in builtin}
    return {
        "record_types": sorted(kind.name for kind, _model in _shipped_models()),
        "pages": sorted(builtin),
        "readers": {
            column.name: {
                "rights": dict(sorted(_rights(rights, column))),
                "pages": sorted(path for path, opens in opening.items() if opens[number]),
            }
            for number, column in enumerate(columns)
        },
    }


def _is_shipped(model: Any) -> bool:
    """Each app that is shipped is a folder beside this one; an example that tests install lies deeper."""
    return Path(apps.get_app_config(model._meta.app_label).path).parent == settings.BASE_DIR


def _shipped_models() -> Iterator[tuple[RecordType, Any]]:
    return ((kind, model) for kind, model in scoped_models() if _is_shipped(model))


def _examples() -> set[str]:
    """Paths of the built-in pages of what is not shipped."""
    return {page.path for surface in surfaces() if not _is_shipped(surface.model) for page in surface.pages}


def _rights(rights: Rights, column: Column) -> Iterator[tuple[str, str]]:
    for kind, _model in _shipped_models():
        for privilege in kind.privileges:
            if scope := _scope(kind, privilege, rights, column.reader):
                yield f"{kind.name} {privilege}", scope


def growth(agreed: Snapshot, found: Snapshot) -> list[str]:
    """In words, what ``found`` exposes beyond what was agreed; what is new counts until it is agreed."""
    new = [f"new record type: {name}" for name in found["record_types"] if name not in agreed["record_types"]]
    new += [f"new built-in page: {path}" for path in found["pages"] if path not in agreed["pages"]]
    for name, reader in found["readers"].items():
        known = agreed["readers"].get(name)
        new += [f"new role: {name}"] if known is None else _growth_of(name, known, reader)
    return new


def _growth_of(name: str, agreed: Any, found: Any) -> Iterator[str]:
    for right, scope in found["rights"].items():
        if _width(scope) > _width(agreed["rights"].get(right, "")):
            yield f"{name}: {right}, {agreed['rights'].get(right, 'nothing')} → {scope}"
    yield from (f"{name}: opens {path}" for path in found["pages"] if path not in agreed["pages"])


def _width(scope: str) -> int:
    return ["", "contact", "account", "global"].index(scope)
