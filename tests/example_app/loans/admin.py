from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import NoDelete
from lib.admin_places import Place
from records.admin.conversation import TalkedAboutAdmin
from tests.example_app.loans.models import Loan


@admin.register(Loan)
class LoanAdmin(NoDelete, TalkedAboutAdmin[Loan]):
    place = Place("work", 90, _("Loans"), "box-seam")
    list_display = ("number", "title", "contact", "due_on", "returned_at")
    autocomplete_fields = ("account", "contact")
