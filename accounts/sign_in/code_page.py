"""What the two pages that ask for a code have in common: the one within a sign-in and the one for people who
are signed in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_email.models import EmailDevice

from accounts.actions.second_factor import Answer, check_code, failures_of, send_code
from accounts.http import PortalRequest
from accounts.models import User
from accounts.second_factor.forms import CodeForm, MethodForm
from accounts.second_factor.rules import WRONG_CODES, Method, code_address, masked, methods_of

State = dict[str, Any]


def new_state(user: User) -> State:
    return {"failures_before": failures_of(user), "wrong": 0}


def code_form(kind: type[CodeForm], request: PortalRequest, user: User) -> CodeForm:
    method = MethodForm.chosen(request.POST or request.GET, methods_of(user))
    return kind(request.POST if request.method == "POST" else None, method=method)


def judge(user: User, form: CodeForm, state: State) -> Answer:
    """Compare the typed code and count; the caller keeps the state."""
    answer = check_code(
        user=user,
        method=form.method,
        code=form.cleaned_data["code"],
        failures_before=state["failures_before"],
    )
    if answer == Answer.RIGHT:
        return answer
    state["wrong"] += 1
    if state["wrong"] >= WRONG_CODES:
        return Answer.ENOUGH
    form.add_error("code", _explain(answer, WRONG_CODES - state["wrong"]))
    return answer


def _explain(answer: Answer, left: int) -> str:
    if answer == Answer.USED:
        return _("That code has already been used. Wait until your app shows the next one.")
    if answer == Answer.EXPIRED:
        return _("That code has expired. Request a new one.")
    if answer == Answer.TOO_SOON:
        return _("Too many incorrect codes. Wait a while before you try again.")
    return ngettext(
        "Incorrect code. You have one attempt left.", "Incorrect code. You have %(left)s attempts left.", left
    ) % {"left": left}


def send_and_tell(request: PortalRequest, user: User, back: str) -> HttpResponse:
    """Mail a code, if this user gets theirs by mail, and say so."""
    if Method.EMAIL not in methods_of(user):
        return redirect(back)
    if seconds := send_code(user=user):
        text = ngettext(
            "A code is already on its way. You can request a new one in %(n)s second.",
            "A code is already on its way. You can request a new one in %(n)s seconds.",
            seconds,
        )
        messages.warning(request, text % {"n": seconds})
    else:
        messages.success(request, _("A new code is on its way."))
    return redirect(f"{reverse(back)}?method={Method.EMAIL}")


def page_of(user: User, form: CodeForm) -> dict[str, Any]:
    """What a page that asks for a code shows."""
    code_is_out = EmailDevice.objects.filter(
        user=user, token__isnull=False, valid_until__gt=timezone.now()
    ).exists()
    return {
        "form": form,
        "method": form.method.value,
        "alternatives": [method for method in methods_of(user) if method != form.method],
        "address": masked(code_address(user)),
        "code_is_out": code_is_out,
        "takes_code": form.method != Method.EMAIL or code_is_out or form.is_bound,
    }
