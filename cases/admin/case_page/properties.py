"""What a case is, changed in place: each property is saved by itself, once, and never over a colleague's
choice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.admin.base import actor_of
from cases.actions.status import locked_case
from cases.admin.base import CaseModelAdmin, by_post, desk_address, list_behind, to_case
from cases.admin.case_form import save_changes
from cases.admin.case_page.beside import contracts_of
from cases.admin.case_page.options import Choice, Options, current
from cases.forms.composing import open_steps_words
from cases.models import Case, CaseStep, StatusCategory
from lib.admin_parts import AdminPage
from lib.widgets import PlainSelect

LABELS = {
    "status": gettext_lazy("Status"),
    "assigned_to": gettext_lazy("Assigned to"),
    "priority": gettext_lazy("Priority"),
    "queue": gettext_lazy("Queue"),
    "request_type": gettext_lazy("Type"),
    "product": gettext_lazy("Product"),
    "entitlement": gettext_lazy("Entitlement"),
}
MAY_BE_EMPTY = ("assigned_to", "queue", "product", "entitlement")
NONE = "–"


@dataclass(frozen=True)
class Property:
    name: str
    label: Any
    value: str
    """As the form sends it back: what the reader had before their eyes."""
    text: str
    field: SafeString | str = ""
    """Empty for whoever may only look."""

    @property
    def field_id(self) -> str:
        return f"case_{self.name}"


def properties_of(case: Any, options: Options | None) -> list[Property]:
    return [_property(name, case, options) for name in LABELS]


TOLD = ("status", "assigned_to", "priority", "queue")
"""What comes with a message, too."""


@contextmanager
def in_history(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> Iterator[None]:
    """What else a deed changes of the case is in its history, as if it had been chosen beside."""
    kept = Case.objects.filter(pk=case.pk).values(*TOLD)
    before = kept.get()
    yield
    now = kept.all().get()
    with override(None):
        changed = [str(LABELS[name]) for name in TOLD if now[name] != before[name]]
    if changed:
        model_admin.log_change(request, case, [{"changed": {"fields": changed}}])


def _property(name: str, case: Any, options: Options | None) -> Property:
    now = current(name, case)
    value, text = (str(now[0]), now[1]) if now else ("", NONE)
    shown = Property(name, LABELS[name], value, text)
    if options is None:
        return shown
    choices = _choices(name, case, options)
    field = PlainSelect(choices=choices).render(name, value, {"id": shown.field_id, "data-property": True})
    return Property(name, LABELS[name], value, text, field)


def _choices(name: str, case: Any, options: Options) -> list[Choice]:
    empty: list[Choice] = [("", NONE)] if name in MAY_BE_EMPTY else []
    if name == "entitlement":
        now, found = current(name, case), contracts_of(case)
        known = now is None or any(pk == now[0] for pk, _label in found)
        return [*empty, *found] if known else [*empty, cast("Choice", now), *found]
    return [*empty, *options.of_property(name, case)]


@by_post
def properties_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """Save what was sent of the properties: one by the script, all by the button without it."""
    with transaction.atomic():
        form = _form(model_admin, request, locked_case(case))
        refusal = _refusal(form, request)
        if not refusal:
            save_changes(actor=actor_of(request), case=form.instance, form=form)
            model_admin.log_change(
                request, form.instance, model_admin.construct_change_message(request, form, [])
            )
    return _answer(request, case, refusal)


def _form(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> Any:
    """The whole form of the case: what was not sent is as the row has it."""
    kind: Any = model_admin.get_form(request, case, change=True)
    blank, complete = kind(instance=case), QueryDict(mutable=True)
    for name in blank.fields:
        row = _text(blank.initial.get(name))
        complete[name] = request.POST.get(name, row)
        complete[f"initial-{name}"] = request.POST.get(f"initial-{name}", row)
    return kind(complete, instance=case)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _refusal(form: Any, request: HttpRequest) -> dict[str, Any] | None:
    """Why nothing is saved. What a colleague chose meanwhile stands."""
    overtaken = [name for name in form.fields if _is_overtaken(form, name)]
    if overtaken:
        labels = ", ".join(str(LABELS.get(name, form.fields[name].label)) for name in overtaken)
        words = _("Not saved: a colleague changed this in the meantime (%(what)s).") % {"what": labels}
        return {"words": words, "status": 409, "is_stale": True}
    if not form.is_valid():
        return {
            "words": " ".join(message for each in form.errors.values() for message in each),
            "status": 400,
        }
    return _open_steps(form, request)


def _is_overtaken(form: Any, name: str) -> bool:
    """Whether the reader changed what the row no longer says as they saw it, to something else."""
    chosen, seen, row = form.data[name], form.data[f"initial-{name}"], _text(form.initial.get(name))
    return bool(chosen != seen and row not in (seen, chosen))


def _open_steps(form: Any, request: HttpRequest) -> dict[str, Any] | None:
    status = form.cleaned_data["status"]
    if "status" not in form.changed_data or status.category != StatusCategory.RESOLVED:
        return None
    count = CaseStep.objects.open().filter(case=form.instance).count()
    seen = request.POST.get("seen_steps", "")
    if count <= (int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0):
        return None
    return {"words": open_steps_words(count), "status": 409, "seen_steps": count}


def _answer(request: HttpRequest, case: Case, refusal: dict[str, Any] | None) -> HttpResponse:
    words = refusal["words"] if refusal else _("Saved.")
    if "application/json" in request.headers.get("Accept", ""):
        status = refusal["status"] if refusal else 200
        return JsonResponse({**(refusal or {}), "words": words}, status=status)
    (messages.error if refusal else messages.success)(request, words)
    if refusal and "seen_steps" in refusal:
        return redirect(desk_address(case, steps=str(refusal["seen_steps"]), **{"in": list_behind(request)}))
    return to_case(request, case)


PROPERTIES = (AdminPage("properties", "<int:pk>/properties/", properties_view),)
