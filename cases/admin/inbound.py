"""Messages that arrived by mail. Nothing that came is lost: what could not be read, or was refused, is dealt
with here."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.downloads import handing_out
from cases.admin.base import NotDeleted, actor_of, changeable
from cases.inbound import mailbox
from cases.inbound.by_hand import add_to_case, contents_of, read_again, set_aside, why_not_again
from cases.models import Case, InboundMail

Outcome = InboundMail.Outcome
SHOWN = 50_000
"""Characters of a message's text on its page; the rest is in the message itself."""
BADGES = {
    Outcome.WAITING: "case-badge is-active",
    Outcome.ADDED: "case-badge is-resolved",
    Outcome.REFUSED: "case-badge is-waiting",
    Outcome.HELD: "case-badge is-waiting",
    Outcome.IGNORED: "case-badge",
    Outcome.FAILED: "case-due is-late",
}


class OutcomeFilter(admin.SimpleListFilter):
    """What needs a hand unless the reader says otherwise."""

    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*[(str(value), str(label)) for value, label in Outcome.choices], ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("Needs attention")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> QuerySet[InboundMail]:
        if self.value() == "all":
            return queryset
        return (
            queryset.filter(outcome=self.value())
            if self.value() in Outcome
            else queryset.filter(outcome__in=InboundMail.IN_NEED)
        )


class AddToCaseForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Case"),
        max_length=20,
        help_text=gettext_lazy("The case number. The message is added as an internal note, with its files."),
    )

    def clean_number(self) -> Case:
        found = Case.objects.filter(number=self.cleaned_data["number"].upper()).first()
        if found is None:
            raise ValidationError(_("There is no case with this number."))
        return found


@admin.register(InboundMail)
class InboundMailAdmin(NotDeleted, admin.ModelAdmin[InboundMail]):
    list_display = ("about", "outcome_and_reason", "received_at", "case_number")
    list_display_links = ("about",)
    list_filter = (OutcomeFilter, "received_at")
    list_select_related = ("case",)
    list_per_page = 50
    search_fields = ("sender", "subject", "recipient", "message_id")
    show_full_result_count = False
    actions = ("try_again", "leave")
    fields = ("received_at", "sender", "recipient", "subject", "badge", "reason", "case", "message_id")
    readonly_fields = fields
    change_form_template = "admin/cases/inboundmail/change_form.html"
    change_list_template = "admin/cases/inboundmail/change_list.html"

    @admin.display(description=gettext_lazy("message"), ordering="subject")
    def about(self, mail: InboundMail) -> SafeString:
        return format_html("{}<small>{}</small>", str(mail), mail.sender or "–")

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_and_reason(self, mail: InboundMail) -> SafeString:
        return format_html("{}<small>{}</small>", self.badge(mail), mail.reason)

    @admin.display(description=gettext_lazy("case"), ordering="case")
    def case_number(self, mail: InboundMail) -> str:
        return mail.case.number if mail.case else "–"

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def badge(self, mail: InboundMail) -> SafeString:
        return format_html(
            '<span class="{}">{}</span>', BADGES[Outcome(mail.outcome)], mail.get_outcome_display()
        )

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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"is_fetched": bool(settings.CASE_MAIL_IMAP_URL), "mailbox": mailbox.state()}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what the message says, as plain text: nothing of it may act in an administrator's browser."""
        mail: InboundMail = context["original"]
        contents = contents_of(mail)
        shown = {
            "text": contents.whole_text[:SHOWN] if contents else "",
            "is_cut": bool(contents and len(contents.whole_text) > SHOWN),
            "files": [(file.name, file.size) for file in contents.files] if contents else [],
            "is_readable": contents is not None,
            "is_forgotten": not mail.raw,
            "may_be_added": mail.outcome != Outcome.ADDED,
            "may_be_tried_again": not why_not_again(mail, contents),
            "subtitle": None,
            "title": str(mail),
        }
        return super().render_change_form(request, {**context, **shown}, *args, **kwargs)

    def raw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message as it came, to be saved and never shown by the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail = get_object_or_404(InboundMail.objects.exclude(raw=b""), pk=pk)
        headers = {
            "Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"',
            "X-Content-Type-Options": "nosniff",
        }
        actor, label = actor_of(request), str(mail)
        with handing_out(
            request, actor=actor, verb="mail.downloaded", record=mail.case, label=label, mail=mail.pk
        ):
            return HttpResponse(bytes(mail.raw), content_type="application/octet-stream", headers=headers)

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.try_again(request, [changeable(self, request, pk)])
        return redirect("admin:cases_inboundmail_change", pk)

    def add_to_case_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail: InboundMail = changeable(self, request, pk, posts=False)
        if not request.user.has_perm("cases.change_case"):
            raise PermissionDenied
        form = AddToCaseForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._added(request, mail, form):
            return redirect("admin:cases_case_change", form.cleaned_data["number"].pk)
        context = {"title": _("Add to a case"), "form": form, "mail": mail, "opts": self.opts}
        return TemplateResponse(
            request, "admin/cases/inboundmail/add.html", {**self.admin_site.each_context(request), **context}
        )

    @admin.action(description=gettext_lazy("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, mails: Any) -> None:
        self._each(request, mails, read_again, _("%(mail)s: will be processed again in a moment."))

    @admin.action(description=gettext_lazy("Mark as done"), permissions=["change"])
    def leave(self, request: HttpRequest, mails: Any) -> None:
        self._each(request, mails, set_aside, _("%(mail)s: marked as done."))

    def _each(self, request: HttpRequest, mails: Any, act: Callable[..., InboundMail], done: str) -> None:
        actor: Actor = actor_of(request)
        for mail in mails:
            try:
                act(actor=actor, mail=mail)
            except ValidationError as error:
                messages.error(request, f"{mail}: {error.messages[0]}")
            else:
                messages.success(request, done % {"mail": mail})

    def _added(self, request: HttpRequest, mail: InboundMail, form: AddToCaseForm) -> bool:
        try:
            add_to_case(actor=actor_of(request), mail=mail, case=form.cleaned_data["number"])
        except ValidationError as error:
            form.add_error("number", error)
            return False
        messages.success(request, _("The message was added to the case."))
        return True
