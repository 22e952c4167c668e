from django.contrib import admin

from accounts.admin.base import NoDelete
from records.admin.conversation import TalkedAboutAdmin
from tests.example_app.loans.models import Loan


@admin.register(Loan)
class LoanAdmin(NoDelete, TalkedAboutAdmin[Loan]):
    list_display = ("number", "title", "contact", "due_on", "returned_at")
    autocomplete_fields = ("account", "contact")
