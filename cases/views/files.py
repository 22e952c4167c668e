import uuid

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.http import PortalRequest
from cases.models import Attachment
from portal.lib.uploads import file_response


@require_safe
def attachment(request: PortalRequest, pk: uuid.UUID) -> HttpResponse | FileResponse:
    """With ``?small`` a picture as it is shown in the conversation."""
    found = get_object_or_404(Attachment.objects.visible_to(request.contact), pk=pk)
    return file_response(found.file, found.name, is_small="small" in request.GET)
