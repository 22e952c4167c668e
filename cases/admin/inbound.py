"""Messages that arrived by mail. Nothing that came is lost: what could not be read, or was refused, is dealt with here."""

from typing import Any

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

from cases.admin.base import NotDeleted, actor_of, changeable
from cases.inbound.by_hand import add_to_case, read_again
from cases.models import Case, InboundMail


class AddToCaseForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Case"),
        max_length=20,
        help_text=gettext_lazy("Its number. The message becomes an internal note, with its files."),
    )

    def clean_number(self) -> Case:
        found = Case.objects.filter(number=self.cleaned_data["number"].upper()).first()
        if found is None:
            raise ValidationError(_("There is no case with this number."))
        return found


@admin.register(InboundMail)
class InboundMailAdmin(NotDeleted, admin.ModelAdmin[InboundMail]):
    list_display = ("received_at", "sender", "subject", "outcome", "reason", "case")
    list_display_links = ("received_at", "subject")
    list_filter = ("outcome", "received_at")
    list_select_related = ("case",)
    search_fields = ("sender", "subject", "recipient", "message_id")
    show_full_result_count = False
    actions = ("try_again",)
    fields = ("received_at", "sender", "recipient", "subject", "outcome", "reason", "case", "message_id")
    readonly_fields = fields
    change_form_template = "admin/cases/inboundmail/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMail]:
        return super().get_queryset(request).defer("raw")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/raw/", view(self.raw_view), name="cases_inboundmail_raw"),
            path("<int:pk>/again/", view(self.again_view), name="cases_inboundmail_again"),
            path("<int:pk>/add/", view(self.add_to_case_view), name="cases_inboundmail_add_to_case"),
            *super().get_urls(),
        ]

    def raw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message as it came, to be saved and never shown by the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail = get_object_or_404(InboundMail, pk=pk)
        headers = {"Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(bytes(mail.raw), content_type="application/octet-stream", headers=headers)

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._try_again(request, [changeable(self, request, pk)])
        return redirect("admin:cases_inboundmail_change", pk)

    def add_to_case_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail: InboundMail = changeable(self, request, pk, posts=False)
        if not request.user.has_perm("cases.change_case"):
            raise PermissionDenied
        form = AddToCaseForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._added(request, mail, form):
            return redirect("admin:cases_case_change", form.cleaned_data["number"].pk)
        context = {"title": _("Add to a case"), "subtitle": str(mail), "form": form, "mail": mail, "opts": self.opts}
        return TemplateResponse(request, "admin/cases/inboundmail/add.html", {**self.admin_site.each_context(request), **context})

    @admin.action(description=gettext_lazy("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> None:
        self._try_again(request, queryset)

    def _try_again(self, request: HttpRequest, mails: Any) -> None:
        for mail in mails:
            try:
                read_again(actor=actor_of(request), mail=mail)
            except ValidationError as error:
                messages.error(request, f"{mail}: {error.messages[0]}")
            else:
                messages.success(request, _("%(mail)s: it is read again in a moment.") % {"mail": mail})

    def _added(self, request: HttpRequest, mail: InboundMail, form: AddToCaseForm) -> bool:
        try:
            add_to_case(actor=actor_of(request), mail=mail, case=form.cleaned_data["number"])
        except ValidationError as error:
            form.add_error("number", error)
            return False
        messages.success(request, _("The message is in the case."))
        return True
