from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.downloads import handing_out
from accounts.http import PortalRequest
from invoices.actions import issue_invoice, record_payment, update_totals, void_invoice
from invoices.forms import InvoiceLineForm, InvoiceSettingsForm, PaymentForm, VoidForm
from invoices.models import Invoice, InvoiceLine, InvoiceSettings, Payment
from invoices.pdf import render_invoice
from lib.admin_places import Place
from lib.admin_start import Figure
from lib.money import format_money


def _actor(request: HttpRequest) -> Actor:
    return Actor.staff(cast("PortalRequest", request))


class OverdueFilter(admin.SimpleListFilter):
    title = gettext_lazy("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        return queryset & Invoice.objects.overdue() if self.value() == "yes" else queryset


class InvoiceLineInline(admin.TabularInline[InvoiceLine, Invoice]):
    """Lines change while the invoice is a draft, and never after."""

    model = InvoiceLine
    form = InvoiceLineForm
    extra = 0
    min_num = 1
    readonly_fields = ("net",)

    def has_add_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_delete_permission(request, obj)


class PaymentInline(admin.TabularInline[Payment, Invoice]):
    model = Payment
    extra = 0
    readonly_fields = ("amount", "received_on", "method", "reference", "created_at")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False


@admin.register(Invoice)
class InvoiceAdmin(admin.ModelAdmin[Invoice]):
    """Drafts are written here. What becomes of them goes through the actions: issue, record a payment,
    void."""

    place = Place("billing", 1, gettext_lazy("Invoices"), "receipt")
    start_figures = (
        Figure(
            gettext_lazy("Overdue invoices"), 40, lambda at: Invoice.objects.overdue(at.today), "overdue=yes",
            tone="danger",
        ),
        Figure(
            gettext_lazy("Unpaid invoices"), 41, lambda _at: Invoice.objects.open(), "status__exact=open"
        ),
        Figure(
            gettext_lazy("Draft invoices"), 42,
            lambda _at: Invoice.objects.filter(status=Invoice.Status.DRAFT), "status__exact=draft",
        ),
    )  # fmt: skip
    list_display = (
        "__str__",
        "account",
        "state_label",
        "issued_on",
        "due_on",
        "total_label",
        "balance_label",
        "purchase_order",
    )
    list_filter = ("status", OverdueFilter, "currency", "issued_on")
    list_select_related = ("account",)
    search_fields = ("number", "purchase_order", "account__name", "account__number")
    date_hierarchy = "issued_on"
    show_full_result_count = False
    view_on_site = False  # the customer's page is not for staff; the PDF is
    autocomplete_fields = ("account", "contact")
    actions = ("issue_selected",)
    change_form_template = "invoices/admin/invoice_change_form.html"
    sums = ("state_label", "net_total", "tax_total", "total", "amount_paid", "balance_label")
    readonly_fields = sums
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "contact"),
                    ("number", "purchase_order"),
                    ("issued_on", "due_on", "currency"),
                )
            },
        ),
        (gettext_lazy("Totals"), {"fields": (sums,)}),
        (
            gettext_lazy("Bill to"),
            {
                "fields": ("bill_to_name", "bill_to_address", "bill_to_vat"),
                "description": gettext_lazy(
                    "Blank fields are filled in from the account when the invoice is issued."
                ),
            },
        ),
        (gettext_lazy("Texts"), {"fields": ("notes", "tax_note")}),
    )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state_label(self, invoice: Invoice) -> str:
        return str(invoice.state.label)

    @admin.display(description=gettext_lazy("total"), ordering="total")
    def total_label(self, invoice: Invoice) -> str:
        return format_money(invoice.total, invoice.currency)

    @admin.display(description=gettext_lazy("balance"))
    def balance_label(self, invoice: Invoice) -> str:
        return format_money(invoice.balance, invoice.currency)

    def get_inlines(self, request: HttpRequest, obj: Invoice | None) -> list[Any]:
        return [InvoiceLineInline] if obj is None or obj.is_draft else [InvoiceLineInline, PaymentInline]

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        update_totals(invoice=form.instance)

    def response_add(
        self, request: HttpRequest, obj: Invoice, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._issue_if_asked(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Invoice) -> HttpResponse:
        return self._issue_if_asked(request, obj) or super().response_change(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/payment/", view(self.payment_view), name="invoices_invoice_payment"),
            path("<int:pk>/void/", view(self.void_view), name="invoices_invoice_void"),
            path("<int:pk>/pdf/", view(self.pdf_view), name="invoices_invoice_pdf"),
            *super().get_urls(),
        ]

    def payment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self._workable(request, pk)
        form = PaymentForm(request.POST or None, invoice=invoice)
        enter = lambda: record_payment(actor=_actor(request), invoice=invoice, **form.cleaned_data)  # noqa: E731
        if request.method == "POST" and _done(form, enter):
            messages.success(request, _("The payment has been recorded."))
            return redirect("admin:invoices_invoice_change", pk)
        return self._form_page(request, invoice, form, title=_("Record payment"), button=_("Record payment"))

    def void_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self._workable(request, pk)
        form = VoidForm(request.POST or None)
        void = lambda: void_invoice(actor=_actor(request), invoice=invoice, **form.cleaned_data)  # noqa: E731
        if request.method == "POST" and _done(form, void):
            messages.success(request, _("%(invoice)s has been voided.") % {"invoice": invoice})
            return redirect("admin:invoices_invoice_change", pk)
        return self._form_page(request, invoice, form, title=_("Void this invoice"), button=_("Void invoice"))

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(Invoice, pk=pk)
        if not self.has_view_permission(request, invoice):
            raise PermissionDenied
        headers = {
            "Content-Disposition": f'inline; filename="{invoice}.pdf"',
            "Cache-Control": "private, no-store",
        }
        with handing_out(
            request, actor=_actor(request), verb="invoice.downloaded", record=invoice, invoice=str(invoice)
        ):
            pdf = render_invoice(invoice, InvoiceSettings.objects.the_one())
            return HttpResponse(pdf, content_type="application/pdf", headers=headers)

    @admin.action(description=gettext_lazy("Issue selected drafts"), permissions=["change"])
    def issue_selected(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> None:
        for invoice in queryset.order_by("issued_on", "pk"):
            self._issue(request, invoice)

    def _issue_if_asked(self, request: HttpRequest, invoice: Invoice) -> HttpResponse | None:
        if "_issue" not in request.POST:
            return None
        self._issue(request, invoice)
        return redirect("admin:invoices_invoice_change", invoice.pk)

    def _issue(self, request: HttpRequest, invoice: Invoice) -> None:
        try:
            issue_invoice(actor=_actor(request), invoice=invoice)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("%(invoice)s has been issued.") % {"invoice": invoice})

    def _workable(self, request: HttpRequest, pk: int) -> Invoice:
        """An invoice on which a member of staff may do more than look; its state is for the actions to
        judge."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Invoice.objects.select_related("account"), pk=pk)

    def _form_page(
        self, request: HttpRequest, invoice: Invoice, form: forms.Form | PaymentForm, **texts: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **texts,
            "opts": self.opts,
            "invoice": invoice,
            "form": form,
        }
        return TemplateResponse(request, "invoices/admin/invoice_form.html", context)


def _done(form: forms.Form | PaymentForm, deed: Callable[[], object]) -> bool:
    """Whether the form was valid and the deed accepted; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        deed()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@admin.register(InvoiceSettings)
class InvoiceSettingsAdmin(admin.ModelAdmin[InvoiceSettings]):
    """One row: its list leads straight to it."""

    place = Place("billing", 2, gettext_lazy("Invoice settings"), "gear")
    form = InvoiceSettingsForm
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "legal_name",
                    "address",
                    "vat_number",
                    ("email", "phone"),
                    ("logo", "remove_logo"),
                    "footer_text",
                )
            },
        ),
        (gettext_lazy("How to pay"), {"fields": ("bank_name", "iban", "bic")}),
        (gettext_lazy("Numbering"), {"fields": (("number_prefix", "next_number"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: InvoiceSettings | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:invoices_invoicesettings_change", InvoiceSettings.objects.stored().pk)
