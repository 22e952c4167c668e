"""What roles permit as of one moment, and the groups of contacts for which the gates decide alike."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, Min, OuterRef, Q, Value, When
from django.db.models.functions import Cast

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import PRIVILEGES, Privilege, RecordType, Scope
from portal.site import configuration
from portal.site.configuration import Configuration

NOBODY = -1
"""The key of a stand-in, or of its account, that owns nothing."""


@dataclass(frozen=True)
class Rights:
    """The configuration, roles and record permissions as of now. A change can be tried, and compared with
    what was before."""

    configuration: Configuration
    roles: dict[int, WebRole]
    permissions: tuple[RecordPermission, ...]

    @classmethod
    def now(cls) -> "Rights":
        return cls(
            configuration.current(),
            {role.pk: role for role in WebRole.objects.all()},
            tuple(RecordPermission.objects.all()),
        )

    @cached_property
    def everybodys(self) -> frozenset[int]:
        """Roles that everyone who is signed in has without being given them."""
        return frozenset(
            pk for pk, role in self.roles.items() if role.for_authenticated or role.for_anonymous
        )

    def readings(self, kind: RecordType) -> list[RecordPermission]:
        return [
            permission
            for permission in self.permissions
            if permission.record_type == kind.name and permission.can_read
        ]

    def readers_of(self, kind: RecordType) -> frozenset[int]:
        """Ids of the roles that permit to read records of this type, in whatever scope."""
        return self.holders_of(kind, "read")

    def holders_of(self, kind: RecordType, privilege: Privilege) -> frozenset[int]:
        """Ids of the roles that permit this with records of the type, in whatever scope."""
        held = (
            one
            for one in self.permissions
            if one.record_type == kind.name and getattr(one, f"can_{privilege}")
        )
        return frozenset(one.role_id for one in held)

    def names(self, role_ids: Iterable[int]) -> list[str]:
        return sorted(self.roles[pk].name for pk in role_ids if pk in self.roles)

    def stand_in(
        self, held: Collection[int], *, pk: int = NOBODY, account_id: int | None = NOBODY
    ) -> Contact:
        """A contact who was given these roles, to be asked of the gates; never stored."""
        role_ids = frozenset(held) & self.roles.keys() | self.everybodys
        contact: Any = Contact(pk=pk, account=None if account_id is None else Account(pk=account_id))
        contact.loaded_role_ids = role_ids
        contact.loaded_permissions = [
            _row(permission) for permission in self.permissions if permission.role_id in role_ids
        ]
        stand_in: Contact = contact
        return stand_in

    def all_seeing(self, kind: RecordType) -> Contact:
        """A stand-in with every role, and one to read all records of the type: what it does not see, nobody
        sees."""
        contact = self.stand_in(self.roles)
        everything = RecordPermission(record_type=kind.name, scope=Scope.GLOBAL, can_read=True)
        contact.loaded_permissions = [*contact.loaded_permissions, _row(everything)]  # type: ignore[attr-defined]
        return contact


def _row(permission: RecordPermission) -> dict[str, Any]:
    rights: dict[str, Any] = {str(name): getattr(permission, f"can_{name}") for name in PRIVILEGES}
    return {"record_type": permission.record_type, "scope": permission.scope, **rights}


def scoped_models() -> Iterator[tuple[RecordType, Any]]:
    """Every type of record with its model."""
    for model in apps.get_models():
        kind = getattr(model, "record_type", None)
        if isinstance(kind, RecordType):
            yield kind, model


def model_of(kind: RecordType) -> Any:
    return next(model for declared, model in scoped_models() if declared is kind)


def audience_of(model: Any) -> str | None:
    """The way from a record to the roles that it is meant for: its own audience, or that of what it lies
    in."""
    for field in model._meta.get_fields():
        if field.name == "audience" and field.many_to_many:
            return "audience"
        if field.many_to_one and any(
            inner.name == "audience" for inner in field.related_model._meta.many_to_many
        ):
            return f"{field.name}__audience"
    return None


def audience_roles(model: Any, **record: Any) -> frozenset[int]:
    """Ids of all roles that are in the audience of a record of this model; of the one record if it is
    named."""
    audience = audience_of(model)
    if audience is None:
        return frozenset()
    named = model._default_manager.filter(**record).order_by().values_list(audience, flat=True).distinct()
    return frozenset(pk for pk in named if pk is not None)


@dataclass(frozen=True)
class ContactGroup:
    """Contacts who hold the same of the roles in question, and stand in the same way to the record in
    question."""

    held: frozenset[int]
    is_owner: bool
    company: str
    """SAME as the record's, OTHER or NONE."""
    has_joined: bool
    """Let into the record one by one."""
    count: int
    member: int
    """The key of one of them, who can stand in where it matters that somebody has joined."""


SAME, OTHER, NONE = "same", "other", "none"


def grouped_contacts(
    roles: Collection[int],
    *,
    owner_id: int | None = None,
    account_id: int | None = None,
    joined: Collection[int] = (),
) -> models.QuerySet[Any]:
    """Contacts who can see anything at all, annotated with what makes up their ContactGroup."""
    given = Contact.roles.through.objects.filter(
        contact=OuterRef("pk"), webrole__in=sorted(roles) or [NOBODY]
    ).order_by("webrole")
    company = Case(
        When(account=None, then=Value(NONE)),
        When(account=account_id or NOBODY, then=Value(SAME)),
        default=Value(OTHER),
    )
    is_owner = ExpressionWrapper(Q(pk=owner_id or NOBODY), output_field=models.BooleanField())
    has_joined = ExpressionWrapper(Q(pk__in=sorted(joined) or [NOBODY]), output_field=models.BooleanField())
    standing = {"company": company, "is_owner": is_owner, "has_joined": has_joined}
    return Contact.objects.usable().annotate(held=ArraySubquery(given.values("webrole")), **standing)


def groups_among(contacts: models.QuerySet[Any]) -> list[ContactGroup]:
    """One query, however many contacts there are."""
    found = (
        contacts.order_by()
        .values("held", "company", "is_owner", "has_joined")
        .annotate(count=Count("pk"), member=Min("pk"))
    )
    return [ContactGroup(**{**row, "held": frozenset(row["held"])}) for row in found]


IDS = ArrayField(models.BigIntegerField())


def any_of(groups: Iterable[ContactGroup]) -> Q:
    """The contacts of any of these groups; what they hold is looked up once for each way to stand to the
    record, not for each group."""
    held: dict[tuple[bool, str, bool], list[Any]] = {}
    for group in groups:
        held.setdefault((group.is_owner, group.company, group.has_joined), []).append(
            Cast(Value(sorted(group.held)), IDS)
        )
    conditions = [
        Q(is_owner=is_owner, company=company, has_joined=has_joined, held__in=each)
        for (is_owner, company, has_joined), each in held.items()
    ]
    return Q(*conditions, _connector=Q.OR) if conditions else Q(pk__in=[])
