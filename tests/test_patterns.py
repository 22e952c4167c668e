"""No regular expression of ours takes more than linear time, whatever text a stranger sends: twice the text,
at most three times the steps. What a pattern is only asked at the beginning of a text is tried there alone.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.validators import RegexValidator

from cases.actions.mentions import mention_of
from lib import redaction
from records.reply_address import any_reply_address
from tests.regex_attacks import slow_on
from tests.test_architecture import ROOT, sources

FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
NAMED = redaction.Named(
    people=["José García-Lopez"],
    organisations=["Acme Lights"],
    others=["Will Mark"],
    addresses=["12 Harbor Lane"],
    domains=["acme.example"],
)
MADE: dict[str, Callable[[], list[re.Pattern[str]]]] = {
    "lib/redaction.py": lambda: [
        re.compile(rule, re.IGNORECASE) for rule in redaction.rules(NAMED, "jose garcia lopez acme will mark")
    ],
    "records/reply_address.py": lambda: [any_reply_address()],
    "cases/actions/mentions.py": lambda: [mention_of(["ada byrne", "sam okafor", "sam o'kafor jr."])],
}
"""Patterns that functions make of names, settings and other patterns. What is joined by "or" is tried one by
one."""
Found = tuple[str, re.Pattern[str], str]
"""Where it stands, the pattern, and how it is asked."""


def is_use(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)):
            return name in FUNCTIONS
    return False


TEXTS = {path: path.read_text() for path in sources("**/*.py")}


def files() -> list[Path]:
    candidates = [path for path, text in TEXTS.items() if "import re\n" in text or "RegexValidator(" in text]
    return [
        path
        for path in candidates
        if "RegexValidator(" in TEXTS[path] or any(map(is_use, ast.walk(ast.parse(TEXTS[path]))))
    ]


def how(name: str) -> str:
    """The least that covers all uses of a name: "finditer" unless it is always asked at the beginning."""
    asked = re.compile(rf"\b{name}\.({'|'.join(FUNCTIONS)})\b")
    used = {use for text in TEXTS.values() if name in text for use in asked.findall(text)}
    if used == {"fullmatch"}:
        return "fullmatch"
    return "match" if used and used <= {"match", "fullmatch"} else "finditer"


def kept(path: Path) -> Iterator[Found]:
    """Those that a module keeps under a name."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name, value in vars(module).items():
        for each in value if isinstance(value, list) else [value]:
            pattern = each.regex if type(each) is RegexValidator else each
            if isinstance(pattern, re.Pattern):
                yield f"{path.relative_to(ROOT)}:{name}", as_text(pattern), how(name)


def as_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    written = pattern.pattern
    return (
        re.compile(written.decode("latin-1"), pattern.flags | re.ASCII)
        if isinstance(written, bytes)
        else pattern
    )


def passing(path: Path) -> Iterator[Found]:
    """Those that stand within a function, which must be plain text or have an example."""
    where = str(path.relative_to(ROOT))
    for function in ast.walk(ast.parse(path.read_text())):
        for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
            if is_use(node) and isinstance(node, ast.Call):
                match node.args[0]:
                    case ast.Constant(value=str(written)):
                        yield f"{where}:{function.name}", re.compile(written), "finditer"
                    case _:
                        assert where in MADE, f"{where}:{node.lineno}: give an example in MADE"


def everything() -> list[Found]:
    made = [
        (f"{where}:{number}", pattern, "finditer")
        for where, make in MADE.items()
        for number, pattern in enumerate(make())
    ]
    found = [*made, *(each for path in files() for finder in (kept, passing) for each in finder(path))]
    return list(
        {
            (pattern.pattern, pattern.flags, asked): (where, pattern, asked)
            for where, pattern, asked in found
        }.values()
    )


@pytest.mark.parametrize(
    ("pattern", "asked"), [pytest.param(*rest, id=where) for where, *rest in everything()]
)
def test_twice_the_text_takes_a_pattern_at_most_three_times_the_steps(
    pattern: re.Pattern[str], asked: str
) -> None:
    assert slow_on(pattern, asked) is None


def test_every_pattern_that_is_written_down_is_tried() -> None:
    """Those of modules are found by name: one that hides elsewhere would not be."""
    for path in files():
        tree = ast.parse(path.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        within = {id(node) for function in functions for node in ast.walk(function)}
        compiled = [node for node in ast.walk(tree) if is_use(node) and id(node) not in within]
        assert len(compiled) <= len([where for where, _pattern, _asked in kept(path)]), path


@pytest.mark.parametrize(
    "pattern",
    [
        r"([;|]\s*[\"']?\s*)(?=[=+@])",  # csv_lines had it
        r'"(?:[^"\\]|\\.)*"|\([^()]*\)',
        r"</?([a-z][a-z0-9]*)([^<>]*)>",
        r"<(h[23])>(.*?)</\1>",
        r"\s+$",
        r"(a+)+$",
        r"(a|aa)+$",
        r"^(?:.|\s)*!$",
        r"(?=.*b)a",
    ],
)  # fmt: skip
def test_the_check_itself_finds_patterns_that_take_long(pattern: str) -> None:
    assert slow_on(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern", [r"(?<!\w)\w{1,120}@", r'"[^"]*(?:"|$)', r"(?>\s+)x?", r"(?<![ \t])[ \t]+\{"]
)
def test_the_check_itself_leaves_others_alone(pattern: str) -> None:
    assert slow_on(re.compile(pattern)) is None
