"""What agents do with several cases of the list at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.base import actor_of
from accounts.models import Contact
from cases import actions
from cases.admin.base import CaseModelAdmin
from cases.forms import AgentForm, QueueForm
from cases.models import Case, CaseParticipant, CaseStatus, StatusCategory
from lib.admin_parts import show


@admin.action(description=gettext_lazy("Assign to me"), permissions=["change"])
def assign_to_me(model_admin: CaseModelAdmin, request: HttpRequest, queryset: QuerySet[Case]) -> None:
    for case in queryset:
        actions.assign_case(actor=actor_of(request), case=case, to=actor_of(request).user)
    _tell(request, len(queryset))


@admin.action(description=gettext_lazy("Assign to agent…"), permissions=["change"])
def assign_to_agent(
    model_admin: CaseModelAdmin, request: HttpRequest, queryset: QuerySet[Case]
) -> HttpResponse | None:
    form = AgentForm(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, queryset, form, action="assign_to_agent", title=_("Assign cases"))
    for case in queryset:
        actions.assign_case(actor=actor_of(request), case=case, to=form.cleaned_data["to"])
    _tell(request, len(queryset))
    return None


@admin.action(description=gettext_lazy("Move to queue…"), permissions=["change"])
def move_to_queue(
    model_admin: CaseModelAdmin, request: HttpRequest, queryset: QuerySet[Case]
) -> HttpResponse | None:
    form = QueueForm(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, queryset, form, action="move_to_queue", title=_("Move cases"))
    for case in queryset:
        actions.move_to_queue(actor=actor_of(request), case=case, queue=form.cleaned_data["to"])
    _tell(request, len(queryset))
    return None


@admin.action(description=gettext_lazy("Resolve…"), permissions=["change"])
def resolve(
    model_admin: CaseModelAdmin, request: HttpRequest, queryset: QuerySet[Case]
) -> HttpResponse | None:
    """Asks first, because customers are told. What cannot be resolved is named; the others are."""
    open_ones = queryset.exclude(category=StatusCategory.RESOLVED)
    if "apply" not in request.POST:
        effects = what_resolving_does(queryset, open_ones)
        return _ask(
            model_admin,
            request,
            queryset,
            forms.Form(),
            action="resolve",
            title=_("Resolve cases"),
            effects=effects,
        )
    status, done = CaseStatus.objects.first_of(StatusCategory.RESOLVED), 0
    for case in open_ones:
        try:
            actions.change_status(actor=actor_of(request), case=case, status=status)
            done += 1
        except ValidationError as error:
            messages.error(request, f"{case.number}: {error.messages[0]}")
    _tell(request, done)
    return None


def _ask(
    model_admin: CaseModelAdmin,
    request: HttpRequest,
    queryset: QuerySet[Case],
    form: Any,
    *,
    action: str,
    title: str,
    effects: Sequence[str] = (),
) -> HttpResponse:
    context = {
        "form": form,
        "action": action,
        "effects": effects,
        "cases": queryset[:20],
        "count": queryset.count(),
        "selected": request.POST.getlist("_selected_action"),
        "select_across": request.POST.get("select_across", "0"),
    }
    return show(model_admin, request, "admin/cases/case/choose.html", title=title, **context)


def _tell(request: HttpRequest, count: int) -> None:
    if count:
        messages.success(
            request,
            ngettext("%(count)d case changed.", "%(count)d cases changed.", count) % {"count": count},
        )


def what_resolving_does(chosen: QuerySet[Case], open_ones: QuerySet[Case]) -> list[str]:
    """In sentences, before it is done."""
    done, told = chosen.count() - open_ones.count(), customers_of(open_ones)
    mails = ngettext(
        "%(count)d customer is notified by email.", ("%(count)d customers are notified by email."), told
    ) % {"count": told}
    if not done:
        return [mails]
    already = ngettext(
        "%(count)d of them is already resolved.", "%(count)d of them are already resolved.", done
    ) % {"count": done}
    return [mails, already]


def customers_of(cases: QuerySet[Case]) -> int:
    """How many people have a mail about these cases: their contacts, and who is kept in the loop."""
    rows = cases.order_by().values("pk")
    joined = CaseParticipant.objects.filter(case__in=rows).values("contact")
    people = Contact.objects.filter(
        Q(pk__in=cases.order_by().values("contact")) | Q(pk__in=joined)
    ).select_related("account", "user")
    return sum(person.can_be_told for person in people)
