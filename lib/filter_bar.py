"""Search and filters of a list, kept in its address.

A bar is described first, and drawn from that description alone: while nobody types anything, the same few are
drawn on every click (lib.pieces).
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lib.pieces import piece

TEMPLATE = "components/filter_bar.html"
Described = dict[str, Any]


def filter_bar(form: forms.BaseForm, **around: str | None) -> SafeString:
    """``form`` is bound to the address; a field named ``q`` is drawn as the search box. ``around``: where the
    form leads (``action_url``), ``clear_url`` where something is filtered, and its accessible ``label``."""
    fields = [_described(form[name]) for name in form.fields]
    if any(field["is_typed"] for field in fields):
        return render_to_string(TEMPLATE, {**around, "fields": fields})
    return piece(TEMPLATE, **around, fields=fields)


def _described(field: BoundField) -> Described:
    """``is_typed``: whether it holds words of somebody's own, or is drawn by a widget that is not known
    here."""
    return {
        "name": field.name,
        "is_hidden": field.is_hidden,
        "label": field.label,
        "label_for": field.id_for_label or "",
        "error": str(field.errors[0]) if field.errors else "",
        "error_id": f"{field.auto_id}_error",
        **_control(field),
    }


def _control(field: BoundField) -> Described:
    widget, value = field.field.widget, field.value()
    attributes = {"name": field.html_name, **widget.build_attrs(widget.attrs, _attributes(field))}
    if isinstance(widget, forms.Select) and not widget.allow_multiple_selected:
        options = list(_options(widget, value))
        return {"is_typed": False, "attributes": _written(attributes), "options": options}
    if isinstance(widget, forms.TextInput | forms.HiddenInput) and widget.input_type in LINES:
        shown = widget.format_value(value)
        attributes |= {"type": attributes.get("type", widget.input_type), "value": shown}
        is_typed = bool(shown) and not field.is_hidden
        return {"is_typed": is_typed, "attributes": _written(attributes), "options": None}
    return {"is_typed": True, "html": str(field)}


LINES = ("text", "search", "date", "hidden")


def _attributes(field: BoundField) -> dict[str, Any]:
    """As BoundField.as_widget makes them."""
    attributes = field.build_widget_attrs({})
    return {"id": field.auto_id, **attributes} if field.auto_id else attributes


def _written(attributes: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Name and value; None where the name alone says it."""
    said = [(name, value) for name, value in attributes.items() if value is not None and value is not False]
    return [(name, None if value is True else str(value)) for name, value in said]


def _options(widget: forms.Select, value: Any) -> Iterator[tuple[str, str, bool]]:
    """Value, label, and whether it is chosen."""
    chosen = "" if value is None else str(value)
    for key, label in widget.choices:
        yield str(key), str(label), str(key) == chosen
