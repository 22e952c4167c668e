"""What every view of one record begins with."""

from typing import Any, cast

from django.http import Http404

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted
from records.page import Page
from records.surfaces import Surface


def reader(request: PortalRequest) -> Contact:
    """Who sees a record that people talk about is a contact: visitors and staff without one see none."""
    return cast("Contact", request.contact)


def page_of(surface: Surface[Any]) -> Page[Any]:
    return surface.page or Page()


def visible_record(request: PortalRequest, surface: Surface[Any], number: str) -> Any:
    """With all that its page shows beside the conversation; 404 for what the reader may not see."""

    def rows(contact: Permitted, key: str) -> Any:
        return page_of(surface).load(surface.visible_to(contact), contact).filter(**{surface.key: key})

    key = number.upper() if surface.key == "number" else number
    found = rows_for(request.contact, ("record page", surface.name), rows, key=key) if request.contact else []
    if not found:
        raise Http404
    return found[0]


def where_it_went(request: PortalRequest, surface: Surface[Any], record: Any) -> Any:
    """The record that this one was merged into, if the reader may see that one; else the record itself."""
    return page_of(surface).moved_to(record, reader(request)) or record


def crumbs_of(surface: Surface[Any], record: Any, here: str = "") -> list[tuple[str, str]]:
    """The way up from a record, or from a page below it that is called ``here``."""
    above = (str(surface.label), surface.url(surface.list_name))
    number = str(getattr(record, surface.key))
    return [above, (number, record.get_absolute_url()), (here, "")] if here else [above, (number, "")]
