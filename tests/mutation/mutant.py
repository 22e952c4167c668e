"""One gate with a way to switch it off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """``expected`` stands exactly once in the file; where the code has changed, the check says so instead of testing nothing."""

    gate: str
    file: str
    expected: str
    replacement: str
    tests: tuple[str, ...]
    is_of_the_database: bool = False
    """In a migration: the tests need a database that is made anew."""


def gate(name: str, file: str, expected: str, replacement: str, *tests: str) -> Mutant:
    return Mutant(name, file, expected, replacement, tests)
