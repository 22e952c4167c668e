"""The words in words.txt, by their section."""

from pathlib import Path

_TEXT = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").partition("\n[")[2]


def _section(text: str) -> tuple[str, str]:
    name, _end, words = text.partition("]\n")
    return name, "|".join(words.split("\n")).strip("|") if name.endswith("*") else words


WORDS = dict(map(_section, _TEXT.split("\n[")))
"""Patterns joined by "or", single words as they stand."""
