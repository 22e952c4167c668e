"""The address that the buttons below the list send to: which cases, what becomes of them, what is asked
before."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.base import actor_of
from cases.admin.base import CaseModelAdmin, agent_of
from cases.admin.case_actions import DEEDS, Deed, done_for, refused
from cases.admin.desk.filters import LONGEST, DeskFilter
from cases.admin.desk.finding import found, values_of
from cases.admin.desk.following import list_address
from cases.admin.desk.people import people_meant
from cases.models import Case
from lib.admin_parts import show

MOST_AT_ONCE = 200
MOST_SHOWN = 20
"""Cases that are listed by name."""


def deed_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    """Whoever comes by a link, from the sign-in page for example, is shown the list."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    back = list_address(request.POST.get("back", "")[:LONGEST])
    deed = DEEDS.get(request.POST.get("deed", ""))
    if request.method != "POST" or deed is None:
        return redirect(back)
    cases = chosen_cases(request, deed)
    if not cases:
        messages.warning(request, _("Select the cases first."))
        return redirect(back)
    if len(cases) > MOST_AT_ONCE:
        words = _("You can change at most %(most)d cases at once. Narrow down the list.")
        messages.error(request, words % {"most": MOST_AT_ONCE})
        return redirect(back)
    return _do_or_ask(model_admin, request, deed, cases) or redirect(back)


def chosen_cases(request: HttpRequest, deed: Deed) -> Sequence[Case]:
    """Those that are ticked, in the order of their keys; or, with ``all``, whatever the list shows on all of
    its pages. One more than can be changed at once tells that there are too many."""
    loaded = Case.objects.select_related("status", "contact", "account", "assigned_to").order_by("pk")
    if "all" in request.POST and "apply" not in request.POST:
        return list(loaded.filter(pk__in=_whole_list(request)))
    keys = [
        int(key) for key in request.POST.getlist("case") if key.isascii() and key.isdigit() and len(key) < 19
    ]
    return list(loaded.filter(pk__in=keys[: MOST_AT_ONCE + 1]))


def _whole_list(request: HttpRequest) -> list[int]:
    shown = DeskFilter.written(request.POST.get("back", ""))
    first = shown.cut(QueryDict())
    cut = type(first)(first.by, QueryDict(), MOST_AT_ONCE)
    agent = agent_of(request).pk
    rows = found(shown, cut, people_meant(shown.words, agent), **values_of(shown, cut, agent))
    return list(rows.values_list("pk", flat=True))


def _do_or_ask(
    model_admin: CaseModelAdmin, request: HttpRequest, deed: Deed, cases: Sequence[Case]
) -> HttpResponse | None:
    """None: it is done. What cannot be done is told first; the others are done when the reader says so."""
    if deed.alone and len(cases) == 1:
        return redirect(deed.alone, cases[0].pk)
    is_sent = "apply" in request.POST
    form = deed.form(request.POST if is_sent else None, cases) if deed.form else None
    if form and not form.is_valid():
        return ask(model_admin, request, deed, cases, form, {})
    value = form.cleaned_data["to"] if form else deed.value(actor_of(request))
    reasons = refused(deed, cases, value)
    asks = deed.asks or "all" in request.POST
    if (asks and not is_sent) or (reasons and "possible" not in request.POST):
        return ask(model_admin, request, deed, cases, form, reasons)
    changed, failed = done_for(
        deed, actor_of(request), [case for case in cases if case not in reasons], value
    )
    for case in changed:
        model_admin.log_change(request, case, [{"changed": {"fields": [str(deed.field)]}}])
    tell(request, len(changed), {**reasons, **failed})
    return None


def ask(  # noqa: PLR0917 -- as a page of the administration, with what it is about
    model_admin: CaseModelAdmin,
    request: HttpRequest,
    deed: Deed,
    cases: Sequence[Case],
    form: Any,
    reasons: Mapping[Case, str],
) -> HttpResponse:
    others = [case for case in cases if case not in reasons]
    context = {
        "deed": request.POST["deed"],
        "back": request.POST.get("back", "")[:LONGEST],
        "back_url": list_address(request.POST.get("back", "")),
        "form": form,
        "cases": others[:MOST_SHOWN],
        "count": len(others),
        "most": MOST_SHOWN,
        "selected": [case.pk for case in cases],
        "reasons": list(reasons.items()),
        "effects": deed.effects(others),
    }
    return show(model_admin, request, "admin/desk/ask.html", title=deed.title, **context)


def tell(request: HttpRequest, count: int, reasons: Mapping[Case, str]) -> None:
    for case, reason in list(reasons.items())[:MOST_SHOWN]:
        messages.error(request, f"{case.number}: {reason}")
    if len(reasons) > MOST_SHOWN:
        words = _("%(count)d more cases were not changed.")
        messages.error(request, words % {"count": len(reasons) - MOST_SHOWN})
    if count:
        words = ngettext("%(count)d case changed.", "%(count)d cases changed.", count)
        messages.success(request, words % {"count": count})
    elif not reasons:
        messages.info(request, _("No cases needed changing."))
