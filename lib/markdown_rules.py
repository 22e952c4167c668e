"""Where Markdown would take something of a person's words away: rules that leave them in the text.

``keep_words`` is for everything that is written in Markdown: a link that leads nowhere, a definition that
nothing refers to, a cell too many, a picture. ``take_as_meant`` is for what people write to each other, who
know lists and **bold**, and do not think of Markdown when they write a path or the output of a program.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, hr, list_block, reference, table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis, strikethrough
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto", "tel"}
LANGUAGES = frozenset(
    (
        "asm bash bat batch c c# c++ cfg cmd conf console cpp cs csharp css csv diff dockerfile go "
        "graphql html http ini java javascript js json jsx kotlin kql latex log lua makefile "
        "markdown matlab md nginx objective-c perl php plain plaintext plsql postgres powershell "
        "properties ps ps1 py python r rb ruby rust scala sh shell sql st svg swift systemd terminal "
        "text toml ts tsql tsx txt typescript vb vba vbnet vbscript vue xhtml xml yaml yml"
    ).split()
)
"""What behind a fence says how the code is coloured. Any other word there is the person's."""
IN_WORDS = frozenset("/\\=@#%&+~$")
"""Beside a star or an underscore these make it part of a path, a term, or a name."""
BETWEEN_WORDS = frozenset(".:_")
"""These do so when a word goes on behind them, and end a sentence otherwise."""
GLUED = {"Lu", "Ll", "Lt", "Nd"}
"""Kinds of letters of which words are made that have spaces around them. Chinese and Thai have none."""
BRACKETS = {"link_open": "[", "link_close": "]()"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\](?=\s)")
_VALUE = re.compile(r"0\d|\d{4}|\+[ \t]+\d")

InlineRule = Callable[[StateInline, bool], bool]
Pictures = Callable[[str], bool]
UNASKED, PICTURES = "unasked_references", "pictures"
"""What a parser is told of one text."""


class Parser(MarkdownIt):
    is_for_people = False

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """What would not become a link is shown as it was typed. People write whole addresses, or the
        portal's own: ``handlers[name](event)`` is no link."""
        scheme = _SCHEME.match(url)
        if scheme is None:
            return not self.is_for_people or url.startswith(("/", "#"))
        return scheme[0][:-1].lower() in SCHEMES

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """An address is shown as it was typed."""
        return link


def keep_words(parser: Parser) -> Parser:
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("reference", _reference)
    parser.core.ruler.push("shown", _shown)
    return parser


def take_as_meant(parser: Parser) -> Parser:
    parser.is_for_people = True
    parser.disable(["heading", "lheading", "reference", "entity"])
    parser.block.ruler.at("hr", hr, {"alt": ["reference", "blockquote", "list"]})
    parser.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.at("escape", _backslash)
    parser.inline.ruler.at("emphasis", _around_words(emphasis.tokenize))
    parser.inline.ruler.at("strikethrough", _around_words(strikethrough.tokenize))
    return parser


class References(dict[str, Any]):
    """Where links lead that are defined elsewhere in the text, and which of them a link has asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, label: str, default: Any = None) -> Any:
        self.asked.add(label)
        return super().get(label, default)


def rendered(parser: MarkdownIt, text: str, pictures: Pictures = lambda _address: False) -> str:
    """HTML that is not cleaned yet. A definition that no link asks for is text: ``[ERROR]: timeout``.
    ``pictures``: which addresses are shown as a picture, and not as a link to it."""
    env: dict[str, Any] = {"references": References(), PICTURES: pictures}
    tokens = parser.parse(text, env)
    if unasked := env["references"].keys() - env["references"].asked:
        env |= {"references": References(), UNASKED: unasked}
        tokens = parser.parse(text, env)
    return str(parser.renderer.render(tokens, parser.options, env))


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    known = state.env["references"]
    count = len(known)
    if not reference(state, start, end, silent):
        return False
    label = next(reversed(known)) if len(known) > count else None
    if label is not None and label not in state.env.get(UNASKED, ()):
        return True
    known.pop(label, None)
    state.line = start
    return False


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The last cell of a row holds all that are more than there are headings."""
    count = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    rows = [place for place, token in enumerate(state.tokens[count:], count) if token.type == "tr_open"]
    for place, following in pairwise([*rows, len(state.tokens)]):
        cells = [token for token in state.tokens[place:following] if token.type == "inline"]
        line = state.tokens[place].map
        if line and cells:
            written = _cells(getLine(state, line[0]))
            cells[-1].content = " | ".join([cells[-1].content, *written[len(cells) :]])
    return True


