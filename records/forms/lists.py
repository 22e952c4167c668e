from dataclasses import fields
from typing import Any, Self
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise as LazyText
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from lib.widgets import HiddenLine, LineInput, PlainSelect
from records.filters import Filter

Choices = list[tuple[str, str | LazyText]]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ListForm(forms.Form):
    """Reads a list's address: which records (``filter``), in which order. What makes no sense there is
    ignored. A feature's list declares its tabs, its orders, the filter that it makes, and fields."""

    views: Choices = []
    """The tabs; the first is where one lands."""
    sorts: Choices = []
    """The first is the usual one, and empty; each is in the filter's ``order``."""
    makes: type[Filter] = Filter
    of_one_view: tuple[str, ...] = ()
    """Fields whose choices depend on the view, and are dropped when another one is chosen."""
    folded: tuple[str, ...] = ()
    """Fields that are folded away until somebody asks for them: those of ``more_fields``."""

    view = forms.ChoiceField(required=False, widget=HiddenLine)
    more = forms.BooleanField(required=False, widget=HiddenLine)
    q = forms.CharField(label=_("Search"), required=False, max_length=150, widget=LineInput)
    sort = forms.ChoiceField(label=_("Sort by"), required=False, widget=PlainSelect)

    def __init__(self, data: QueryDict, *, reader: Contact | None) -> None:
        super().__init__(data)
        self.reader = reader
        self.shows_more = bool(data.get("more")) or any(data.get(name) for name in self.folded)
        self.fields["view"].choices = self.views  # type: ignore[attr-defined]
        self._arrange()
        self.offer(data)

    @classmethod
    def of(cls, request: PortalRequest, query: QueryDict) -> Self:
        return cls(query, reader=request.contact)

    def offer(self, data: QueryDict) -> None:
        """Set what can be chosen where that depends on the reader, or on what was chosen before."""

    def more_fields(self) -> dict[str, forms.Field]:
        return {}

    @property
    def tabs(self) -> Choices:
        """The views, in words for this reader."""
        return self.views

    def chosen(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Field of the filter → what was chosen."""
        known = {each.name for each in fields(self.makes)} - {"view"}
        return {name: value for name, value in cleaned.items() if name in known and value}

    @cached_property
    def filter(self) -> Filter:
        """What is chosen, of all that makes sense."""
        self.is_valid()
        cleaned = self.cleaned_data
        view = cleaned.get("view") or (self.views[0][0] if self.views else "")
        return self.makes(view=view, sorted_by=cleaned.get("sort") or "", **self.chosen(cleaned))

    @property
    def can_fold(self) -> bool:
        """Whether nothing is chosen in the fields that would be folded away."""
        self.is_valid()
        return not any(self.cleaned_data.get(name) for name in self.folded)

    def as_query(self, **others: str) -> str:
        """The filters in one spelling, for an address; with ``others`` instead of what is chosen."""
        self.is_valid()
        chosen = {
            name: str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if value and name != "more"
        }
        spelled = {"view": self.filter.view} | chosen | others
        return urlencode([(name, value) for name, value in spelled.items() if value])

    def query_of_view(self, view: str) -> str:
        """The other filters stay in another view, but for those that belong to this one."""
        return self.as_query(**(dict.fromkeys(self.of_one_view, "") | {"view": view}))

    def _arrange(self) -> None:
        """What there is to choose, with the order last."""
        sort = self.fields.pop("sort")
        if not self.views:
            del self.fields["view"]
        if self.shows_more:
            self.fields |= self.more_fields()
        else:
            del self.fields["more"]
        if len(self.sorts) > 1:
            sort.choices = self.sorts  # type: ignore[attr-defined]
            self.fields["sort"] = sort


class SaveViewForm(forms.Form):
    """The filters of the list that is being looked at, under a name."""

    name = forms.CharField(label=_("View name"), max_length=60)
    query = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.HiddenInput,
        error_messages={"max_length": _("These filters are too long to save. Use fewer words.")},
    )
