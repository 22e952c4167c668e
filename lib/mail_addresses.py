"""E-mail addresses, each in one spelling: what is stored, compared, limited and mailed is the same text.

Mail programs read more into an address than its characters. ``=?utf-8?q?vic=74im?=@acme.example`` goes to
``victim@…``, the comma in ``"eve@evil.example,"@acme.example`` may end one address and begin another, and a
domain in full-width letters is another's. So a local part that means more than it says is refused, and a
domain is kept as name servers know it.
"""

import re
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _

MAX_LENGTH = 254
"""RFC 5321, and the columns."""
_ATOM = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_ENCODED_WORD = re.compile(r"=\?|\?=")


def mail_address(text: str) -> str:
    """The address in its one spelling: in small letters, without spaces around it, the domain in ASCII.

    Raises ValidationError for what is no address, or could be read as another: with quotes, comments, encoded
    words, control characters or letters beyond ASCII before the ``@``, or with an IP address behind it.
    """
    local_part, _at, domain = text.strip().rpartition("@")
    address = f"{local_part}@{mail_domain(domain)}".lower()
    is_plain = (
        _LOCAL_PART.fullmatch(local_part) and not _ENCODED_WORD.search(local_part) and address.isascii()
    )
    if not is_plain or domain.startswith("[") or len(address) > MAX_LENGTH:
        raise _no_address()
    validate_email(address)
    return address


def mail_domain(text: str) -> str:
    """A domain as name servers know it: ``bücher.example`` is ``xn--bcher-kva.example``. What is none stays
    as it is."""
    domain = text.lower()
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def or_as_typed(text: str) -> str:
    """For looking an address up, where what is no address is simply not found."""
    try:
        return mail_address(text)
    except ValidationError:
        return text.strip().lower()


def _no_address() -> ValidationError:
    return ValidationError(
        _("Enter a plain email address, for example name@company.com, without quotes or comments."),
        code="invalid",
    )


class MailAddressFormField(forms.EmailField):
    """Gives the address in its one spelling."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH, **kwargs})

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        return mail_address(address) if address else address


class MailAddressField(models.EmailField[str, str]):
    """A column whose forms, in the administration too, and whose validation keep addresses in their one
    spelling."""

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        address: str = super().clean(value, model_instance)
        return mail_address(address) if address else address

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MailAddressFormField, **kwargs})
