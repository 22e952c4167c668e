"""Markdown to safe HTML. Rendered when text is written, not when it is read."""

import nh3
from django.utils.html import linebreaks
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(["table", "strikethrough"])

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
    html = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener")
    return linebreaks(text, autoescape=True) if text.strip() and _is_blank(html) else html


def _is_blank(html: str) -> bool:
    """Markdown swallows some texts whole: ``[error]: timeout`` defines a link and shows nothing."""
    return "<hr" not in html and not nh3.clean(html, tags=set()).strip()
