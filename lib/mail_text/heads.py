"""What a mail program writes directly above the mail that it quotes: an address, a date, a colon, over one
line or several, in any language. No more is taken for it than it needs: the line above may be the writer's
last."""

import re

from lib.mail_text.words import WORDS

NEAR = 6
"""Lines of other programs (a warning, a logo) between the head and our line, within the quotation."""
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_MARGIN = re.compile(r"[\s>|*_]*")
_SEPARATOR = re.compile(rf"(?i)(?:{WORDS['separators*']})")
_DASHES = set("-_=*~—–─")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]|<?…>?")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d|\d{1,2}[月日時时点]"
)
_WROTE = re.compile(rf"(?i)\b(?:{WORDS['wrote*']})\b|{WORDS['wrote without spaces*']}")
_OPENER = re.compile(
    r"\b(?:On|Am|Le|El|Il|Em|Op|Den|Dne|Dňa|Dnia|W dniu|På|El día|Il giorno)\s"
    r"(?:[^\W\d]{2,12}[.,]{0,2}\s){0,2}\d"
)
_IN_LINE = re.compile(rf"{_OPENER.pattern}|(?<=[.!?…。！？] )(?:19|20)\d\d[-/年]\d")
_FRAGMENT = re.compile(
    r"(?i)[<(]|\S{1,64}@\S{1,200}>|(?:19|20)\d\d\b(?![-/.])|\d{1,2}[:.h]\d\d\b|"
    rf"(?:at|um|à|kl|a las|alle|às|om|o|v)\b|(?:{WORDS['wrote*']})\b"
)
"""How the second line of a head may begin, and no first one."""
_LABEL = re.compile(r"([^\W\d_][^\W_:：]{0,20}(?:[ -][^\W_:：]{1,20}){0,3})\s?[*_]{0,2}\s?[:：]")
_KNOWN = set(WORDS["labels"].split())


def head_above(lines: list[str], first: int) -> int:
    """Where the head of the mail that is quoted from line ``first`` on begins; ``first``: it has none."""
    start = first
    for number in _places(lines, first):
        start = _labels(lines, number)
        start = _attribution(lines, number) if start > number else start
        if start <= number:
            break
        start = first
    above = _last_words(lines, start)
    while above >= 0 and start - above <= 3 and _is_separator(lines[above].strip("> ")):
        start, above = above, _last_words(lines, above)
    while start and lines[start - 1].lstrip().startswith(">") and not _plain(lines[start - 1]):
        start -= 1
    return start


def _is_separator(line: str) -> bool:
    """A ruler, or words between dashes: "-----Original Message-----"."""
    is_ruled = 3 <= len(line) < 220 and set(line[:3]) | set(line[-3:]) <= _DASHES
    return is_ruled or _SEPARATOR.fullmatch(line[:60]) is not None


def is_labelled(head: list[str]) -> bool:
    return any(map(_label, head))


def split_in_line(line: str, below: str) -> tuple[str, str] | None:
    """The last words of an answer, and the head that a program put behind them; it may go on below."""
    openers = [each.start() for each in _IN_LINE.finditer(line[:1_000])]
    found = [at for at in openers if _is_complete(f"{line[at:]} {below}")]
    at = found[-1] if found else 0
    said = line[:at].rstrip() if any(map(str.isalnum, line[:at])) else ""
    is_sentence = said.endswith((".", "!", "?", "…", ")")) or (bool(said) and found[0] == at)
    return (said, line[at:]) if said and is_sentence else None


def _places(lines: list[str], first: int) -> list[int]:
    """Where the last line of a head may be."""
    last = _last_words(lines, first)
    if last >= 0 and _is_separator(lines[last].strip("> ")):
        above = _last_words(lines, last)
        last = above if above >= 0 else last
    if last < 0 or not lines[first].lstrip().startswith(">"):
        return [last] if last >= 0 else []
    places = [last]
    while (
        lines[last].lstrip().startswith(">")
        and len(places) <= NEAR
        and (last := _last_words(lines, last)) >= 0
    ):
        places.append(last)
    return places


def _last_words(lines: list[str], before: int) -> int:
    """The last line with words above; -1: there is none, or it is far away."""
    above = range(before - 1, max(-1, before - 12), -1)
    return next((number for number in above if lines[number].strip("> |*\t\xa0")), -1)


def _plain(line: str) -> str:
    return _MARGIN.sub("", line.translate(_MARKS), count=1).rstrip(" \t*_\xa0")


def _label(line: str) -> str:
    found = _LABEL.match(_plain(line)[:120])
    return found[1].lower() if found else ""


def _labels(lines: list[str], last: int) -> int:
    """Labels that programs use, at least two; or three lines of a language that we do not know, with an
    address and a date."""
    top = last
    while (
        top >= 0
        and last - top < 14
        and _plain(lines[top])
        and (_label(lines[top]) or _ADDRESS.search(lines[top]))
    ):
        top -= 1
    block = range(top + 1, last + 1)
    known = [number for number in block if _is_known(_label(lines[number]))]
    facts = [number for number in block if _ADDRESS.search(lines[number]) or _DATE.search(lines[number])]
    words = "\n".join(lines[number] for number in block)
    if len(known) >= 2 and facts and _label(lines[known[0]]):
        return known[0]
    is_head = len(block) >= 3 and _ADDRESS.search(words) and _DATE.search(words)
    return facts[0] if is_head and all(_label(lines[number]) for number in block) else last + 1


def _is_known(label: str) -> bool:
    return label in _KNOWN or label.replace(" ", "") in _KNOWN or label.split(" ", maxsplit=1)[0] in _KNOWN


def _attribution(lines: list[str], last: int) -> int:
    """ "On Tuesday, Support wrote:". Lines above are added while it is not complete."""
    head, start = "", last + 1
    if not _plain(lines[last]).endswith((":", "：")) and not _ends_with_verb(_plain(lines[last])):
        return start
    for number in range(last, max(-1, last - 4), -1):
        line = _plain(lines[number])
        if head and not _goes_on(line):
            break
        head, start = f"{line} {head}".rstrip(), number
        if _is_complete(head) and not _FRAGMENT.match(head):
            return number - 1 if _is_dated_above(lines, number, head) else start
        if not _FRAGMENT.match(head):
            break
    is_dated = len(_DATE.findall(head)) > 1 and (head[0].isdigit() or _OPENER.match(head))
    return start if is_dated or _WROTE.search(head) or _ADDRESS.search(head) else last + 1


def _is_dated_above(lines: list[str], number: int, head: str) -> bool:
    """A program wrapped the line behind the date."""
    above = _plain(lines[number - 1]) if number and not _DATE.search(head) else ""
    return above.endswith(",") and bool(_OPENER.match(above) and _DATE.search(above))


def _ends_with_verb(line: str) -> bool:
    found = [each.end() for each in _WROTE.finditer(line[-60:])]
    return bool(found) and found[-1] == len(line[-60:])


def _goes_on(line: str) -> bool:
    """A line that may be the beginning of a head, and is no sentence."""
    has_facts = bool(_ADDRESS.search(line) or _DATE.search(line) or line.endswith("<") or _OPENER.match(line))
    return has_facts and not line.endswith(("!", "?"))


def _is_complete(head: str) -> bool:
    facts = [pattern.search(head[:1_000]) is not None for pattern in (_ADDRESS, _DATE, _WROTE)]
    return sum(facts) >= 2
