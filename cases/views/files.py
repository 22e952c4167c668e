import uuid

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from cases.downloads import attachment_response
from cases.models import Attachment


@require_safe
def attachment(request: PortalRequest, pk: uuid.UUID) -> HttpResponse | FileResponse:
    found = get_object_or_404(Attachment.objects.visible_to(request.contact).with_case(), pk=pk)
    return attachment_response(request, found, actor=Actor.of(request))
