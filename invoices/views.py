from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.downloads import handing_out
from accounts.http import PortalRequest
from invoices.document import document_of
from invoices.models import Invoice, InvoiceSettings
from invoices.pdf import render_invoice


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
