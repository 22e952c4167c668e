"""What accounts have bought, with the statement of what was drawn from it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import correct_statement
from cases.admin.base import NotDeleted, PrioritiesField, actor_of, changeable
from cases.models import Deduction, Entitlement
from portal.lib.paging import paginate


class EntitlementForm(forms.ModelForm[Entitlement]):
    priorities = PrioritiesField()


class CorrectionForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=9, decimal_places=2,
        help_text=gettext_lazy("Below zero gives back, above zero takes more. It is a line of its own; nothing is rewritten."),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Why"), max_length=150, help_text=gettext_lazy("The customer reads it in the statement."))

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Write an amount other than zero."))
        return amount


@admin.register(Entitlement)
class EntitlementAdmin(NotDeleted, admin.ModelAdmin[Entitlement]):
    form = EntitlementForm
    list_display = ("name", "account", "product", "amount_words", "spent", "left", "valid_from", "valid_until", "is_active")
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
        return [path("<int:pk>/correct/<int:line>/", correct, name="cases_entitlement_correct"), *super().get_urls()]

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
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pk = int(object_id) if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else 0
        lines = Deduction.objects.filter(entitlement=pk)
        page = paginate(lines.select_related("case", "time_entry"), by="at", query=request.GET)
        return super().change_view(request, object_id, form_url, {"statement": page, **(extra_context or {})})

    def correct_view(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        entitlement: Entitlement = changeable(self, request, pk, posts=False)
        deduction = get_object_or_404(Deduction.objects.select_related("case", "entitlement"), pk=line, entitlement=entitlement)
        form = CorrectionForm(request.POST if request.method == "POST" else None, initial={"amount": -deduction.amount})
        if form.is_valid():
            correct_statement(actor=actor_of(request), deduction=deduction, **form.cleaned_data)
            messages.success(request, _("The statement is corrected."))
            return redirect("admin:cases_entitlement_change", pk)
        words = {"title": _("Correct the statement"), "subtitle": str(entitlement), "opts": self.opts}
        context = {**self.admin_site.each_context(request), **words, "form": form, "entitlement": entitlement, "line": deduction}
        return TemplateResponse(request, "admin/cases/entitlement/correct.html", context)


def _amount(entitlement: Entitlement, amount: Decimal) -> str:
    number = number_format(amount.normalize() if amount == amount.to_integral() else amount)
    return f"{number} {entitlement.get_unit_display().lower()}"
