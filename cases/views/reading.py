"""What every view of one case begins with."""

from accounts.http import PortalRequest
from cases.models import Case
from cases.surface import CASES
from records.views.reading import crumbs_of as crumbs_of_record
from records.views.reading import reader, visible_record

__all__ = ["crumbs_of", "reader", "visible_case"]


def visible_case(request: PortalRequest, number: str) -> Case:
    case: Case = visible_record(request, CASES, number)
    return case


def crumbs_of(case: Case, here: str = "") -> list[tuple[str, str]]:
    return crumbs_of_record(CASES, case, here)
