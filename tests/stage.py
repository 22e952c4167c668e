"""The rows that many tests begin with are made once and stay, and each test works in a savepoint above them.

A worker's transaction stays open from test to test. In it stand the shared rows, in a stack: what the last
test began with, each fixture's in a savepoint of its own. The next test takes those from the bottom that it
asks for as well, and the rest is rolled back, so that it never sees a row that it has not asked for. Each
test gets copies of the objects, to change as it likes.
"""

import copy
import functools
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

import pytest
import time_machine
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase

from tests import databases

LONGEST = 5
"""Seconds that a transaction takes at most: it tells the time of its beginning."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Level:
    key: Hashable
    savepoint: transaction.Atomic
    made: Any


class Stage:
    """``_used``: how many levels the running test has asked for. ``_own``: its savepoint above them."""

    def __init__(self) -> None:
        self._transaction: transaction.Atomic | None = None
        self._begun = 0.0
        self._levels: list[Level] = []
        self._own: transaction.Atomic | None = None
        self._is_set = self._is_open = False
        self._forget_test()

    def _forget_test(self) -> None:
        self._used = 0
        self._copies: dict[int, Any] = {}
        self._originals: dict[int, Any] = {}

    def prepare(self) -> None:
        """Before any fixture: from the beginning of its transaction on, the test can ask for shared rows."""
        self._is_set = False

    def set(self) -> None:
        """The test has asked for everything that it shares: what happens from now on is its own."""
        self._is_set = True
        if self._is_open:
            self._stand_alone()

    def begin(self) -> None:
        if time.perf_counter() - self._begun > LONGEST:
            self.clear()
        if self._transaction is None:
            self._transaction, self._begun = entered(), time.perf_counter()
        self._is_open = True
        if self._is_set:
            self._stand_alone()

    def end(self) -> None:
        own, self._own, self._is_open = self._own, None, False
        if own is not None:
            rolled_back(own)
        self._forget_test()
        if connection.closed_in_transaction:
            self.clear()

    def clear(self) -> None:
        """End the transaction, if there is one."""
        self._strike(0)
        if self._transaction is not None:
            rolled_back(self._transaction)
        self._transaction = None

    def share(self, make: Callable[..., Made], given: dict[str, Any]) -> Made:
        """What ``make`` made of what was given, which is shared, too; or the test's own."""
        if not self._is_open or time_machine.traveller_stack:
            return make(**given)
        if self._used == len(self._levels) or self._levels[self._used].key != make:
            self._make(make, {name: self._originals.get(id(value), value) for name, value in given.items()})
        original = self._levels[self._used].made
        self._used += 1
        mine: Made = copy.deepcopy(original, self._copies)
        self._originals[id(mine)] = original
        return mine

    def _make(self, make: Callable[..., Any], given: dict[str, Any]) -> None:
        self._strike(self._used)
        savepoint = entered()
        try:
            self._levels.append(Level(make, savepoint, make(**given)))
        except BaseException:
            rolled_back(savepoint)
            raise

    def _stand_alone(self) -> None:
        self._is_open = False
        self._strike(self._used)
        self._own = entered()

    def _strike(self, height: int) -> None:
        """Roll back what stands above so many levels."""
        while len(self._levels) > height:
            rolled_back(self._levels.pop().savepoint)


stage = Stage()


def shared(make: Callable[..., Made]) -> Any:
    """A fixture whose rows are made for many tests at once. It leans on other shared ones and ``db`` alone,
    and leaves nothing outside the database."""

    @functools.wraps(make)
    def fixture(**given: Any) -> Made:
        return stage.share(make, given)

    fixture.is_shared = True  # type: ignore[attr-defined]
    return pytest.fixture(fixture)


def shared_by(item: Any, cast: Collection[str]) -> list[str]:
    """What the test begins with: the cast in the same order in every test, so that as much as possible is
    there already, and the rest after it; but nothing before the clock is turned, where a test turns it."""
    asked_for = getattr(item, "fixturenames", ())
    if {"noon", "clock"} & set(asked_for):
        return []
    definitions = item._fixtureinfo.name2fixturedefs if asked_for else {}
    in_order = dict.fromkeys([*(one for one in cast if one in asked_for), *asked_for])
    return [
        name for name in in_order if name in definitions and hasattr(definitions[name][-1].func, "is_shared")
    ]


def in_good_order(items: list[pytest.Item], cast: Collection[str]) -> list[pytest.Item]:
    """Those of a file that begin with the same rows one after the other, so that these are made once."""
    files = groupby(items, key=lambda item: item.path)
    return [item for _file, found in files for item in sorted(found, key=lambda item: shared_by(item, cast))]


def ask_for_shared(request: pytest.FixtureRequest, cast: Collection[str]) -> None:
    for name in shared_by(request.node, cast):
        request.getfixturevalue(name)
    stage.set()


def entered() -> transaction.Atomic:
    block = transaction.Atomic(using=None, savepoint=True, durable=False)
    block._from_testcase = True
    block.__enter__()
    return block


def rolled_back(block: transaction.Atomic) -> None:
    if not connection.closed_in_transaction:
        transaction.set_rollback(True)
    block.__exit__(None, None, None)


def take_over(patch: pytest.MonkeyPatch) -> None:
    """Let Django's test cases stand here, and let those that commit find no transaction and leave no row."""
    patch.setattr(TestCase, "_enter_atomics", classmethod(lambda _case: stage.begin()))
    patch.setattr(TestCase, "_rollback_atomics", classmethod(lambda _case, _atomics: stage.end()))
    patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(lambda _case: stage.clear()))
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: databases.restore())
