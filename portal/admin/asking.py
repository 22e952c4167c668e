"""Before a change of who can see what is saved, the administrator is told what it does, and asked."""

from collections.abc import Iterator
from typing import Any

from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from portal.access.impact import Impact, Sight, compare

SEAL, EXPOSES, GO_BACK = "access_seal", "access_exposes", "access_back"
ASIDE = (SEAL, EXPOSES, GO_BACK, "csrfmiddlewaretoken")
"""Fields of the question, not of the form that it is about."""


class _NotYet:
    """Shows a form again as it was typed."""

    def full_clean(self) -> None:
        super().full_clean()  # type: ignore[misc]
        self.add_error(None, _("Nothing has been saved yet."))  # type: ignore[attr-defined]


class AsksFirst:
    """For a ModelAdmin whose rows decide who sees what.

    The change is made, measured, and taken back within one transaction. It is made for good when the same
    form comes again with the seal of what was shown: another change, or another effect because the world has
    moved on, leads to a new question.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changeform_view  # type: ignore[misc]
        if request.method != "POST" or GO_BACK in request.POST:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            before = Sight.now()
            response = view(request, *args, **kwargs)
            impact = compare(before, Sight.now()) if hasattr(request, "saved_object") else None
            if not impact or _is_confirmed(request, impact):
                return response
            transaction.set_rollback(True)
        request._messages = default_storage(request)  # type: ignore[attr-defined]  # without "was saved"
        return self._ask(request, impact)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        return type(form)(form.__name__, (_NotYet, form), {}) if GO_BACK in request.POST else form

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> Any:
        request.saved_object = obj  # type: ignore[attr-defined]
        return super().response_add(request, obj, *args)  # type: ignore[misc]

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        request.saved_object = obj  # type: ignore[attr-defined]
        return super().response_change(request, obj)  # type: ignore[misc]

    def _ask(self, request: HttpRequest, impact: Impact) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Review access changes"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "object": str(request.saved_object),  # type: ignore[attr-defined]
            "impact": impact,
            "typed": list(_typed(request)),
            "seal": _seal(request, impact),
            "is_unticked": SEAL in request.POST and impact.exposes_to_visitors,
        }
        return TemplateResponse(request, "admin/portal/access/confirm.html", context)


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, values in request.POST.lists() if name not in ASIDE for value in values)


def _seal(request: HttpRequest, impact: Impact) -> str:
    shown = repr((request.user.pk, request.path, sorted(_typed(request)), impact))
    return salted_hmac("portal.admin.asking", shown, algorithm="sha256").hexdigest()


def _is_confirmed(request: HttpRequest, impact: Impact) -> bool:
    is_same = constant_time_compare(request.POST.get(SEAL, ""), _seal(request, impact))
    return is_same and (not impact.exposes_to_visitors or EXPOSES in request.POST)
