"""What somebody says in a mail, and what their program put around it.

Every line is either said or folded away: none is left out. Only what stands at or below our own line, or
quotes our own text, is a quotation; in doubt a line is said. Read line by line, and never with a pattern over
many lines, so that no text takes long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings

from lib.mail_text.heads import head_above, is_labelled, split_in_line
from lib.mail_text.signatures import signature_at

MARKER = "-=+=-"
"""Stands in the line of our mails above which answers are written, in every language."""
SEARCHED = 4_000
"""Lines in which our own text is looked for."""
OURS = 20_000
"""Characters of it."""
ASKED = 12
"""Lines of a question that are shown above its answer."""
_QUOTED = re.compile(r"\s{0,3}[>|]")
_MARGIN = re.compile(r"[\s>|]*")
_PASSED_ON = re.compile(
    r"(?i)forward|weitergeleitet|transféré|reenviad|inoltrat|doorgestuurd|przekazan|vidarebefordra|转发|転送"
)


@dataclass(frozen=True)
class Answer:
    reply: str
    folded: str = ""
    """Quotation and signature, as they stood."""


def split(text: str, *, ours: str = "", writer: str = "") -> Answer:
    """``ours``: what we wrote to them; ``writer``: name and address. The reply is empty where a mail only
    quotes."""
    letter = _Letter(text, " ".join(ours[:OURS].split()))
    letter.fold_signature(writer)
    return Answer(letter.joined(is_said=True), letter.joined(is_said=False))


class _Letter:
    def __init__(self, text: str, ours: str) -> None:
        self.lines, self.ours = text.split("\n"), ours
        self.first = self._first_quoted()
        """The first line of the quotation. All that follows is one, but for lines within without a mark."""
        self.start = head_above(self.lines, self.first) if self.first < len(self.lines) else self.first
        self._split_line()
        self.said = [number < self.start for number in range(len(self.lines))]
        self.runs = list(self._runs_below())
        self._show_answers()

    def fold_signature(self, writer: str) -> None:
        begin, end = self.runs[-1] if self.runs else (0, self.start)
        place = begin + signature_at(self.lines[begin:end], writer)
        self.said[place:end] = [False] * (end - place)

    def joined(self, *, is_said: bool) -> str:
        """With an empty line where something was left out, and between question and answer."""
        kept: list[str] = []
        last = -1
        for number, line in enumerate(self.lines):
            if self.said[number] == is_said:
                if kept and kept[-1].strip() and (last != number - 1 or self._is_turn(number)):
                    kept.append("")
                kept.append(line)
                last = number
        return "\n".join(kept).strip("\n").rstrip()

    def _is_turn(self, number: int) -> bool:
        """From a question to its answer, or to the next question."""
        marks = [_QUOTED.match(line) is None for line in self.lines[number - 1 : number + 1]]
        return number > self.first and self.said[number] and marks[0] != marks[1]

    def _first_quoted(self) -> int:
        marked = next((number for number, line in enumerate(self.lines) if MARKER in line), len(self.lines))
        above = self.lines[: min(marked, SEARCHED)]
        quoted = (number for number, line in enumerate(above) if _QUOTED.match(line) and self._is_ours(line))
        return min(marked, next(quoted, marked), next(self._below_heads_of_ours(above), marked))

    def _is_ours(self, line: str) -> bool:
        words = " ".join(_MARGIN.sub("", line, count=1).split())
        return MARKER in line or (len(words) > 9 and words in self.ours)

    def _below_heads_of_ours(self, lines: list[str]) -> Iterator[int]:
        """Where a head that names one of our addresses stands above a quotation."""
        hosts = _our_hosts()
        for number, line in enumerate(lines):
            if hosts and "@" in line and any(host in line.lower() for host in hosts):
                first = self._next_below(number)
                start = head_above(self.lines, first) if first < len(self.lines) else first
                if start <= number and self._is_from_us(start, number):
                    line_below = self.lines[first]
                    if (
                        _QUOTED.match(line_below)
                        or self._is_ours(line_below)
                        or is_labelled(self.lines[start:first])
                    ):
                        yield first

    def _is_from_us(self, start: int, number: int) -> bool:
        """The first address of a head is the sender's, and it says nothing of a forward."""
        above = self.lines[start:number]
        return not any("@" in line or _PASSED_ON.search(line) for line in above)

    def _next_below(self, number: int) -> int:
        """Where the paragraph with this line ends, or a quotation begins."""
        end = number + 1
        while (
            end < len(self.lines)
            and end < number + 9
            and self.lines[end].strip()
            and not _QUOTED.match(self.lines[end])
        ):
            end += 1
        return next(
            (place for place in range(end, min(end + 3, len(self.lines))) if self.lines[place].strip()), end
        )

    def _split_line(self) -> None:
        """Some programs put head or our line behind the last words of the answer."""
        if self.first >= len(self.lines):
            return
        line = self.lines[self.start]
        if self.start == self.first and not _QUOTED.match(line):
            said, mark, below = line.partition(MARKER)
            parts = (said, mark + below) if said.strip(" *_-") else None
        else:
            parts = split_in_line(line, " ".join(self.lines[self.start + 1 : self.first]))
        if parts:
            self.lines[self.start : self.start + 1] = parts
            self.start, self.first = self.start + 1, self.first + 1

    def _runs_below(self) -> Iterator[tuple[int, int]]:
        """What was written between quoted lines or below them. Where they have no mark, our own text tells
        them apart; it is asked only where nothing stands above."""
        is_marked = self.first < len(self.lines) and _QUOTED.match(self.lines[self.first]) is not None
        if not is_marked and (not self.ours or any(line.strip() for line in self.lines[: self.start])):
            return
        begin = -1
        for number in range(self.first, len(self.lines)):
            if not self.lines[number].strip():
                continue
            if not self._is_own(number) and begin >= 0:
                yield begin, number
            begin = -1 if not self._is_own(number) else begin if begin >= 0 else number
        if begin >= 0:
            yield begin, len(self.lines)

    def _is_own(self, number: int) -> bool:
        line = self.lines[number]
        return not (_QUOTED.match(line) or (number < self.first + SEARCHED and self._is_ours(line)))

    def _show_answers(self) -> None:
        """Answers between quoted lines keep their questions; one below the whole quotation needs none."""
        is_within = len(self.runs) > 1 or (bool(self.runs) and self.runs[-1][1] < len(self.lines))
        for begin, end in self.runs:
            self.said[begin:end] = [True] * (end - begin)
            for number in self._question_above(begin) if is_within else ():
                self.said[number] = True

    def _question_above(self, begin: int) -> Iterator[int]:
        number = begin - 1
        while number > self.first and not _MARGIN.sub("", self.lines[number], count=1):
            number -= 1
        for place in range(number, max(self.first, number - ASKED), -1):
            words = _MARGIN.sub("", self.lines[place], count=1)
            if self.said[place] or not words or MARKER in words:
                return
            yield place


def _our_hosts() -> tuple[str, ...]:
    addresses = (settings.MAIL_IN_ADDRESS, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    return tuple({f"@{address.partition('@')[2].lower()}" for address in addresses if "@" in address})
