from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lib.uploads import ABOUT_FILES

FILES_HELP = _("Screenshots, PDFs, logs, and office documents. Up to 10 files, 25 MB each.")


LONGEST_DRAFT = 100_000
"""Characters that are kept of what is typed, also of what is too long to be sent."""


def storable(text: str, most: int = LONGEST_DRAFT) -> str:
    """As JSON in the database can hold it: without NUL and lone surrogates."""
    return text.replace("\0", "")[:most].encode("utf-8", "replace").decode()


def add_refusal(form: forms.Form, error: ValidationError) -> None:
    """Why the action refused: beside the field for files where it is about them, else above the form."""
    form.add_error(ABOUT_FILES if getattr(error, "code", None) == ABOUT_FILES else None, error)
