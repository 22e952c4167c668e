"""What the shell knows of a feature's records, declared by the feature in one object.

A feature writes ``<app>/surface.py``::

    LOANS = declare(Surface(model=Loan, icon="book", namespace="loans", path="/loans/", line=line, ...))

RecordType is what the record gate knows, and models import it; a Surface knows forms, display and models of
its feature, and no model imports it. It is imported when the apps are loaded: nothing in it may ask the
database or translate at once (``gettext_lazy``), and addresses are made inside functions.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Account, Contact
from accounts.offers import may_go_to
from accounts.scoping import Permitted, Privilege, RecordType, can
from records.detail import Detail
from records.listing import Listing
from records.talk import Talk
from records.texts import Snippet
from records.waiting import Asked, Waiting

M = TypeVar("M", bound=models.Model)
Words = str | Promise


@dataclass(frozen=True)
class Badge:
    """``value`` chooses the colour (``data-status`` of the style sheet)."""

    value: str
    label: Words


@dataclass(frozen=True, kw_only=True)
class Line:
    """A record in one line: in lists, search, on the home page and in notifications. ``html``: the passage
    that was found, as safe HTML."""

    title: str
    url: str
    facts: tuple[str, ...] = ()
    html: str = ""
    badges: tuple[Badge, ...] = ()
    at: datetime | None = None
    is_new: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """What an activity says on the home page: ``words`` stand between the actor's name and the record's."""

    words: Words


@dataclass(frozen=True, kw_only=True)
class Download:
    """What the log of an account tells of a file that somebody took: no subjects and no names of files, for
    its reader may not read the record. ``facts``: each is told if the activity's details have all that it
    names (``%(count)s``)."""

    words: Words
    facts: tuple[Words, ...] = ()


DOWNLOADED, SHOWN, EXPORTED = "file_downloaded", "pictures_viewed", "exported"
"""Behind the name of the type, the verbs of what the floor gives out."""


@dataclass(frozen=True, kw_only=True)
class Search(Generic[M]):
    """``find``: the visible rows that match the words, best first, with all that ``line`` reads. ``suggest``:
    the same for what a reader is typing, if anything of this kind is suggested. ``instead``: where a reader
    who is about to open a case asks to follow this record instead; empty where they cannot."""

    find: Callable[[Any, str], models.QuerySet[M]]
    suggest: Callable[[Any, str, Contact | None], models.QuerySet[M]] | None = None
    instead: Callable[[M, Contact | None], str] | None = None
    heading: Words = ""
    """The name of the record type where it is empty."""
    suggested_heading: Words = ""
    place: int = 50
    """Among the kinds of results; the smallest comes first."""
    most: int = 5
    most_suggested: int = 3


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of the home page: a template and what it shows."""

    template: str
    context: Mapping[str, Any]


