"""The languages that an installation offers (PORTAL_LANGUAGES)."""

from collections.abc import Sequence

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured


def offered(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Code and the language's own name for itself. An unknown code stops the start."""
    for code in codes:
        if "name_local" not in LANG_INFO.get(code, {}):
            raise ImproperlyConfigured(
                f"PORTAL_LANGUAGES: {code!r} is no language that Django knows. "
                f"Write codes such as en, de or pt-br."
            )
    return [(code, LANG_INFO[code]["name_local"].capitalize()) for code in dict.fromkeys(codes)]


def default(code: str, languages: Sequence[tuple[str, str]]) -> str:
    """The language of visitors and mails: the one that was named, or else the first."""
    if code and code not in dict(languages):
        raise ImproperlyConfigured(f"PORTAL_LANGUAGE: {code!r} is not among PORTAL_LANGUAGES.")
    return code or languages[0][0]


def is_offered(code: str) -> bool:
    return code in dict(settings.LANGUAGES)
