from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.actions.roles import audiences_of, delete_role, save_role, users_of
from accounts.actors import Actor
from accounts.forms.roles import REACH, WebRoleForm
from accounts.http import PortalRequest
from accounts.models import WebRole
from accounts.permissions.matrix import at_a_glance
from accounts.scoping import record_types
from lib.admin_places import Place


@admin.register(WebRole)
class WebRoleAdmin(admin.ModelAdmin[WebRole]):
    """Roles, each with its record permissions as one table of check boxes."""

    place = Place("access", 1, _("Web roles"), "shield-check")
    form = WebRoleForm
    list_display = ("name", "description", "delegable", *REACH)
    search_fields = ("name",)

    def get_fieldsets(self, request: HttpRequest, obj: WebRole | None = None) -> Any:
        confirmation = ["confirms_reach"] if obj and obj.is_builtin else []
        return [
            (None, {"fields": ["name", "description"]}),
            (_("Who has this role"), {"fields": ["delegable", *REACH, *confirmation]}),
        ]

    def get_form(
        self, request: HttpRequest, obj: WebRole | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.is_editable = (
            self.has_change_permission(request, obj) if change else self.has_add_permission(request)
        )
        return form

    def save_model(self, request: HttpRequest, obj: WebRole, form: Any, change: bool) -> None:
        save_role(actor=_staff(request), role=obj, grants=form.grants)

    def has_delete_permission(self, request: HttpRequest, obj: WebRole | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    def get_actions(self, request: HttpRequest) -> Any:
        """Roles are deleted one by one, with a look at who loses them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """How many rather than which: a role can be that of thousands."""
        (role,) = objs
        protected = [f"{name}: {count}" for name, count in audiences_of(role).items()]
        return [], users_of(role), set(), protected

    def delete_model(self, request: HttpRequest, obj: WebRole) -> None:
        delete_role(actor=_staff(request), role=obj)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("overview/", self.admin_site.admin_view(self.overview), name="accounts_webrole_overview"),
            *super().get_urls(),
        ]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """All roles and what they permit, to be read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        roles: QuerySet[Any] = (
            WebRole.objects.prefetch_related("record_permissions")
            .annotate(contact_count=Count("contacts"))
            .order_by("name")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("All roles"),
            "opts": self.opts,
            "media": self.media,
            "record_types": record_types(),
            "roles": [(role, at_a_glance(role)) for role in roles],
        }
        return TemplateResponse(request, "admin/accounts/webrole/overview.html", context)


def _staff(request: HttpRequest) -> Actor:
    return Actor.staff(cast("PortalRequest", request))
