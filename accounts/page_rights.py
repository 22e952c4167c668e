"""What the view of a page asks of its reader, beside the rules on pages.

It is said once, at the view: asked with every click, and by the reports on access of whoever they tell about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from accounts.models import Contact
from accounts.scoping import Privilege, RecordType, can

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class PageRight:
    """``is_held_by`` decides; the others say which roles can make a difference."""

    privilege: Privilege
    record_type: RecordType
    is_held_by: Callable[[Contact | None], bool]


def only_for(
    privilege: Privilege,
    model: type[models.Model],
    is_held_by: Callable[[Contact | None], bool] | None = None,
) -> Callable[[View], View]:
    """Refuse whoever may not do this with any record of the model, or does not pass the stricter
    ``is_held_by``."""
    record_type: RecordType = model.record_type  # type: ignore[attr-defined]
    right = PageRight(privilege, record_type, is_held_by or (lambda contact: can(contact, privilege, model)))

    def mark(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not right.is_held_by(request.contact):  # type: ignore[attr-defined]
                raise PermissionDenied
            return view(request, *args, **kwargs)

        asked.page_right = right  # type: ignore[attr-defined]
        return asked

    return mark
