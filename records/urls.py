"""The addresses that records have because of what their surface declares. Names are the same in every
feature, and each view is told by its route of which surface it is."""

from collections.abc import Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, path

from accounts.page_rights import View, only_for
from accounts.permissions.visitors import open_to_visitors
from records.surfaces import Surface
from records.views import lists
from records.views.conversation import preview, record_detail, record_reply, reply_draft, reply_edit
from records.views.following import record_follow

Routes = list[URLPattern | URLResolver]


def record_urls(surface: Surface[Any], at: str = "", *, own: Sequence[URLPattern] = ()) -> Routes:
    """All routes that the surface has, below ``at``. ``own``: the feature's own words, which are no numbers,
    and its own ``follow`` where following does more."""
    number = f"{at}<slug:number>/"
    routes: Routes = [*list_urls(surface, at), *own]
    if surface.talk:
        routes += talk_urls(surface, number)
    if surface.talk and surface.follows and all(route.name != "follow" for route in own):
        routes += follow_urls(surface, number)
    return routes


def list_urls(surface: Surface[Any], at: str = "") -> list[URLPattern]:
    listing, told = surface.listing, {"surface": surface}
    if listing is None:
        return []
    routes = [
        path(at, _list_view(surface), told, name=listing.name),
        path(f"{at}views/", lists.view_save, told, name="view_save"),
        path(f"{at}views/<int:pk>/delete/", lists.view_delete, told, name="view_delete"),
    ]
    if listing.columns:
        routes.append(path(f"{at}export/<slug:kind>/", lists.record_export, told, name="export"))
    return routes


def talk_urls(surface: Surface[Any], at: str = "<slug:number>/") -> list[URLPattern]:
    """The page of a record, and answering there."""
    told = {"surface": surface}
    above = at.partition("<")[0]
    return [
        path(f"{above}preview/", preview, name="preview"),
        path(at, record_detail, told, name="detail"),
        path(f"{at}reply/", record_reply, told, name="reply"),
        path(f"{at}reply/draft/", reply_draft, told, name="reply_draft"),
        path(f"{at}reply/<int:pk>/", reply_edit, told, name="reply_edit"),
    ]


def follow_urls(surface: Surface[Any], at: str = "<slug:number>/") -> list[URLPattern]:
    """Below the record's own address, in which ``number`` is the part that names it."""
    return [path(f"{at}follow/", record_follow, {"surface": surface}, name="follow")]


def _list_view(surface: Surface[Any]) -> View:
    """Records within another one are refused by that one's gate; what can be granted to visitors is open to
    them as far as it was."""
    gate: Any = surface.gate or surface.model
    view: View = lists.record_list
    if surface.listing and not surface.listing.parent:
        view = only_for("read", gate)(view)
    granted = surface.granted
    return open_to_visitors(granted.name)(view) if granted.grantable(for_visitors=True) else view
