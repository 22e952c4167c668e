from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Contact
from accounts.preview.session import begin, may_preview, preview_of


class WithPreview(ModelAdmin[Contact]):
    """The way from a contact to the portal as that contact sees it."""

    change_form_template = "admin/accounts/contact/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.preview_view))
        return [path("<int:pk>/preview/", view, name="accounts_contact_preview"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return super().render_change_form(
            request, {**context, "may_preview": may_preview(request)}, *args, **kwargs
        )

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what a preview is and that it is recorded; then begin it."""
        if not may_preview(request):
            raise PermissionDenied
        contact = get_object_or_404(Contact.objects.select_related("account"), pk=pk)
        if request.method == "POST":
            begin(request, contact)
            return redirect("home")
        context = {
            **self.admin_site.each_context(request),
            "title": _("View the portal as %(name)s") % {"name": contact.full_name},
            "opts": self.opts,
            "contact": contact,
            "running": preview_of(request),
        }
        return TemplateResponse(request, "admin/accounts/contact/preview.html", context)
