"""What can be asked about: a record or a page. Each knows how to ask its gates for one reader, and to tell
why."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from django.urls import Resolver404, resolve
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import Contact, RecordPermission
from accounts.page_rights import PageRight
from accounts.permissions.matrix import words_of
from accounts.scoping import PRIVILEGE_LABELS, Grant, RecordType, Scope, granted_scope
from portal.access.rights import Rights, audience_roles
from portal.site.addresses import right_at
from portal.site.readers import Reader
from portal.site.sitemap import PageEntry


@dataclass(frozen=True)
class Step:
    """One question on the way to a record or page, with the answer in words."""

    question: str
    answer: str
    passes: bool


class Subject(Protocol):
    rights: Rights

    @property
    def title(self) -> str: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def account_id(self) -> int | None: ...
    @property
    def joined(self) -> frozenset[int]:
        """Ids of the contacts who were let in one by one."""

    @property
    def roles(self) -> frozenset[int]:
        """All roles that make a difference here."""

    def steps(self, contact: Contact) -> list[Step]: ...
    def is_seen_by(self, contact: Contact) -> bool:
        """What the gates say; the steps only tell why."""

    @property
    def is_seen_by_visitors(self) -> bool: ...


class PageSubject:
    owner_id = account_id = None
    joined: frozenset[int] = frozenset()

    def __init__(self, entry: PageEntry, rights: Rights) -> None:
        self.entry, self.rights = entry, rights

    @property
    def title(self) -> str:
        return f"{self.entry.title_in(None)} ({self.entry.path})"

    @cached_property
    def roles(self) -> frozenset[int]:
        held = self.rights.configuration
        ruling = held.previewing_roles(self.entry.path).union(*held.rules_on(self.entry.path))
        return ruling | self._permitting

    @cached_property
    def right(self) -> PageRight | None:
        return right_at(self.entry.path) if self.entry.is_builtin else None

    @property
    def _permitting(self) -> frozenset[int]:
        return (
            self.rights.holders_of(self.right.record_type, self.right.privilege)
            if self.right
            else frozenset()
        )

    def is_seen_by(self, contact: Contact) -> bool:
        return Reader(self.rights.configuration, contact, is_signed_in=True).gets(self.entry)

    @property
    def is_seen_by_visitors(self) -> bool:
        return Reader(self.rights.configuration, None, is_signed_in=False).gets(self.entry)

    def steps(self, contact: Contact) -> list[Step]:
        asked = [self._permission(self.right, contact)] if self.right else []
        return [*page_steps(self.rights, self.entry.path, contact), self._publication(contact), *asked]

    def _permission(self, right: PageRight, contact: Contact) -> Step:
        question = _("Does a role permit the purpose of the page?")
        what = {"do": PRIVILEGE_LABELS[right.privilege], "records": right.record_type.label}
        if right.is_held_by(contact):
            permitting = listed(self.rights.names(self._permitting & contact.role_ids))
            return Step(
                question,
                _("Yes: %(roles)s (%(do)s %(records)s).") % {"roles": permitting, **what},
                passes=True,
            )
        return Step(
            question,
            _("No: no role permits it with a wide enough scope (%(do)s %(records)s).") % what,
            passes=False,
        )

    def _publication(self, contact: Contact) -> Step:
        reader = Reader(self.rights.configuration, contact, is_signed_in=True)
        question = _("Is it published?")
        if reader.is_live(self.entry):
            return Step(question, _("Yes."), passes=True)
        if reader.may_preview(self.entry):
            previewing = self.rights.configuration.previewing_roles(self.entry.path) & contact.role_ids
            answer = _("Not to others. Can be previewed by %(roles)s.") % {
                "roles": listed(self.rights.names(previewing))
            }
            return Step(question, answer, passes=True)
        return Step(
            question,
            _("No: the page or a parent page is a draft or outside its publication dates."),
            passes=False,
        )


class RecordSubject:
    def __init__(self, record: Any, rights: Rights) -> None:
        self.record, self.rights, self.model = record, rights, type(record)
        self.kind: RecordType = record.record_type

    @property
    def title(self) -> str:
        return f"{self.kind.label}: {self.record}"

    @property
    def owner_id(self) -> int | None:
        return self._key(self.kind.contact)

    @property
    def account_id(self) -> int | None:
        return self._key(self.kind.account)

    def _key(self, field: str | None) -> int | None:
        key: int | None = getattr(self.record, self.model._meta.get_field(field).attname) if field else None
        return key

    @cached_property
    def joined(self) -> frozenset[int]:
        if not self.kind.joined:
            return frozenset()
        rows = getattr(self.record, self.kind.joined).order_by()
        return frozenset(rows.values_list("contact", flat=True))

    @cached_property
    def path(self) -> str:
        return address_of(self.record, self.rights)

    @cached_property
    def audience(self) -> frozenset[int]:
        return audience_roles(self.model, pk=self.record.pk)

    @cached_property
    def roles(self) -> frozenset[int]:
        rules = self.rights.configuration.rules_on(self.path) if self.path else ()
        return (self.rights.readers_of(self.kind) | self.audience).union(*rules)

    def _passes_gate(self, contact: Contact | None) -> bool:
        return bool(self.model.objects.visible_to(contact).filter(pk=self.record.pk).exists())

    def is_seen_by(self, contact: Contact) -> bool:
        opens = not self.path or self.rights.configuration.may_open(self.path, contact)
        return opens and self._passes_gate(contact)

    @property
    def is_seen_by_visitors(self) -> bool:
        held = self.rights.configuration
        return (
            bool(self.path)
            and opens_to_visitors(self.path, self.rights)
            and held.may_open(self.path, None)
            and self._passes_gate(None)
        )

    def steps(self, contact: Contact) -> list[Step]:
        rules = page_steps(self.rights, self.path, contact) if self.path else []
        permission = self._permission(contact)
        is_reached = permission.passes and granted_scope(contact, "read", self.kind) is not None
        return [*rules, permission, *([self._state(contact)] if is_reached else [])]

    def _permission(self, contact: Contact) -> Step:
        question = _("Does a role permit reading it?")
        if reaching := [
            permission for permission in self._granting(contact) if self._reaches(permission, contact)
        ]:
            return Step(
                question, "; ".join(self._reason(permission, contact) for permission in reaching), passes=True
            )
        if granted_scope(contact, "read", self.kind) is None:
            answer = _("No role of this contact permits reading %(records)s.") % {"records": self.kind.label}
        else:
            narrow = "; ".join(self._words(permission) for permission in self._granting(contact))
            answer = _("The scope is not wide enough: %(grants)s. %(owner)s") % {
                "grants": narrow,
                "owner": self._whose(),
            }
        return Step(question, answer, passes=False)

    def _granting(self, contact: Contact) -> list[RecordPermission]:
        return [
            permission
            for permission in self.rights.readings(self.kind)
            if permission.role_id in contact.role_ids
        ]

    def _reaches(self, permission: RecordPermission, contact: Contact) -> bool:
        means_something = permission.scope in self.kind.scopes and (
            permission.scope != Scope.ACCOUNT or contact.account_id is not None
        )
        return means_something and (self._owns(permission, contact) or self._takes_part(permission, contact))

    def _owns(self, permission: RecordPermission, contact: Contact) -> bool:
        return all(
            self._key(field) == value for field, value in self.kind.owner(contact, permission.scope).items()
        )

    def _takes_part(self, permission: RecordPermission, contact: Contact) -> bool:
        return (
            permission.scope == Scope.CONTACT
            and contact.pk in self.joined
            and contact.account_id == self.account_id
        )

    def _reason(self, permission: RecordPermission, contact: Contact) -> str:
        words = self._words(permission)
        return (
            words
            if self._owns(permission, contact)
            else _("%(grant)s, and they are in the loop of this one") % {"grant": words}
        )

    def _words(self, permission: RecordPermission) -> str:
        grant = Grant(self.kind.name, permission.scope, "read")
        return f"{self.rights.roles[permission.role_id].name} ({words_of(grant)})"

    def _whose(self) -> str:
        owners = [
            str(getattr(self.record, field))
            for field in (self.kind.account, self.kind.contact)
            if field and self._is_relation(field)
        ]
        names = [name for name in owners if name != "None"]
        return (
            _("It belongs to %(owner)s.") % {"owner": ", ".join(names)} if names else _("It is not theirs.")
        )

    def _is_relation(self, field: str) -> bool:
        return bool(self.model._meta.get_field(field).is_relation)

    def _state(self, contact: Contact) -> Step:
        question = _("Is it published and meant for this contact?")
        if self._passes_gate(contact):
            audience = (
                _("It is meant for %(roles)s.") % {"roles": listed(self.rights.names(self.audience))}
                if self.audience
                else ""
            )
            return Step(question, f"{_('Yes.')} {audience}".strip(), passes=True)
        if self._passes_gate(self.rights.all_seeing(self.kind)):
            answer = _("No: it is meant only for %(roles)s.") % {
                "roles": listed(self.rights.names(self.audience))
            }
            return Step(question, answer, passes=False)
        return Step(
            question,
            _("No: in its current state (a draft, for example), no customer can see it."),
            passes=False,
        )


def page_steps(rights: Rights, path: str, contact: Contact) -> list[Step]:
    """The rules of the pages on the way."""
    counting = rights.configuration.counting_rules(path)
    if not counting:
        return [
            Step(
                _("Does the page open?"), _("Yes: no rule restricts %(path)s.") % {"path": path}, passes=True
            )
        ]
    return [_rule_step(rights, step, rule.roles, contact) for step, rule in counting]


def _rule_step(rights: Rights, path: str, roles: frozenset[int], contact: Contact) -> Step:
    question = _("Does the rule for %(path)s let them in?") % {"path": path}
    if held := roles & contact.role_ids:
        return Step(question, _("Yes: %(roles)s.") % {"roles": listed(rights.names(held))}, passes=True)
    missing = listed(rights.names(roles))
    answer = (
        _("No: it requires %(roles)s, which they do not have.") % {"roles": missing}
        if missing
        else _("No: it lets no one in.")
    )
    return Step(question, answer, passes=False)


def listed(names: list[str]) -> str:
    return str(get_text_list(names, _("or")))


def address_of(record: Any, rights: Rights) -> str:
    """Where customers read the record: its own address, or that of the page for records of its type."""
    own = getattr(record, "get_absolute_url", str)()
    pages = [
        page.path
        for page in rights.configuration.pages.values()
        if page.is_builtin and page.record_type == record.record_type.name
    ]
    return own or min(pages, key=len, default="")


def opens_to_visitors(path: str, rights: Rights) -> bool:
    """Whether the view there lets visitors in: as portal.middleware asks."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return bool(getattr(view, "open_to_visitors", frozenset()) & rights.configuration.visitor_reads)


def subject_of(record: Any, rights: Rights) -> Subject:
    """A page of the tree, or a record of any type."""
    if hasattr(record, "record_type") and isinstance(record.record_type, RecordType):
        return RecordSubject(record, rights)
    return PageSubject(rights.configuration.pages[record.path], rights)


def is_subject(model: Any) -> bool:
    return isinstance(getattr(model, "record_type", None), RecordType) or model._meta.label == "portal.Page"
