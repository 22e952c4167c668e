"""Where menu entries and redirects may lead."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from lib.paths import normalize

_OWN = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f\ud800-\udfff]*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
EXPECTED = _(
    "Enter https://…, mailto:… with an email address, or an address in this portal that begins with /."
)
_validate_url = URLValidator(schemes=["https"])


def is_own(target: str) -> bool:
    """An address of this portal. What browsers read as another site (``//x``, ``/\\x``) is none."""
    return bool(_OWN.fullmatch(target))


def path_of(target: str) -> str:
    """The path of an own address, as page rules and redirects look it up."""
    return normalize(re.split(r"[?#]", target, maxsplit=1)[0])


def with_scheme(target: str) -> str:
    """What people type: ``shop.example/x`` means https."""
    target = target.strip()
    return target if not target or target[0] in "/\\" or _SCHEME.match(target) else f"https://{target}"


def validate_target(target: str) -> None:
    if is_own(target):
        return
    try:
        if target.startswith("mailto:"):
            EmailValidator()(target.removeprefix("mailto:").split("?")[0])
        else:
            _validate_url(target)
    except ValidationError as error:
        raise ValidationError(EXPECTED) from error
