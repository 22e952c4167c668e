"""Redirects, none of which leads back to where it began."""

from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from lib.addresses import is_own, path_of
from portal.actions.pages import lock_tree
from portal.models import Redirect


class LeadsBack(Exception):  # noqa: N818 -- a decision, not an error
    """Following the redirects would go round in a circle."""


@transaction.atomic
def save_redirect(*, actor: Actor, redirect: Redirect) -> None:
    lock_tree()
    if leads_back(redirect):
        raise LeadsBack
    verb = "redirect.changed" if redirect.pk else "redirect.added"
    redirect.save()
    record_activity(
        actor=actor, verb=verb, record=None, label=redirect.from_path, to=redirect.to, status=redirect.status
    )


def leads_back(redirect: Redirect) -> bool:
    """Whether this redirect, with those that there are, leads to its own beginning."""
    others = dict(Redirect.objects.exclude(pk=redirect.pk).values_list("from_path", "to"))
    seen = {redirect.from_path}
    to: str | None = redirect.to
    while to and is_own(to):
        path = path_of(to)
        if path in seen:
            return True
        seen.add(path)
        to = others.get(path)
    return False
