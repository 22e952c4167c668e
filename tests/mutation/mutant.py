"""One gate with a way to switch it off."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """``expected`` stands exactly once in the file, however its lines are broken; where the code has
    changed, the check says so instead of testing nothing."""

    gate: str
    file: str
    expected: str
    replacement: str
    tests: tuple[str, ...]
    is_of_the_database: bool = False
    """In a migration: the tests need a database that is made anew."""

    def put_into(self, source: str) -> str:
        """The file's text with the gate switched off. Raises ValueError where ``expected`` is not there
        once."""
        (text, places), (wanted, _) = _without_layout(source), _without_layout(self.expected)
        indentation = self.expected[: len(self.expected) - len(self.expected.lstrip())]
        if (found := text.count(wanted)) != 1:
            raise ValueError(f"stale: what it replaces stands {found} times in {self.file}")
        begin = text.index(wanted)
        replacement = self.replacement.removeprefix(indentation)
        return source[: places[begin]] + replacement + source[places[begin + len(wanted) - 1] + 1 :]


def _without_layout(source: str) -> tuple[str, list[int]]:
    """Without white space, and without the comma that a formatter sets behind the last of several lines;
    and where each letter stood."""
    set_by_formatter = {found.start() for found in re.finditer(r",(?=[ \t]*\n\s*[)\]}])", source)}
    letters = enumerate(source)
    kept = [(letter, at) for at, letter in letters if not letter.isspace() and at not in set_by_formatter]
    return "".join(letter for letter, _ in kept), [at for _, at in kept]


def gate(name: str, file: str, expected: str, replacement: str, *tests: str) -> Mutant:
    return Mutant(name, file, expected, replacement, tests)
