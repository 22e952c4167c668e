"""What a list of records shows, declared by a feature beside the rest of its surface."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.scoping import Permitted
from lib.paging import KeysetPage
from records.filters import Filter

if TYPE_CHECKING:
    from records.forms.lists import ListForm

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Column(Generic[M]):
    """Of the list as a file."""

    label: str | Promise
    value: str | Callable[[M, Contact], Any]
    """An attribute, of a related record with a dot, or what is made of the record for who reads."""
    is_moment: bool = False
    """Whether the heading names the time zone."""

    def of(self, record: M, reader: Contact) -> Any:
        """None where there is nothing."""
        if not isinstance(self.value, str):
            return self.value(record, reader)
        found: Any = record
        for name in self.value.split("."):
            found = getattr(found, name, None)
        return found


@dataclass(frozen=True)
class Shown(Generic[M]):
    """One page of a list, as a reader asked for it."""

    request: PortalRequest
    page: KeysetPage[M]
    filter: Filter
    parent: Any = None

    @property
    def is_whole_list(self) -> bool:
        """Whether neither another page nor words leave something out."""
        return not (self.page.newer_url or self.page.older_url or self.filter.is_narrowed)


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[M]):
    form: "type[ListForm]"
    rows: Callable[[Any, Permitted | None], Any] = lambda rows, _reader: rows
    """Loads all that a row of the list shows."""
    draw: Callable[[Sequence[M], Contact | None], SafeString] | None = None
    """The rows as HTML; without it, each is drawn as the surface's ``line`` (records.display.rows)."""
    template: str = "records/list.html"
    of_page: Callable[[Shown[M]], Mapping[str, Any]] = lambda _shown: {}
    """What the template takes besides."""
    columns: Sequence[Column[M]] = ()
    """Of the list as a file; without any there are no files."""
    file_rows: Callable[[Any], Any] | None = None
    """Loads all that a file holds, where that is not what the list shows."""
    name: str = "list"
    """Of the list's address."""
    parent: str = ""
    """The foreign key, where records are listed within another one."""
    find_parent: Callable[..., models.Model] | None = None
    """That other record: of the request and what the address says. Raises Http404 for whoever may not see
    it."""
