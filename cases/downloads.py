"""Attachments as they are given out, to customers and in the administration."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse

from accounts.actors import Actor
from accounts.downloads import handing_out, showing
from cases.models import Attachment
from lib.uploads import file_response, is_picture, thumbnail_response


def attachment_response(
    request: HttpRequest, attachment: Attachment, *, actor: Actor
) -> HttpResponse | FileResponse:
    """With ``?small`` a picture as it is shown in the conversation; ``attachment`` as
    AttachmentQuerySet.with_case loads it."""
    case = attachment.message.case
    taken: dict[str, Any] = {"actor": actor, "record": case, "case": case.number}
    if "small" in request.GET and is_picture(attachment.name):
        with showing(request, verb="attachment.shown", **taken):
            return thumbnail_response(attachment.file, attachment.name)
    with handing_out(request, verb="attachment.downloaded", **taken, file=attachment.name):
        return file_response(attachment.file, attachment.name)
