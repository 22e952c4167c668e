from collections.abc import Collection, Sequence
from typing import Any, Self

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.scoping import Scope, granted_scope
from cases.filters import CaseFilter
from cases.models import CLOSED, Case, CaseStatus, Product, RequestType, StatusCategory
from cases.statuses import statuses_at
from lib.widgets import PlainSelect
from records.forms.lists import Choices, DayInput, ListForm

SORTS: Choices = [("", _("Last activity")), ("opened", _("Opened"))]
OTHERS = "for:others"
"""No status has a colon in its short name."""


class CaseListForm(ListForm):
    views = [
        ("active", _("Active")),
        ("waiting", _("Waiting for you")),
        ("resolved", _("Resolved")),
        ("all", _("All")),
    ]
    sorts = [*SORTS, ("priority", _("Priority"))]
    makes = CaseFilter
    of_one_view = ("status",)
    folded = ("type", "product", "person", "since", "until")

    status = forms.ChoiceField(label=_("Status"), required=False, widget=PlainSelect)
    whose = forms.ChoiceField(label=_("Show"), required=False, widget=PlainSelect)

    def __init__(self, data: QueryDict, *, reader: Contact | None, statuses: Sequence[CaseStatus]) -> None:
        self.statuses = statuses
        super().__init__(data, reader=reader)

    @classmethod
    def of(cls, request: PortalRequest, query: QueryDict) -> Self:
        statuses = statuses_at(request.configuration.revision)
        return cls(query, reader=request.contact, statuses=statuses)

    def offer(self, data: QueryDict) -> None:
        """How urgent a case once was orders nothing: only those of open cases have an index for it."""
        self.fields["status"].choices = [("", _("Any status")), *self._badges()]  # type: ignore[attr-defined]
        self.fields["whose"].choices = self._whose()  # type: ignore[attr-defined]
        if data.get("view") in ("resolved", "all"):
            self.fields["sort"].choices = SORTS  # type: ignore[attr-defined]

    @property
    def sees_colleagues(self) -> bool:
        return self.reader is not None and self.reader.sees_colleagues(Case.record_type)

    @property
    def waiting_words(self) -> str | LazyText:
        """Whoever sees all cases of a company is not the one whom all of them wait for."""
        return _("Waiting for us") if self.sees_colleagues else _("Waiting for you")

    @property
    def tabs(self) -> Choices:
        return [(view, self.waiting_words if view == "waiting" else label) for view, label in self.views]

    def chosen(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        status = cleaned.get("status") or ""
        return super().chosen(cleaned) | {
            "badges": frozenset(each.customer_label for each in self.statuses if each.slug == status),
            "waits_for_others": status == OTHERS,
            "request_type": cleaned.get("type"),
        }

    def _whose(self) -> Choices:
        """What "all" means depends on what the contact may see."""
        mine: Choices = [("mine", _("Mine")), ("followed", _("Followed"))]
        match granted_scope(self.reader, "read", Case.record_type):
            case Scope.GLOBAL:
                return [("", _("Everyone's")), ("account", _("My company's")), *mine]
            case Scope.ACCOUNT:
                return [("", _("My company's")), *mine]
        return [("", _("Mine and followed")), *mine]

    def _badges(self) -> Choices:
        """What the badges of this view say, each once, by the first status that says so. Whoever else a case
        waits for is told there by name."""
        shown = [status for status in self.statuses if status.category in self._categories]
        first: dict[str, str] = {}
        for status in shown:
            first.setdefault(status.customer_label, status.slug)
        others: Choices = (
            [(OTHERS, _("Waiting for someone else"))] if StatusCategory.WAITING in self._categories else []
        )
        return [*((slug, words) for words, slug in first.items()), *others]

    @property
    def _categories(self) -> Collection[str]:
        """Those that cases of this view can have."""
        ended = frozenset(CLOSED)
        views = {"resolved": ended, "waiting": {StatusCategory.WAITING}, "all": StatusCategory.values}
        return views.get(self.data.get("view", ""), set(StatusCategory.values) - ended)

    def more_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {
            "type": forms.ModelChoiceField(
                RequestType.objects.all(), label=_("Type"), required=False, empty_label=_("Any type")
            ),
            "product": forms.ModelChoiceField(
                Product.objects.all(), label=_("Product"), required=False, empty_label=_("Any product")
            ),
            "person": forms.CharField(label=_("Opened by"), required=False, max_length=100),
            "since": forms.DateField(label=_("Opened on or after"), required=False, widget=DayInput()),
            "until": forms.DateField(label=_("Opened on or before"), required=False, widget=DayInput()),
        }
        if not self.sees_colleagues:
            del fields["person"]
        return fields
