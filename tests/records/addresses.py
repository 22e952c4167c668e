"""The addresses that records have because of what their surface declares: the policy of each, and the record
that it is tried with. What a route belongs to it says itself (``default_args``)."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from accounts.actors import Actor
from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.shipped import ROLES
from portal.access.rights import audience_of
from records.actions.messages import reply
from records.models import SavedView
from records.surfaces import Surface, surfaces
from records.views.conversation import preview


@dataclass(frozen=True)
class Guarded:
    """What a page of records answers to people other than its owner."""

    method: str = "get"
    data: dict[str, Any] | None = None
    owner: int = 200
    stranger: int = 404
    powerless: int = 404


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", entry


SAMPLED = [surface for surface in surfaces() if surface.sample]
OF_SURFACES = {
    name: (entry, entry.default_args["surface"])
    for name, entry in routes()
    if "surface" in (entry.default_args or {})
}
PREVIEWS = {name for name, entry in routes() if entry.callback is preview}
"""Of what is being typed; they show nothing else."""
EXPORTS = {name for name in OF_SURFACES if name.endswith(":export")}
OF_ONE_RECORD = {
    "detail": Guarded(),
    "reply": Guarded("post", {"body": "An answer", "submission": str(uuid.uuid4())}, owner=302),
    "reply_draft": Guarded("post", {"body": "Half a sentence"}),
    "reply_edit": Guarded(),
    "follow": Guarded("post", {"follow": "yes"}, owner=302),
}
SHIPPED_TO_EVERYBODY = {
    kind
    for role in ROLES
    if role.flags.get("for_authenticated")
    for kind, _scope, privileges in role.grants
    if "read" in privileges
}


def policies() -> dict[str, Guarded]:
    return {name: policy(name.partition(":")[2], surface) for name, (_, surface) in OF_SURFACES.items()}


def policy(deed: str, surface: Surface[Any]) -> Guarded:
    """A list answers a stranger who may read records of the type with none of them; records within another
    one are not found where that one is not."""
    if deed in OF_ONE_RECORD:
        return OF_ONE_RECORD[deed]
    assert surface.listing
    saves, deletes = deed == "view_save", deed == "view_delete"
    owner = 302 if saves or deletes else 200
    stranger = owner if surface.granted.name in SHIPPED_TO_EVERYBODY else 403
    query = f"view={surface.listing.form.views[-1][0]}"
    return Guarded(
        method="post" if saves or deletes else "get",
        data={"name": "Mine", "query": query} if saves else None,
        owner=owner,
        stranger=404 if surface.listing.parent else stranger,
        powerless=404 if surface.listing.parent and deed == surface.listing.name else 403,
    )


def restrict(record: Any, audience: WebRole) -> None:
    """To those who have the role, where the record or what it lies in can be meant for some alone."""
    if way := audience_of(type(record)):
        above, _, _ = way.rpartition("__")
        (getattr(record, above) if above else record).audience.set([audience])


def permit(role: WebRole, surface: Surface[Any]) -> None:
    """To read what is the account's; of what is nobody's, all."""
    kind = surface.granted
    scope = "account" if "account" in kind.scopes else kind.scopes[-1]
    if not role.record_permissions.filter(record_type=kind.name, scope=scope).exists():
        RecordPermission.objects.create(role=role, record_type=kind.name, scope=scope, can_read=True)


def urls_of(surface: Surface[Any], account: Account, owner: Contact, audience: WebRole) -> dict[str, str]:
    """All addresses of one record, which the owner has said something about where that can be done."""
    assert surface.sample
    permit(audience, surface)
    record: Any = surface.sample(account, owner)
    restrict(record, audience)
    actor = Actor(user=owner.user, contact=owner)
    said = reply(actor=actor, talk=surface.talk, record=record, body="Yes.") if surface.talk else None
    view = SavedView.objects.create(contact=owner, record_type=surface.name, name="Own", query="")
    own = resolve(surface.line(record, owner).url).kwargs | {
        "number": getattr(record, surface.key),
        "kind": "csv",
    }
    found = {}
    for name, (entry, of) in OF_SURFACES.items():
        if of is surface:
            known = own | {"pk": said.pk if said and name.endswith("reply_edit") else view.pk}
            found[name] = reverse(name, kwargs={key: known[key] for key in entry.pattern.converters})
    return found
