from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact
from accounts.models.contact import ContactQuerySet

LONG_AGO = timedelta(days=90)


class StatusFilter(admin.SimpleListFilter):
    title = gettext_lazy("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        states = [(status.value, str(status.label)) for status in Contact.Status]
        return [*states, ("locked", _("Locked")), ("merged", _("Merged into another"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        """``is_locked`` is ContactAdmin's annotation."""
        special = {"locked": Q(is_locked=True), "merged": Q(merged_into__isnull=False)}
        state = self.value() or ""
        if state in special:
            return queryset.filter(special[state])
        return (
            cast("ContactQuerySet", queryset).with_status(state)
            if state in Contact.Status.values
            else queryset
        )


class LastSignInFilter(admin.SimpleListFilter):
    title = gettext_lazy("last sign-in")
    parameter_name = "signed_in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [
            ("never", _("Never")),
            ("90", _("Not in the last 90 days")),
            ("recent", _("In the last 90 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        since = timezone.now() - LONG_AGO
        conditions = {
            "never": Q(user__last_login=None),
            "90": Q(user__last_login__lt=since),
            "recent": Q(user__last_login__gte=since),
        }
        return queryset.filter(conditions[str(self.value())]) if self.value() in conditions else queryset


class ErasureFilter(admin.SimpleListFilter):
    title = gettext_lazy("erasure request")
    parameter_name = "erasure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("asked", _("Requested"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        return queryset.filter(user__erasure_asked_at__isnull=False) if self.value() == "asked" else queryset


class AccountFilter(admin.SimpleListFilter):
    """Typed, not chosen from a list: there may be ten thousand accounts. A number finds one account, text all
    whose name has it."""

    title = gettext_lazy("account")
    parameter_name = "account"
    template = "admin/accounts/contact/account_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        text = (self.value() or "").replace("\0", "").strip()
        if not text:
            return queryset
        return queryset.filter(Q(account__number__iexact=text) | Q(account__name__icontains=text))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """One entry: what is typed, and the rest of the address, which the form carries along."""
        others = [
            (name, value)
            for name, value in changelist.params.items()
            if name not in (self.parameter_name, "p", "e")
        ]
        yield {"text": self.value() or "", "others": others, "selected": bool(self.value())}
