"""Pages are compressed on their way out, unless they show a secret.

Whoever can have words of their own shown beside a secret, and can see how long the encrypted answers are,
learns the secret letter by letter: what repeats compresses better (BREACH). Django lengthens each answer by a
random number of bytes, which makes that slow, and writes CSRF tokens differently into each; for other secrets
this is not enough.
"""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.views.decorators.cache import cache_control

from lib import secret_paths

shows_secret = cache_control(private=True, no_store=True, no_transform=True)
"""Decorates a view whose page shows a secret. ``no-transform`` is HTTP's own word for it: proxies that obey
it do not compress the page either."""


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses pages, and pieces of them. Files are compressed already, or sent while they are written."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if _is_plain_page(response) else response


def _is_plain_page(response: HttpResponseBase) -> bool:
    return (
        isinstance(response, HttpResponse)
        and response.get("Content-Type", "").startswith("text/html")
        and "no-transform" not in response.get("Cache-Control", "")
        and not secret_paths.are_in(response.content)
    )
