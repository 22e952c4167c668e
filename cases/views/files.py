import uuid

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.http import PortalRequest
from cases.models import Attachment
from portal.lib.uploads import download_response


@require_safe
def attachment(request: PortalRequest, pk: uuid.UUID) -> FileResponse:
    found = get_object_or_404(Attachment.objects.visible_to(request.contact), pk=pk)
    return download_response(found.file, found.name)
