"""External identities, as the environment configures them. README lists the names."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Environment = Mapping[str, str]

KNOWN = {
    "google": ("GOOGLE", "https://accounts.google.com"),
    "microsoft": ("MICROSOFT", "https://login.microsoftonline.com"),
    "facebook": ("FACEBOOK", "https://www.facebook.com"),
    "twitter_oauth2": ("X", "https://x.com"),
    "yahoo": ("YAHOO", "https://api.login.yahoo.com"),
    "github": ("GITHUB", "https://github.com"),
}
"""allauth's name → prefix of the variables, and where its sign-in page is."""

SCOPES = {"google": ["profile", "email"], "github": ["user:email"], "facebook": ["email", "public_profile"]}
LINKEDIN_URL = "https://www.linkedin.com/oauth"
SHARED_TENANTS = {"", "common", "organizations", "consumers"}


def configured(env: Environment) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: whoever has a client id."""
    providers: dict[str, Any] = {
        name: {"APPS": [_app(env, prefix)]} | ({"SCOPE": SCOPES[name]} if name in SCOPES else {})
        for name, (prefix, _) in KNOWN.items()
        if env.get(f"{prefix}_CLIENT_ID")
    }
    if "microsoft" in providers:
        providers["microsoft"]["APPS"] = [_microsoft(env)]
    if apps := list(_openid_connect(env)):
        providers["openid_connect"] = {"APPS": apps}
    return providers


def origins(env: Environment) -> list[str]:
    """Where a form may lead: a button for signing in is answered with a redirect to the provider."""
    known = [origin for prefix, origin in KNOWN.values() if env.get(f"{prefix}_CLIENT_ID")]
    openid = [_origin(app["settings"]["server_url"]) for app in _openid_connect(env)]
    return list(dict.fromkeys([*known, *openid, *_list(env, "SIGN_IN_ORIGINS")]))


def _app(env: Environment, prefix: str, **settings: Any) -> dict[str, Any]:
    domains = [domain.lower() for domain in _list(env, f"{prefix}_VERIFIED_DOMAINS")]
    return {
        "client_id": env[f"{prefix}_CLIENT_ID"],
        "secret": env.get(f"{prefix}_SECRET", ""),
        "settings": {"oauth_pkce_enabled": True, "verified_email": domains, **settings},
    }


def _microsoft(env: Environment) -> dict[str, Any]:
    """Anybody can be the administrator of a tenant and give its people any address: only one's own can vouch for some."""
    tenant = env.get("MICROSOFT_TENANT", "")
    app = _app(env, "MICROSOFT", tenant=tenant or "common")
    if tenant in SHARED_TENANTS:
        app["settings"]["verified_email"] = []
    return app


def _openid_connect(env: Environment) -> Iterator[dict[str, Any]]:
    if env.get("LINKEDIN_CLIENT_ID"):
        yield {"provider_id": "linkedin", "name": "LinkedIn"} | _app(env, "LINKEDIN", server_url=LINKEDIN_URL)
    for key in _list(env, "OIDC_PROVIDERS"):
        prefix = f"OIDC_{key.upper().replace('-', '_')}"
        url = env[f"{prefix}_URL"].rstrip("/")
        yield {"provider_id": key.lower(), "name": env.get(f"{prefix}_NAME", key)} | _app(env, prefix, server_url=url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _list(env: Environment, name: str) -> list[str]:
    return [item.strip() for item in env.get(name, "").split(",") if item.strip()]
