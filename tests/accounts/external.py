"""A real OpenID provider on this machine, and a browser's way there and back."""

from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import SignInPolicy, User

LOGIN, BUTTON, PAGE = "/accounts/login/", "/accounts/oidc/works/login/", "/accounts/3rdparty/"


def environment(url: str, *keys: str) -> dict[str, str]:
    found = {"OIDC_PROVIDERS": ",".join(keys)}
    for key in keys:
        prefix = f"OIDC_{key.upper()}"
        found |= {
            f"{prefix}_URL": url,
            f"{prefix}_CLIENT_ID": "portal",
            f"{prefix}_SECRET": "s",
            f"{prefix}_NAME": f"{key.title()} ID",
        }
    return found


def change_policy(**values: Any) -> None:
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(**values)


def person(provider: str, sub: str, email: str, verified: Any = True) -> str:
    claims = {"email": email, "email_verified": verified, "given_name": "Dora", "family_name": "Diaz"}
    requests.put(f"{provider}/users/{sub}", json=claims, timeout=5).raise_for_status()
    return sub


def begin(browser: Client, process: str = "login", url: str = BUTTON) -> str:
    return str(browser.post(f"{url}?process={process}")["Location"])


def come_back(browser: Client, asked: str, sub: str) -> Any:
    answer = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def sign_in_with(browser: Client, sub: str, process: str = "login") -> Any:
    return come_back(browser, begin(browser, process), sub)


def is_signed_in(browser: Client) -> bool:
    return bool(browser.get("/profile/").status_code == 200)


def connect(user: User, sub: str, provider: str = "works") -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider=provider, uid=sub)
