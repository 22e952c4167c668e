"""Staff look after each other within limits: nobody gives more than they have, and only superusers decide
what a group may do."""

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms.models import ModelChoiceIterator, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_site import NOT_ADMINISTERED
from accounts.models import User
from lib.admin_pickers import PICKERS
from lib.admin_places import JOBS, Place, place_of

RIGHTS = {"view": _("see"), "add": _("add"), "change": _("change"), "delete": _("delete")}
"""Words of what Django calls rights; others have their own."""
WITHOUT_PAGES = NOT_ADMINISTERED | {"admin", "auth", "contenttypes", "sessions"}
"""Apps of packages, whose models only count where the administration shows them."""


class ByPlace(ModelChoiceIterator):  # type: ignore[type-arg]
    """Permissions by what the menu calls their records, in the order of the menu."""

    def __iter__(self) -> Iterator[Any]:
        kinds: dict[Any, list[Any]] = {}
        for permission in self.queryset:
            kinds.setdefault(permission.content_type.model_class(), []).append(permission)
        groups = [(*_named(model), rights) for model, rights in kinds.items() if model]
        for _order, words, rights in sorted(groups, key=lambda group: group[:2]):
            yield words, [self.choice(right) for right in rights]


def _named(model: Any) -> tuple[tuple[int, int], str]:
    place = place_of(admin.site._registry[model]) if model in admin.site._registry else None
    if place is None:
        return (len(JOBS), 0), str(capfirst(model._meta.verbose_name_plural))
    return (list(JOBS).index(place.job), place.position), str(place.words)


class PermissionsField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    iterator = ByPlace

    def label_from_instance(self, obj: Any) -> str:
        return str(RIGHTS.get(obj.codename.partition("_")[0], obj.name))


def grantable() -> QuerySet[Permission]:
    """Without what no page asks for."""
    shown = Q()
    for model in admin.site._registry:
        shown |= Q(content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name)
    ours = ~Q(content_type__app_label__in=WITHOUT_PAGES)
    return (
        Permission.objects.filter(shown | ours).select_related("content_type").order_by("content_type", "pk")
    )


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
        if db_field.name == "user_permissions":
            kwargs |= {"queryset": grantable(), "form_class": PermissionsField}
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(GroupAdmin):
    """Others may look, and put users into groups."""

    formfield_overrides = PICKERS
    place = Place("access", 2, _("Staff groups"), "people")

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        kwargs |= {"queryset": grantable(), "form_class": PermissionsField}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)
