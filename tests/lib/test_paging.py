"""Keyset paging: every row once, in order, in both directions, whatever happens in between."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.models import OutgoingMail
from invoices.models import Invoice
from lib.paging import paginate
from tests.invoices.factories import make_draft

NOW = timezone.now()


def make_mails(*minutes_ago):
    """Mails written so many minutes ago; their subject says how many."""
    for n, minutes in enumerate(minutes_ago):
        mail = OutgoingMail.objects.create(
            event="x", to="a@acme.example", subject=f"{minutes}", text="x", message_id=f"{n}-{minutes}"
        )
        OutgoingMail.objects.filter(pk=mail.pk).update(created_at=NOW - timedelta(minutes=minutes))


def page(url="", size=3):
    return paginate(OutgoingMail.objects.all(), by="created_at", query=QueryDict(url.lstrip("?")), size=size)


def walk(direction, url="", turn=page):
    """All pages from this one on, in this direction."""
    pages = [turn(url)]
    while following := getattr(pages[-1], f"{direction}_url"):
        pages.append(turn(following))
    return pages


def newest_first():
    return list(OutgoingMail.objects.order_by("-created_at", "-pk"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "times", [(), (1,), (1, 2, 3), (1, 2, 3, 4), tuple(range(10)), (5,) * 8, (1, 1, 2, 2, 2, 2, 2, 3, 3, 3)]
)
def test_every_row_comes_once_and_in_order_in_both_directions(times):
    make_mails(*times)
    older = walk("older")
    assert [mail for one in older for mail in one.rows] == newest_first()
    assert older[0].newer_url == ""
    assert len(older) == max(1, -(-len(times) // 3))
    newer = [older[-1], *walk("newer", older[-1].newer_url)] if older[-1].newer_url else [older[-1]]
    assert [mail for one in reversed(newer) for mail in one.rows] == newest_first()


@pytest.mark.django_db
def test_the_way_back_shows_the_same_page():
    make_mails(*range(9))
    first = page()
    second = page(first.older_url)
    assert page(second.newer_url).rows == first.rows
    assert page(second.newer_url).newer_url == ""
    assert page(page(second.older_url).newer_url).rows == second.rows


@pytest.mark.django_db
def test_a_new_row_moves_nothing_on_the_older_pages():
    make_mails(*range(1, 8))
    first = page()
    expected = page(first.older_url).rows
    make_mails(0)
    assert page(first.older_url).rows == expected
    assert page(page(first.older_url).newer_url).newer_url


@pytest.mark.django_db
def test_vanished_rows_do_no_harm():
    make_mails(*range(9))
    first = page()
    second = page(first.older_url)
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in first.rows + second.rows[-1:]]).delete()
    assert page(second.older_url).rows == newest_first()[2:5]
    back = page(second.newer_url)
    assert (back.rows, back.newer_url, back.older_url) == ([], "", "")
    OutgoingMail.objects.all().delete()
    assert page(second.older_url).rows == []


@pytest.mark.django_db
def test_the_other_words_of_the_address_are_kept():
    make_mails(*range(9))
    url = page("?q=a%26b&status=open&status=new").older_url
    assert QueryDict(url[1:]).getlist("status") == ["open", "new"]
    assert QueryDict(url[1:])["q"] == "a&b"
    assert "older" not in page(url).newer_url


@pytest.mark.django_db
@pytest.mark.parametrize("parameter", ["older", "newer"])
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "_",
        "x",
        "2026-01-01",
        "2026-02-30_1",
        "2026-01-01T00:00:00.0+0000_",
        "2026-01-01T00:00:00.000000+0000_-1",
        "2026-01-01T00:00:00.000000+0000_99999999999999999999",
        "2026-01-01T00:00:00.000000_1 OR 1=1",
        "\x00_1",
        "0000-13-99_1",
        "1_2_3",
        "9999-12-31T23:59:59.999999-2359_1",
        "0001-01-01T00:00:00.000000+2359_1",
    ],
)
def test_a_malformed_cursor_is_as_none(parameter, cursor):
    make_mails(*range(5))
    assert page(f"{parameter}={cursor}").rows == newest_first()[:3]


@pytest.mark.django_db
def test_a_page_is_one_query_and_never_counts(django_assert_num_queries):
    make_mails(*range(9))
    url = page().older_url
    with django_assert_num_queries(1) as queries:
        page(url)
    assert "COUNT" not in queries[0]["sql"]


def test_rows_of_one_day_are_paged_too(acme):
    """Sorted by a date instead of a time."""
    today = timezone.localdate()
    for days in (0, 0, 0, 0, 1, 1, 2):
        make_draft(acme, issued_on=today - timedelta(days=days))

    def turn(url=""):
        return paginate(Invoice.objects.all(), by="issued_on", query=QueryDict(url.lstrip("?")), size=2)

    pages = walk("older", turn=turn)
    assert [invoice for one in pages for invoice in one.rows] == list(
        Invoice.objects.order_by("-issued_on", "-pk")
    )
    assert turn(pages[1].newer_url).rows == pages[0].rows
