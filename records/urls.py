from typing import Any

from django.urls import URLPattern, path

from accounts.page_rights import View, only_for
from accounts.permissions.visitors import open_to_visitors
from records.surfaces import Surface
from records.views import lists


def record_urls(surface: Surface[Any], at: str = "") -> list[URLPattern]:
    """The routes that the surface has, below ``at``. They come before the feature's own words: a record's
    number is none of them. Each view is told by its route of which surface it is."""
    listing, told = surface.listing, {"surface": surface}
    if listing is None:
        return []
    routes = [path(at, _list_view(surface), told, name=listing.name)]
    if listing.has_saved_views:
        routes += [
            path(f"{at}views/", lists.view_save, told, name="view_save"),
            path(f"{at}views/<int:pk>/delete/", lists.view_delete, told, name="view_delete"),
        ]
    if listing.columns:
        routes.append(path(f"{at}export/<slug:kind>/", lists.record_export, told, name="export"))
    return routes


def _list_view(surface: Surface[Any]) -> View:
    """Records within another one are refused by that one's gate; what can be granted to visitors is open to
    them as far as it was."""
    gate: Any = surface.gate or surface.model
    view: View = lists.record_list
    if surface.listing and not surface.listing.parent:
        view = only_for("read", gate)(view)
    is_for_visitors = gate.record_type.grantable(for_visitors=True)
    return open_to_visitors(gate.record_type.name)(view) if is_for_visitors else view
