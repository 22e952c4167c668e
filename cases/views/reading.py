"""What every view of one case begins with."""

from typing import cast

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted
from cases.models import Case


def reader(request: PortalRequest) -> Contact:
    """Who sees a case is a contact: visitors and staff without one see none."""
    return cast("Contact", request.contact)


def visible_case(request: PortalRequest, number: str) -> Case:
    """With all that its page shows beside the conversation; 404 for what the reader may not see."""
    found = (
        rows_for(request.contact, "case page", _case_page, number=number.upper()) if request.contact else []
    )
    if not found:
        raise Http404
    return found[0]


def _case_page(contact: Permitted, number: str) -> QuerySet[Case]:
    return Case.objects.visible_to(contact).for_page(contact).filter(number=number)


def where_it_went(request: PortalRequest, case: Case) -> Case:
    """The case that this one was merged into, if the reader may see that one; else the case itself."""
    if case.merged_into_id is None or request.contact is None:
        return case
    found = (
        Case.objects.visible_to(request.contact)
        .for_page(request.contact)
        .filter(pk=case.merged_into_id)
        .first()
    )
    return found or case


def crumbs_of(case: Case, here: str = "") -> list[tuple[str, str]]:
    """The way up from a case, or from a page below it that is called ``here``."""
    cases = (_("Cases"), reverse("cases:list"))
    return [cases, (case.number, case.get_absolute_url()), (here, "")] if here else [cases, (case.number, "")]
