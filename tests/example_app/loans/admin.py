from django.contrib import admin

from accounts.admin.base import NoDelete
from tests.example_app.loans.models import Loan


@admin.register(Loan)
class LoanAdmin(NoDelete, admin.ModelAdmin[Loan]):
    list_display = ("number", "title", "contact", "due_on", "returned_at")
    autocomplete_fields = ("account", "contact")
