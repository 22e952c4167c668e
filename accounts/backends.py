"""Who is signed in, asked on every click: session and user, each by a query whose text is made once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.contrib.auth.backends import ModelBackend
from django.db import models

from accounts.models import User
from lib import compiled


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    def get_user(self, user_id: Any) -> User | None:
        found = compiled.rows("user", _user, pk=int(user_id))
        return next((user for user in found if ModelBackend.user_can_authenticate(self, user)), None)


def _user(pk: int) -> models.QuerySet[User]:
    return User._default_manager.filter(pk=pk)
