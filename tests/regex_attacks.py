"""Texts on which a regular expression would take long, made from the pattern itself.

What takes more than linear time has, for some text, two ways to read a repeated piece of it, or begins anew
at each piece and reads on to the end: so the pieces are what the pattern's own loops take, and what stands
before these.
"""

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, product
from typing import Any

from tests.regex_steps import SINGLE, Counted, Node, TooManyStepsError, alone

ALPHABET = string.printable + "\0äßéẞſKⅣ²٣＝＠Ａ中…–\u0301\u200b\u2028\ue000\ue001"
VARIANTS, FEW = 40, 3
SIZES = (48, 192, 512)
"""Characters of an attack; a loop that ends after some hundred rounds is linear only beyond these."""


class Alphabet:
    """One letter of each kind that the pattern tells apart."""

    def __init__(self, tree: Any, flags: int) -> None:
        self.flags = flags
        nodes = [node for node in walk(tree) if str(node[0]) in SINGLE]
        self.tests = {id(node): alone(node, flags) for node in nodes}
        known = [
            *self.tests.values(),
            *(re.compile(kind, flags & re.ASCII) for kind in (r"\w", r"\s", r"\d")),
        ]
        written = "".join(chr(node[1]) for node in walk(tree) if str(node[0]) in ("LITERAL", "NOT_LITERAL"))
        kinds: dict[tuple[bool, ...], str] = {}
        for letter in dict.fromkeys(written + ALPHABET):
            kinds.setdefault(tuple(test.match(letter) is not None for test in known), letter)
        self.letters = list(kinds.values())
        self.strangest = min(kinds.items(), key=lambda kind: sum(kind[0]))[1]

    def of(self, node: Node) -> list[str]:
        test = self.tests[id(node)]
        return [letter for letter in self.letters if test.match(letter)]


def walk(tree: Any) -> Iterator[Node]:
    for node in tree:
        yield node
        for body in bodies(node):
            yield from walk(body)


def bodies(node: Node) -> list[Any]:
    name, argument = str(node[0]), node[1]
    if name == "BRANCH":
        return list(argument[1])
    if name == "ATOMIC_GROUP":
        return [argument]
    return (
        [argument[-1]]
        if name in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT", "ASSERT", "ASSERT_NOT")
        else []
    )


def words(tree: Any, letters: Alphabet) -> list[str]:
    """Some texts that the nodes take, one after the other: each in all its variants beside the first of the
    others."""
    choices = [few_of(node, letters) for node in tree]
    firsts = [choice[0] if choice else "" for choice in choices]
    found = ["".join(firsts)]
    for place, choice in enumerate(choices):
        found += ["".join([*firsts[:place], other, *firsts[place + 1 :]]) for other in choice[1:]]
    return list(dict.fromkeys(found))[:VARIANTS]


def few_of(node: Node, letters: Alphabet) -> list[str]:
    name = str(node[0])
    if name in SINGLE:
        return letters.of(node)
    if name == "BRANCH":
        each = [words(body, letters) for body in bodies(node)]
        return [word for row in islice(zip_longest_all(each), VARIANTS) for word in row]
    if name.endswith("_REPEAT"):
        least, most, body = node[1]
        return [word * max(least, min(1, int(most))) for word in words(body, letters)] + [""] * (not least)
    return words(bodies(node)[0], letters) if name in ("SUBPATTERN", "ATOMIC_GROUP") else [""]


def zip_longest_all(each: list[list[str]]) -> Iterator[list[str]]:
    """The first of all, then the second of all, and so on."""
    return (
        [row[number] for row in each if number < len(row)] for number in range(max(map(len, each), default=0))
    )


def loops(
    tree: Any, letters: Alphabet, before: Iterable[str] = ("",)
) -> Iterator[tuple[list[str], list[str]]]:
    """For each loop: what can stand before it, and what one round of it takes."""
    before = list(before)
    for place, node in enumerate(tree):
        lead = [head + word for head, word in product(before[:FEW], words(tree[:place], letters)[: 2 * FEW])]
        if str(node[0]).endswith("_REPEAT") and int(node[1][1]) > 1:
            yield lead, [word for word in words(node[1][2], letters) if word]
        for body in bodies(node):
            yield from loops(body, letters, lead)


def attacks(tree: Any, flags: int) -> Iterator[tuple[str, str, str]]:
    """What stands at the beginning, what is repeated, and what stands at the end."""
    letters = Alphabet(tree, flags)
    made: dict[tuple[str, str], None] = {}
    for lead, rounds in loops(tree, letters):
        made |= dict.fromkeys(product(lead[: 2 * FEW], rounds))
        made |= dict.fromkeys(
            ("", head + word) for head in lead[: 2 * FEW] for word in ("", *rounds[: 2 * FEW])
        )
    made |= dict.fromkeys(("", letter) for letter in letters.letters)
    for head, piece in made:
        if piece:
            yield from ((head, piece, tail) for tail in ("", letters.strangest))


counted_of = cache(Counted)


def steps_on(pattern: re.Pattern[str], text: str, how: str) -> int:
    """Steps of ``how`` ("finditer", "match" or "fullmatch"), which must find what Python finds."""
    counted = counted_of(pattern)
    counted.steps = 0
    if how == "finditer":
        found = list(counted.finditer(text))
        assert found == [match.span() for match in pattern.finditer(text)], (pattern.pattern, text)
    else:
        match = getattr(pattern, how)(text)
        assert counted.match(text, is_full=how == "fullmatch") == (match and match.span()), (
            pattern.pattern,
            text,
        )
    return counted.steps


def slow_on(pattern: re.Pattern[str], how: str = "finditer") -> str | None:
    """A text of which twice as much takes more than three times the steps; None: there is none among the
    attacks."""
    counted = counted_of(pattern)
    for head, piece, tail in attacks(counted.tree, counted.tree.state.flags):
        texts = (
            [head + piece * (size * times // len(piece) + 1) + tail for times in (1, 2)] for size in SIZES
        )
        if all(is_more_than_linear(pattern, how, once, twice) for once, twice in texts):
            return f"{head!r} + {piece!r} * n + {tail!r}"
    return None


def is_more_than_linear(pattern: re.Pattern[str], how: str, once: str, twice: str) -> bool:
    """Of short texts a suspicion is enough: the longer ones decide."""
    worst = 3 if len(once) >= SIZES[-1] else 2.2
    try:
        return steps_on(pattern, twice, how) > worst * steps_on(pattern, once, how)
    except TooManyStepsError:
        return True
