"""Texts of queries that are made once serve every value, and nothing else."""

from datetime import date, timedelta

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import OperationalError, connection, transaction
from django.db.models import BigIntegerField, F, Prefetch, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Contact
from invoices.models import Invoice
from lib import compiled
from lib.lookups import OneOf
from tests.races import at_once


def named(name: str) -> QuerySet[Account]:
    return Account.objects.filter(name=name)


@pytest.fixture
def accounts(db):
    return [Account.objects.create(number=f"N{n}", name=name) for n, name in enumerate(("One", "Two"))]


def test_each_value_finds_its_own_rows(accounts):
    assert compiled.rows("named", named, name="One") == accounts[:1]
    assert compiled.rows("named", named, name="Two") == accounts[1:]
    assert compiled.rows("named", named, name="Three") == []


def test_a_value_that_looks_like_sql_is_a_value(accounts):
    assert compiled.rows("named", named, name="One' OR '1'='1") == []


def test_moments_and_numbers_are_values_too(accounts):
    def since(pk: int, at: object) -> QuerySet[Account]:
        return Account.objects.filter(pk__gte=pk, created_at__gte=at)

    now = timezone.now()
    assert compiled.rows("since", since, pk=accounts[1].pk, at=now - timedelta(hours=1)) == accounts[1:]
    assert compiled.rows("since", since, pk=accounts[0].pk, at=now + timedelta(hours=1)) == []


def test_days_are_values_too(accounts):
    invoices = [
        Invoice.objects.create(account=accounts[0], issued_on=date(2026, 3, day), due_on=date(2026, 4, 1))
        for day in (1, 2, 3)
    ]

    def until(day: object) -> QuerySet[Invoice]:
        return Invoice.objects.filter(issued_on__lte=day).order_by("issued_on")

    for number, invoice in enumerate(invoices, start=1):
        assert compiled.rows("until", until, day=invoice.issued_on) == invoices[:number]


def test_lists_of_numbers_are_values_too(accounts):
    def among(pks: list[int]) -> QuerySet[Account]:
        ids = Value(pks, output_field=ArrayField(BigIntegerField()))
        return Account.objects.filter(OneOf(F("pk"), ids)).order_by("pk")

    both = [account.pk for account in accounts]
    for pks, found in (([], []), (both[:1], accounts[:1]), (both, accounts), ([0, 2**40], [])):
        assert compiled.rows("among", among, pks=pks) == found


@pytest.mark.parametrize(
    "moment", ["0001-01-01 00:00Z", "2026-03-29 01:30:00.000001Z", "9999-12-31 23:59:59Z"]
)
def test_moments_are_read_as_django_reads_them(accounts, moment):
    Account.objects.update(created_at=moment)
    with timezone.override("Asia/Kolkata"):
        [read] = {account.created_at for account in compiled.rows("all", Account.objects.all)}
        [known] = {account.created_at for account in Account.objects.all()}
    assert (read, read.tzinfo) == (known, known.tzinfo)


def test_the_text_is_made_once_and_planned_once_in_a_connection(accounts, django_assert_num_queries):
    made = []

    def counted(name: str) -> QuerySet[Account]:
        made.append(name)
        return named(name)

    for _ in range(3):
        with django_assert_num_queries(1):
            compiled.rows("counted", counted, name="One")
    to_compile, to_check = 2, 1
    assert len(made) == to_compile + to_check
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ['%"accounts_account"."name" = $1%'],
        )
        assert all(custom == 0 for _generic, custom in cursor.fetchall())


def test_what_watches_queries_sees_the_text_each_time(accounts):
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            compiled.rows("named", named, name="One")
    assert ['"accounts_account"' in query["sql"] for query in queries] == [True] * 3


def test_related_rows_come_along(alice, django_assert_num_queries):
    [found] = compiled.rows(
        "contact", lambda pk: Contact.objects.select_related("account").filter(pk=pk), pk=alice.pk
    )
    with django_assert_num_queries(0):
        assert found.account.name == "Acme Foods"


def test_nothing_is_asked_where_nothing_can_be_found(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert compiled.rows("none", lambda name: named(name).none(), name="One") == []


def test_a_value_that_is_changed_on_its_way_is_refused(accounts):
    with pytest.raises(ValueError, match="as they are"):
        compiled.rows("changed", lambda name: named(name.upper()), name="One")


def test_a_value_that_the_queryset_does_not_ask_for_is_refused_by_name(accounts):
    with pytest.raises(ValueError, match=r"No value of a compiled queryset: left, nmae\."):
        compiled.rows("unused", lambda name, **_others: named(name), name="One", nmae="One", left=1)
    assert compiled.rows("unused", named, name="One") == accounts[:1]


def test_rows_that_are_prefetched_by_a_queryset_of_their_own_are_refused(alice):
    """That one keeps the stand-ins: it would find nothing, or another's."""

    def with_namesakes(name: str) -> QuerySet[Account]:
        namesakes = Contact.objects.filter(first_name=name)
        return named(name).prefetch_related(Prefetch("contacts", namesakes, to_attr="namesakes"))

    with pytest.raises(ValueError, match="prefetch namesakes by a queryset of its own"):
        compiled.rows("namesakes", with_namesakes, name="Alice")


def test_rows_that_are_prefetched_by_name_come_along(alice, django_assert_num_queries):
    for found_by in ("contacts", Prefetch("contacts")):
        with django_assert_num_queries(2):
            [found] = compiled.rows(
                f"with {found_by}",
                lambda name, by=found_by: named(name).prefetch_related(by),
                name="Acme Foods",
            )
            assert list(found.contacts.all()) == [alice]


def test_what_the_shape_leaves_out_is_noticed(accounts):
    """Each test compares each text once with what Django makes of the real values."""

    def ordered(name: str) -> QuerySet[Account]:
        return named(name).order_by("name" if name == "One" else "-name")

    compiled.rows("ordered", ordered, name="Two")
    compiled.checked = set()  # as for the next test
    with pytest.raises(AssertionError, match="leaves something out"):
        compiled.rows("ordered", ordered, name="One")


@pytest.mark.parametrize("value", [None, True, 1.5])
def test_what_belongs_to_the_shape_is_no_value(db, value):
    with pytest.raises(TypeError):
        compiled.rows(f"shape {value}", named, name=value)


def after_the_connection_broke(ask, *, is_first):
    """What ``ask`` gets from a connection that the database has ended, as it does when it starts again."""

    def end(pid):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    def request(_number):
        connection.ensure_connection()
        ended = connection.connection.info.backend_pid
        at_once(1, lambda _number: end(ended))
        connection.health_check_done = not is_first
        return ask()

    return at_once(1, request)[0]


def test_a_connection_that_broke_between_two_requests_is_replaced(db):
    assert after_the_connection_broke(lambda: compiled.rows("named", named, name="One"), is_first=True) == []


def test_a_connection_that_breaks_within_a_request_is_told(db):
    with pytest.raises(OperationalError):
        after_the_connection_broke(lambda: compiled.rows("named", named, name="One"), is_first=False)


def test_a_transaction_whose_connection_broke_goes_on_over_no_other(db):
    def within():
        with transaction.atomic():
            connection.health_check_done = False
            return compiled.rows("named", named, name="One")

    with pytest.raises(OperationalError):
        after_the_connection_broke(within, is_first=False)
