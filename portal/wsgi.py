import os
import re
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse

from django.core.wsgi import get_wsgi_application

from lib.deep_calls import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

portal = get_wsgi_application()
CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


@with_room
def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Addresses and forms are UTF-8, whatever a request calls them: Python knows encodings that make no text,
    and Django would fail."""
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return portal(environ, start_response)
