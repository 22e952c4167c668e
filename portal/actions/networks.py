"""Changes of the list of allowed networks. Each is written into the log."""

from collections.abc import Iterable

from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from lib.locks import locked_by_key
from lib.networks import NetworkSet
from portal.models import AllowedNetwork, ConfigurationRevision


class ShutsOut(Exception):  # noqa: N818 -- a decision, not an error
    """The change would refuse the person who makes it, and they did not say that they know."""


@transaction.atomic
def save_network(*, actor: Actor, network: AllowedNetwork, may_shut_out: bool = False) -> None:
    lock_list()
    if not may_shut_out and shuts_out(actor, [*AllowedNetwork.objects.exclude(pk=network.pk), network]):
        raise ShutsOut
    before = AllowedNetwork.objects.filter(pk=network.pk).values_list("cidr", flat=True).first()
    network.save()
    verb = "network.changed" if before else "network.added"
    record_activity(
        actor=actor, verb=verb, record=None, label=network.cidr, note=network.note, before=before or ""
    )


@transaction.atomic
def remove_networks(*, actor: Actor, networks: Iterable[AllowedNetwork], may_shut_out: bool = False) -> int:
    """Returns how many there still were. The system itself has no address and is never shut out."""
    lock_list()
    removed = list(AllowedNetwork.objects.filter(pk__in=[network.pk for network in networks]))
    others = AllowedNetwork.objects.exclude(pk__in=[network.pk for network in removed])
    if not may_shut_out and shuts_out(actor, others):
        raise ShutsOut
    for network in removed:
        record_activity(
            actor=actor, verb="network.removed", record=None, label=network.cidr, note=network.note
        )
        network.delete()
    return len(removed)


def shuts_out(actor: Actor, networks: Iterable[AllowedNetwork]) -> bool:
    """Whether this list would refuse the address that the actor comes from. An empty list refuses nobody."""
    allowed = NetworkSet(network.network for network in networks)
    return actor.user is not None and bool(allowed) and actor.client_ip not in allowed


def lock_list() -> None:
    """One change of the list at a time, until the transaction ends: two that are harmless alone may shut
    somebody out together."""
    locked_by_key(ConfigurationRevision, 1)
