from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.downloads import handing_out
from accounts.http import PortalRequest
from accounts.page_rights import only_for
from invoices.document import document_of, open_sums, summary_of
from invoices.forms import InvoiceFilterForm
from invoices.models import Invoice, InvoiceSettings
from invoices.pdf import render_invoice
from lib.paging import paginate


@require_safe
@only_for("read", Invoice)
def invoice_list(request: PortalRequest) -> HttpResponse:
    form = InvoiceFilterForm(request.GET)
    page = paginate(
        form.narrow(Invoice.objects.visible_to(request.contact)), by="issued_on", query=request.GET
    )
    is_whole_list = not (page.newer_url or page.older_url or form.words)
    context = {
        "form": form,
        "page": page,
        "invoices": [summary_of(invoice) for invoice in page.rows],
        "open_sums": open_sums(page.rows) if is_whole_list else [],
    }
    return render(request, "invoices/invoice_list.html", context)


@require_safe
def invoice_detail(request: PortalRequest, number: str) -> HttpResponse:
    document = document_of(_visible_invoice(request, number), InvoiceSettings.objects.the_one())
    return render(request, "invoices/invoice_detail.html", {"invoice": document})


@require_safe
def invoice_pdf(request: PortalRequest, number: str) -> HttpResponse:
    invoice = _visible_invoice(request, number)
    headers = {
        "Content-Disposition": f'inline; filename="{number}.pdf"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    with handing_out(
        request, actor=Actor.of(request), verb="invoice.downloaded", record=invoice, invoice=number
    ):
        pdf = render_invoice(invoice, InvoiceSettings.objects.the_one())
        return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _visible_invoice(request: PortalRequest, number: str) -> Invoice:
    """The invoice with its lines and payments, for those who may read it."""
    invoices = (
        Invoice.objects.visible_to(request.contact)
        .select_related("contact")
        .prefetch_related("lines", "payments")
    )
    return get_object_or_404(invoices, number=number)
