"""The list of cases: views, filters, saved views, and the same as a file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.offers import may_open_case
from accounts.page_rights import only_for
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted, can
from cases.actions.exports import export_cases
from cases.actions.saved_views import save_view
from cases.display.case_rows import case_rows
from cases.filters import CaseFilter
from cases.forms.lists import CaseFilterForm, SaveViewForm
from cases.models import Case, Entitlement, SavedView
from cases.statuses import statuses_at
from lib.paging import PARAMETERS, Cut, KeysetPage

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@only_for("read", Case)
def case_list(request: PortalRequest) -> HttpResponse:
    return _list_page(request, _reader(request), request.GET)


@require_http_methods(["GET", "HEAD", "POST"])
def view_save(request: PortalRequest) -> HttpResponse:
    """Keep the filters of the list under a name."""
    contact = _reader(request)
    if request.method != "POST":
        return redirect(f"{reverse('cases:list')}?{request.GET.urlencode()}")
    filters = _filters(request, contact, QueryDict(request.POST.get("query", "")))
    form = SaveViewForm({"name": request.POST.get("name", ""), "query": filters.as_query()})
    if form.is_valid():
        try:
            is_new = save_view(contact=contact, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(
                request,
                _("The view has been saved. You can find it above the list.")
                if is_new
                else _("The view has been updated with these filters."),
            )
            return redirect(f"{reverse('cases:list')}?{filters.as_query()}")
    return _list_page(request, contact, QueryDict(filters.as_query(more="1")), form)


@require_POST
def view_delete(request: PortalRequest, pk: int) -> HttpResponse:
    """To delete a view twice is to delete it."""
    SavedView.objects.filter(contact=_reader(request), pk=pk).delete()
    messages.success(request, _("The view has been deleted. The cases are not affected."))
    return redirect("cases:list")


@require_GET
def case_export(request: PortalRequest, kind: str) -> HttpResponseBase:
    """All pages of what the list shows, as a file."""
    contact = _reader(request)
    if kind not in CONTENT_TYPES:
        raise Http404
    filters = _filters(request, contact, request.GET)
    shown = filters.filter
    rows = shown.narrow(Case.objects.visible_to(contact), contact).order_by(f"-{shown.sorted_by}", "-pk")
    try:
        content = export_cases(actor=Actor.of(request), reader=contact, cases=rows, kind=kind)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(f"{reverse('cases:list')}?{filters.as_query(more='1')}")
    headers = {
        "Content-Disposition": f'attachment; filename="cases-{timezone.localdate()}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(content, content_type=CONTENT_TYPES[kind], headers=headers)


def _reader(request: PortalRequest) -> Contact:
    if request.contact is None or not can(request.contact, "read", Case):
        raise PermissionDenied
    return request.contact


def _filters(request: PortalRequest, contact: Contact, query: QueryDict) -> CaseFilterForm:
    return CaseFilterForm(query, contact=contact, statuses=statuses_at(request.configuration.revision))


def _list_page(
    request: PortalRequest, contact: Contact, query: QueryDict, save_form: SaveViewForm | None = None
) -> HttpResponse:
    filters = _filters(request, contact, query)
    shown = filters.filter
    page = page_of_cases(contact, shown, query)
    context = {
        "page": page,
        "rows": case_rows(
            page.rows, reader=contact, shows_contacts=contact.sees_colleagues(Case.record_type)
        ),
        "filters": filters,
        "tabs": _tabs(filters),
        "saved_views": _saved_views(page.rows, contact, filters.as_query()),
        "save_form": save_form or SaveViewForm(initial={"query": filters.as_query()}),
        "query": filters.as_query(),
        "can_fold": not shown.folded,
        "clear_url": f"{reverse('cases:list')}?view={shown.view}",
        "current_view": shown.view,
        "is_narrowed": shown.is_narrowed,
        "is_filtered": shown.is_narrowed or any(name in query for name in PARAMETERS),
        "can_open": may_open_case(request),
        "sees_entitlements": can(contact, "read", Entitlement),
        "sees_insight": contact.account_id is not None and contact.sees_colleagues(Case.record_type),
    }
    return render(request, "cases/case_list.html", context)


def page_of_cases(contact: Contact, shown: CaseFilter, query: QueryDict) -> KeysetPage[Case]:
    """By one query. Which cases belong to the page it finds in an index that holds all it takes to tell; then
    it loads these few, with all that a row shows."""
    cut = Cut.of(query, Case, by=shown.sorted_by)

    def rows(reader: Permitted, **cursor: Any) -> QuerySet[Case]:
        visible = Case.objects.visible_to(reader)
        found = [cut.narrow(part, **cursor) for part in shown.parts(visible, reader)]
        return cut.narrow(
            visible.put_together(*found).for_list().with_reading(reader).with_views_of(reader), **cursor
        )

    if shown.shape is None:
        return cut.page(list(rows(contact, **cut.values)))
    return cut.page(rows_for(contact, ("case list", *shown.shape, cut.direction), rows, **cut.values))


def _tabs(filters: CaseFilterForm) -> list[dict[str, Any]]:
    """The other filters stay, but for the status: it may have no cases in another view."""
    url, current = reverse("cases:list"), filters.filter.view
    return [
        {
            "label": label,
            "url": f"{url}?{filters.as_query(view=view, status='')}",
            "is_current": view == current,
        }
        for view, label in filters.views
    ]


def _saved_views(cases: list[Case], contact: Contact, current: str) -> list[dict[str, Any]]:
    """They come along with the cases; where there are none, by a query of their own."""
    kept = (
        cases[0].views if cases else SavedView.objects.filter(contact=contact).values("pk", "name", "query")
    )
    return [{**view, "is_current": view["query"] == current} for view in kept]
