"""The list of cases, and the same as a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.scoping import Permitted, can
from cases.display.case_rows import case_rows
from cases.forms.lists import CaseListForm
from cases.models import Case, CaseQuerySet, Entitlement
from cases.offers import may_open_case
from records.listing import Column, Listing, Shown

IN_FILE = (
    "number",
    "subject",
    "status__customer_label",
    "category",
    "priority",
    "request_type__name",
    "product__name",
    "contact__first_name",
    "contact__last_name",
    "created_at",
    "updated_at",
    "first_reply_at",
    "closed_at",
    "rating",
)
COLUMNS: list[Column[Case]] = [
    Column(_("Number"), "number"),
    Column(_("Subject"), "subject"),
    Column(_("Status"), lambda case, reader: case.status_for(reader)),
    Column(_("Priority"), lambda case, _reader: case.get_priority_display()),
    Column(_("Type"), "request_type.name"),
    Column(_("Product"), "product.name"),
    Column(_("Opened by"), "contact.full_name"),
    Column(_("Opened"), "created_at", is_moment=True),
    Column(_("Last activity"), "updated_at", is_moment=True),
    Column(_("First reply"), "first_reply_at", is_moment=True),
    Column(_("Closed"), "closed_at", is_moment=True),
    Column(_("Rating"), "rating"),
]


def _for_list(cases: CaseQuerySet, reader: Permitted | None) -> CaseQuerySet:
    return cases.for_list().with_reading(reader) if reader else cases.for_list()


def _for_file(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.select_related("contact", "product", "status", "request_type").only(*IN_FILE)


def _of_page(shown: Shown[Case]) -> dict[str, Any]:
    contact = shown.request.contact
    sees_colleagues = contact is not None and contact.sees_colleagues(Case.record_type)
    return {
        "can_open": may_open_case(shown.request),
        "sees_entitlements": can(contact, "read", Entitlement),
        "sees_insight": contact is not None and contact.account_id is not None and sees_colleagues,
    }


CASE_LIST = Listing(
    form=CaseListForm,
    rows=_for_list,
    draw=case_rows,
    template="cases/case_list.html",
    of_page=_of_page,
    columns=COLUMNS,
    file_rows=_for_file,
)
