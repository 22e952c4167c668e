"""Who is signed in, asked on every click: session and user, each by a query whose text is made once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db import models

from accounts.models import User
from lib import compiled


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    def get_user(self, user_id: Any) -> User | None:
        found = compiled.rows("user", _user, pk=int(user_id))
        return next((user for user in found if ModelBackend.user_can_authenticate(self, user)), None)

    def get_all_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        """A person's own and those of their staff groups, by one query. A superuser has every one, and nobody
        else is asked for more than once a request."""
        if user_obj.is_superuser or not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            every: set[str] = super().get_all_permissions(user_obj, obj)
            return every
        if not hasattr(user_obj, "_perm_cache"):
            found: list[Any] = compiled.rows("permissions of staff", _permissions, pk=user_obj.pk)
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in found}
        kept: set[str] = user_obj._perm_cache
        return kept


def _permissions(pk: int) -> Any:
    own = User.user_permissions.through._default_manager.filter(user=pk).values("permission")
    of_groups = Group.permissions.through._default_manager.filter(group__user=pk).values("permission")
    given = Permission.objects.filter(models.Q(pk__in=own) | models.Q(pk__in=of_groups))
    return given.order_by().values_list("content_type__app_label", "codename")


def _user(pk: int) -> models.QuerySet[User]:
    return User._default_manager.filter(pk=pk)
