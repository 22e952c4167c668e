"""Widgets that are written out in Python: Django's draw themselves with a template each, and a list's filters
are drawn on every click."""

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """A drop-down list without groups."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        listed = tuple([(str(key), str(label), str(key) == chosen) for key, label in self.choices])
        return format_html("<select{}>{}</select>", _attributes(self, name, attrs), _options(listed))


@lru_cache(maxsize=1_000)
def _options(listed: tuple[tuple[str, str, bool], ...]) -> SafeString:
    """Value, label and whether it is chosen: the same few lists on every click."""
    marked = (
        (escape(value), flatatt({"selected": chosen}), escape(label)) for value, label, chosen in listed
    )
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)


class LineInput(forms.TextInput):
    """A field of one line."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        shown = self.format_value(value)
        given = {"type": self.input_type, **({"value": shown} if shown else {})}
        return format_html("<input{}>", _attributes(self, name, {**given, **(attrs or {})}))


class HiddenLine(LineInput):
    input_type = "hidden"


class Lines(forms.Textarea):
    """A field of several lines. What is too long is told and nothing is lost: a browser that knew the limit
    would cut what is pasted, without a word. A line break that the text begins with needs another before it:
    HTML leaves the first one out."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = _attributes(self, name, {**(attrs or {}), "maxlength": False})
        return format_html("<textarea{}>\n{}</textarea>", attributes, self.format_value(value) or "")


class Files(forms.FileInput):
    """Any number of files to send."""

    allow_multiple_selected = True

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return format_html("<input{}>", _attributes(self, name, {"type": self.input_type, **(attrs or {})}))


def _attributes(widget: forms.Widget, name: str, attrs: dict[str, Any] | None) -> SafeString:
    return flatatt({"name": name, **widget.build_attrs(widget.attrs, attrs)})
