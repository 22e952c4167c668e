from allauth.account.views import password_set
from django.contrib.auth.decorators import login_required
from django.urls import path

from accounts.second_factor.reauthentication import sign_in_again_first
from accounts.views import second_factor as views

urlpatterns = [
    path("accounts/code/", views.sign_in_code, name="sign_in_code"),
    path("accounts/code/send/", views.send_sign_in_code, name="send_sign_in_code"),
    path("accounts/code/cancel/", views.cancel_sign_in, name="cancel_sign_in"),
    path("accounts/confirm/", views.confirm_identity, name="confirm_identity"),
    path("accounts/confirm/send/", views.send_confirmation_code, name="send_confirmation_code"),
    # allauth lets anybody who is signed in set a first password.
    path(
        "accounts/password/set/",
        login_required(sign_in_again_first(password_set)),
        name="account_set_password",
    ),
    path("profile/security/second-factor/", views.second_factor, name="second_factor"),
    path("profile/security/second-factor/email/", views.second_factor_email, name="second_factor_email"),
    path("profile/security/second-factor/app/", views.second_factor_app, name="second_factor_app"),
    path("profile/security/second-factor/off/", views.second_factor_off, name="second_factor_off"),
    path("profile/security/second-factor/recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("profile/security/second-factor/browsers/forget/", views.forget_browser, name="forget_browser"),
]
