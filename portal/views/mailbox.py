"""The development mailbox: in demo mode nothing is mailed; what would have been is read here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import OutgoingMail
from lib.paging import paginate


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO_MODE:
            raise Http404
        return view(request, **kwargs)

    return guarded


@login_not_required
@demo_only
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    page = paginate(OutgoingMail.objects.defer("html", "text"), by="created_at", query=request.GET)
    return render(request, "portal/mailbox.html", {"page": page})


@login_not_required
@demo_only
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutgoingMail, pk=pk)
    return render(
        request,
        "portal/mailbox_mail.html",
        {"mail": found, "crumbs": [(_("Mailbox"), reverse("mailbox")), (found.subject, "")]},
    )
