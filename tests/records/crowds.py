"""Very many records of each type that has a list, and who reads them. Each feature makes its own: ``CROWDS``
in ``crowd.py`` beside its tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from accounts.models import Account, Contact
from records.surfaces import Surface
from tests.house import FEATURES
from tests.records.plans import settle

MANY = 20_000


@dataclass(frozen=True)
class Crowd:
    """``big`` reads a twentieth of all records and more, ``small`` a few; within ``parent``, if the list is
    one of such."""

    big: Contact
    small: Contact
    parent: int | None = None


Crowds = dict[str, Callable[[], Crowd]]
"""By record type."""


def make_person(account: Account, number: int) -> Contact:
    return Contact(
        account=account,
        first_name="Pat",
        last_name=f"Nr {number}",
        email=f"pat{number}@{account.number.lower()}.example",
    )


def make_people() -> tuple[list[Contact], list[Contact]]:
    """Of one big account, and of a hundred others."""
    accounts = Account.objects.bulk_create(Account(number=f"S-{n}", name=f"Account {n}") for n in range(101))
    people = [make_person(account, n) for account in accounts for n in range(4)]
    everybody = Contact.objects.bulk_create(people)
    return everybody[:4], everybody[4:]


@cache
def crowds() -> Crowds:
    made: Crowds = {}
    for name in (feature.rpartition(".")[2] for feature in FEATURES):
        if find_spec(f"tests.{name}.crowd"):
            made |= import_module(f"tests.{name}.crowd").CROWDS
    return made


def crowd_of(surface: Surface) -> Crowd:
    crowd = crowds()[surface.name]()
    settle(surface.model._meta.db_table)
    settle("accounts_contact")
    return crowd
