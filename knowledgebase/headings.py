"""Headings of rendered Markdown: addresses for them, and a table of contents."""

import re
from dataclasses import dataclass
from html import unescape
from itertools import chain, count

from django.utils.html import strip_tags
from django.utils.text import slugify

_BARE_HEADING = re.compile(r"<(h[23])>((?:(?!<h[23]>).)*?)</\1>", re.DOTALL)
_SECTION = re.compile(r'<h2 id="([^"]+)">((?:(?!<h2 ).)*?)</h2>', re.DOTALL)


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str


def with_anchors(html: str) -> str:
    """Give each h2 and h3 of cleaned HTML an id of its own.

    Ids consist of ASCII letters, digits, "-" and "_", and begin with "section", so that no heading can take
    the id of another part of the page.
    """
    taken: set[str] = set()

    def heading(match: re.Match[str]) -> str:
        level, content = match.groups()
        anchor = _free_anchor(slugify(_text(content)), taken)
        return f'<{level} id="{anchor}">{content}</{level}>'

    return _BARE_HEADING.sub(heading, html)


def sections(html: str) -> list[Section]:
    """The h2 headings of HTML that ``with_anchors`` has made."""
    return [Section(anchor, _text(content)) for anchor, content in _SECTION.findall(html)]


def _free_anchor(slug: str, taken: set[str]) -> str:
    first = f"section-{slug}".rstrip("-")
    numbered = (f"{first}-{number}" for number in count(2))
    anchor = next(name for name in chain([first], numbered) if name not in taken)
    taken.add(anchor)
    return anchor


def _text(html: str) -> str:
    return unescape(strip_tags(html)).strip()
