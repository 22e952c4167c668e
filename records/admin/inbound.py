"""Messages that arrived by mail. Nothing that came is lost: what could not be read, or was refused, is dealt
with here."""

from collections.abc import Callable
from typing import Any, cast

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
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.admin.base import NoDelete, actor_of, changeable
from accounts.downloads import handing_out
from accounts.models import User
from lib.admin_columns import moment
from lib.admin_places import Place
from lib.admin_start import Figure
from records.inbound import mailbox
from records.inbound.by_hand import add_to_record, contents_of, read_again, set_aside, why_not_again
from records.models import InboundMail
from records.surfaces import Surface, surfaces

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


class AddForm(forms.Form):
    """Which record the message is about: its type, where people talk about records of several, and its
    number."""

    kind = forms.ChoiceField(label=gettext_lazy("Type of record"))
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        help_text=gettext_lazy("The message is added as an internal note, with its files."),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        self.talking = {
            one.name: one for one in surfaces() if one.talk and user.has_perm(one.staff_permission)
        }
        super().__init__(data, initial={"kind": next(iter(self.talking), "")})
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (name, capfirst(str(one.model._meta.verbose_name))) for name, one in self.talking.items()
        ]
        if len(self.talking) == 1:
            self.fields["kind"].widget = forms.HiddenInput()

    @property
    def surface(self) -> Surface[Any]:
        return self.talking[self.cleaned_data["kind"]]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in cleaned and "number" in cleaned:
            named = {f"{self.surface.key}__iexact": cleaned["number"].strip()}
            cleaned["record"] = self.surface.model._default_manager.filter(**named).first()
            if cleaned["record"] is None:
                self.add_error("number", _("There is no record with this number."))
        return cleaned


@admin.register(InboundMail)
class InboundMailAdmin(NoDelete, admin.ModelAdmin[InboundMail]):
    place = Place("work", 4, gettext_lazy("Mail to look at"), "envelope-open")
    start_figures = (
        Figure(
            gettext_lazy("Mail to look at"), 20,
            lambda _at: InboundMail.objects.filter(outcome__in=InboundMail.IN_NEED), tone="warning",
        ),
    )  # fmt: skip
    list_display = (
        "about",
        "outcome_and_reason",
        moment("received_at", gettext_lazy("received")),
        "added_to",
    )
    list_display_links = ("about",)
    list_filter = (OutcomeFilter, "received_at")
    list_per_page = 50
    search_fields = ("sender", "subject", "recipient", "message_id")
    show_full_result_count = False
    actions = ("try_again", "leave")
    fields = ("received_at", "sender", "recipient", "subject", "badge", "reason", "added_to", "message_id")
    readonly_fields = fields
    change_form_template = "admin/records/inboundmail/change_form.html"
    change_list_template = "admin/records/inboundmail/change_list.html"

    @admin.display(description=gettext_lazy("message"), ordering="subject")
    def about(self, mail: InboundMail) -> SafeString:
        return format_html("{}<small>{}</small>", str(mail), mail.sender or "–")

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_and_reason(self, mail: InboundMail) -> SafeString:
        return format_html("{}<small>{}</small>", self.badge(mail), mail.reason)

    @admin.display(description=gettext_lazy("added to"), ordering="record_label")
    def added_to(self, mail: InboundMail) -> str:
        return mail.record_label or "–"

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
            path("<int:pk>/raw/", view(self.raw_view), name="records_inboundmail_raw"),
            path("<int:pk>/again/", view(self.again_view), name="records_inboundmail_again"),
            path("<int:pk>/add/", view(self.add_view_by_hand), name="records_inboundmail_add_to"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"is_fetched": bool(settings.MAIL_IN_IMAP_URL), "mailbox": mailbox.state()}
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
            request, actor=actor, verb="mail.downloaded", record=None, label=label, mail=mail.pk
        ):
            return HttpResponse(bytes(mail.raw), content_type="application/octet-stream", headers=headers)

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.try_again(request, [changeable(self, request, pk)])
        return redirect("admin:records_inboundmail_change", pk)

    def add_view_by_hand(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail: InboundMail = changeable(self, request, pk, posts=False)
        form = AddForm(request.POST if request.method == "POST" else None, user=cast("User", request.user))
        if not form.talking:
            raise PermissionDenied
        if form.is_valid() and self._added(request, mail, form):
            options = form.surface.model._meta
            page = f"admin:{options.app_label}_{options.model_name}_change"
            return redirect(page, form.cleaned_data["record"].pk)
        context = {"title": _("Add to a record"), "form": form, "mail": mail, "opts": self.opts}
        return TemplateResponse(
            request,
            "admin/records/inboundmail/add.html",
            {**self.admin_site.each_context(request), **context},
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

    def _added(self, request: HttpRequest, mail: InboundMail, form: AddForm) -> bool:
        talk, record = form.surface.talk, form.cleaned_data["record"]
        assert talk is not None  # noqa: S101 -- the form offers no others
        try:
            add_to_record(actor=actor_of(request), mail=mail, talk=talk, record=record)
        except ValidationError as error:
            form.add_error("number", error)
            return False
        messages.success(request, _("The message was added."))
        return True
