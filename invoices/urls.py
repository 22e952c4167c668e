from django.urls import path

from invoices import views

app_name = "invoices"
urlpatterns = [
    path("", views.invoice_list, name="list"),
    path("<slug:number>/", views.invoice_detail, name="detail"),
    path("<slug:number>/pdf/", views.invoice_pdf, name="pdf"),
]
