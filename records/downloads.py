"""Attachments as they are given out, to customers and in the administration."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse

from accounts.actors import Actor
from accounts.downloads import handing_out, showing
from lib.uploads import file_response, is_picture, thumbnail_response
from records.models import Attachment
from records.surfaces import DOWNLOADED, SHOWN, Surface


def attachment_response(
    request: HttpRequest, surface: Surface[Any], attachment: Attachment, *, actor: Actor
) -> HttpResponse | FileResponse:
    """With ``?small`` a picture as it is shown in the conversation; ``attachment`` as
    AttachmentQuerySet.with_record loads it."""
    record = attachment.message.record
    taken: dict[str, Any] = {
        "actor": actor,
        "record": record,
        surface.name: str(getattr(record, surface.key)),
    }
    if "small" in request.GET and is_picture(attachment.name):
        with showing(request, verb=f"{surface.name}.{SHOWN}", **taken):
            return thumbnail_response(attachment.file, attachment.name)
    with handing_out(request, verb=f"{surface.name}.{DOWNLOADED}", **taken, file=attachment.name):
        return file_response(attachment.file, attachment.name)
