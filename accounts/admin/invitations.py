from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.bulk_invitations import invite_contacts, progress_of
from accounts.actions.invitations import invite_contact, invite_group, resend_invitation, revoke_invitation
from accounts.admin.base import actor_of
from accounts.forms.invitations import BulkInvitationForm, InvitationForm, givable_roles
from accounts.models import Contact, Invitation, InvitationRedemption, WebRole
from lib.admin_columns import moment
from lib.admin_pickers import PICKERS
from lib.admin_places import Place


class StateFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Invitation.State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        state = self.value()
        return queryset & Invitation.objects.in_state(state) if state in Invitation.State.values else queryset


class RedemptionInline(admin.TabularInline[InvitationRedemption, Invitation]):
    """Who redeemed it, when, and from where."""

    model = InvitationRedemption
    fields = readonly_fields = ("redeemed_at", "user", "contact", "client_ip")
    extra = 0
    can_delete = False
    verbose_name_plural = _("accepted by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationRedemption]:
        return super().get_queryset(request).select_related("user", "contact")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    """An invitation is written once; afterwards it can be sent again with a new code, and revoked."""

    place = Place("people", 3, _("Invitations"), "person-plus")
    form = InvitationForm
    list_display = (
        "__str__",
        "account",
        "state",
        "created_by",
        moment("sent_at", _("sent")),
        moment("redeemed_at", _("redeemed")),
    )
    list_filter = (StateFilter, "created_at")
    list_select_related = ("contact", "account", "created_by")
    search_fields = (
        "email",
        "contact__first_name",
        "contact__last_name",
        "account__name",
        "created_by__email",
    )
    date_hierarchy = "created_at"
    show_full_result_count = False
    autocomplete_fields = ("contact", "account")
    formfield_overrides = PICKERS
    inlines = (RedemptionInline,)
    exclude = ("submission",)  # of the row; the form has its own
    actions = ("send_again", "revoke")
    change_form_template = "admin/accounts/invitation/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        whom = ("contact", "account", "max_redemptions", "domain")
        if obj is None:
            return (
                (_("Recipient"), {"fields": whom}),
                (None, {"fields": ("roles", "message", "sends_now", "submission")}),
            )
        dates = ("state", "created_by", "created_at", "sent_at", "expires_at", "redeemed_at", "revoked_at")
        return (
            (_("Recipient"), {"fields": ("email", *whom, "roles", "message")}),
            (_("Status"), {"fields": dates}),
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles are given by those who may change contacts. Others could give themselves any, by an
        invitation for a group."""
        roles = (
            givable_roles() if request.user.has_perm("accounts.change_contact") else WebRole.objects.none()
        )
        return super().formfield_for_manytomany(db_field, request, queryset=roles, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Invitation | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description=_("status"))
    def state(self, invitation: Invitation) -> str:
        return str(invitation.state.label)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        data = form.cleaned_data
        actor, shared = (
            actor_of(request),
            {"roles": data["roles"], "message": data["message"], "submission": data["submission"]},
        )
        if data["contact"]:
            made = invite_contact(actor=actor, contact=data["contact"], sends_now=data["sends_now"], **shared)
        else:
            group = {name: data[name] for name in ("account", "max_redemptions", "domain")}
            made = invite_group(actor=actor, **group, **shared)
            messages.info(
                request,
                gettext("The link is being sent to %(email)s. Forward it to the people you want to invite.")
                % {"email": request.user},
            )
        obj.pk = made.pk
        obj.refresh_from_db()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/send-again/", view(self.send_again_view), name="accounts_invitation_send_again"),
            path("<int:pk>/revoke/", view(self.revoke_view), name="accounts_invitation_revoke"),
            path("batches/<uuid:batch>/", view(self.batch_view), name="accounts_invitation_batch"),
            *super().get_urls(),
        ]

    def send_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._send_again(request, [self._posted(request, pk)])
        return redirect("admin:accounts_invitation_change", pk)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        revoke_invitation(actor=actor_of(request), invitation=self._posted(request, pk))
        messages.success(request, gettext("The invitation is revoked."))
        return redirect("admin:accounts_invitation_change", pk)

    def batch_view(self, request: HttpRequest, batch: UUID) -> HttpResponse:
        """How far a bulk invitation is; the page renews itself until it is over."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Sending invitations"),
            "progress": progress_of(batch),
        }
        return TemplateResponse(request, "admin/accounts/invitation/progress.html", context)

    @admin.action(description=_("Resend with a new code"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self._send_again(request, queryset)

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        for invitation in queryset:
            revoke_invitation(actor=actor_of(request), invitation=invitation)

    def _posted(self, request: HttpRequest, pk: int) -> Invitation:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Invitation, pk=pk)

    def _send_again(self, request: HttpRequest, invitations: Any) -> None:
        sent = 0
        for invitation in invitations:
            try:
                resend_invitation(actor=actor_of(request), invitation=invitation)
                sent += 1
            except ValidationError as error:
                messages.error(request, f"{invitation}: {error.messages[0]}")
        if sent:
            messages.success(
                request, ngettext("%(n)d invitation sent.", "%(n)d invitations sent.", sent) % {"n": sent}
            )


@admin.action(description=_("Invite to the portal"), permissions=["change"])
def invite(model_admin: Any, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse:
    """Ask for roles and a message first; then a job invites each, and a page shows how far they are."""
    form = BulkInvitationForm(request.POST if "invite" in request.POST else None)
    ready = Contact.objects.usable().filter(pk__in=queryset.values("pk"), user=None)
    if form.is_valid():
        pks = list(ready.values_list("pk", flat=True))
        batch = invite_contacts(actor=actor_of(request), contacts=pks, **form.cleaned_data)
        return redirect("admin:accounts_invitation_batch", batch)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Invite to the portal"),
        "form": form,
        "ready": ready.count(),
        "others": queryset.count() - ready.count(),
        "selected": request.POST.getlist("_selected_action"),
        "select_across": request.POST.get("select_across", "0"),
    }
    return TemplateResponse(request, "admin/accounts/invitation/invite.html", context)
