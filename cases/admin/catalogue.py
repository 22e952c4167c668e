"""What cases are about, what customers are asked, and the states that a case can be in."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseStatus, Product, RequestField, RequestType
from lib.admin_places import Place

NEEDED = ("new", "in_progress", "waiting", "resolved", "cancelled")
"""The portal itself sets these; a constraint keeps them offered."""
SHIPPED = (*NEEDED, "on_hold")


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    place = Place("settings", 9, _("Products"), "box-seam")
    list_display = ("name", "description", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "description")
    prepopulated_fields = {"slug": ("name",)}


class RequestFieldInline(admin.TabularInline[RequestField, RequestType]):
    """A question that was asked is switched off rather than deleted; given answers keep its words in either
    case."""

    model = RequestField
    extra = 0
    fields = ("label", "help_text", "kind", "choices", "is_required", "is_active", "position")
    ordering = ("position", "id")


@admin.register(RequestType)
class RequestTypeAdmin(admin.ModelAdmin[RequestType]):
    place = Place("settings", 8, _("Case types"), "tag")
    list_display = ("name", "position", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (RequestFieldInline,)


@admin.register(CaseStatus)
class CaseStatusAdmin(admin.ModelAdmin[CaseStatus]):
    """Words can be changed at any time. What a status means is fixed once a case has had it, and for the
    shipped ones."""

    place = Place("settings", 7, _("Case statuses"), "circle-half")
    list_display = ("label", "customer_label", "category", "position", "is_active")
    list_editable = ("position",)
    list_filter = ("category", "is_active")
    search_fields = ("label", "customer_label", "slug")
    fields = ("label", "customer_label", "slug", "category", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: CaseStatus | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = ("slug", "category") if _is_fixed(obj) else ("slug",)
        return (*fixed, "is_active") if obj.pk in NEEDED else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: CaseStatus | None = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("label",)}

    def has_delete_permission(self, request: HttpRequest, obj: CaseStatus | None = None) -> bool:
        return (obj is None or not _is_fixed(obj)) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for many rows at once: each is looked at before it is deleted."""
        return {}


def _is_fixed(status: CaseStatus) -> bool:
    return status.pk in SHIPPED or Case.objects.filter(status=status).exists()
