"""The portal's texts that administrators can change without code.

``declared()`` (portal.texts.declared) holds each text with its default. What an administrator wrote instead
is a row of SnippetText, rendered when it was written and kept in the configuration. Administrators may add
texts of their own, which have no default, for their pages: ``[[opening-hours]]``.
"""

import logging
import re
from collections.abc import Callable
from functools import lru_cache

from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString

from lib import markdown
from portal.models import SnippetText
from portal.models.snippets import NAME
from portal.site.configuration import Configuration
from portal.texts.declared import declared
from records.texts import Kind

logger = logging.getLogger(__name__)
VALUE = re.compile(r"\{(\w+)\}")
CALL = re.compile(
    rf"""<p>\s*\[\[(?P<block>{NAME})\]\]\s*</p> | <code\b.*?(?:</code>|\Z) | <(?:[^<>"]|"[^"]*")*> | \[\[(?P<inline>{NAME})\]\]""",  # noqa: E501
    re.DOTALL | re.VERBOSE,
)
"""A text called for, on its own or within a sentence. Code and tags match first, so what looks like a call in
them is none."""


def text(
    name: str, language: str | None, configuration: Configuration | None, /, **values: object
) -> SafeString:
    """HTML of a text in a language: the administrator's, or else the default. Without either it is empty, and
    logged once.

    ``{title}`` stands for the value of that name; what has no value stays as it was typed.
    """
    written = _written(name, language, configuration)
    html = written.html if written else _default_html(name, default(name, language))
    return markdown.cleaned(_fill_in(html, values, escape))


def plain(name: str, language: str | None, configuration: Configuration | None, /, **values: object) -> str:
    """The text as it was typed, for mails without HTML."""
    written = _written(name, language, configuration)
    return _fill_in(written.text if written else default(name, language), values, str)


def expand(html: str, language: str | None, configuration: Configuration) -> SafeString:
    """A page's stored HTML with each ``[[name]]`` replaced by that text. What the texts call for is not
    looked at again."""

    def replaced(found: re.Match[str]) -> str:
        if found["block"]:
            return text(found["block"], language, configuration)
        return (
            _without_paragraph(text(found["inline"], language, configuration))
            if found["inline"]
            else found[0]
        )

    return markdown.cleaned(CALL.sub(replaced, html) if "[[" in html else html)


def default(name: str, language: str | None) -> str:
    """The coded text in a language; empty for texts that administrators added."""
    known = declared().get(name)
    if known is None:
        _tell_once(name)
        return ""
    with translation.override(language):
        return str(known.default)


def html_of(name: str, text: str) -> str:
    """How a text is stored: a declared line stands inside a paragraph, everything else has paragraphs of its
    own."""
    known = declared().get(name)
    return markdown.render_line(text) if known and known.kind == Kind.LINE else markdown.render(text)


def _written(name: str, language: str | None, configuration: Configuration | None) -> SnippetText | None:
    """The text for exactly this language (de-at), for the language in general (de), or for all."""
    if configuration is None:
        return None
    asked = language or ""
    codes = dict.fromkeys((asked, asked.split("-")[0], ""))
    return next((found for code in codes if (found := configuration.snippets.get((name, code)))), None)


def _fill_in(text: str, values: dict[str, object], as_text: Callable[[object], str]) -> str:
    return (
        VALUE.sub(lambda found: as_text(values[found[1]]) if found[1] in values else found[0], text)
        if values
        else text
    )


def _without_paragraph(html: str) -> str:
    """A text of one paragraph can stand within a sentence."""
    return html.strip().removeprefix("<p>").removesuffix("</p>") if html.count("<p>") == 1 else html


@lru_cache(maxsize=1000)
def _default_html(name: str, text: str) -> str:
    return html_of(name, text)


@lru_cache(maxsize=1000)
def _tell_once(name: str) -> None:
    logger.warning("There is no text named %s; nothing is shown in its place.", name)
