from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise as LazyText
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from accounts.scoping import Scope, granted_scope
from cases.filters import CaseFilter
from cases.models import CLOSED, Case, CaseStatus, Product, RequestType, StatusCategory
from lib.widgets import HiddenLine, LineInput, PlainSelect

Choices = list[tuple[str, str | LazyText]]
VIEWS: Choices = [
    ("active", _("Active")),
    ("waiting", _("Waiting for you")),
    ("resolved", _("Resolved")),
    ("all", _("All")),
]
SORTS: Choices = [("", _("Last activity")), ("opened", _("Opened"))]
SORTS_OF_OPEN_CASES: Choices = [*SORTS, ("priority", _("Priority"))]
"""How urgent a case once was orders nothing: others have no index for it."""
SORTED_BY = {"": "updated_at", "opened": "created_at", "priority": "urgency"}
OTHERS = "for:others"
"""No status has a colon in its short name."""
MORE = ("type", "product", "person", "since", "until")
"""Filters that are folded away until somebody asks for them."""


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CaseFilterForm(forms.Form):
    """Reads a list's address: which cases (``filter``), in which order. What makes no sense there is
    ignored."""

    view = forms.ChoiceField(choices=VIEWS, required=False, widget=HiddenLine)
    more = forms.BooleanField(required=False, widget=HiddenLine)
    q = forms.CharField(label=_("Search"), required=False, max_length=150, widget=LineInput)
    status = forms.ChoiceField(label=_("Status"), required=False, widget=PlainSelect)
    whose = forms.ChoiceField(label=_("Show"), required=False, widget=PlainSelect)
    sort = forms.ChoiceField(
        label=_("Sort by"), required=False, choices=SORTS_OF_OPEN_CASES, widget=PlainSelect
    )

    def __init__(self, data: QueryDict, *, contact: Contact, statuses: Sequence[CaseStatus]) -> None:
        super().__init__(data)
        self.scope = granted_scope(contact, "read", Case.record_type)
        self.contact = contact
        self.statuses = statuses
        self.fields["status"].choices = [("", _("Any status")), *self._badges()]  # type: ignore[attr-defined]
        if data.get("view") in ("resolved", "all"):
            self.fields["sort"].choices = SORTS  # type: ignore[attr-defined]
        self.fields["whose"].choices = self._whose()  # type: ignore[attr-defined]
        self.shows_more = bool(data.get("more")) or any(data.get(name) for name in MORE)
        if self.shows_more:
            self.fields |= self._more()
            self.fields["sort"] = self.fields.pop("sort")
        else:
            del self.fields["more"]

    @property
    def waiting_words(self) -> str | LazyText:
        """Whoever sees all cases of a company is not the one whom all of them wait for."""
        return _("Waiting for us") if self.contact.sees_colleagues(Case.record_type) else _("Waiting for you")

    @property
    def views(self) -> Choices:
        return [(view, self.waiting_words if view == "waiting" else label) for view, label in VIEWS]

    @cached_property
    def filter(self) -> CaseFilter:
        """What is chosen, of all that makes sense."""
        self.is_valid()
        chosen = self.cleaned_data
        status = chosen.get("status") or ""
        return CaseFilter(
            scope=self.scope,
            view=chosen.get("view") or "active",
            sorted_by=SORTED_BY[chosen.get("sort") or ""],
            whose=chosen.get("whose") or "",
            badges=frozenset(each.customer_label for each in self.statuses if each.slug == status),
            waits_for_others=status == OTHERS,
            request_type=chosen.get("type"),
            product=chosen.get("product"),
            person=chosen.get("person") or "",
            since=chosen.get("since"),
            until=chosen.get("until"),
            q=chosen.get("q") or "",
        )

    def as_query(self, **others: str) -> str:
        """The filters in one spelling, for an address; with ``others`` instead of what is chosen."""
        self.is_valid()
        chosen = {
            name: str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if value and name != "more"
        }
        return urlencode(
            [(name, value) for name, value in ({"view": self.filter.view} | chosen | others).items() if value]
        )

    def _whose(self) -> Choices:
        """What "all" means depends on what the contact may see."""
        mine: Choices = [("mine", _("Mine")), ("followed", _("Followed"))]
        match self.scope:
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

    def _more(self) -> dict[str, forms.Field]:
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
        if not self.contact.sees_colleagues(Case.record_type):
            del fields["person"]
        return fields


class SaveViewForm(forms.Form):
    """The filters of the list that is being looked at, under a name."""

    name = forms.CharField(label=_("View name"), max_length=60)
    query = forms.CharField(
        max_length=500,
        widget=forms.HiddenInput,
        error_messages={"max_length": _("These filters are too long to save. Use fewer words.")},
    )
