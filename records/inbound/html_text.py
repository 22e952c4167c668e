"""The words of a mail in HTML, as plain text. One pass, whatever stands in it: nothing here is shown as
HTML."""

import re
from html import unescape

from records.reply_address import MARKER

_TOKEN = re.compile(r"<!--|-->|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>[^<>]*)>")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")
SILENT = {"head", "title", "style", "script", "template", "noscript"}
BLOCKS = {
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "section",
    "article",
}
QUOTES = ("gmail_quote", "yahoo_quoted", "divRplyFwdMsg")
"""Marks of the part in which a mail program quotes: all below is the quote."""


def text_of_html(html: str) -> str:
    """Quotes get "> " before each line, as in plain text."""
    reader, position = _Reader(), 0
    for token in _TOKEN.finditer(html):
        reader.say(html[position : token.start()])
        reader.meet(token)
        position = token.end()
    reader.say(html[position:])
    reader.end_line()
    return _BLANK_LINES.sub("\n\n", "\n".join(reader.lines)).strip()


class _Reader:
    """Pieces of a line are joined once it ends: a mail may be one line of some megabytes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = [""]
        self.has_words = False
        self.silent = ""
        self.quotes = 0
        self.is_preformatted = False

    def say(self, html: str) -> None:
        if self.silent or not html:
            return
        words = unescape(html)
        if self.is_preformatted:
            first, *others = words.split("\n")
            self._append(first)
            for line in others:
                self.end_line()
                self._append(line)
        else:
            self._append(_SPACES.sub(" ", words))

    def meet(self, token: re.Match[str]) -> None:
        tag, is_end = (token["tag"] or token[0]).lower(), bool(token["end"])
        if self.silent:
            self._listen_again(tag, is_end)
        elif tag == "<!--" or (tag in SILENT and not is_end):
            self.silent = tag
        elif tag != "-->":
            self._lay_out(tag, is_end, token["rest"])

    def _listen_again(self, tag: str, is_end: bool) -> None:
        """A head that nobody closed ends with the body."""
        closed = (tag == self.silent and is_end) or (self.silent == "<!--" and tag == "-->")
        if closed or (self.silent == "head" and tag == "body"):
            self.silent = ""

    def _lay_out(self, tag: str, is_end: bool, rest: str) -> None:
        if tag in BLOCKS:
            self._begin_block(tag, is_end)
        if tag == "br" or (tag == "p" and is_end):
            self.end_line()
        elif tag == "li" and not is_end:
            self._append("- ")
        elif tag in ("td", "th"):
            self._append(" ")
        elif tag == "div" and any(mark in rest for mark in QUOTES):
            self.lines.append(MARKER)

    def _begin_block(self, tag: str, is_end: bool) -> None:
        if self.has_words:
            self.end_line()
        if tag == "blockquote":
            self.quotes = max(0, self.quotes + (-1 if is_end else 1))
            self.line = [self._margin]
        elif tag == "pre":
            self.is_preformatted = not is_end

    @property
    def _margin(self) -> str:
        return "> " if self.quotes else ""

    def end_line(self) -> None:
        self.lines.append("".join(self.line).rstrip())
        self.line, self.has_words = [self._margin], False

    def _append(self, words: str) -> None:
        words = words if self.has_words or self.is_preformatted else words.lstrip(" ")
        self.line.append(words)
        self.has_words = self.has_words or bool(words.strip())
