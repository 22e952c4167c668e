"""Who can see one record or page: contacts, the roles that let them, visitors."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import Contact
from portal.access.rights import NOBODY, NONE, SAME, ContactGroup, any_of, grouped_contacts, groups_among
from portal.access.subjects import Step, Subject


@dataclass(frozen=True)
class ReaderGroup:
    """Contacts who see it for the same reasons."""

    group: ContactGroup
    steps: list[Step]

    @property
    def count(self) -> int:
        return self.group.count


@dataclass(frozen=True)
class Readers:
    subject: Subject
    groups: list[ReaderGroup]

    @property
    def count(self) -> int:
        return sum(each.count for each in self.groups)

    @property
    def contacts(self) -> "QuerySet[Contact]":
        seeing = any_of(each.group for each in self.groups)
        return (
            _contacts(self.subject)
            .filter(seeing)
            .select_related("account", "user")
            .order_by("last_name", "first_name", "pk")
        )

    def steps_of(self, contact: Any) -> list[Step]:
        """Why one of ``contacts`` sees it."""
        key = frozenset(contact.held), contact.is_owner, contact.company, contact.has_joined
        return next((each.steps for each in self.groups if _key(each.group) == key), [])


def readers_of(subject: Subject) -> Readers:
    """Ask the gates once for each group of contacts that they cannot tell apart: contacts are counted and
    sorted by the database."""
    asked = [(group, _stand_in(subject, group)) for group in groups_among(_contacts(subject))]
    groups = [
        ReaderGroup(group, subject.steps(reader)) for group, reader in asked if subject.is_seen_by(reader)
    ]
    return Readers(subject, sorted(groups, key=lambda each: -each.count))


def _key(group: ContactGroup) -> tuple[frozenset[int], bool, str, bool]:
    return group.held, group.is_owner, group.company, group.has_joined


def _contacts(subject: Subject) -> "QuerySet[Any]":
    return grouped_contacts(
        subject.roles, owner_id=subject.owner_id, account_id=subject.account_id, joined=subject.joined
    )


def _stand_in(subject: Subject, group: ContactGroup) -> Contact:
    account_id = {SAME: subject.account_id, NONE: None}.get(group.company, NOBODY)
    pk = group.member if group.is_owner or group.has_joined else NOBODY
    return subject.rights.stand_in(group.held, pk=pk, account_id=account_id)
