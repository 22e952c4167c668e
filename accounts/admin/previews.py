from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.admin.base import asks
from accounts.models import Contact
from accounts.preview.session import begin, may_preview, preview_of
from lib.admin_parts import Admin, AdminPart, show


def beside(model_admin: Admin, request: HttpRequest, contact: Contact) -> dict[str, Any]:
    return {"may_preview": may_preview(request)}


def preview_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a preview is and that it is recorded; then begin it."""
    if not may_preview(request):
        raise PermissionDenied
    contact = get_object_or_404(Contact.objects.select_related("account"), pk=pk)
    if request.method == "POST":
        begin(request, contact)
        return redirect("home")
    title = _("View the portal as %(name)s") % {"name": contact.full_name}
    shown = {"title": title, "contact": contact, "running": preview_of(request)}
    return show(model_admin, request, "admin/accounts/contact/preview.html", **shown)


PREVIEW = AdminPart((asks("preview", preview_view),), beside)
"""The way from a contact to the portal as that contact sees it."""
