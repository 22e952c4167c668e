"""The agents' desk: the list of cases, and the page of one, put together of parts."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy

from accounts.admin.base import NoDelete, actor_of
from cases.admin.case_form import AgentSelect, CaseForm, dressed, save_changes
from cases.admin.case_list import CappedPaginator, as_filter
from cases.admin.case_page import page as case_page
from cases.admin.case_page.composer import COMPOSER
from cases.admin.case_page.deeds import DEEDS
from cases.admin.case_page.properties import PROPERTIES
from cases.admin.desk.following import list_address
from cases.admin.desk.views import DESK_PAGES
from cases.admin.insight import INSIGHT
from cases.admin.merging import MERGING
from cases.admin.opening import OPENING
from cases.admin.people import PEOPLE
from cases.admin.start import FIGURES, PANELS
from cases.admin.work import WORK
from cases.models import Case
from cases.models.case_queryset import numbers_in
from lib.admin_parts import AdminPage, AdminPart, urls_of
from lib.admin_places import Place

CASE_PAGE = AdminPart(pages=(*COMPOSER, *PROPERTIES, *DEEDS, case_page.ALIKE))


@admin.register(Case)
class CaseAdmin(NoDelete, admin.ModelAdmin[Case]):
    """A case is opened by its customer, or for one who telephones; here it is answered, moved and
    assigned."""

    place = Place("work", 1, gettext_lazy("Desk"), "inbox", "admin:desk")
    page_places = (Place("work", 2, gettext_lazy("Insight"), "graph-up", "admin:cases_case_insight"),)
    start_figures, start_panels = FIGURES, PANELS
    parts: tuple[AdminPart, ...] = (CASE_PAGE, PEOPLE, WORK, MERGING, OPENING, INSIGHT)
    """What there is besides Django's list and form. Each knows the ModelAdmin, and none another."""

    site_pages: tuple[AdminPage, ...] = (*DESK_PAGES, *case_page.PAGES)
    """The desk: what agents see instead of Django's list."""

    list_display = ("number", "subject", "contact", "status")
    list_select_related = ("contact__account", "status")
    search_fields = ("account__name", "contact__email", "contact__first_name", "contact__last_name")
    show_full_result_count = False
    paginator = CappedPaginator
    actions = None

    form = CaseForm
    fields = (
        "subject", "status", "priority", "queue", "assigned_to", "request_type", "product", "entitlement",
    )  # fmt: skip
    autocomplete_fields = ("assigned_to",)
    view_on_site = False  # staff see no customer pages

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A case is opened on a page of its own, through its action."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """What was merged away is read, and changed no more."""
        return super().has_change_permission(request, obj) and (obj is None or obj.merged_into_id is None)

    def get_urls(self) -> list[URLPattern]:
        return [*urls_of(self, self.parts), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk has taken its place; only a popup hands a row back to a form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if IS_POPUP_VAR in request.GET:
            return super().changelist_view(request, extra_context)
        return redirect(list_address(as_filter(request.GET.dict()).as_query()))

    def row_called(self, request: HttpRequest, number: str) -> Case | None:
        """A number and nothing else, as it stands anywhere on the screen."""
        named = numbers_in(number)
        if len(named) != 1 or len(number) > 20 or not self.has_view_permission(request):
            return None
        return self.get_queryset(request).filter(number=named[0]).first()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        """The subject's words are found by their index; the other fields as in any list of the
        administration."""
        people, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return people, may_repeat
        matching = Case.objects.matching(search_term).values("pk")
        return queryset.filter(Q(pk__in=matching) | Q(pk__in=people.order_by().values("pk"))), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Links of other days lead to the case's page on the desk; a popup is Django's own form."""
        case = self.get_object(request, object_id)
        if case and IS_POPUP_VAR not in request.GET and self.has_view_permission(request, case):
            return redirect("admin:desk_case", case.number)
        return super().change_view(request, object_id, form_url, extra_context)

    def desk_case(self, request: HttpRequest, number: str, **shown: Any) -> HttpResponse:
        return case_page.show_case(self, request, number, self.parts, **shown)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        widget = {"widget": AgentSelect(db_field, self.admin_site)} if db_field.name == "assigned_to" else {}
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, **widget})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return dressed(field, db_field.name) if field else field

    def save_model(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        save_changes(actor=actor_of(request), case=obj, form=form)

    def log_change(self, request: HttpRequest, obj: Case, message: Any) -> Any:
        """Nothing is logged where nothing changed."""
        return super().log_change(request, obj, message) if message else None
