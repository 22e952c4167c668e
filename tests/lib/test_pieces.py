"""Pieces of pages are kept by all that they show, and by nothing else."""

import re
from pathlib import Path

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from lib.filter_bar import filter_bar
from lib.pieces import piece
from lib.widgets import HiddenLine, LineInput, PlainSelect

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
BADGE, TABS = "components/status_badge.html", "components/tabs.html"
OF_THE_MOMENT = (
    "ago", "when", "now", "date", "time", "timesince", "naturaltime", "csrf_token", "snippet", "request",
    "user", "perms", "messages", "configuration", "localtime", "random",
)  # fmt: skip


def badge(label: object) -> str:
    return piece(BADGE, value="new", label=label)


def test_each_value_is_shown_however_often_another_was():
    for _time in range(2):
        assert [">One<" in badge("One"), ">Two<" in badge("Two")] == [True, True]


def test_words_that_look_like_html_are_words():
    """To Python they are equal."""
    html = mark_safe("<b>One</b>")
    for _time in range(2):
        for label in (html, lazystr(html)):
            assert "<b>One</b>" in badge(label)
        for words in ("<b>One</b>", lazystr("<b>One</b>")):
            assert "<b>" not in badge(words)


def test_values_that_are_equal_but_look_different_are_told_apart():
    for label in (1, True, "1"):
        assert f">{label}<" in badge(label)


def test_what_can_change_behind_a_piece_is_no_value_of_it(db, alice):
    for value in (alice, object(), forms.Form(), {1, 2}):
        with pytest.raises(TypeError, match="cannot be kept"):
            badge(value)


def test_a_piece_speaks_the_language_of_its_reader():
    for _time in range(2):
        with translation.override("de"):
            assert ">Ja<" in badge(gettext_lazy("Yes"))
        with translation.override("en"):
            assert ">Yes<" in badge(gettext_lazy("Yes"))


def test_a_list_that_has_changed_is_drawn_anew():
    items = [{"label": "All", "url": "/all/", "is_current": True}]
    assert piece(TABS, items=items).count("<li>") == 1
    items.append({"label": "Mine", "url": "/mine/", "is_current": False})
    assert piece(TABS, items=items).count("<li>") == 2


def test_kept_pieces_ask_neither_the_clock_nor_who_reads():
    """A template that does would show everybody what it found for the first."""
    kept = set(re.findall(r'{% piece "([^"]+)"', "".join(map(Path.read_text, TEMPLATES.rglob("*.html")))))
    kept |= {"components/filter_bar.html"}
    waiting = list(kept)
    while waiting:
        text = (TEMPLATES / waiting.pop()).read_text()
        tags = re.findall(r"{[{%](.*?)[%}]}", text)
        used = {word for tag in tags for word in re.findall(r"(?<![\"'\w./-])[a-z_]+", tag)}
        assert not used & set(OF_THE_MOMENT)
        waiting += {found for tag in tags for found in re.findall(r'include "([^"]+)"', tag)} - kept
        kept |= set(waiting)
    assert {TABS, "components/_filter_control.html"} <= kept


class Choosing(forms.Form):
    view = forms.CharField(required=False, widget=HiddenLine)
    q = forms.CharField(label="Search", required=False, max_length=20, widget=LineInput)
    number = forms.CharField(required=False, widget=forms.TextInput(attrs={"type": "search"}))
    status = forms.ChoiceField(choices=[("", "Any"), ("<new>", "New & fresh")], widget=PlainSelect)
    kind = forms.ChoiceField(choices=[(1, "One"), (2, "Two")], required=False, help_text="Which one.")
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    agreed = forms.BooleanField(required=False)


class Chosen(Choosing):
    agreed = None


def tags_of(html: str) -> list[tuple[str, list[str]]]:
    found = re.findall(r"<(input|select|option)\b([^>]*)>([^<]*)", html.replace("&#x27;", "&#39;"))
    return [
        (name, sorted(re.findall(r'[\w-]+(?:="[^"]*")?', given)), words.strip())
        for name, given, words in found
    ]


@pytest.mark.parametrize("form", [Choosing, Chosen])
@pytest.mark.parametrize(
    "address",
    ["", "status=%3Cnew%3E&kind=2", "view=a&q=%22%3E%3Cb%3E", "kind=9&status=none", "day=nonsense&agreed=on"],
)
def test_a_bar_draws_what_the_form_draws(form, address):
    """Whether it is kept, or drawn for this reader because of what they typed."""
    given = form(QueryDict(address))
    for _time in range(2):
        drawn = filter_bar(given, action_url="/list/", clear_url="", label="Filter")
        assert tags_of(drawn) == tags_of("".join(str(field) for field in sorted(given, key=_visible)))
        for field in given.visible_fields():
            assert f">{field.label}</label>" in drawn
            assert [error in drawn for error in field.errors] == [True] * len(field.errors)


def _visible(field: forms.BoundField) -> bool:
    return not field.is_hidden


def test_a_bar_follows_its_choices_and_its_labels():
    """A status that is renamed, a list that is offered to another reader."""
    form = Chosen(QueryDict(""))
    assert "New &amp; fresh" in filter_bar(form, action_url="/list/")
    form = Chosen(QueryDict(""))
    form.fields["status"].choices = [("new", "Fresh")]
    form.fields["q"].label = "Look for"
    drawn = filter_bar(form, action_url="/list/")
    assert "New &amp; fresh" not in drawn
    assert (">Fresh<" in drawn, ">Look for<" in drawn) == (True, True)
