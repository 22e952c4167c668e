"""What accounts have bought, with the statement of what was drawn from it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import NoDelete, actor_of, changeable
from cases.actions import correct_statement
from cases.admin.base import PrioritiesField
from cases.display.statement import balance_after, counted, lines_of, summary_of
from cases.models import Case, Deduction, Entitlement
from lib.admin_places import Place
from lib.paging import paginate


class EntitlementForm(forms.ModelForm[Entitlement]):
    priorities = PrioritiesField()


class CorrectionForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=9, decimal_places=2,
        help_text=gettext_lazy(
            "A negative amount credits, a positive amount deducts. The correction is added as a separate "
            "line."
        ),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=150,
        help_text=gettext_lazy("Shown to the customer in the statement."),
    )

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Enter an amount other than zero."))
        return amount


@admin.register(Entitlement)
class EntitlementAdmin(NoDelete, admin.ModelAdmin[Entitlement]):
    place = Place("people", 5, gettext_lazy("Contracts"), "patch-check")
    form = EntitlementForm
    list_display = (
        "name",
        "account",
        "product",
        "amount_words",
        "spent",
        "left",
        "valid_from",
        "valid_until",
        "is_active",
    )
    list_filter = ("is_active", "unit", "limit", "product", "valid_until")
    list_select_related = ("account", "product")
    search_fields = ("name", "account__name", "account__number")
    autocomplete_fields = ("account",)
    show_full_result_count = False
    change_form_template = "admin/cases/entitlement/change_form.html"
    fields = (
        "name",
        "account",
        "product",
        "unit",
        "amount",
        "valid_from",
        "valid_until",
        "limit",
        "consumed_on",
        "priorities",
        "sla_policy",
        "is_active",
        "spent",
        "left",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entitlement]:
        return super().get_queryset(request).with_consumption()  # type: ignore[attr-defined, no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> tuple[str, ...]:
        """Whose it is and what it counts stay as they are once something was drawn from it."""
        is_used = obj is not None and Deduction.objects.filter(entitlement=obj).exists()
        return ("spent", "left", *(("account", "unit") if is_used else ()))

    def get_urls(self) -> list[URLPattern]:
        correct = self.admin_site.admin_view(self.correct_view)
        return [
            path("<int:pk>/correct/<int:line>/", correct, name="cases_entitlement_correct"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def amount_words(self, entitlement: Entitlement) -> str:
        return _amount(entitlement, entitlement.amount)

    @admin.display(description=gettext_lazy("used"), ordering="loaded_consumption")
    def spent(self, entitlement: Entitlement) -> str:
        return _amount(entitlement, entitlement.consumed) if not entitlement._state.adding else "–"

    @admin.display(description=gettext_lazy("left"))
    def left(self, entitlement: Entitlement) -> str:
        return _amount(entitlement, entitlement.remaining) if not entitlement._state.adding else "–"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        pk = int(object_id) if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else 0
        entitlement = self.get_queryset(request).select_related("product").filter(pk=pk).first()
        context = _statement(entitlement, request) if entitlement else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def correct_view(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        entitlement: Entitlement = changeable(self, request, pk, posts=False)
        deduction = get_object_or_404(
            Deduction.objects.select_related("case", "corrects__case"), pk=line, entitlement=entitlement
        )
        deduction = deduction.corrects or deduction
        form = CorrectionForm(
            request.POST if request.method == "POST" else None, initial={"amount": -deduction.rest}
        )
        if form.is_valid() and "preview" not in request.POST and _corrected(request, deduction, form):
            messages.success(request, _("The statement has been corrected."))
            return redirect("admin:cases_entitlement_change", pk)
        words = {
            "title": _("Correct the statement"),
            "subtitle": str(entitlement),
            "opts": self.opts,
            "form": form,
        }
        context = {**self.admin_site.each_context(request), **words, **_sums(entitlement, deduction, form)}
        return TemplateResponse(request, "admin/cases/entitlement/correct.html", context)


def _statement(entitlement: Entitlement, request: HttpRequest) -> dict[str, Any]:
    """As the customer reads it, and where each line leads here."""
    rows = Deduction.objects.filter(entitlement=entitlement).for_reader(Case.objects.all())
    page = paginate(rows, by="at", query=request.GET)
    lines = lines_of(page.rows, balance_after(next(iter(page.rows), None), entitlement))
    return {
        "statement": page,
        "lines": list(zip(page.rows, lines, strict=True)),
        "summary": summary_of(entitlement, timezone.localdate()),
    }


def _corrected(request: HttpRequest, deduction: Deduction, form: CorrectionForm) -> bool:
    try:
        correct_statement(actor=actor_of(request), deduction=deduction, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _sums(entitlement: Entitlement, deduction: Deduction, form: CorrectionForm) -> dict[str, Any]:
    """What is left now, and what would be with the amount that the form shows."""
    amount = form.cleaned_data.get("amount") if form.is_bound else form.initial["amount"]
    after = counted(entitlement.remaining - amount, entitlement) if amount is not None else ""
    words = {
        "taken": counted(deduction.amount, entitlement),
        "rest": counted(deduction.rest, entitlement),
        "after": after,
    }
    return {
        "entitlement": entitlement,
        "line": deduction,
        "now": counted(entitlement.remaining, entitlement),
        **words,
    }


def _amount(entitlement: Entitlement, amount: Decimal) -> str:
    number = number_format(amount.normalize() if amount == amount.to_integral() else amount)
    return f"{number} {entitlement.get_unit_display().lower()}"
