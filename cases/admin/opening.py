"""A case of a customer who telephones, opened by an agent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of
from cases.actions import open_case
from cases.actions.opening import was_opened_with
from cases.admin.base import CaseModelAdmin
from cases.forms import OpenCaseForm
from cases.models import Case
from lib.admin_parts import AdminPage, AdminPart, show


def open_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    form = OpenCaseForm(request.POST) if request.method == "POST" else OpenCaseForm(initial=_asked(request))
    case = _opened(request, form) if form.is_valid() else None
    if case:
        done = _("Case %(number)s has been opened for %(contact)s.")
        messages.success(request, done % {"number": case.number, "contact": case.contact})
        return redirect("admin:desk_case", case.number)
    title, media = _("Open a case for a customer"), model_admin.media + form.media
    return show(model_admin, request, "admin/cases/case/open.html", title=title, form=form, media=media)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """A link can name the contact."""
    contact = request.GET.get("contact", "")
    return {"contact": contact} if contact.isascii() and contact.isdigit() and len(contact) < 10 else {}


def _opened(request: HttpRequest, form: OpenCaseForm) -> Case | None:
    try:
        case = open_case(actor=actor_of(request), origin=Case.Origin.STAFF, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    if not was_opened_with(case, form.cleaned_data["description"]):
        form.renew()
    return case if form.is_valid() else None


OPENING = AdminPart(pages=(AdminPage("open", "open/", open_view),))
