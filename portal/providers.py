"""External identities, as the environment configures them. README lists the names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Environment = Mapping[str, str]

KNOWN: dict[str, tuple[str, list[str]]] = {
    "google": ("GOOGLE", ["https://accounts.google.com"]),
    "microsoft": ("MICROSOFT", ["https://login.microsoftonline.com"]),
    "facebook": ("FACEBOOK", ["https://www.facebook.com", "https://m.facebook.com"]),
    "twitter_oauth2": ("X", ["https://x.com", "https://twitter.com"]),
    "yahoo": ("YAHOO", ["https://api.login.yahoo.com", "https://login.yahoo.com"]),
    "github": ("GITHUB", ["https://github.com"]),
}
"""allauth's name → prefix of the variables, and where its sign-in page is: the address that is asked first,
and those that it sends some browsers on to."""

ORDER = ["GOOGLE", "MICROSOFT", "LINKEDIN", "FACEBOOK", "X", "YAHOO", "GITHUB"]
"""In which the buttons stand, below those of the company's own providers."""

SCOPES = {"google": ["profile", "email"], "github": ["user:email"], "facebook": ["email", "public_profile"]}
LINKEDIN_URL = "https://www.linkedin.com/oauth"
SHARED_TENANTS = {"", "common", "organizations", "consumers"}

RESERVED = {*KNOWN, "linkedin", "openid_connect", "saml"}
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")

SAML_ATTRIBUTES = {
    "uid": ["urn:oasis:names:tc:SAML:attribute:subject-id"],
    "email": [
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "email",
        "mail",
    ],
    "first_name": [
        "urn:oid:2.5.4.42",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "firstName",
        "givenName",
    ],
    "last_name": [
        "urn:oid:2.5.4.4",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        "lastName",
        "sn",
    ],
}
"""What the usual servers call them. None tells whether an address is verified: SAML_<KEY>_VERIFIED_DOMAINS
alone does."""


def configured(env: Environment) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: whoever has a client id."""
    providers: dict[str, Any] = {
        name: {"APPS": [_app(env, prefix)]} | ({"SCOPE": SCOPES[name]} if name in SCOPES else {})
        for name, (prefix, _) in KNOWN.items()
        if env.get(f"{prefix}_CLIENT_ID")
    }
    if "microsoft" in providers:
        providers["microsoft"]["APPS"] = [_microsoft(env)]
    _check_keys(env)
    if apps := list(_openid_connect(env)):
        providers["openid_connect"] = {"APPS": apps}
    if apps := list(_saml(env)):
        providers["saml"] = {"APPS": apps}
    return providers


def origins(env: Environment) -> list[str]:
    """Where a form may lead: a button for signing in is answered with a redirect to the provider."""
    known = [
        origin for prefix, origins in KNOWN.values() if env.get(f"{prefix}_CLIENT_ID") for origin in origins
    ]
    openid = [_origin(app["settings"]["server_url"]) for app in _openid_connect(env)]
    saml = [
        _origin(idp.get("sso_url") or idp["metadata_url"])
        for idp in (app["settings"]["idp"] for app in _saml(env))
    ]
    return list(dict.fromkeys([*known, *openid, *saml, *_list(env, "SIGN_IN_ORIGINS")]))


def _check_keys(env: Environment) -> None:
    """A key stands in addresses and beside each identity: with one key, two providers would let in each
    other's people."""
    keys = [key.lower() for name in ("OIDC_PROVIDERS", "SAML_PROVIDERS") for key in _list(env, name)]
    if len(keys) != len(set(keys)) or RESERVED & set(keys) or not all(map(KEY.fullmatch, keys)):
        raise ImproperlyConfigured(
            "OIDC_PROVIDERS and SAML_PROVIDERS: each key must be there once, in "
            "letters, digits and hyphens, and none of " + ", ".join(sorted(RESERVED))
        )


def _app(env: Environment, prefix: str, **settings: Any) -> dict[str, Any]:
    return {
        "client_id": _needed(env, f"{prefix}_CLIENT_ID"),
        "secret": env.get(f"{prefix}_SECRET", ""),
        "settings": {
            "oauth_pkce_enabled": True,
            "verified_email": _domains(env, f"{prefix}_VERIFIED_DOMAINS"),
            "only_domains": _domains(env, f"{prefix}_ONLY_DOMAINS"),
            "position": ORDER.index(prefix) + 1 if prefix in ORDER else 0,
            **settings,
        },
    }


def _microsoft(env: Environment) -> dict[str, Any]:
    """Anybody can be the administrator of a tenant and give its people any address: only one's own can vouch
    for some."""
    tenant = env.get("MICROSOFT_TENANT", "")
    app = _app(env, "MICROSOFT", tenant=tenant or "common")
    if tenant in SHARED_TENANTS:
        app["settings"]["verified_email"] = []
    return app


def _openid_connect(env: Environment) -> Iterator[dict[str, Any]]:
    if env.get("LINKEDIN_CLIENT_ID"):
        yield {"provider_id": "linkedin", "name": "LinkedIn"} | _app(env, "LINKEDIN", server_url=LINKEDIN_URL)
    for key in _list(env, "OIDC_PROVIDERS"):
        prefix = _prefix("OIDC", key)
        url = _needed(env, f"{prefix}_URL").rstrip("/")
        yield {"provider_id": key.lower(), "name": env.get(f"{prefix}_NAME", key)} | _app(
            env, prefix, server_url=url
        )


def _saml(env: Environment) -> Iterator[dict[str, Any]]:
    for key in _list(env, "SAML_PROVIDERS"):
        prefix = _prefix("SAML", key)
        settings = {
            "idp": _saml_server(env, prefix),
            "attribute_mapping": SAML_ATTRIBUTES,
            "verified_email": _domains(env, f"{prefix}_VERIFIED_DOMAINS"),
            "advanced": {
                "reject_idp_initiated_sso": True,
                "want_attribute_statement": False,
                "allow_single_label_domains": True,
            },
        }
        yield {
            "provider_id": key.lower(),
            "client_id": key.lower(),
            "name": env.get(f"{prefix}_NAME", key),
            "settings": settings,
        }


def _saml_server(env: Environment, prefix: str) -> dict[str, Any]:
    if url := env.get(f"{prefix}_METADATA_URL"):
        return {
            "metadata_url": url,
            "entity_id": env.get(f"{prefix}_ENTITY_ID"),
            "metadata_request_timeout": 5,
        }
    names = {"entity_id": "ENTITY_ID", "sso_url": "SSO_URL", "x509cert": "CERTIFICATE"}
    return {key: _needed(env, f"{prefix}_{name}") for key, name in names.items()}


def _prefix(kind: str, key: str) -> str:
    return f"{kind}_{key.upper().replace('-', '_')}"


def _needed(env: Environment, name: str) -> str:
    if value := env.get(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set.")


def _domains(env: Environment, name: str) -> list[str]:
    return [domain.lower() for domain in _list(env, name)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _list(env: Environment, name: str) -> list[str]:
    return [item.strip() for item in env.get(name, "").split(",") if item.strip()]
