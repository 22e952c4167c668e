"""The rows of a list. Written out here and not in a template: 25 rows would cost half of the page's time
there. What rows share is made once a page."""

from collections.abc import Iterable
from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib.moments import ago
from records.surfaces import Badge, Line

DOT = " · "
SAFE_DOT = format_html("{}", DOT)


def record_rows(lines: Iterable[Line]) -> SafeString:
    """``<li>`` elements for ``<ul class="rows">``."""
    unread = format_html(" {}", badge("info", _("Unread")))
    drawn = cache(badges)
    return format_html_join(
        "\n",
        '<li><div><a href="{}">{}</a>{}<p>{}{}</p></div><p>{}</p></li>',
        (
            (
                line.url,
                line.title,
                unread if line.is_new else "",
                DOT.join(facts := [fact for fact in line.facts if fact]),
                _at(line, facts),
                drawn(line.badges),
            )
            for line in lines
        ),
    )


def _at(line: Line, facts: list[str]) -> str:
    """Behind the facts, if there are any. A sum of safe strings is one."""
    if line.at is None:
        return ""
    return SAFE_DOT + ago(line.at) if facts else ago(line.at)


def badges(shown: tuple[Badge, ...]) -> SafeString:
    return format_html_join("", "{}", ((badge(each.value, each.label),) for each in shown))


def badge(value: str, label: object) -> SafeString:
    """As components/status_badge.html draws it."""
    return format_html('<span data-status="{}">{}</span>', value, label)
