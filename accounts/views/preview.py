from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import PortalRequest
from accounts.preview.session import End, end


@require_POST
def preview_end(request: PortalRequest) -> HttpResponse:
    """Back to where the preview was started: the contact in the administration."""
    ended = end(request, End.BUTTON)
    if ended is None or not request.user.is_staff:
        return redirect("home")
    messages.success(request, _("The preview as %(name)s has ended.") % {"name": ended.contact.full_name})
    return redirect("admin:accounts_contact_change", ended.contact.pk)
