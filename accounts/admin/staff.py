"""Staff look after each other within limits: nobody gives more than they have, and only superusers decide
what a group may do."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.admin_places import Place


def givable_groups(user: Any) -> QuerySet[Group]:
    """The groups that can do no more than the user who gives them."""
    beyond = Group.permissions.through.objects.filter(group=OuterRef("pk")).exclude(
        permission__in=user.given_permissions().values("pk")
    )
    return Group.objects.exclude(Exists(beyond))


class WithinOwnRights(UserAdmin[User]):
    """For the administration of users. A superuser has no limits."""

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or cast("User", request.user).may_repair(obj)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        own = ("groups", "is_staff") if obj == request.user else ()
        return (*fields, "is_superuser", "user_permissions", *own)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = givable_groups(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(GroupAdmin):
    """Others may look, and put users into groups."""

    place = Place("access", 2, _("Staff groups"), "people")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)
