"""The numbers about support, against small data counted by hand."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Activity, User
from cases.admin.insight_rows import rows_by
from cases.display.insight_charts import duration
from cases.insight import by_group, by_month, deflection, last_months, promises, whole
from cases.models import Case, CaseClock, Product, Queue, SuggestionReading
from tests.cases.factories import make_case

pytestmark = pytest.mark.usefixtures("noon")

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
MONTHS = [APRIL, MAY, JUNE]
SPAN = whole(MONTHS)


def at(month, day, hour=12, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def case_of(contact, opened, **fields):
    """A case with these times; what closes it resolves it."""
    case = make_case(contact)
    if "closed_at" in fields:
        fields = {"category": "resolved", "status": "resolved", **fields}
    latest = max([opened, *(value for value in fields.values() if isinstance(value, datetime))])
    Case.objects.filter(pk=case.pk).update(created_at=opened, updated_at=latest, **fields)
    return case


def measured(name):
    return by_month(Case.objects.all(), name, MONTHS)


def test_the_last_months_end_with_this_one():
    assert last_months(date(2026, 2, 28), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_cases_count_in_the_month_when_they_were_opened(alice):
    for opened in (at(4, 1, 0), at(4, 30, 23, 59), at(6, 1, 0), at(7, 1, 0), at(3, 31, 23, 59)):
        case_of(alice, opened)
    assert measured("opened") == [2, 0, 1]


def test_months_are_those_of_the_readers_time_zone(alice):
    case_of(alice, at(4, 30, 22, 30))
    with timezone.override("Europe/Berlin"):
        assert measured("opened") == [0, 1, 0]
    with timezone.override("UTC"):
        assert measured("opened") == [1, 0, 0]


def test_the_median_is_the_middle_or_between_the_two_in_the_middle(alice):
    for hours in (1, 5, 60):
        case_of(alice, at(4, 2), first_reply_at=at(4, 2) + timedelta(hours=hours))
    for hours in (2, 3, 7, 200):
        case_of(alice, at(5, 2), first_reply_at=at(5, 2) + timedelta(hours=hours))
    assert measured("first_reply") == [timedelta(hours=5), timedelta(hours=5), None]


def test_a_resolution_counts_in_its_own_month_and_a_cancellation_never(alice):
    case_of(alice, at(4, 30), closed_at=at(5, 2))
    case_of(alice, at(5, 1), closed_at=at(5, 10), category="cancelled", status="cancelled")
    assert measured("resolution") == [None, timedelta(days=2), None]


def test_ratings_are_averaged_in_the_month_when_they_were_given_however_old_the_case(alice):
    old = case_of(alice, at(1, 1), closed_at=at(1, 5))
    Case.objects.filter(pk=old.pk).update(rating=2, rated_at=at(4, 10))
    case_of(alice, at(4, 1), closed_at=at(4, 5), rating=5, rated_at=at(4, 6))
    assert measured("rating") == [3.5, None, None]


def test_cases_by_agent_account_and_type(alice, charlie, ada):
    case_of(alice, at(4, 1), assigned_to=ada, first_reply_at=at(4, 1, 14))
    case_of(alice, at(5, 1), closed_at=at(6, 1), rating=4, rated_at=at(6, 2))
    case_of(charlie, at(6, 1))
    case_of(charlie, at(1, 1))
    cases = Case.objects.all()
    accounts = by_group(cases, "account", SPAN)
    assert [(row["account__name"], row["opened"], row["resolved"], row["rating"]) for row in accounts] == [
        ("Acme Foods", 2, 1, 4),
        ("Globex Pharma", 1, 0, None),
    ]
    assert {row["assigned_to"]: row["opened"] for row in by_group(cases, "agent", SPAN)} == {
        ada.pk: 1,
        None: 2,
    }
    assert [row["opened"] for row in by_group(cases, "type", SPAN)] == [3]
    row = rows_by("agent", SPAN)[1]
    assert row.name == "Ada Byrne"
    assert [cell.words for cell in row.in_order] == ["1", "2.0 h", "–", "–", "–", "–"]


@pytest.fixture
def clocks(alice):
    """Two kept, two missed (one of them answered late), one running, one no longer owed."""
    case = case_of(alice, at(4, 1))
    CaseClock.objects.all().delete()
    due = {"case": case, "minutes": 60, "started_at": at(4, 1), "due_at": at(4, 10), "warn_at": at(4, 9)}
    CaseClock.objects.create(**due, promise="first_reply", met_at=at(4, 10))
    CaseClock.objects.create(**due, promise="next_reply", met_at=at(4, 5))
    CaseClock.objects.create(**due, promise="next_reply", met_at=at(4, 11), missed_at=at(4, 10))
    CaseClock.objects.create(**due, promise="next_reply", missed_at=at(4, 10))
    CaseClock.objects.create(**due | {"due_at": at(5, 10)}, promise="resolution")
    CaseClock.objects.create(**due, promise="next_reply", dropped_at=at(4, 3))
    return case


def test_promises_are_kept_missed_or_still_running(clocks):
    assert promises("month", SPAN) == {
        APRIL: {"kept": 2, "missed": 2, "running": 0},
        MAY: {"kept": 0, "missed": 0, "running": 1},
    }
    assert promises("account", SPAN) == {clocks.account_id: {"kept": 2, "missed": 2, "running": 1}}


def test_a_promise_that_was_missed_counts_though_nothing_is_owed_any_more(clocks):
    due = {"case": clocks, "minutes": 60, "started_at": at(4, 1), "due_at": at(4, 10), "warn_at": at(4, 9)}
    CaseClock.objects.create(**due, promise="first_reply", missed_at=at(4, 10), dropped_at=at(4, 12))
    CaseClock.objects.create(
        **due, promise="first_reply", missed_at=at(4, 8), met_at=at(4, 9)
    )  # missed in a case that was merged in
    assert promises("month", SPAN)[APRIL] == {"kept": 2, "missed": 4, "running": 0}


def read(contact, moment):
    SuggestionReading.objects.create(contact=contact, url="/knowledgebase/", read_at=moment)


def test_reading_without_opening_a_case_within_72_hours_is_a_case_solved(alice, charlie, ivan):
    read(alice, at(4, 1))
    case_of(alice, at(4, 4, 11, 59))  # within: not solved
    read(charlie, at(4, 1))
    case_of(charlie, at(4, 4, 12))  # too late to count against it
    read(ivan, at(4, 1))
    case_of(ivan, at(3, 31))  # before they read
    assert deflection(SPAN, at(5, 1)) == {"read": 3, "solved": 2}


def test_who_reads_much_on_one_day_counts_once(alice):
    for hour in (9, 10, 11):
        read(alice, at(4, 1, hour))
    read(alice, at(4, 2))
    assert deflection(SPAN, at(5, 1)) == {"read": 2, "solved": 2}


def test_one_case_after_any_of_a_days_readings_is_a_case_not_solved(alice):
    read(alice, at(4, 1, 9))
    case_of(alice, at(4, 1, 10))
    read(alice, at(4, 1, 11))
    assert deflection(SPAN, at(5, 1)) == {"read": 1, "solved": 0}


def test_what_is_not_decided_yet_does_not_count(alice):
    read(alice, at(4, 1))
    assert deflection(SPAN, at(4, 4, 11)) == {"read": 0, "solved": 0}
    assert deflection(SPAN, at(4, 4, 12)) == {"read": 1, "solved": 1}


@pytest.mark.parametrize(("seconds", "solved"), [(0, 0), (72 * 3600 - 1, 0), (72 * 3600, 1), (-1, 1)])
def test_72_hours_are_reckoned_to_the_second_from_the_reading(alice, seconds, solved):
    read(alice, at(4, 1))
    case_of(alice, at(4, 1) + timedelta(seconds=seconds))
    assert deflection(SPAN, at(5, 1)) == {"read": 1, "solved": solved}


def test_a_reading_younger_than_72_hours_leaves_its_day_open_whatever_the_earlier_ones_say(alice):
    read(alice, at(4, 1, 8))
    read(alice, at(4, 1, 20))
    assert deflection(SPAN, at(4, 4, 19, 59)) == {"read": 0, "solved": 0}
    assert deflection(SPAN, at(4, 4, 20)) == {"read": 1, "solved": 1}


def test_a_case_of_the_next_month_counts_against_a_reading_of_the_last_day(alice):
    read(alice, at(4, 30, 23))
    case_of(alice, at(5, 1, 1))
    assert deflection(whole([APRIL]), at(6, 1)) == {"read": 1, "solved": 0}


def test_readings_count_in_the_month_of_the_readers_time_zone(alice, charlie):
    read(alice, at(3, 31, 22, 30))
    read(charlie, at(4, 30, 22, 30))
    with timezone.override("Europe/Berlin"):
        assert deflection(whole([APRIL]), at(6, 1)) == {"read": 1, "solved": 1}
    with timezone.override("UTC"):
        assert deflection(whole([MAY]), at(6, 1)) == {"read": 0, "solved": 0}


def test_a_case_of_a_colleague_does_not_count_against_a_reading(alice, ivan):
    read(alice, at(4, 1))
    case_of(ivan, at(4, 1, 13))
    assert deflection(SPAN, at(5, 1)) == {"read": 1, "solved": 1}


@pytest.mark.parametrize(
    ("length", "words"),
    [(timedelta(minutes=59), "59 min"), (timedelta(hours=3.25), "3.2 h"), (timedelta(days=2.5), "2.5 d")],
)
def test_durations_are_told_in_the_unit_that_says_enough(length, words):
    assert duration(length) == words


def test_insight_is_for_those_who_see_the_accounts_cases(sign_in, alice, ivan):
    make_case(alice)
    assert sign_in(alice).get(reverse("cases:insight")).status_code == 403
    assert reverse("cases:insight") not in sign_in(alice).get("/cases/").text
    page = sign_in(ivan).get(reverse("cases:insight"))
    opened = dict(page.context["charts"])["opened"]
    assert opened.bars[-1].text == "1"
    assert reverse("cases:insight") in sign_in(ivan).get("/cases/").text


def test_insight_counts_nothing_of_other_accounts(sign_in, ivan, charlie):
    make_case(charlie)
    assert dict(sign_in(ivan).get(reverse("cases:insight")).context["charts"])["opened"].is_empty


def chart_of(browser, name):
    return dict(browser.get(reverse("cases:insight")).context["charts"])[name]


def test_this_month_stands_against_the_months_before(sign_in, ivan):
    now = timezone.now()
    for months_ago, count in ((0, 3), (1, 4), (3, 2)):
        opened = last_months(now.date(), months_ago + 1)[0]
        for _n in range(count):
            case_of(ivan, datetime(opened.year, opened.month, 1, tzinfo=UTC))
    chart = chart_of(sign_in(ivan), "opened")
    assert (chart.now, chart.against) == ("3", "this month; previous average 2.0")
    assert [bar.short for bar in chart.bars[-4:]] == ["2", "0", "4", "3"]


def test_bars_are_as_high_as_their_numbers_in_one_unit_however_far_apart(sign_in, ivan):
    opened = datetime.combine(last_months(timezone.localdate(), 6)[0], datetime.min.time(), UTC)
    for months, hours in enumerate((2, 4, 6, 500)):
        begins = opened + timedelta(days=31 * months)
        case_of(ivan, begins, first_reply_at=begins + timedelta(hours=hours))
    chart = chart_of(sign_in(ivan), "first_reply")
    bars = [bar for bar in chart.bars if bar.height]
    assert [bar.short for bar in bars] == ["2.0", "4.0", "6.0", "500"]
    assert [bar.text for bar in bars] == ["2.0 h", "4.0 h", "6.0 h", "500 h"]
    assert [bar.height for bar in bars] == [2, 2, 2, chart.height]
    assert "Monthly median in hours." in chart.summary
    assert "previous average 128 h" in chart.against


def test_satisfaction_is_drawn_from_one_to_five_with_the_number_of_ratings(sign_in, ivan):
    begins = timezone.now() - timedelta(days=62)
    for rating in (1, 3, 5, 5):
        case_of(ivan, begins, closed_at=begins, rating=rating, rated_at=begins)
    chart = chart_of(sign_in(ivan), "rating")
    [bar] = [bar for bar in chart.bars if bar.height]
    assert [tick.label for tick in chart.ticks] == ["1", "2", "3", "4", "5"]
    assert bar.height == round(chart.height * 2.5 / 4)
    assert (bar.short, bar.text) == ("3.5", "3.5 from 4 ratings")
    assert chart.summary == "Average of 4 ratings from 1 to 5."


@pytest.mark.parametrize("rows", [1, 20])
def test_insight_asks_one_query_for_each_chart(sign_in, ivan, django_assert_max_num_queries, rows):
    for _n in range(rows):
        make_case(ivan)
    browser = sign_in(ivan)
    browser.get(reverse("cases:insight"))
    with django_assert_max_num_queries(8):
        browser.get(reverse("cases:insight"))


@pytest.mark.parametrize("by", ["month", "account", "type", "agent", "nonsense", "\0"])
def test_staff_read_the_same_in_the_administration(sign_in, ada, alice, by):
    make_case(alice)
    page = sign_in(ada).get(
        reverse("admin:cases_case_insight"), {"by": by, "months": "x" if by == "nonsense" else "3"}
    )
    assert page.status_code == 200
    assert page.context["insight"].rows[0].cells["opened"].words == "1"


def test_staff_without_the_right_to_see_cases_get_no_numbers(sign_in, ada):
    ada.is_superuser = False
    ada.save()
    assert sign_in(ada).get(reverse("admin:cases_case_insight")).status_code == 403


# The administration's page


INSIGHT = "/admin/cases/case/insight/"
OWN = {"months": "own", "since": "2026-04-10", "until": "2026-06-15"}


@pytest.fixture
def scene(alice, charlie, ada):
    """Counted by hand in the tests below. The first and the last minute of the period in Berlin count, the
    minutes beside them do not."""
    northern, southern = (Queue.objects.create(name=name) for name in ("North", "South"))
    product = Product.objects.create(name="Logger")
    case_of(alice, at(4, 9, 22), first_reply_at=at(4, 10, 0), queue=northern, assigned_to=ada)
    case_of(alice, at(4, 9, 21, 59), first_reply_at=at(4, 12), queue=northern, product=product)
    case_of(charlie, at(6, 15, 21, 59), queue=southern, product=product)
    case_of(charlie, at(6, 15, 22), closed_at=at(6, 15, 23))
    case_of(alice, at(5, 1), closed_at=at(5, 3), rating=4, rated_at=at(6, 1), queue=northern, assigned_to=ada)
    case_of(alice, at(5, 31, 23), closed_at=at(6, 1), category="cancelled", status="cancelled")
    late, kept = Case.objects.order_by("pk")[:2]
    CaseClock.objects.all().delete()
    due = {"minutes": 60, "started_at": at(4, 9), "due_at": at(4, 12), "warn_at": at(4, 11)}
    CaseClock.objects.create(case=late, **due, promise="first_reply", met_at=at(4, 13), missed_at=at(4, 12))
    CaseClock.objects.create(case=kept, **due, promise="first_reply", met_at=at(4, 12))
    CaseClock.objects.create(case=kept, **due | {"due_at": at(6, 1)}, promise="resolution")
    CaseClock.objects.create(case=late, **due | {"due_at": at(7, 1)}, promise="resolution")


def in_berlin(user):
    User.objects.filter(pk=user.pk).update(time_zone="Europe/Berlin")
    return user


def table(page):
    return {row.name: [cell.words for cell in row.in_order] for row in page.context["insight"].rows}


def test_a_period_is_counted_in_the_readers_days_by_whatever_it_is_grouped(scene, sign_in, ada):
    browser = sign_in(in_berlin(ada))
    page = browser.get(INSIGHT, OWN | {"by": "queue"})
    assert table(page) == {
        "North": ["2", "32.0 h", "48.0 h", "4.0 of 5", "1 of 2 missed", "1"],
        "South": ["1", "–", "–", "–", "–", "–"],
        "None": ["1", "–", "–", "–", "–", "–"],
    }
    whole = page.context["insight"].whole
    assert [cell.words for cell in whole.in_order] == [
        "4", "32.0 h", "48.0 h", "4.0 of 5", "1 of 2 missed", "1",
    ]  # fmt: skip
    assert [cell.of for cell in whole.in_order][1:4] == ["2 cases", "1 case", "1 rating"]
    months = table(browser.get(INSIGHT, OWN | {"by": "month"}))
    assert [cells[0] for cells in months.values()] == ["2", "1", "1"]
    agents = table(browser.get(INSIGHT, OWN | {"by": "agent"}))
    assert {name: cells[0] for name, cells in agents.items()} == {"Ada Byrne": "2", "None": "2"}
    products = table(browser.get(INSIGHT, OWN | {"by": "product"}))
    assert {name: cells[0] for name, cells in products.items()} == {"Logger": "1", "None": "3"}
    accounts = table(browser.get(INSIGHT, OWN | {"by": "account"}))
    assert {name: cells[0] for name, cells in accounts.items()} == {"Acme Foods": "3", "Globex Pharma": "1"}


COUNTED = {"opened": "opened", "first_reply": "replied", "resolution": "resolved", "rating": "rated"}


def test_every_number_leads_to_the_cases_that_it_was_taken_on(scene, sign_in, ada):
    browser = sign_in(in_berlin(ada))
    for by in ("month", "queue", "agent", "product", "type", "account"):
        insight = browser.get(INSIGHT, OWN | {"by": by}).context["insight"]
        for row in (*insight.rows, insight.whole):
            counts = dict(zip(COUNTED, (row.plain[0], row.plain[2], row.plain[4], row.plain[6]), strict=True))
            kept, missed, running = row.plain[7:]
            counts |= {"promises": missed or kept, "running": running}
            for name, count in counts.items():
                cell = row.cells[name]
                if not cell.url:
                    assert count == 0, (by, row.name, name)
                    continue
                listed = browser.get(cell.url).context["page"].rows
                assert len(listed) == count, (by, row.name, name, cell.url)


def test_a_period_stands_against_as_many_days_before_it(sign_in, ada, alice):
    for opened in (at(5, 1), at(5, 2), at(5, 3, 23), at(4, 28), at(4, 30, 23), at(4, 27, 23)):
        case_of(alice, opened)
    page = sign_in(ada).get(INSIGHT, {"months": "own", "since": "2026-05-01", "until": "2026-05-03"})
    assert page.context["insight"].before.opened == 2
    opened = page.context["figures"][0]
    assert (opened.now.words, opened.before) == ("3", "previously 2 (+50 %)")
    assert "compared with Apr 28, 2026 to Apr 30, 2026" in page.text


def test_what_was_typed_wrongly_is_said_beside_the_field(sign_in, ada):
    browser = sign_in(ada)
    wrong = {
        ("2026-05-03", "2026-05-01"): "The last day is before the first.",
        ("", "2026-05-01"): "Choose both days.",
        ("1066-01-01", "2026-05-01"): "Choose at most three years",
        ("2026-05-01", "9999-12-31"): "Choose at most three years",
        ("yesterday", "2026-05-01"): "Enter a valid date.",
        ("\0", "\0"): "Choose both days.",
    }
    for (since, until), words in wrong.items():
        page = browser.get(INSIGHT, {"months": "own", "since": since, "until": until})
        assert page.status_code == 200
        assert words in page.text, (since, until)
    for query in ("by=%00&months=%27", "by=agent&by=month&since=%FF", "months=own&format=xls"):
        assert browser.get(f"{INSIGHT}?{query}").status_code == 200


def test_the_file_says_what_the_page_shows_and_no_name_is_a_formula(scene, sign_in, ada):
    Queue.objects.filter(name="North").update(name="=1+1")
    answer = sign_in(in_berlin(ada)).get(INSIGHT, OWN | {"by": "queue", "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="insight-queue-2026-04-10-2026-06-15.csv"' in answer["Content-Disposition"]
    line = Activity.objects.get(verb="case.insight_exported")
    assert (line.actor, line.is_internal) == (ada, True)
    assert line.label == "insight-queue-2026-04-10-2026-06-15.csv"
    heading, first, *_others, last = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert heading[:3] == ["Queue", "Opened", "First reply (median, h)"]
    assert first == ["'=1+1", "2", "32.0", "2", "48.0", "1", "4.0", "1", "1", "1", "1"]
    assert last == ["All", "4", "32.0", "2", "48.0", "1", "4.0", "1", "1", "1", "1"]


def test_insight_asks_as_many_queries_for_many_cases_as_for_one(sign_in, ada, alice):
    browser, asked = sign_in(ada), []
    for count in (1, 10):
        for _n in range(count):
            make_case(alice)
        browser.get(INSIGHT, {"by": "month"})
        with CaptureQueriesContext(connection) as queries:
            browser.get(INSIGHT, {"by": "month"})
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 18


def test_the_number_of_an_account_means_no_other_that_is_called_so(sign_in, ada, alice, globex, charlie):
    Account.objects.filter(pk=globex.pk).update(name=f"Like {alice.account.number} Ltd")
    make_case(alice, "Theirs")
    make_case(charlie, "Not theirs")
    rows = sign_in(ada).get("/admin/desk/", {"account": alice.account.number}).context["page"].rows
    assert [row.subject for row in rows] == ["Theirs"]