class Giving(Protocol):
    def __call__(self, *, actor: Actor, contact: Contact, heir: Contact) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What somebody leaves to a colleague when they are deactivated. ``count``: how many records of theirs
    are open; ``left`` says it in a sentence. ``give``: makes the colleague their owner, and returns how many
    there were. ``verb``: of the activity that keeps it, with ``count`` and ``to``; ``given``: what the log of
    the account calls it."""

    verb: str
    given: Words
    count: Callable[[Contact], int]
    give: Giving
    left: Callable[[int], str]


@dataclass(frozen=True)
class Helps:
    """Where a reader who found no answer asks: an address of the feature, for those who may create a record,
    and the words that lead there."""

    address: str
    words: Words


@dataclass(frozen=True)
class BuiltinPage:
    """A page that every installation has, so that menus and page rules can name it. ``title`` is English, as
    an administrator may change it; ``menus``: those that hold it at first."""

    path: str
    title: str
    menus: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surface(Generic[M]):
    model: type[M]
    icon: str
    """A name of lib.icons."""
    namespace: str
    """Of its addresses: ``loans`` for ``loans:list``, ``loans:detail``."""
    line: Callable[[M, Contact | None], Line]
    kind: RecordType | None = None
    """Of a model whose rights are those of another type; else the model's own ``record_type``."""
    gate: type[models.Model] | None = None
    """The model whose record permissions decide, where these are not the model's own."""
    key: str = "number"
    """The field that names a record in its address."""
    list_name: str = "list"
    pages: tuple[BuiltinPage, ...] = ()
    """A page above comes before those below it."""
    for_lines: Callable[[Any], models.QuerySet[M]] = lambda rows: rows
    """Rows with what ``line`` reads of them, and no more: for those of very many."""
    search: Search[M] | None = None
    listing: Listing[M] | None = None
    """Its list page, with saved views and files."""
    talk: Talk[M] | None = None
    """The conversation about a record."""
    detail: Detail[M] | None = None
    """What stands beside the conversation; without, the record has its marks alone."""
    follows: bool = False
    """Whether customers may follow a record."""
    concerns: Callable[[M], Collection[int]] | None = None
    """Ids of the contacts who get a record's mails unasked, where these are others than its contact and those
    who were let into it."""
    helps: Helps | None = None
    """Offered below answers of other features."""
    home: Callable[[PortalRequest, Contact, Collection[str]], Block | None] | None = None
    """Its part of the home page, for a reader who may go to its list: of the request, the contact, and the
    types of what is shown above as waiting for them."""
    waiting: Asked | None = None
    """What waits for the reader: see records.waiting."""
    waiting_badge: Callable[[Waiting], Badge] | None = None
    """What is asked of the reader."""
    events: Mapping[str, Event] = field(default_factory=dict)
    downloads: Mapping[str, Download] = field(default_factory=dict)
    """Verb → what the account's log tells, where the feature has words of its own for it, or a file of its
    own."""
    handover: Handover | None = None
    personal: Mapping[str, Callable[[Contact], Iterable[dict[str, Any]]]] = field(default_factory=dict)
    """Section of the file of personal data → its rows."""
    texts: tuple[Snippet, ...] = ()
    """Text blocks on the feature's pages that administrators may change."""
    sample: Callable[[Account | None, Contact | None], M] | None = None
    """One record, made by the feature's own actions. ValueError without a contact where it takes one."""
    demo: str = ""
    """The feature's part of the demo, a function of a records.demo.DemoWorld: its dotted path, as nothing but
    the command that loads the demo needs it."""

    @property
    def record_type(self) -> RecordType:
        return self.kind or cast("RecordType", self.model.record_type)  # type: ignore[attr-defined]

    @property
    def granted(self) -> RecordType:
        """The type of the record permissions that decide."""
        return cast("RecordType", (self.gate or self.model).record_type)  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        return self.record_type.name

    @property
    def label(self) -> Words:
        """Of many records."""
        return self.record_type.label

    @property
    def told_downloads(self) -> dict[str, Download]:
        """Every file that can be taken out, in the feature's words or in those that are right for any
        type."""
        return _downloads_of(self) | dict(self.downloads)

    @property
    def staff_permission(self) -> str:
        """Of those who work on its records in the administration."""
        options = self.model._meta
        return f"{options.app_label}.change_{options.model_name}"

    def visible_to(self, contact: Permitted | None) -> Any:
        """The one way from a mark, a notification or a mail to its record."""
        return self.model.objects.visible_to(contact)  # type: ignore[attr-defined]

    def can(self, contact: Permitted | None, privilege: Privilege) -> bool:
        """With any record at all."""
        return can(contact, privilege, self.gate or self.model)

    def concerned(self, record: M) -> set[int]:
        """Ids of the contacts who get the record's mails without following it, until they mute it."""
        if self.concerns:
            return set(self.concerns(record))
        kind, row = self.record_type, cast("Any", record)
        owner = {getattr(row, f"{kind.contact}_id")} - {None} if kind.contact else set()
        joined = getattr(row, kind.joined).order_by().values_list("contact", flat=True) if kind.joined else ()
        return owner | set(joined)

    def opens_to(self, request: PortalRequest) -> bool:
        """Whether the rules on pages let the reader into its list."""
        return may_go_to(request, self.url(self.list_name))

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:{name}" if self.namespace else name, args=args)


def _downloads_of(surface: Surface[Any]) -> dict[str, Download]:
    number, found = (format_lazy("{}: %({})s", surface.label, surface.name),), {}
    if surface.talk:
        found[f"{surface.name}.{DOWNLOADED}"] = Download(words=_("File downloaded"), facts=number)
        found[f"{surface.name}.{SHOWN}"] = Download(words=_("Pictures viewed"), facts=number)
    if surface.listing and surface.listing.columns:
        count = (format_lazy("{}: %(count)s", surface.label),)
        found[f"{surface.name}.{EXPORTED}"] = Download(words=_("List downloaded"), facts=count)
    return found


_declared: dict[str, Surface[Any]] = {}


def declare(surface: Surface[M]) -> Surface[M]:
    _declared[surface.name] = surface
    return surface


def surfaces() -> list[Surface[Any]]:
    """In the order of INSTALLED_APPS."""
    return list(_declared.values())


def surface_named(name: str) -> Surface[Any] | None:
    return _declared.get(name)


def surface_with_code(code: str) -> Surface[Any] | None:
    """Of the records that a mail's address names."""
    return next((one for one in surfaces() if one.talk and one.talk.code == code), None)


def surface_of(record: models.Model) -> Surface[Any]:
    return _declared[cast("Any", record).record_type.name]
