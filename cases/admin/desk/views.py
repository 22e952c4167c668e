"""The list of cases that agents live in, and the lists of it that they keep."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.admin.base import CaseModelAdmin, agent_of
from cases.admin.case_actions import DEEDS
from cases.admin.desk.addresses import case_address
from cases.admin.desk.bar import bar_html, is_tab, tabs_html, tabs_of, views_of
from cases.admin.desk.deeds import deed_view
from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.following import list_address
from cases.admin.desk.frame import VIEWS, Frame, frame_for, groups_of, rows_in
from cases.admin.desk.rows import page_of, rows_html
from lib.admin_parts import AdminPage, show
from records.actions.saved_views import delete_view, save_view
from records.forms.lists import SaveViewForm

READS = ("GET", "HEAD")


class DeskViewForm(SaveViewForm):
    group = forms.ModelChoiceField(
        label=gettext_lazy("Share with"), queryset=Group.objects.none(), required=False
    )

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: Any = self.fields["group"]
        groups.queryset = groups_of(agent.pk, is_superuser=agent.is_superuser)


def desk_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    """The exact number of a case opens it."""
    _require_view(model_admin, request)
    if request.method not in READS:
        return HttpResponseNotAllowed(READS)
    shown = DeskFilter.of(request.GET)
    if shown.q and (case := cast("Any", model_admin).row_called(request, shown.q)):
        return redirect(case_address(case.number))
    return list_page(model_admin, request, shown, request.GET)


def view_save(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name."""
    _require_view(model_admin, request)
    agent, shown = agent_of(request), DeskFilter.written(request.POST.get("query", ""))
    if request.method != "POST":
        return redirect("admin:desk")
    typed = {name: request.POST.get(name, "") for name in ("name", "group")}
    form = DeskViewForm({**typed, "query": shown.as_query()}, agent=agent)
    if form.is_valid():
        try:
            is_new = save_view(owner=agent, record_type=VIEWS, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(request, _("View saved.") if is_new else _("View updated with these filters."))
            return redirect(list_address(shown.as_query()))
    return list_page(model_admin, request, shown, QueryDict(), form)


def view_delete(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Of a view that is shared, its owner's alone."""
    _require_view(model_admin, request)
    if request.method == "POST":
        delete_view(owner=agent_of(request), record_type=VIEWS, pk=pk)
        messages.success(request, _("View deleted. The cases are not affected."))
    return redirect("admin:desk")


def list_page(
    model_admin: CaseModelAdmin,
    request: HttpRequest,
    shown: DeskFilter,
    query: QueryDict,
    save_form: DeskViewForm | None = None,
) -> HttpResponse:
    """``query``: where in the list."""
    agent = agent_of(request)
    may_change = model_admin.has_change_permission(request)
    frame = frame_for(agent, shown.words)
    page = page_of(shown, agent, query, frame.people)
    tabs, views = tabs_of(frame, shown), views_of(frame, shown, agent)
    context = {
        "shown": shown,
        "is_tab": is_tab(shown),
        "query": shown.as_query(),
        "tabs": tabs,
        "views": views,
        "tabs_html": tabs_html(tabs, views),
        "bar": bar_html(frame.choices, shown, _former_agent(frame, shown)),
        "page": page,
        "rows": rows_html(page.rows, shown, agent, may_change=may_change) if page.rows else "",
        "deeds": DEEDS if may_change else {},
        "save_form": save_form,
        "groups": frame.groups,
    }
    return show(model_admin, request, "admin/desk/list.html", title=_("Desk"), **context)


def _require_view(model_admin: CaseModelAdmin, request: HttpRequest) -> None:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied


def _former_agent(frame: Frame, shown: DeskFilter) -> tuple[tuple[str, str], ...]:
    """Who works here no more, and is asked for by a link."""
    agents = rows_in(frame.choices.agents)
    if not shown.agent.isdigit() or any(str(agent["id"]) == shown.agent for agent in agents):
        return ()
    former = User.objects.filter(pk=int(shown.agent)).first()
    return ((shown.agent, former.get_full_name()),) if former else ()


DESK_PAGES = (
    AdminPage("desk", "desk/", desk_view),
    AdminPage("desk_deed", "desk/deed/", deed_view),
    AdminPage("desk_view_save", "desk/views/", view_save),
    AdminPage("desk_view_delete", "desk/views/<int:pk>/delete/", view_delete),
)
"""Each asks for the right first, whatever the method. They stand before the page of a case, whose number
could be any word."""
