"""What an account has bought, and the statement of what was drawn from it."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.downloads import handing_out
from accounts.http import PortalRequest
from accounts.scoping import can
from cases.display.statement import balance_after, lines_of, summary_of
from cases.models import Case, Deduction, DeductionQuerySet, Entitlement
from lib.paging import paginate
from lib.spreadsheets import Cell, csv_lines

MOST_PAST = 50
"""Expired contracts that the list shows; who needs older ones asks for them."""


@require_safe
def entitlement_list(request: PortalRequest) -> HttpResponse:
    if not can(request.contact, "read", Entitlement):
        raise PermissionDenied
    today = timezone.localdate()
    rows = Entitlement.objects.visible_to(request.contact).with_consumption().select_related("product")
    current = rows.filter(valid_until__gte=today, is_active=True).order_by("valid_until", "pk")
    past = rows.filter(Q(valid_until__lt=today) | Q(is_active=False))[:MOST_PAST]
    context = {
        "crumbs": [*_way_here(request), (_("Support contracts"), "")],
        "current": [summary_of(entitlement, today) for entitlement in current],
        "past": [summary_of(entitlement, today) for entitlement in past],
    }
    return render(request, "cases/entitlement_list.html", context)


@require_safe
def entitlement_detail(request: PortalRequest, pk: int) -> HttpResponse:
    entitlement = _visible_entitlement(request, pk)
    page = paginate(_statement(request, entitlement), by="at", query=request.GET)
    context = {
        "crumbs": [
            *_way_here(request),
            (_("Support contracts"), reverse("cases:entitlements")),
            (entitlement.name, ""),
        ],
        "entitlement": entitlement,
        "summary": summary_of(entitlement, timezone.localdate()),
        "page": page,
        "lines": list(lines_of(page.rows, balance_after(next(iter(page.rows), None), entitlement))),
    }
    return render(request, "cases/entitlement_detail.html", context)


@require_safe
def entitlement_csv(request: PortalRequest, pk: int) -> StreamingHttpResponse:
    """The whole statement for a spreadsheet program."""
    entitlement = _visible_entitlement(request, pk)
    headers = {
        "Content-Disposition": f'attachment; filename="{slugify(entitlement.name) or "statement"}.csv"',
        "Cache-Control": "private, no-store",
    }
    name, actor = entitlement.name, Actor.of(request)
    with handing_out(request, actor=actor, verb="entitlement.exported", record=entitlement, contract=name):
        rows = _csv_rows(entitlement, _statement(request, entitlement).order_by("-at", "-pk"))
        return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _way_here(request: PortalRequest) -> list[tuple[str, str]]:
    """Who looks after the money may have no cases to go back to."""
    return [(_("Cases"), reverse("cases:list"))] if can(request.contact, "read", Case) else []


def _visible_entitlement(request: PortalRequest, pk: int) -> Entitlement:
    rows = Entitlement.objects.visible_to(request.contact).with_consumption().select_related("product")
    return get_object_or_404(rows, pk=pk)


def _statement(request: PortalRequest, entitlement: Entitlement) -> DeductionQuerySet:
    return Deduction.objects.filter(entitlement=entitlement).for_reader(
        Case.objects.visible_to(request.contact)
    )


def _csv_rows(entitlement: Entitlement, deductions: DeductionQuerySet) -> Iterator[list[Cell]]:
    zone, words = (
        timezone.get_current_timezone(),
        (_("Case"), _("Subject"), _("Note"), _("Amount"), _("Balance")),
    )
    headings: list[Cell] = [f"{_('When')} ({zone})", *words]

    def rows() -> Iterator[list[Cell]]:
        yield headings
        for line in lines_of(deductions.iterator(chunk_size=1000), entitlement.remaining):
            moment = line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            yield [moment, line.number, line.subject, line.note, -line.amount, line.balance]

    return rows()
