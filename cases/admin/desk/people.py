"""Whose cases are meant when words may be a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, Upper
from django.db.models.lookups import Exact

from accounts.models import Account, Contact, User
from lib import compiled

MOST_PEOPLE = 200


class Mentions(models.Func):
    """Whether a text has another one in it, in capitals or not."""

    template = "strpos(upper(%(expressions)s)) > 0"
    arg_joiner = "), upper("
    output_field = models.BooleanField()


@dataclass(frozen=True)
class People:
    contacts: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, row: Any) -> "People":
        return cls(row.contacts_meant, row.accounts_meant)


def named(words: Sequence[str]) -> dict[str, str]:
    """The values that the columns take."""
    return {f"word{place}": word for place, word in enumerate(words)}


def columns(words: Mapping[str, str]) -> dict[str, ArraySubquery]:
    """For a query with one row: the keys of contacts in whose name, address or account's name all of the
    words occur, and of accounts in whose name they do, or that have this number."""
    space, nothing = Value(" "), Value("")
    about = Concat(
        "first_name", space, "last_name", space, "email", space, Coalesce("account__name", nothing),
        output_field=models.TextField(),
    )  # fmt: skip
    contacts = Contact.objects.filter(*(Q(Mentions(about, Value(word))) for word in words.values()))
    is_called = Q(*(Q(Mentions(F("name"), Value(word))) for word in words.values()))
    if len(words) == 1:
        is_called |= Q(Exact(Upper("number"), Upper(Value(words["word0"]))))
    accounts = Account.objects.filter(is_called)
    return {
        "contacts_meant": ArraySubquery(contacts.order_by("pk").values("pk")[:MOST_PEOPLE]),
        "accounts_meant": ArraySubquery(accounts.order_by("pk").values("pk")[:MOST_PEOPLE]),
    }


def people_meant(words: Sequence[str], agent: int) -> People:
    """By a query of their own; the desk's frame has them in its one. ``agent``: any row will do."""
    if not words:
        return People()

    def row(me: int, **values: str) -> models.QuerySet[User]:
        return User.objects.filter(pk=me).only("pk").annotate(**columns(values))

    [found] = compiled.rows(("people", len(words)), row, me=agent, **named(words))
    return People.of(found)
