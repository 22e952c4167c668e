"""Where a mail service delivers answers: the raw message as the body, signed with a shared secret."""

import hmac
import time
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from records.inbound.parse import MAX_BYTES
from records.inbound.receive import keep

TOLERANCE_SECONDS = 300
TYPES = ("message/rfc822", "application/octet-stream")


@csrf_exempt
@login_not_required
@require_POST
def inbound_mail(request: HttpRequest) -> HttpResponse:
    """``X-Timestamp``: seconds since 1970; ``X-Signature``: hex HMAC-SHA256 of "<timestamp>." and the
    body."""
    if not settings.MAIL_IN_SECRET:
        raise Http404
    if request.content_type not in TYPES:
        return HttpResponse(status=415)
    try:
        raw = request.read(MAX_BYTES + 1)
    except UnreadablePostError:  # broken off, or given up because it came too slowly
        return HttpResponse(status=400)
    if len(raw) > MAX_BYTES:
        return HttpResponse(status=413)
    if not _is_signed(request, raw):
        return HttpResponse(status=403)
    keep(raw)
    return HttpResponse(status=202)


def _is_signed(request: HttpRequest, raw: bytes) -> bool:
    timestamp = request.headers.get("X-Timestamp", "")
    if (
        not (timestamp.isascii() and timestamp.isdigit())
        or abs(time.time() - int(timestamp[:15])) > TOLERANCE_SECONDS
    ):
        return False
    expected = hmac.new(settings.MAIL_IN_SECRET.encode(), f"{timestamp}.".encode() + raw, sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), request.headers.get("X-Signature", "").encode())
