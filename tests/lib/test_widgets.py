"""Widgets that are written out in Python say what Django's say."""

import re

import pytest
from django import forms
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from lib.widgets import HiddenLine, LineInput, Lines, PlainSelect

CHOICES = [("", _("Any")), ("a", "A <b>"), (7, "Seven")]
HOSTILE = ("", "a", '"><script>alert(1)</script>', "\nfirst line is empty", "ü ' & <")


def shown(html: str) -> str:
    """Without the white space of templates, which no reader sees."""
    return "".join(html.split()).replace("&#39;", "&#x27;")


@pytest.mark.parametrize("value", [*HOSTILE, None, 7])
@pytest.mark.parametrize(
    ("ours", "djangos"),
    [
        (LineInput, forms.TextInput),
        (HiddenLine, forms.HiddenInput),
        (Lines, forms.Textarea),
        (PlainSelect, forms.Select),
    ],
)
def test_a_widget_draws_what_djangos_draws(ours, djangos, value):
    options = {"choices": CHOICES} if ours is PlainSelect else {}
    drawn = [
        kind(attrs={"class": "x", "required": True}, **options).render("field", value, {"id": "id_field"})
        for kind in (ours, djangos)
    ]
    assert sorted(shown(drawn[0])) == sorted(shown(drawn[1]))


def test_what_looks_like_markup_is_a_word_however_often_a_list_is_drawn():
    for label in (mark_safe("A <b>"), "A <b>", mark_safe("A <b>")):
        assert "<b>" not in PlainSelect(choices=[(label, label)]).render("field", "")


def test_one_list_shows_each_choice():
    lists = [PlainSelect(choices=CHOICES).render("field", value) for value in ("a", 7, "a", "", "b")]
    chosen = [re.findall(r'value="(\w*)" selected', drawn) for drawn in lists]
    assert chosen == [["a"], ["7"], ["a"], [""], []]


def test_a_list_speaks_the_language_of_its_reader():
    widget = PlainSelect(choices=[("", gettext_lazy("Yes"))])
    with translation.override("de"):
        assert ">Ja<" in widget.render("field", "")
    with translation.override("en"):
        assert ">Yes<" in widget.render("field", "")


def test_a_text_of_several_lines_keeps_its_empty_first_line():
    assert Lines().render("field", "\nsecond").endswith(">\n\nsecond</textarea>")
