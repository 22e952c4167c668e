from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStage
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from accounts.actions.second_factor import failures_of, send_code
from accounts.models import User
from accounts.second_factor.rules import Method, is_asked, methods_of, prove, trusted_browser


class SecondFactorStage(LoginStage):  # type: ignore[misc]
    """The last step of each sign-in, local or external: nobody is signed in before the code is right.

    The state keeps what the sign-in began with. A password change or a deactivation in between ends it.
    """

    key = "second_factor"
    urlname = "sign_in_code"
    state: dict[str, Any]

    @property
    def user(self) -> User:
        user: User = self.login.user
        return user

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not is_asked(self.request.sign_in_policy, self.user):
            return None, True
        if trusted_browser(self.request, self.user):
            prove(self.request, self.user, "trusted")
            return None, True
        self._begin()
        return redirect(self.urlname), True

    def _begin(self) -> None:
        self.state.update(
            auth_hash=self.user.get_session_auth_hash(), failures_before=failures_of(self.user), wrong=0
        )
        if methods_of(self.user)[0] == Method.EMAIL:
            send_code(user=self.user)

    @property
    def still_holds(self) -> bool:
        user = self.login.user
        begun_with = str(self.state.get("auth_hash", ""))
        if user and get_adapter().is_shut_out(self.request, user):
            return False
        return bool(
            user and user.is_active and constant_time_compare(begun_with, user.get_session_auth_hash())
        )
