"""Markdown to safe HTML. Rendered when text is written, not when it is read."""

import re
from typing import Any

import nh3
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
    ["table", "strikethrough", "linkify"]
)
# Addresses become links where they begin with http: "setup.py" and "10.0.0.1" are none.
_linkify: Any = _parser.linkify
_linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
for _scheme in ("//", "ftp:", "mailto:"):
    _linkify.add(_scheme, None)

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}


def render(text: str) -> str:
    """HTML of a customer's or editor's Markdown: no raw HTML, no images, no scripts, headings from h2 down.

    Text that Markdown would show nothing of is shown as it was typed.
    """
    html = _parser.render(text.replace("\x00", ""))
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    html = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )
    return linebreaks(text, autoescape=True) if text.strip() and _is_blank(html) else html


def cleaned(html: str) -> SafeString:
    """HTML that one of these functions made, as a template shows it: the one place where text that was stored
    becomes HTML."""
    return mark_safe(html)  # noqa: S308 -- nh3 cleaned it before it was stored


OWN_IMAGE = re.compile(r"/(?![/\\])")
PAGE_ATTRIBUTES = ATTRIBUTES | {"img": {"src", "alt", "title"}}


def render_page(text: str) -> str:
    """The same for an editor's page, which may show images that this portal serves; no image of another site.

    Tables scroll sideways on a phone, so the keyboard must reach them.
    """
    html = _parser.render(text.replace("\x00", ""))
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
    return (
        linebreaks(text, autoescape=True) if text.strip() and "<img" not in html and _is_blank(html) else html
    )


def _own_images(tag: str, attribute: str, value: str) -> str | None:
    return None if (tag, attribute) == ("img", "src") and not OWN_IMAGE.match(value) else value


def _is_blank(html: str) -> bool:
    """Markdown swallows some texts whole: ``[error]: timeout`` defines a link and shows nothing."""
    return "<hr" not in html and not nh3.clean(html, tags=set()).strip()


LINE_TAGS = {"br", "strong", "em", "s", "code", "a"}


def render_line(text: str) -> str:
    """HTML of a text that stands inside a paragraph of a template: emphasis, code and links, but no
    blocks."""
    html = _parser.renderInline(text.replace("\x00", "").strip())
    html = nh3.clean(
        html, tags=LINE_TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )
    return html if html.strip() or not text.strip() else escape(text)
