"""How many steps a regular expression takes on a text: counted, so that a busy machine changes nothing.

Python's engine does not tell. This one takes the tree that Python's own parser makes of a pattern and tries
the same ways in the same order; each character and each position is judged by Python's engine. Whoever uses
it compares what both find.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "CATEGORY"}
LIMIT = 1_000
"""Steps for each character; more is given up."""

Node = tuple[Any, Any]
Marks = tuple[int, ...]
"""Where groups begin and end, and where the round of a loop began."""
Run = tuple[int, Marks] | None
"""Where a match ends; None: there is none."""


class TooManyStepsError(Exception):
    """More than any test waits for."""


def tree_of(pattern: re.Pattern[str]) -> Any:
    return _parser.parse(
        pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, str) else pattern.flags
    )


def alone(node: Node, flags: int) -> re.Pattern[str]:
    """Python's own engine for one node that matches one character or one position."""
    state = _parser.State()
    state.flags, state.str = flags, ""
    compiled: re.Pattern[str] = _compiler.compile(_parser.SubPattern(state, [node]), flags)
    return compiled


@dataclass
class Program:
    """Instructions: ("char", test), ("at", test), ("split", first, second), ("jump", to), ("mark", slot),
    ("moved", slot), ("back", group), ("look", (program, behind, wanted)), ("whole", program); None makes each
    of them a triple."""

    code: list[tuple[str, Any, Any]] = field(default_factory=list)
    slots: int = 0
    flags: int = 0

    def add(self, name: str, one: Any, other: Any = None) -> int:
        self.code.append((name, one, other))
        return len(self.code) - 1

    def sequence(self, nodes: Any, flags: int) -> None:
        for node in nodes:
            self.node(node, flags)

    def node(self, node: Node, flags: int) -> None:
        name, argument = str(node[0]), node[1]
        if name in SINGLE:
            self.add("char", cache(alone(node, flags).match))
        elif name == "AT":
            self.add("at", alone(node, flags).match)
        else:
            getattr(self, f"_{name.lower()}")(argument, flags)

    def _subpattern(self, argument: Any, flags: int) -> None:
        group, added, removed, body = argument
        inner = _compiler._combine_flags(flags, added, removed)
        if group is None:
            return self.sequence(body, inner)
        self.add("mark", 2 * group)
        self.sequence(body, inner)
        self.add("mark", 2 * group + 1)
        return None

    def _branch(self, argument: Any, flags: int) -> None:
        ends = []
        for body in argument[1][:-1]:
            split = self.add("split", 0, 0)
            self.sequence(body, flags)
            ends.append(self.add("jump", 0))
            self.code[split] = ("split", split + 1, len(self.code))
        self.sequence(argument[1][-1], flags)
        for end in ends:
            self.code[end] = ("jump", len(self.code), None)

    def _max_repeat(self, argument: Any, flags: int, *, is_lazy: bool = False) -> None:
        least, most, body = argument
        for _ in range(least):
            self.sequence(body, flags)
        if most is _constants.MAXREPEAT:
            return self._loop(body, flags, is_lazy=is_lazy)
        splits = []
        for _ in range(most - least):
            splits.append(self.add("split", 0, 0))
            self.sequence(body, flags)
        for split in splits:
            self._set_split(split, len(self.code), is_lazy=is_lazy)
        return None

    def _min_repeat(self, argument: Any, flags: int) -> None:
        self._max_repeat(argument, flags, is_lazy=True)

    def _loop(self, body: Any, flags: int, *, is_lazy: bool) -> None:
        """A round that takes nothing is the last."""
        slot, self.slots = self.slots, self.slots + 1
        split = self.add("split", 0, 0)
        self.add("mark", slot)
        self.sequence(body, flags)
        self.add("moved", slot)
        self.add("jump", split)
        self._set_split(split, len(self.code), is_lazy=is_lazy)

    def _set_split(self, split: int, end: int, *, is_lazy: bool) -> None:
        self.code[split] = ("split", end, split + 1) if is_lazy else ("split", split + 1, end)

    def _possessive_repeat(self, argument: Any, flags: int) -> None:
        self._whole(lambda inner: inner._max_repeat(argument, flags))

    def _atomic_group(self, argument: Any, flags: int) -> None:
        self._whole(lambda inner: inner.sequence(argument, flags))

    def _whole(self, write: Callable[["Program"], None]) -> None:
        inner = Program(slots=self.slots)
        write(inner)
        self.slots = inner.slots
        self.add("whole", inner)

    def _look(self, argument: Any, flags: int, *, wanted: bool) -> None:
        direction, body = argument
        inner = Program(slots=self.slots)
        inner.sequence(body, flags)
        self.slots = inner.slots
        self.add("look", (inner, body.getwidth()[0] if direction < 0 else 0, wanted))

    def _assert(self, argument: Any, flags: int) -> None:
        self._look(argument, flags, wanted=True)

    def _assert_not(self, argument: Any, flags: int) -> None:
        self._look(argument, flags, wanted=False)

    def _groupref(self, argument: Any, flags: int) -> None:
        self.add("back", argument)


