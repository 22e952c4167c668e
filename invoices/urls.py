from django.urls import path

from invoices import views
from invoices.surface import INVOICES
from records.urls import record_urls

app_name = "invoices"
urlpatterns = [
    *record_urls(INVOICES),
    path("<slug:number>/", views.invoice_detail, name="detail"),
    path("<slug:number>/pdf/", views.invoice_pdf, name="pdf"),
]
