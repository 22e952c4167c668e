"""What tests share is made once, and no test notices."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from accounts.models import Account, Contact
from tests.factories import make_account, make_contact
from tests.stage import Stage


class Play:
    """Tests one after the other on a stage of their own. ``made`` notes what was made."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.made: list[str] = []

    def acme(self) -> Account:
        self.made.append("acme")
        return make_account("Acme Foods")

    def alice(self, acme: Account) -> Contact:
        self.made.append("alice")
        return make_contact("Alice", acme)

    def globex(self) -> Account:
        self.made.append("globex")
        return make_account("Globex Pharma")

    def test(self, *names: str, act: Callable[[dict[str, Any]], None] = lambda _given: None) -> set[str]:
        """One that asks for these. Returns what it saw in the database, after which it acted."""
        self.stage.prepare()
        self.stage.begin()
        given: dict[str, Any] = {}
        for name in names:
            above = {"acme": given["acme"]} if name == "alice" else {}
            given[name] = self.stage.share(getattr(self, name), above)
        self.stage.set()
        seen = {*Account.objects.values_list("name", flat=True)}
        seen |= {*Contact.objects.values_list("first_name", flat=True)}
        act(given)
        self.stage.end()
        return seen


@pytest.fixture
def play(transactional_db: None) -> Iterator[Play]:
    play = Play()
    yield play
    play.stage.clear()


def test_rows_are_made_once_for_all_tests_that_ask_for_them(play):
    for _ in range(3):
        assert play.test("acme", "alice") == {"Acme Foods", "Alice"}
    assert play.made == ["acme", "alice"]


def test_a_test_sees_nothing_that_it_has_not_asked_for(play):
    play.test("acme", "alice")
    assert play.test("acme") == {"Acme Foods"}
    assert play.test() == set()
    assert play.test("globex") == {"Globex Pharma"}
    assert play.test("acme", "globex") == {"Acme Foods", "Globex Pharma"}


def test_what_a_test_does_to_rows_and_objects_is_gone_with_it(play):
    def spoil(given):
        given["alice"].account.name = "Spoilt"
        given["alice"].account.save()
        make_account("More")

    play.test("acme", "alice", act=spoil)
    names = []
    assert play.test(
        "acme", "alice", act=lambda given: names.append((given["acme"].name, given["alice"].account.name))
    ) == {"Acme Foods", "Alice"}
    assert names == [("Acme Foods", "Acme Foods")]
    assert play.made == ["acme", "alice"]


def test_the_objects_of_a_test_know_each_other(play):
    def check(given):
        assert given["alice"].account is given["acme"]

    play.test("acme", "alice", act=check)
    play.test("acme", "alice", act=check)


def test_what_is_made_at_another_time_is_the_tests_own(play):
    with time_machine.travel("2030-01-01 12:00Z"):
        play.test("acme")
    play.test("acme")
    assert play.made == ["acme", "acme"]


def test_nothing_is_left_when_the_stage_is_cleared(play):
    play.test("acme", "alice")
    play.stage.clear()
    assert not Account.objects.exists()
