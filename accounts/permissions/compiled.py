"""lib.compiled for what depends on who reads."""

from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar

from django.db import models

from accounts.models import Contact
from accounts.scoping import Reader
from lib import compiled

M = TypeVar("M", bound=models.Model)


def rows_for(
    contact: Contact,
    shape: Hashable,
    build: Callable[..., models.QuerySet[M]],
    *,
    spare: Collection[str] = (),
    **values: Any,
) -> list[M]:
    """The rows of ``build(reader, **values)``; ``spare`` as in lib.compiled.

    ``build`` is given a Reader in the contact's place. What the contact's roles let them read is part of the
    text's shape; their keys, and those of their roles, are values in it.
    """

    def built(
        contact_pk: int, role_pks: list[int], account_pk: int | None = None, **others: Any
    ) -> models.QuerySet[M]:
        return build(Reader(contact_pk, account_pk, contact.is_usable, contact.grants, role_pks), **others)

    keys: dict[str, Any] = {"contact_pk": contact.pk, "role_pks": list(contact.role_ids)}
    if contact.account_id:
        keys["account_pk"] = contact.account_id
    named = shape, contact.read_scopes, len(keys)
    return compiled.rows(named, built, spare=[*keys, *spare], **keys, **values)
