"""Who has asked to join a company. Its own user managers decide; staff see who has been waiting for them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import ReadOnly
from accounts.models import Contact, JoinRequest
from lib.admin_places import Place
from lib.admin_start import Figure


class DecidedFilter(admin.SimpleListFilter):
    """What waits, unless somebody asks for more."""

    title = gettext_lazy("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("approved", _("Approved")), ("declined", _("Declined")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("Waiting")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JoinRequest]) -> QuerySet[JoinRequest]:
        if self.value() in ("approved", "declined"):
            is_approved = self.value() == "approved"
            return queryset.filter(decided_at__isnull=False, is_approved=is_approved)
        return queryset if self.value() == "all" else queryset & JoinRequest.objects.waiting()


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnly, admin.ModelAdmin[JoinRequest]):
    place = Place("work", 6, gettext_lazy("Join requests"), "person-plus")
    start_figures = (
        Figure(gettext_lazy("Join requests"), 10, lambda _at: JoinRequest.objects.waiting(), tone="warning"),
    )
    list_display = ("user", "account", "created_at", "decided_at", "is_approved")
    list_filter = (DecidedFilter,)
    list_select_related = ("user", "account")
    search_fields = ("user__email", "user__last_name", "account__name")
    show_full_result_count = False
    fields = readonly_fields = (
        "user", "account", "message", "created_at", "managers", "decided_at", "decided_by", "is_approved",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("who decides"))
    def managers(self, asked: JoinRequest) -> str:
        """Where there is nobody, staff give somebody the role or invite the person themselves."""
        deciding = Contact.objects.of_account(asked.account_id).managers().signing_in()
        names = ", ".join(manager.full_name for manager in deciding.order_by("pk")[:10])
        return names or _("No one: this company has no active user manager.")
