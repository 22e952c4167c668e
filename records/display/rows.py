"""The rows of a list. Written out here and not in a template: 25 rows would cost half of the page's time
there. What rows share is made once a page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib.moments import ago_for_reader
from records.surfaces import Badge, Line

DOT = " · "
SAFE_DOT = format_html("{}", DOT)


def record_rows(lines: Iterable[Line]) -> SafeString:
    """``<li>`` elements for ``<ul class="rows">``."""
    unread, nothing = format_html(" {}", badge("info", _("Unread"))), escape("")
    drawn, ago = cache(badges), ago_for_reader()
    return format_html_join(
        "\n",
        '<li><div><a href="{}">{}</a>{}<p>{}{}</p></div><p>{}</p></li>',
        (
            (
                line.url,
                line.title,
                unread if line.is_new else nothing,
                DOT.join(facts := [fact for fact in line.facts if fact]),
                _at(line, facts, ago),
                drawn(line.badges),
            )
            for line in lines
        ),
    )


def _at(line: Line, facts: list[str], ago: Callable[[datetime], SafeString]) -> str:
    """Behind the facts, if there are any. A sum of safe strings is one."""
    if line.at is None:
        return ""
    return SAFE_DOT + ago(line.at) if facts else ago(line.at)


def badges(shown: tuple[Badge, ...]) -> SafeString:
    return format_html_join("", "{}", ((badge(each.value, each.label),) for each in shown))


def badge(value: str, label: object) -> SafeString:
    """As components/status_badge.html draws it."""
    return format_html('<span data-status="{}">{}</span>', value, label)