def _cells(line: str) -> list[str]:
    cells = escapedSplit(line.strip())
    return [cell.strip() for cell in cells[not cells[0] : len(cells) - (not cells[-1])]]


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A year, or a number with zeros in front, numbers nothing; and a plus before a number is its sign."""
    if _VALUE.match(state.src, state.bMarks[start] + state.tShift[start]):
        return False
    return list_block(state, start, end, silent)


def _backslash(state: StateInline, silent: bool) -> bool:
    """It stays, and what follows it marks nothing."""
    following = state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "\\" or not following or following.isalnum() or following.isspace():
        return False
    if not silent:
        state.pending += f"\\{following}"
    state.pos += 2
    return True


def _around_words(rule: InlineRule) -> InlineRule:
    """Stars and underscores mark only what stands between them from the first letter of a word to the last
    one of a word: ``SN*4711*A``, ``__init__.py`` and ``*.*`` are as they are."""

    def tokenize(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.delimiters)
        if not rule(state, silent):
            return False
        is_pattern = state.pos == start + 1 and state.src[state.pos : state.pos + 1] in (*"./\\",)
        for delimiter in state.delimiters[count:]:
            delimiter.open &= not (is_pattern or _is_glued(state.src, start - 1, -1))
            delimiter.close &= not _is_glued(state.src, state.pos, 1)
        return True

    return tokenize


def _is_glued(text: str, place: int, step: int) -> bool:
    """Whether the word goes on there."""
    for found in (text[at : at + 1] if at >= 0 else "" for at in range(place, place + 9 * step, step)):
        if found not in BETWEEN_WORDS or not found:
            return found in IN_WORDS or (bool(found) and unicodedata.category(found) in GLUED)
    return True


def _shown(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "fence":
            _show_what_is_no_language(token)
        if token.type == "inline":
            token.children = _with_links(token.children or [], state.env.get(PICTURES))
    _number_as_written(state.tokens)
    _tick_tasks(state.tokens)


def _number_as_written(tokens: list[Token]) -> None:
    """1, 2, 4 is not 1, 2, 3; and 1, 1, 1 is."""
    open_lists: list[list[Token]] = []
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            open_lists.append([])
        elif token.type == "list_item_open":
            open_lists[-1].append(token)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            _number([item for item in open_lists.pop() if item.info.isdecimal()])


def _number(items: list[Token]) -> None:
    numbers = [int(item.info) for item in items]
    if len(set(numbers)) < 2:
        return
    for item, number, before in zip(items[1:], numbers[1:], numbers, strict=False):
        if number != before + 1:
            item.attrSet("value", str(number))


def _show_what_is_no_language(fence: Token) -> None:
    if fence.info.strip() and fence.info.strip().lower() not in LANGUAGES:
        fence.content, fence.info = f"{fence.info.strip()}\n{fence.content}", ""


def _tick_tasks(tokens: list[Token]) -> None:
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type, inline.type) != ("list_item_open", "paragraph_open", "inline"):
            continue
        first = (inline.children or [Token("text", "", 0)])[0]
        if first.type == "text" and (task := _TASK.match(first.content)):
            first.content = ("☐" if task[1] == " " else "☑") + first.content[3:]


def _with_links(tokens: list[Token], pictures: Pictures | None) -> list[Token]:
    """A picture is a link to it; a link without words shows where it leads."""
    shown: list[Token] = []
    within = False
    for token in _that_lead(tokens):
        if token.type == "image" and not (pictures and pictures(str(token.attrs["src"]))):
            shown += _picture(token, within=within)
            continue
        if token.type == "link_close" and shown and shown[-1].type == "link_open":
            shown.append(_text(str(shown[-1].attrs.get("href", ""))))
        within = token.type == "link_open" or (within and token.type != "link_close")
        shown.append(token)
    return shown


def _that_lead(tokens: list[Token]) -> Iterator[Token]:
    """A link that leads nowhere is none: ``callbacks[i]()``."""
    leads = True
    for token in tokens:
        leads = bool(token.attrs["href"]) if token.type == "link_open" else leads
        yield token if leads or token.type not in BRACKETS else _text(BRACKETS[token.type])


def _picture(image: Token, *, within: bool) -> list[Token]:
    address, words = str(image.attrs["src"]), image.content
    if not address:
        return [_text(f"![{words}]()")]
    if within:
        return [_text(f"{words} ({address})")]
    opening, closing = Token("link_open", "a", 1), Token("link_close", "a", -1)
    opening.attrs = {"href": address, **({"title": image.attrs["title"]} if "title" in image.attrs else {})}
    return [opening, _text(words or address), closing]


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)
