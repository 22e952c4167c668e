import uuid

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from records.downloads import attachment_response
from records.surfaces import surface_named


@require_safe
def file(request: PortalRequest, type_name: str, pk: uuid.UUID) -> HttpResponse | FileResponse:
    """A file sent with a message. The type of record names the table, so that a key of another type finds
    nothing."""
    surface = surface_named(type_name)
    if surface is None or surface.talk is None:
        raise Http404
    files = surface.talk.attachments
    found = get_object_or_404(files.objects.visible_to(request.contact).with_record(), pk=pk)
    return attachment_response(request, surface, found, actor=Actor.of(request))
