from collections.abc import Callable
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.reauthentication import resume_request
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from accounts.actions.mail import mail_context
from accounts.actions.second_factor import (
    Answer,
    forget_browsers,
    note_wrong_codes,
    renew_recovery_codes,
    switch_off,
    switch_on_app,
    switch_on_email,
    trust_browser,
)
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import TrustedBrowser
from accounts.second_factor.forms import BrowserForm, CodeForm, MethodForm, SignInCodeForm
from accounts.second_factor.middleware import open_without_second_factor
from accounts.second_factor.qr import qr_code, secret_of, setup_url
from accounts.second_factor.reauthentication import note_signed_in_again, sign_in_again_first
from accounts.second_factor.rules import (
    Method,
    chosen_methods,
    code_address,
    has_confirmed_address,
    is_required,
    prove,
    recovery_codes_left,
    set_trust_cookie,
    trusted_browser,
)
from accounts.sign_in.code_page import code_form, judge, new_state, page_of, send_and_tell
from accounts.sign_in.stage import SecondFactorStage
from lib.compression import shows_secret

APP_KEY = "second_factor_app_key"
NEW_RECOVERY_CODES = "new_recovery_codes"
CONFIRMING = "confirming_identity"

View = Callable[[PortalRequest], HttpResponse]
stage_required: Callable[[View], View] = login_stage_required(
    stage=SecondFactorStage.key, redirect_urlname="account_login"
)


# Within a sign-in: nobody is signed in yet


@stage_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: PortalRequest) -> HttpResponse:
    stage: SecondFactorStage = request._login_stage  # type: ignore[attr-defined]
    if not stage.still_holds:
        return start_over(request, stage, _("Your sign-in settings changed in the meantime. Sign in again."))
    form = code_form(SignInCodeForm, request, stage.user)
    if request.method == "POST" and form.is_valid():
        answer = judge(stage.user, form, stage.state)
        if answer == Answer.RIGHT:
            return finish_sign_in(request, stage, form)
        if answer == Answer.ENOUGH:
            note_wrong_codes(actor=actor_of(request, stage), user=stage.user)
            return start_over(request, stage, _("The code was incorrect five times. Sign in again."))
        request.session.modified = True
    return render(request, "accounts/second_factor/sign_in_code.html", page_of(stage.user, form))


def finish_sign_in(request: PortalRequest, stage: SecondFactorStage, form: CodeForm) -> HttpResponse:
    prove(request, stage.user, form.method)
    response: HttpResponse = stage.exit()
    if form.cleaned_data.get("remember"):
        agent = request.headers.get("User-Agent", "")
        set_trust_cookie(
            response, trust_browser(actor=actor_of(request, stage), user=stage.user, user_agent=agent)
        )
    return response


def start_over(request: PortalRequest, stage: SecondFactorStage, why: str) -> HttpResponse:
    messages.error(request, why)
    response: HttpResponse = stage.abort()
    return response


def actor_of(request: PortalRequest, stage: SecondFactorStage) -> Actor:
    return Actor(user=stage.user, client_ip=request.client_ip)


@stage_required
@require_POST
def send_sign_in_code(request: PortalRequest) -> HttpResponse:
    stage: SecondFactorStage = request._login_stage  # type: ignore[attr-defined]
    return (
        send_and_tell(request, stage.user, "sign_in_code") if stage.still_holds else redirect("sign_in_code")
    )


@stage_required
@require_POST
def cancel_sign_in(request: PortalRequest) -> HttpResponse:
    response: HttpResponse = request._login_stage.abort()  # type: ignore[attr-defined]
    return response


# Signed in, and asked once more


@open_without_second_factor
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_identity(request: PortalRequest) -> HttpResponse:
    state = request.session.get(CONFIRMING) or new_state(request.user)
    form = code_form(CodeForm, request, request.user)
    if request.method == "POST" and form.is_valid():
        answer = judge(request.user, form, state)
        request.session[CONFIRMING] = state
        if answer == Answer.RIGHT:
            return identity_confirmed(request, form)
        if answer == Answer.ENOUGH:
            return sign_out(request)
    return render(
        request,
        "accounts/second_factor/confirm_identity.html",
        page_of(request.user, form) | {"next": next_of(request)},
    )


def identity_confirmed(request: PortalRequest, form: CodeForm) -> HttpResponse:
    prove(request, request.user, form.method)
    note_signed_in_again(request)
    del request.session[CONFIRMING]
    response: HttpResponse | None = resume_request(request)
    return response or redirect("home")


def sign_out(request: PortalRequest) -> HttpResponse:
    note_wrong_codes(actor=Actor.of(request), user=request.user)
    logout(request)
    messages.error(request, _("The code was incorrect five times. Sign in again."))
    return redirect("account_login")


