"""Markdown to safe HTML. Rendered when text is written, not when it is read."""

import re
from typing import Any

import nh3
from django.utils.html import escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from lib.markdown_rules import SCHEMES, Parser, keep_words, rendered, take_as_meant

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "li": {"value"}, "code": {"class"}}
_SPACES = re.compile(r"(?:^|(?<= ))[ ]")
TAB = 8
BREAK = mark_safe("<br>\n")  # a constant of ours


def _parser() -> Parser:
    parser = Parser("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["table", "strikethrough", "linkify"])
    # Addresses become links where they begin with http: "setup.py" and "10.0.0.1" are none.
    linkify: Any = parser.linkify
    linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("//", "ftp:", "mailto:"):
        linkify.add(scheme, None)
    return keep_words(parser)


_editors, _people = _parser(), take_as_meant(_parser())


def render(text: str) -> str:
    """HTML of an editor's Markdown: no raw HTML, no images, no scripts, headings from h2 down.

    Text that Markdown would show nothing of is shown as it was typed.
    """
    return _shown(_clean(rendered(_editors, text.replace("\x00", ""))), text)


def render_message(text: str) -> str:
    """The same of what people write to each other: lists, fences, bold, tables, tasks and links are taken for
    Markdown; headings, escapes, definitions, and stars within words are not."""
    return _shown(_clean(rendered(_people, text.replace("\x00", ""))), text)


def render_as_written(text: str) -> str:
    """HTML of what came by mail: its lines, the spaces in front of them, and links where addresses begin with
    http. Nothing in it is taken for Markdown."""
    lines = text.replace("\x00", "").replace("\r\n", "\n").expandtabs(TAB).split("\n")
    if not text.strip():
        return ""
    rows = [("" if number == 0 else BREAK, _line_as_written(line)) for number, line in enumerate(lines)]
    return _clean(format_html("<p>{}</p>", format_html_join("", "{}{}", rows)))


def _line_as_written(line: str) -> SafeString:
    line, parts, place = _SPACES.sub("\xa0", line), [], 0
    linkify: Any = _people.linkify
    for found in linkify.match(line) or ():
        words = line[found.index : found.last_index]
        parts += [line[place : found.index], format_html('<a href="{}">{}</a>', found.url, words)]
        place = found.last_index
    return format_html_join("", "{}", ((part,) for part in [*parts, line[place:]]))


def _clean(html: str) -> str:
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )


def _shown(html: str, text: str) -> str:
    return linebreaks(text, autoescape=True) if text.strip() and _is_blank(html) else html


def cleaned(html: str) -> SafeString:
    """HTML that one of these functions made, as a template shows it: the one place where text that was stored
    becomes HTML."""
    return mark_safe(html)  # noqa: S308 -- nh3 cleaned it before it was stored


OWN_IMAGE = re.compile(r"/(?![/\\])")
PAGE_ATTRIBUTES = ATTRIBUTES | {"img": {"src", "alt", "title"}}


def render_page(text: str) -> str:
    """The same for an editor's page, which may show images that this portal serves; one of another site is a
    link.

    Tables scroll sideways on a phone, so the keyboard must reach them.
    """
    html = rendered(_editors, text.replace("\x00", ""), pictures=lambda src: bool(OWN_IMAGE.match(src)))
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    html = nh3.clean(
        html,
        tags=TAGS | {"img"},
        attributes=PAGE_ATTRIBUTES,
        attribute_filter=_own_images,
        url_schemes=SCHEMES,
        link_rel="noopener",
    )
    html = html.replace("<table>", '<table tabindex="0">')
    return html if "<img" in html else _shown(html, text)


def _own_images(tag: str, attribute: str, value: str) -> str | None:
    return None if (tag, attribute) == ("img", "src") and not OWN_IMAGE.match(value) else value


def _is_blank(html: str) -> bool:
    """Of some texts Markdown shows nothing."""
    return "<hr" not in html and not nh3.clean(html, tags=set()).strip()


LINE_TAGS = {"br", "strong", "em", "s", "code", "a"}


def render_line(text: str) -> str:
    """HTML of a text that stands inside a paragraph of a template: emphasis, code and links, but no
    blocks."""
    html = _editors.renderInline(text.replace("\x00", "").strip())
    html = nh3.clean(
        html, tags=LINE_TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )
    return html if html.strip() or not text.strip() else escape(text)