class Counted:
    """A pattern that counts: ``steps`` so far."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.tree = tree_of(pattern)
        self.program = Program(slots=2 * self.tree.state.groups)
        self.program.sequence(self.tree, self.tree.state.flags)
        self.steps = 0

    def finditer(self, text: str) -> Iterator[tuple[int, int]]:
        """As ``re.finditer`` does it, which ``sub``, ``findall`` and ``search`` do, too."""
        start, must_move = 0, False
        while start <= len(text):
            refused = start if must_move else -1
            found = self._run(
                self.program, text, start, self._fresh, lambda end, refused=refused: end != refused
            )
            if found is None:
                start, must_move = start + 1, False
                continue
            yield start, found[0]
            must_move, start = found[0] == start, found[0]

    def match(self, text: str, *, is_full: bool = False) -> tuple[int, int] | None:
        found = self._run(self.program, text, 0, self._fresh, lambda end: not is_full or end == len(text))
        return found and (0, found[0])

    @property
    def _fresh(self) -> Marks:
        return (-1,) * self.program.slots

    def _run(  # noqa: C901, PLR0912 -- the loop of a machine
        self, program: Program, text: str, start: int, marks: Marks, is_end: Callable[[int], bool]
    ) -> Run:
        code, size, length = program.code, len(program.code), len(text)
        stack, steps, most = [(0, start, marks)], self.steps, LIMIT * (length + 1)
        while stack:
            at, place, marks = stack.pop()
            while True:
                steps += 1
                if steps > most:
                    raise TooManyStepsError
                if at == size:
                    if is_end(place):
                        self.steps = steps
                        return place, marks
                    break
                name, one, other = code[at]
                at += 1
                if name == "char":
                    if place == length or one(text[place]) is None:
                        break
                    place += 1
                elif name == "split":
                    stack.append((other, place, marks))
                    at = one
                elif name == "jump":
                    at = one
                elif name == "mark":
                    marks = (*marks[:one], place, *marks[one + 1 :])
                elif name == "moved":
                    if place <= marks[one]:
                        break
                elif name == "at":
                    if one(text, place) is None:
                        break
                else:
                    self.steps = steps
                    done = getattr(self, f"_{name}")(one, text, place, marks)
                    steps = self.steps
                    if done is None:
                        break
                    place, marks = done
        self.steps = steps
        return None

    def _back(self, group: int, text: str, place: int, marks: Marks) -> Run:
        begin, end = marks[2 * group], marks[2 * group + 1]
        self.steps += end - begin
        return (place + end - begin, marks) if end >= 0 and text.startswith(text[begin:end], place) else None

    def _look(self, look: tuple[Any, ...], text: str, place: int, marks: Marks) -> Run:
        program, behind, wanted = look
        found = (
            self._run(program, text, place - behind, marks, lambda _end: True) if place >= behind else None
        )
        return (place, found[1] if found else marks) if bool(found) is wanted else None

    def _whole(self, program: Program, text: str, place: int, marks: Marks) -> Run:
        return self._run(program, text, place, marks, lambda _end: True)
