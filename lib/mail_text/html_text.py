"""The words of a mail in HTML, as plain text: nothing here is shown as HTML.

lxml's parser reads in one pass and hands over every word, however deep it stands
(docs/decisions/0010-reading-mail.md).
"""

import re
from typing import Any

from lxml import etree

_ADDRESS = re.compile(r"<(?=https?://|[\w.+-]{1,64}@[\w.-]{1,250}>)")
"""In plain text that somebody pasted: no tag."""
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BLANK_LINES = re.compile(r"\n(?:>[> ]*\n|\n){2,}")
_LINK = re.compile(r"(?i)(?:https?|ftp|tel|mailto):")
_SILENT = {"title", "style", "script", "template", "noscript"}
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table"}
"""With an empty line around, but for lists and tables within others."""
_LINES = set(
    (
        "div li tr blockquote pre hr section article header footer dt dd center address main aside nav "
        "figure figcaption caption form fieldset legend details summary option"
    ).split()
)
_LABELS = {
    "a": "abcdefghijklmnopqrstuvwxyz",
    "i": "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split(),
}
"""What an item is called by its list's type, where its number is among them."""
_NO_ROW = 10_000_000
_DEPTH = 8
"""Margins of quotes and lists grow no wider."""


def text_of_html(html: str) -> str:
    """Quotes get "> " before each line, as in plain text; a picture of the mail is ``[cid:its name]``."""
    writer = _Writer()
    parser = etree.HTMLParser(target=writer, huge_tree=True)
    parser.feed(_ADDRESS.sub("&lt;", html.replace("\0", "")) or " ")
    parser.close()
    return _BLANK_LINES.sub("\n\n", "\n".join(writer.lines)).strip("\n")


class _Writer:
    """Pieces of a line are joined once it ends: a mail may be one line of some megabytes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.silent = self.quotes = self.pre = 0
        self.lists: list[int] = []
        """Of each list that is open the number of its next item; below zero: it has none."""
        self.types: list[str] = []
        self.links: list[tuple[str, list[str]]] = []
        """Address and words of each that is open."""
        self.mark = ""
        self.row, self.is_row = _NO_ROW, False
        """The first line of the table's row, and whether its next cell goes on in the last line."""

    def start(self, tag: str, attributes: Any) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _APART or tag in _LINES:
            self._begin_block(tag, attributes)
        else:
            self._go_on(tag, attributes)

    def _go_on(self, tag: str, attributes: Any) -> None:
        if tag == "br":
            self._end_line(is_kept=True)
        elif tag in ("td", "th"):
            self._begin_cell()
        elif tag == "img":
            self._picture(attributes.get("src") or "", attributes.get("alt") or "")
        elif tag == "a":
            self.links.append((attributes.get("href") or "", []))

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent -= 1
        elif tag == "a" and self.links:
            self._end_link(*self.links.pop())
        elif tag in _APART or tag in _LINES:
            self._end_line()
            self._close(tag)

    def data(self, words: str) -> None:
        if self.silent:
            return
        if not self.pre:
            self._append(_SPACES.sub(" ", words))
            return
        first, *others = words.split("\n")
        self._append(first)
        for line in others:
            self._end_line(is_kept=True)
            self._append(line)

    def comment(self, words: str) -> None:
        """Nobody wrote it."""

    def close(self) -> None:
        self._end_line()

    def _begin_block(self, tag: str, attributes: Any) -> None:
        if not self.is_row or tag == "blockquote":
            self._end_line()
            if tag in _APART:
                self._gap()
        if tag == "tr":
            self.row = len(self.lines)
        if tag in ("ul", "ol"):
            self.lists.append(_number(attributes.get("start"), 1) if tag == "ol" else -1)
            self.types.append(attributes.get("type") or "")
        elif tag == "li":
            self._begin_item(attributes.get("value"))
        self.quotes += tag == "blockquote"
        self.pre += tag == "pre"

    def _begin_cell(self) -> None:
        """Office puts a paragraph into each cell: one of a single line stands beside the next cell's."""
        said = [line for line in self.lines[self.row : self.row + 3] if line.strip("> ")]
        is_one = len(self.lines) < self.row + 3 and len(said) == 1 and not self.line
        if is_one and said[0].startswith(self._margin):
            self.lines[self.row :] = []
            self.line, self.is_row = [said[0].removeprefix(self._margin)], True
        if self.line:
            self.line.append(" ")

    def _begin_item(self, value: str | None) -> None:
        number = _number(value, self.lists[-1]) if self.lists else -1
        if self.lists and number >= 0:
            self.lists[-1] = number + 1
        name = _label(number, self.types[-1]) if number >= 0 else ""
        self.mark = "  " * min(len(self.lists) - 1, _DEPTH) + (f"{name}. " if name else "- ")

    def _close(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.types.pop()
        self.quotes -= tag == "blockquote"
        self.pre -= tag == "pre"
        if tag == "blockquote":
            while self.lines and self.lines[-1] and not self.lines[-1].strip("> "):
                self.lines.pop()
        if tag in _APART or tag == "blockquote":
            self._gap()

    def _gap(self) -> None:
        """One empty line, but for the beginning of a text or a quotation, and within lists."""
        is_further_in = self.lines and not self.lines[-1].startswith(self._margin.rstrip())
        if self.lines and self.lines[-1].strip("> ") and not (self.lists or is_further_in):
            self.lines.append(self._margin.rstrip())

    @property
    def _margin(self) -> str:
        return "> " * min(self.quotes, _DEPTH)

    def _end_line(self, *, is_kept: bool = False) -> None:
        """An empty one is left out where a block ends."""
        words = "".join(self.line)
        if words.strip() or is_kept:
            indent = "  " * min(len(self.lists), _DEPTH) if self.lists and not self.mark else ""
            line = f"{self._margin}{self.mark or indent}{words}"
            self.lines.append(line if line == "-- " else line.rstrip())
            self.mark = ""
        self.line, self.is_row = [], False

    def _append(self, words: str) -> None:
        if not self.pre and (not self.line or self.line[-1].endswith(" ")):
            words = words.lstrip(" ")
        if words and not self.silent:
            self.is_row = False
            self.line.append(words)
            for _address, said in self.links[-1:]:
                said.append(words)

    def _picture(self, source: str, alt: str) -> None:
        """Emoji are often pictures."""
        words = f"[{source}]" if source.startswith("cid:") and "]" not in source else alt
        self._append(_SPACES.sub(" ", words))

    def _end_link(self, address: str, said: list[str]) -> None:
        words = "".join(said).strip()
        is_picture = words.startswith("[cid:")
        if words and not is_picture and _LINK.match(address) and _bare(address) not in _bare(words):
            if self.line:
                self._append(f"<{address}>" if self.line[-1].endswith(" ") else f" <{address}>")
            else:
                self.lines[-1] += f" <{address}>"


def _bare(address: str) -> str:
    return _LINK.sub("", address.lower()).strip("/ ").removeprefix("www.")


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 7 else default


def _label(number: int, kind: str) -> str:
    known = _LABELS.get(kind.lower(), ())
    name = known[number - 1] if 0 < number <= len(known) else str(number)
    return name.upper() if kind.isupper() else name
