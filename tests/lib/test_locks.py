import threading

import pytest
from django.db import transaction
from django.utils.functional import SimpleLazyObject

from accounts.models import Account, Contact
from lib.locks import exclusive, locked, locked_rows, unlocked
from tests.factories import make_contact
from tests.races import at_once, commits, hold_until

pytestmark = commits


def test_who_locks_a_row_goes_on_with_it_as_it_is_then(acme):
    def add(_number: int) -> None:
        with transaction.atomic():
            account = locked(acme)
            account.city += "x"
            account.save(update_fields=["city"])

    acme.city = ""
    acme.save(update_fields=["city"])
    at_once(6, add)
    acme.refresh_from_db()
    assert acme.city == "xxxxxx"


def while_changed(change, ask):
    """What ``ask`` finds that begins after a change was made, and before it is committed."""
    changed, done = threading.Event(), threading.Event()

    def first(_number: int) -> None:
        with transaction.atomic():
            change()
            changed.set()
            hold_until(done)

    def second(_number: int):
        assert changed.wait(20)
        with transaction.atomic():
            found = ask()
        done.set()
        return found

    return at_once(2, lambda number: (first, second)[number](number))[1]


def test_what_a_locked_row_points_to_is_read_after_the_lock(alice, globex):
    """A join that changes while one waits hides the row from who locks and reads in one statement."""
    change = lambda: Contact.objects.filter(pk=alice.pk).update(account=globex)  # noqa: E731
    assert while_changed(change, lambda: locked(alice, "account").account) == globex


def test_others_may_go_on_writing_rows_that_point_to_a_locked_one(acme):
    written = threading.Event()

    def hold(_number: int) -> bool:
        with transaction.atomic():
            locked(acme)
            hold_until(written)
            return written.is_set()

    def write(_number: int) -> bool:
        make_contact("dora@acme.example", account=acme)
        written.set()
        return True

    assert at_once(2, lambda number: (hold, write)[number](number)) == [True, True]


def test_the_user_of_a_request_can_be_locked(ada):
    """Django fetches them when they are asked for the first time."""
    with transaction.atomic():
        assert locked(SimpleLazyObject(lambda: ada)) == ada


def test_a_row_that_is_gone_cannot_be_locked(acme):
    Account.objects.filter(pk=acme.pk).delete()
    with transaction.atomic(), pytest.raises(Account.DoesNotExist):
        locked(acme)


def test_several_rows_are_locked_in_the_order_of_their_keys_and_returned_in_their_own(alice, bob, charlie):
    rows = Contact.objects.order_by("-pk").filter(pk__in=[alice.pk, bob.pk, charlie.pk])
    with transaction.atomic():
        assert locked_rows(rows) == [charlie, bob, alice]


def test_of_rows_that_no_longer_fit_when_they_are_locked_none_is_returned(alice):
    change = lambda: Contact.objects.filter(pk=alice.pk).update(is_active=False)  # noqa: E731
    assert while_changed(change, lambda: locked_rows(Contact.objects.filter(pk=alice.pk).active())) == []


def test_rows_that_somebody_is_at_are_passed_over(acme, globex):
    seen = threading.Event()

    def hold(_number: int) -> list[Account]:
        with transaction.atomic():
            locked(acme)
            held.set()
            assert seen.wait(20)
        return []

    def ask(_number: int) -> list[Account]:
        assert held.wait(20)
        with transaction.atomic():
            free = list(unlocked(Account.objects.filter(pk__in=[acme.pk, globex.pk])))
        seen.set()
        return free

    held = threading.Event()
    assert at_once(2, lambda number: (hold, ask)[number](number))[1] == [globex]


def test_one_session_alone_works_on_a_name():
    taken = threading.Event()

    def work(_number: int) -> bool:
        with exclusive("a mail") as is_mine:
            if is_mine:
                assert taken.wait(20)
            else:
                taken.set()
            return is_mine

    assert sorted(at_once(2, work)) == [False, True]
