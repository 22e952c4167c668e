"""A list of records: views, filters, saved views, and the same as a file.

The route says of which surface (records.urls).
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Contact
from lib.paging import PARAMETERS
from records.actions.exports import export_records
from records.actions.saved_views import delete_view, save_view
from records.display.rows import record_rows
from records.forms.lists import ListForm, SaveViewForm
from records.listing import Listing, Shown
from records.pages import all_rows, listing_of, page_of, saved_views
from records.surfaces import Surface

AnySurface = Surface[Any]
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS = {"csv": "CSV", "xlsx": "Excel"}


@require_safe
def record_list(request: PortalRequest, surface: AnySurface, **place: str) -> HttpResponse:
    return list_page(request, surface, request.GET, place)


@require_http_methods(["GET", "HEAD", "POST"])
def view_save(request: PortalRequest, surface: AnySurface, **place: str) -> HttpResponse:
    """Keep the filters of the list under a name."""
    contact = _reader(request, surface)
    if request.method != "POST":
        return redirect(_Asked(request, surface, request.GET, place).url(request.GET.urlencode()))
    asked = _Asked(request, surface, QueryDict(request.POST.get("query", "")), place)
    form = SaveViewForm({"name": request.POST.get("name", ""), "query": asked.form.as_query()})
    if form.is_valid():
        try:
            is_new = save_view(owner=contact, record_type=surface.name, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(request, _saved(is_new))
            return redirect(asked.url(asked.form.as_query()))
    return list_page(request, surface, QueryDict(asked.form.as_query(more="1")), place, form)


@require_POST
def view_delete(request: PortalRequest, surface: AnySurface, pk: int, **place: str) -> HttpResponse:
    """To delete a view twice is to delete it."""
    contact = _reader(request, surface)
    asked = _Asked(request, surface, QueryDict(), place)
    delete_view(owner=contact, record_type=surface.name, pk=pk)
    words = {"records": surface.model._meta.verbose_name_plural}
    messages.success(request, _("The view has been deleted. The %(records)s are not affected.") % words)
    return redirect(asked.url())


@require_GET
def record_export(request: PortalRequest, surface: AnySurface, kind: str, **place: str) -> HttpResponseBase:
    """All pages of what the list shows, as a file."""
    contact = _reader(request, surface)
    if kind not in CONTENT_TYPES:
        raise Http404
    asked = _Asked(request, surface, request.GET, place)
    rows = all_rows(surface, contact, asked.form.filter, **asked.within)
    try:
        content = export_records(
            actor=Actor.of(request),
            reader=contact,
            record_type=surface.name,
            rows=rows,
            columns=asked.listing.columns,
            kind=kind,
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(asked.url(asked.form.as_query(more="1")))
    name = "-".join([surface.namespace, *place.values(), str(timezone.localdate())])
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(content, content_type=CONTENT_TYPES[kind], headers=headers)


def list_page(
    request: PortalRequest,
    surface: AnySurface,
    query: QueryDict,
    place: dict[str, str],
    save_form: SaveViewForm | None = None,
) -> HttpResponse:
    """The list as ``query`` asks for it. ``place``: what the address says of the record whose records are
    listed."""
    asked = _Asked(request, surface, query, place)
    reader, shown, spelled = request.contact, asked.form.filter, asked.form.as_query()
    page = page_of(surface, reader, shown, query, **asked.within)
    context = {
        "page": page,
        "rows": partial(_drawn, surface, page.rows, reader),
        "filters": asked.form,
        "tabs": asked.tabs,
        "list_url": asked.url(),
        "query": spelled,
        "clear_url": asked.url(f"view={shown.view}" if shown.view else "") if shown.is_narrowed else "",
        "current_view": shown.view,
        "is_narrowed": shown.is_narrowed,
        "is_filtered": shown.is_narrowed or any(name in query for name in PARAMETERS),
        "files": asked.files if reader and asked.listing.columns else [],
        "keeps_views": reader is not None,
        "saved_views": asked.kept(page.rows),
        "save_form": save_form or SaveViewForm(initial={"query": spelled}),
        "save_url": partial(asked.address, "view_save"),
        "heading": surface.record_type.label,
        "icon": surface.icon,
    }
    extra = asked.listing.of_page(Shown(request, page, shown, asked.parent))
    return render(request, asked.listing.template, {**context, **extra})


@dataclass(frozen=True)
class _Asked:
    """A list as an address asks for it."""

    request: PortalRequest
    surface: AnySurface
    query: QueryDict
    place: dict[str, str]

    def __post_init__(self) -> None:
        """Whoever may not see the record whose records are listed gets no further."""
        self.parent  # noqa: B018

    @cached_property
    def parent(self) -> Any:
        find = self.listing.find_parent
        return find(self.request, **self.place) if find else None

    @property
    def listing(self) -> Listing[Any]:
        return listing_of(self.surface)

    @cached_property
    def form(self) -> ListForm:
        return self.listing.form.of(self.request, self.query)

    @property
    def within(self) -> dict[str, int]:
        return {self.listing.parent: self.parent.pk} if self.listing.parent else {}

    @property
    def tabs(self) -> list[dict[str, Any]]:
        current = self.form.filter.view
        return [
            {"label": label, "url": self.url(self.form.query_of_view(view)), "is_current": view == current}
            for view, label in self.form.tabs
        ]

    def kept(self, rows: list[Any]) -> list[dict[str, Any]]:
        """The reader's views, and where each is deleted if the page is to show that."""
        views = saved_views(self.surface, rows, self.request.contact, self.form.as_query())
        if self.form.shows_more:
            return [{**view, "delete_url": self.address("view_delete", pk=view["pk"])} for view in views]
        return views

    @property
    def files(self) -> list[dict[str, str]]:
        return [{"label": label, "url": self.address("export", kind=kind)} for kind, label in KINDS.items()]

    def address(self, name: str, **arguments: Any) -> str:
        return reverse(f"{self.surface.namespace}:{name}", kwargs={**self.place, **arguments})

    @cached_property
    def list_url(self) -> str:
        return self.address(self.listing.name)

    def url(self, query: str = "") -> str:
        """Of the list."""
        return f"{self.list_url}?{query}" if query else self.list_url


def _drawn(surface: AnySurface, rows: list[Any], reader: Contact | None) -> SafeString:
    draw = listing_of(surface).draw
    return draw(rows, reader) if draw else record_rows(surface.line(row, reader) for row in rows)


def _reader(request: PortalRequest, surface: AnySurface) -> Contact:
    if request.contact is None or not surface.can(request.contact, "read"):
        raise PermissionDenied
    return request.contact


def _saved(is_new: bool) -> str:
    if is_new:
        return _("The view has been saved. You can find it above the list.")
    return _("The view has been updated with these filters.")
