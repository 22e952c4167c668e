"""Choosing several rows in a form of the administration: check boxes, and a field to find one where there
are many."""

from typing import Any

from django import forms
from django.db import models


class Picker(forms.CheckboxSelectMultiple):
    """Works without JavaScript, which adds the field that narrows the choices (``static/js/staff.js``)."""

    template_name = "admin/widgets/picker.html"

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "picker-box", **(attrs or {})}, choices)

    def create_option(self, name: str, value: Any, label: Any, *rest: Any, **others: Any) -> dict[str, Any]:
        """People are known by their names."""
        named: Any = getattr(getattr(value, "instance", None), "get_full_name", str)
        full_name = named()
        shown = f"{full_name} ({label})" if full_name else label
        return super().create_option(name, value, shown, *rest, **others)


PICKERS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {models.ManyToManyField: {"widget": Picker}}
"""``formfield_overrides`` of a ModelAdmin."""
