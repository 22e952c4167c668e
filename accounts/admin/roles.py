from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.actions.activity import record_activity
from accounts.admin.base import actor_of
from accounts.models import RecordPermission, WebRole


class RecordPermissionInline(admin.TabularInline[RecordPermission, WebRole]):
    model = RecordPermission
    extra = 0


@admin.register(WebRole)
class WebRoleAdmin(admin.ModelAdmin[WebRole]):
    """Every change is recorded, with the rights that were added and removed."""

    list_display = ("name", "description", "delegable", "for_authenticated", "for_anonymous")
    search_fields = ("name",)
    inlines = (RecordPermissionInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        role = form.instance
        before = _rights(role)
        super().save_related(request, form, formsets, change)
        after = _rights(role)
        added, removed = sorted(after - before), sorted(before - after)
        if form.changed_data or added or removed:
            verb = "role.changed" if change else "role.created"
            _record(request, verb, role, fields=form.changed_data, added=added, removed=removed)

    def delete_model(self, request: HttpRequest, obj: WebRole) -> None:
        _record(request, "role.deleted", obj, removed=sorted(_rights(obj)))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebRole]) -> None:
        for role in queryset:
            _record(request, "role.deleted", role, removed=sorted(_rights(role)))
        super().delete_queryset(request, queryset)


def _rights(role: WebRole) -> set[str]:
    return {str(permission) for permission in role.record_permissions.all()}


def _record(request: HttpRequest, verb: str, role: WebRole, **details: Any) -> None:
    record_activity(actor=actor_of(request), verb=verb, record=None, label=role.name, **details)
