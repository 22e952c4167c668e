"""Where nothing else answers: the pages that administrators write, other spellings of an address, and
redirects."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.models import WebRole
from lib.paths import is_path, normalize
from lib.translated import choose
from portal.models import Page
from portal.site.addresses import is_served
from portal.site.http import SiteRequest
from portal.site.readers import Reader
from portal.site.sitemap import Forwarding, PageEntry
from portal.texts import snippets

SAFE = ("GET", "HEAD")


@login_not_required
@csrf_exempt
def page(request: SiteRequest, path: str) -> HttpResponse:
    """The rules on the way to the address have let the reader through (portal.middleware); whether a page is
    there, comes second.

    Nothing is written here, so forms sent by mistake are told so without a question about their token.
    """
    reader = Reader.of(request)
    entry = request.configuration.pages.get(request.path_info)
    if entry is None or entry.is_builtin:
        return _elsewhere(request, reader)
    if not reader.may_read(entry):
        return _refuse(request, reader, entry)
    return _show(request, reader, entry) if request.method in SAFE else HttpResponseNotAllowed(SAFE)


def _refuse(request: SiteRequest, reader: Reader, entry: PageEntry) -> HttpResponse:
    """Visitors are asked to sign in; a page that is not published does not exist."""
    if reader.is_signed_in or not reader.is_live(entry):
        raise Http404
    return redirect_to_login(request.get_full_path())


def _elsewhere(request: SiteRequest, reader: Reader) -> HttpResponse:
    written = normalize(request.path_info)
    if request.method not in SAFE:
        raise Http404
    if _is_other_spelling(request, reader, written):
        return HttpResponseRedirect(_with_query(request, written), status=301)
    if forwarding := request.configuration.redirects.get(written):
        return _forward(request, reader, forwarding)
    raise Http404


def _is_other_spelling(request: SiteRequest, reader: Reader, written: str) -> bool:
    """Of a page that the reader may read, or of an address of the portal itself but for the last slash."""
    if written == request.path_info or not is_path(written):
        return False
    entry = request.configuration.pages.get(written)
    if entry and reader.may_read(entry):
        return True
    return written == f"{request.path_info}/" and is_served(written)


def _forward(request: SiteRequest, reader: Reader, forwarding: Forwarding) -> HttpResponse:
    """A redirect shows itself to those who may read the page that it leads to, and tells others nothing."""
    entry = request.configuration.pages.get(forwarding.path)
    if entry and not reader.may_read(entry):
        return _refuse(request, reader, entry)
    return HttpResponseRedirect(_with_query(request, forwarding.to), status=forwarding.status)


def _with_query(request: SiteRequest, address: str) -> str:
    """The address with the query of the request, before its fragment."""
    query = request.META.get("QUERY_STRING", "")
    if not query:
        return address
    address, hash_, fragment = address.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_}{fragment}"


def _show(request: SiteRequest, reader: Reader, entry: PageEntry) -> HttpResponse:
    context = {
        "page": entry,
        "title": entry.title_in(get_language()),
        "text": text_of(request, Page.objects.with_texts().get(pk=entry.pk)),
        "crumbs": crumbs(reader, entry),
        "cards": cards(reader, entry),
        "is_unpublished": not reader.is_live(entry),
    }
    if context["is_unpublished"]:
        context["previewers"] = _previewers(request, entry)
    return render(request, "portal/page.html", context)


def text_of(request: SiteRequest, page: Any) -> SafeString:
    """In the reader's language, with the texts that it calls for."""
    texts = {"": page.body_html, **{row["language"]: row["body_html"] for row in page.other_texts}}
    return snippets.expand(choose(texts, get_language()), get_language(), request.configuration)


def crumbs(reader: Reader, entry: PageEntry) -> list[tuple[str, str]]:
    steps = [(step.title_in(get_language()), step.path) for step in reader.above(entry)]
    return [*steps, (entry.title_in(get_language()), "")]


def cards(reader: Reader, entry: PageEntry) -> list[tuple[str, str]]:
    """Title and address of the pages below a section."""
    if entry.template != Page.Template.SECTION:
        return []
    return [(child.title_in(get_language()), child.path) for child in reader.below(entry)]


def _previewers(request: SiteRequest, entry: PageEntry) -> str:
    roles = request.configuration.previewing_roles(entry.path)
    return get_text_list(list(WebRole.objects.filter(pk__in=roles).values_list("name", flat=True)), _("and"))