def next_of(request: PortalRequest) -> str:
    """Where the reader wants to go, sent along; allauth refuses addresses of other sites when it is used."""
    return (request.POST or request.GET).get("next", "")


@open_without_second_factor
@require_POST
def send_confirmation_code(request: PortalRequest) -> HttpResponse:
    return send_and_tell(request, request.user, "confirm_identity")


# One's own settings


@require_safe
@sign_in_again_first
def second_factor(request: PortalRequest) -> HttpResponse:
    chosen = chosen_methods(request.user)
    here = trusted_browser(request, request.user)
    context = {
        "has_app": Method.APP in chosen,
        "has_email": Method.EMAIL in chosen,
        "is_on": bool(chosen),
        "is_required": is_required(request.sign_in_policy, request.user, request.contacts),
        "address": code_address(request.user),
        "address_is_confirmed": has_confirmed_address(request.user),
        "recovery_codes_left": recovery_codes_left(request.user),
        "browsers": TrustedBrowser.objects.valid().filter(user=request.user),
        "this_browser": here,
    }
    return render(request, "accounts/second_factor/second_factor.html", context)


@require_POST
@sign_in_again_first
def second_factor_email(request: PortalRequest) -> HttpResponse:
    if not has_confirmed_address(request.user):
        messages.error(request, _("Confirm your email address first."))
        return redirect("account_email")
    codes = switch_on_email(actor=Actor.of(request), user=request.user)
    prove(request, request.user, Method.EMAIL)
    return switched_on(request, codes, _("From now on, you get a code by email when you sign in."))


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_again_first
@shows_secret
def second_factor_app(request: PortalRequest) -> HttpResponse:
    key = request.session.setdefault(APP_KEY, default_key())
    form = CodeForm(request.POST if request.method == "POST" else None, method=Method.APP)
    if request.method == "POST" and form.is_valid():
        codes = switch_on_app(
            actor=Actor.of(request), user=request.user, key=key, code=form.cleaned_data["code"]
        )
        if codes is not None:
            del request.session[APP_KEY]
            prove(request, request.user, Method.APP)
            return switched_on(request, codes, _("Your authenticator app is connected."))
        form.add_error(
            "code",
            _("This is not the code the app should show now. Check that the time on your phone is correct."),
        )
    device = TOTPDevice(user=request.user, key=key)
    size, path = qr_code(setup_url(device, mail_context()["portal"].title))
    secret = secret_of(device)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render(
        request,
        "accounts/second_factor/app.html",
        {"form": form, "size": size, "path": path, "secret": groups},
    )


def switched_on(request: PortalRequest, codes: list[str], text: str) -> HttpResponse:
    messages.success(request, text)
    if codes:
        return show_once(request, codes)
    return redirect("second_factor")


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_again_first
def second_factor_off(request: PortalRequest) -> HttpResponse:
    chosen = chosen_methods(request.user)
    form = MethodForm(request.POST or request.GET)
    if not form.is_valid() or form.cleaned_data["method"] not in chosen:
        raise Http404
    method = Method(form.cleaned_data["method"])
    if request.method == "POST":
        switch_off(actor=Actor.of(request), user=request.user, method=method)
        messages.success(request, _("Turned off: %(method)s") % {"method": method.label})
        return redirect("second_factor")
    is_last = len(chosen) == 1
    context = {
        "method": method,
        "is_last": is_last,
        "is_obliged": is_required(request.sign_in_policy, request.user, request.contacts),
    }
    return render(request, "accounts/second_factor/off.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_again_first
@shows_secret
def recovery_codes(request: PortalRequest) -> HttpResponse:
    """POST makes new ones; the page after it is the only one that ever shows them."""
    if request.method == "POST" and chosen_methods(request.user):
        return show_once(request, renew_recovery_codes(actor=Actor.of(request), user=request.user))
    codes: Any = request.session.pop(NEW_RECOVERY_CODES, None)
    return (
        render(request, "accounts/second_factor/recovery_codes.html", {"codes": codes})
        if codes
        else redirect("second_factor")
    )


def show_once(request: PortalRequest, codes: list[str]) -> HttpResponse:
    request.session[NEW_RECOVERY_CODES] = codes
    return redirect("recovery_codes")


@require_POST
@sign_in_again_first
def forget_browser(request: PortalRequest) -> HttpResponse:
    form = BrowserForm(request.POST)
    if form.is_valid():
        forget_browsers(actor=Actor.of(request), user=request.user, pk=form.cleaned_data["browser"])
        messages.success(request, _("Browser removed. The next sign-in there requires a code."))
    return redirect("second_factor")
