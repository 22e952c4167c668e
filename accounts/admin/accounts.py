from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import NoDelete
from accounts.models import Account, Contact


class ContactFormSet(BaseInlineFormSet[Contact, Account, Any]):
    """Tells of an address that the account has already: Django leaves constraints on the parent's key to the database."""

    def clean(self) -> None:
        super().clean()
        taken: set[str] = set()
        for form in self.forms:
            if form.is_valid() and form.has_changed():
                self._refuse_taken(form, taken)
                taken.add(form.instance.email)

    def _refuse_taken(self, form: Any, taken: set[str]) -> None:
        email = form.instance.email
        others = Contact.objects.filter(account=self.instance.pk, email__iexact=email).exclude(pk=form.instance.pk)
        if email in taken or (self.instance.pk and others.exists()):
            form.add_error("email", _("This account has a contact with this e-mail address already."))


class ContactInline(NoDelete, admin.TabularInline[Contact, Account]):
    model = Contact
    formset = ContactFormSet
    extra = 0
    fields = ("first_name", "last_name", "email", "job_title", "user", "is_active")
    readonly_fields = ("user", "is_active")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("user")


@admin.register(Account)
class AccountAdmin(NoDelete, admin.ModelAdmin[Account]):
    list_display = ("number", "name", "kind", "status", "account_manager")
    list_filter = ("kind", "status", "account_manager")
    search_fields = ("number", "name", "email_domains")
    autocomplete_fields = ("account_manager",)
    inlines = (ContactInline,)
