"""A case of a customer who telephones, opened by an agent."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from cases.actions import open_case
from cases.admin.base import actor_of
from cases.forms import OpenCaseForm
from cases.models import Case


class OpeningAdmin(admin.ModelAdmin[Case]):
    def get_urls(self) -> list[URLPattern]:
        return [
            path("open/", self.admin_site.admin_view(self.open_view), name="cases_case_open"),
            *super().get_urls(),
        ]

    def open_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = (
            OpenCaseForm(request.POST) if request.method == "POST" else OpenCaseForm(initial=_asked(request))
        )
        case = _opened(request, form) if form.is_valid() else None
        if case:
            messages.success(
                request,
                _("Case %(number)s has been opened for %(contact)s.")
                % {"number": case.number, "contact": case.contact},
            )
            return redirect("admin:cases_case_change", case.pk)
        words = {
            "title": _("Open a case for a customer"),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(
            request, "admin/cases/case/open.html", {**self.admin_site.each_context(request), **words}
        )


def _asked(request: HttpRequest) -> dict[str, Any]:
    """A link can name the contact."""
    contact = request.GET.get("contact", "")
    return {"contact": contact} if contact.isascii() and contact.isdigit() and len(contact) < 10 else {}


def _opened(request: HttpRequest, form: OpenCaseForm) -> Case | None:
    try:
        return open_case(actor=actor_of(request), origin=Case.Origin.STAFF, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
