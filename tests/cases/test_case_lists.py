"""Customers find their cases: views, filters, orders, saved views, files."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.actors import Actor
from accounts.models import Activity
from cases.actions import add_internal_note, add_participants, merge_cases
from cases.filters import CaseFilter
from cases.forms import CaseListForm
from cases.models import Case, CaseParticipant, CaseStatus, Product, RequestType
from records.actions import exports
from records.actions.saved_views import MOST_VIEWS
from records.models import Reading, SavedView
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import grant, make_contact

LIST = "/cases/"


def subjects(browser, **query):
    return [case.subject for case in browser.get(LIST, query).context["page"].rows]


def keep_view(contact, name, query="view=all"):
    return SavedView.objects.create(contact=contact, record_type="case", name=name, query=query)


def exported(browser, kind="csv", **query):
    return b"".join(browser.get(reverse("cases:export", args=[kind]), query).streaming_content)


@pytest.fixture
def carl(acme):
    return make_contact("Carl", acme)


def test_what_waits_for_the_customer_has_a_view_of_its_own(sign_in, alice, ada):
    make_case(alice, "In progress")
    make_staff_reply(make_case(alice, "Our question"), ada, status="waiting")
    assert subjects(sign_in(alice), view="waiting") == ["Our question"]


def options(browser, **query):
    """What the list offers as a status."""
    return {
        str(label): value
        for value, label in browser.get(LIST, query).context["filters"].fields["status"].choices
        if value
    }


def badges(browser, **query):
    """Subject → what the badge of its status says, as the page shows them."""
    page = browser.get(LIST, query).text
    return dict(
        re.findall(r'<li><div><a [^>]*>([^<]*)</a>.*?<span data-status="[^"]*">([^<]*)</span></p></li>', page)
    )


@pytest.fixture
def cases_of_every_kind(alice, carl, ada):
    """One of each status that is shipped, and of two that the company added, of Alice; one that waits for
    Carl."""
    CaseStatus.objects.create(
        slug="lab", category="active", label="In the laboratory", customer_label="In progress", position=25
    )
    CaseStatus.objects.create(
        slug="spare", category="on_hold", label="Spare part", customer_label="Waiting for a part", position=15
    )
    for slug in CaseStatus.objects.values_list("slug", flat=True):
        make_staff_reply(make_case(alice, f"Case {slug}"), ada, status=slug)
    make_staff_reply(make_case(carl, "Of Carl"), ada, status="waiting")
    Case.objects.filter(subject="Case new").update(status="new", category="active")


@pytest.mark.parametrize("view", ["active", "waiting", "resolved", "all"])
def test_a_status_that_is_chosen_shows_the_cases_whose_badges_say_so(
    view, cases_of_every_kind, sign_in, alice
):
    grant(alice, "case", "account", "read")
    browser = sign_in(alice)
    shown, offered = badges(browser, view=view), options(browser, view=view)
    others = offered.pop("Waiting for someone else", "")
    assert set(offered) == {words for words in shown.values() if words != "Waiting for Carl"}
    for words, value in offered.items():
        assert set(badges(browser, view=view, status=value).values()) == {words}
        assert set(subjects(browser, view=view, status=value)) == {
            case for case, badge in shown.items() if badge == words
        }
    assert not others or badges(browser, view=view, status=others) == {"Of Carl": "Waiting for Carl"}


def test_new_cases_can_be_chosen_and_are_not_in_progress(cases_of_every_kind, sign_in, alice):
    browser = sign_in(alice)
    offered = options(browser)
    assert list(offered) == [
        "New",
        "Waiting for a part",
        "In progress",
        "Waiting for you",
        "On hold",
        "Waiting for someone else",
    ]
    assert subjects(browser, status=offered["New"]) == ["Case new"]
    assert subjects(browser, status=offered["In progress"]) == ["Case lab", "Case in_progress"]


def test_the_words_of_the_company_are_those_of_the_filter(sign_in, alice):
    CaseStatus.objects.filter(slug="new").update(customer_label="Received")
    make_case(alice)
    browser = sign_in(alice)
    assert "Received" in options(browser)
    assert set(badges(browser, status="new").values()) == {"Received"}


def test_a_file_says_of_each_case_what_its_badge_says(cases_of_every_kind, sign_in, alice):
    grant(alice, "case", "account", "read")
    browser = sign_in(alice)
    _heads, *lines = csv.reader(io.StringIO(exported(browser, view="all").decode("utf-8-sig")))
    assert {line[1]: line[2] for line in lines} == badges(browser, view="all")


def test_mine_followed_and_all_that_a_contact_may_see(sign_in, alice, carl, ada):
    mine, joined, other = make_case(alice, "Mine"), make_case(carl, "Joined"), make_case(carl, "Other")
    add_participants(actor=Actor(user=ada), case=joined, contacts=[alice])
    browser = sign_in(alice)
    assert subjects(browser, whose="mine") == [mine.subject]
    assert subjects(browser, whose="followed") == [joined.subject]
    assert set(subjects(browser)) == {mine.subject, joined.subject}
    assert other.subject not in subjects(browser, view="all", whose="account")


def test_an_it_user_tells_their_own_cases_from_those_of_colleagues(sign_in, ivan, carl):
    make_case(ivan, "Of Ivan")
    make_case(carl, "Of Carl")
    browser = sign_in(ivan)
    assert set(subjects(browser)) == {"Of Ivan", "Of Carl"}
    assert subjects(browser, whose="mine") == ["Of Ivan"]
    assert subjects(browser, person="carl") == ["Of Carl"]
    assert subjects(browser, person="carl nobody") == []


def test_who_sees_their_own_cases_only_is_not_offered_to_look_for_people(sign_in, alice, carl):
    make_case(carl, "Of Carl")
    page = sign_in(alice).get(LIST, {"person": "carl", "more": "1"})
    assert 'name="person"' not in page.text
    assert page.context["page"].rows == []


def test_who_sees_every_account_can_ask_for_their_own(sign_in, alice, charlie):
    grant(alice, "case", "global", "read")
    make_case(charlie, "Of Globex")
    make_case(alice, "Of Acme")
    browser = sign_in(alice)
    assert set(subjects(browser)) == {"Of Globex", "Of Acme"}
    assert subjects(browser, whose="account") == ["Of Acme"]


def test_type_and_product_narrow_the_list(sign_in, alice):
    product = Product.objects.create(name="Freezer X", slug="freezer-x")
    make_case(alice, "Freezer", product=product)
    make_case(alice, "Anything")
    browser = sign_in(alice)
    assert subjects(browser, product=product.pk) == ["Freezer"]
    assert subjects(browser, type=RequestType.objects.get(slug="question").pk) == []


def test_days_are_those_of_the_reader(sign_in, alice):
    """Half past eleven in the evening of the 3rd in UTC is the 4th in Berlin."""
    case = make_case(alice, "At night")
    Case.objects.filter(pk=case.pk).update(created_at=datetime(2026, 3, 3, 23, 30, tzinfo=ZoneInfo("UTC")))
    alice.user.time_zone = "Europe/Berlin"
    alice.user.save()
    browser = sign_in(alice)
    assert subjects(browser, since="2026-03-04", until="2026-03-04") == ["At night"]
    assert subjects(browser, until="2026-03-03") == []


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday&until=%00&type=x&product=99999999999999999999&sort=colour&whose=nobody",
        "since=0001-01-01&until=9999-12-31",
        "since=0001-01-01&until=0001-01-01",
        "person=%00%FF&more=1",
        "q=%27%20%26%20%21%28%3A%2A",
        "q=o%27brien+a-b.c",
        "q=" + "ab+" * 200,
        "view=active&view=all&sort=priority&older=9_9",
        "sort=priority&older=99999999999_1",
        "sort=priority&newer=2_1",
        "sort=opened&older=1_1",
    ],
)
def test_odd_filters_show_a_list(sign_in, alice, query):
    make_case(alice)
    assert sign_in(alice).get(f"{LIST}?{query}").status_code == 200


def test_lists_are_sorted_by_opening_and_by_urgency(sign_in, alice, ada):
    first = make_case(alice, "First", priority="urgent")
    make_case(alice, "Second", priority="low")
    make_case(alice, "Third", priority="high")
    make_staff_reply(first, ada)
    browser = sign_in(alice)
    assert subjects(browser) == ["First", "Third", "Second"]
    assert subjects(browser, sort="opened") == ["Third", "Second", "First"]
    assert subjects(browser, sort="priority") == ["First", "Third", "Second"]


@pytest.mark.parametrize("sort", ["", "opened", "priority"])
def test_each_order_leads_through_all_pages_and_back(sign_in, alice, sort):
    for n in range(60):
        make_case(alice, f"Case {n:02}", priority=("low", "normal", "urgent")[n % 3])
    browser, found, url = sign_in(alice), [], f"{LIST}?sort={sort}"
    while url:
        page = browser.get(url).context["page"]
        found.append([case.pk for case in page.rows])
        url, back = page.older_url and LIST + page.older_url, page.newer_url
    assert [len(pks) for pks in found] == [25, 25, 10]
    assert len({pk for pks in found for pk in pks}) == 60
    assert [case.pk for case in browser.get(LIST + back).context["page"].rows] == found[1]


@pytest.mark.parametrize(
    "filters", [{}, {"whose": "mine"}, {"whose": "followed"}, {"q": "gateway"}, {"sort": "opened"}]
)
def test_a_list_holds_no_case_of_another_account(sign_in, ivan, charlie, filters):
    case = make_case(charlie, "Gateway of another company")
    CaseParticipant.objects.create(case=case, contact=ivan)
    assert subjects(sign_in(ivan), view="all", **filters) == []
    assert subjects(
        sign_in(charlie), view="all", **(filters if filters != {"whose": "followed"} else {})
    ) == [case.subject]


def test_search_finds_what_was_said_where_the_reader_can_read_it(sign_in, alice, ada):
    case = make_case(alice, "Freezer alarm", description="The **yogurt** is warm.")
    reply = make_staff_reply(case, ada, "Please send the logbook.")
    add_internal_note(actor=Actor(user=ada), case=case, body="Their compressor is old.")
    browser = sign_in(alice)
    for words in ("yogurt", "alarm logbook"):
        assert subjects(browser, q=words) == ["Freezer alarm"]
        assert "Freezer alarm" in browser.get("/search/", {"q": words}).text
    assert subjects(browser, q="compressor") == []
    reply.body = "Please send a picture."
    reply.save()
    assert subjects(browser, q="logbook") == []
    reply.delete()
    assert subjects(browser, q="picture") == []
    assert subjects(browser, q="yogurt") == ["Freezer alarm"]


def test_words_move_with_the_messages_when_cases_are_merged(sign_in, alice, ada):
    cases = [
        make_case(alice, subject, description=words)
        for subject, words in (("First", "Yogurt"), ("Second", "Cheese"))
    ]
    merge_cases(actor=Actor(user=ada), case=cases[0], into=cases[1])
    browser = sign_in(alice)
    assert subjects(browser, view="all", q="yogurt") == ["Second"]
    assert subjects(browser, view="all", q="cheese") == ["Second"]


def test_search_takes_the_beginning_of_words_and_all_of_them(sign_in, alice):
    make_case(alice, "Freezer alarm at night")
    make_case(alice, "Freezer door")
    browser = sign_in(alice)
    assert subjects(browser, q="freez ala") == ["Freezer alarm at night"]
    assert subjects(browser, q="alarms") == ["Freezer alarm at night"]
    assert subjects(browser, q="larm") == []
    assert subjects(browser, q="!!!") == []


def test_what_happened_since_the_reader_looked_is_marked(sign_in, alice, ada):
    case = make_case(alice)
    browser = sign_in(alice)
    browser.get(case.get_absolute_url())
    assert 'data-status="info"' not in browser.get(LIST).text
    Reading.objects.update(read_at=timezone.now() - timedelta(minutes=1))
    make_staff_reply(case, ada)
    assert 'data-status="info"' in browser.get(LIST).text


def test_a_case_past_its_promise_is_marked_as_late(sign_in, alice):
    case = make_case(alice)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(hours=1))
    browser = sign_in(alice)
    assert "Late</span>" not in browser.get(LIST).text
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert "Late</span>" in browser.get(LIST).text


@pytest.mark.parametrize("rows", [0, 1, 30])
def test_saved_views_and_marks_cost_no_query_for_each_case(
    sign_in, alice, django_assert_max_num_queries, rows
):
    for n in range(rows):
        make_case(alice, f"Case {n}")
    for n in range(rows):
        keep_view(alice, f"View {n}", f"view=all&q={n}")
    browser = sign_in(alice)
    browser.get(LIST)
    with django_assert_max_num_queries(5 if rows else 6):
        browser.get(LIST)
    with django_assert_max_num_queries(9):
        browser.get(LIST, {"type": "2", "since": "2020-01-01"})


def test_a_case_is_found_by_the_digits_of_its_number(sign_in, alice):
    case, browser = make_case(alice, "Freezer alarm"), sign_in(alice)
    make_case(alice, "Door")
    digits = case.number.removeprefix("C-")
    for words in (digits, f" {digits} ", case.number, case.number.lower()):
        assert subjects(browser, q=words) == ["Freezer alarm"]
    assert subjects(browser, q=digits[:-1]) == []


def test_a_case_is_found_by_what_was_answered_to_its_types_questions(sign_in, alice, charlie):
    answers = [
        {"label": "Serial number", "value": "B-20417"},
        {"label": "Where?", "value": "Cold room in Leeds"},
    ]
    case, browser = make_case(alice, "Freezer alarm", answers=answers), sign_in(alice)
    make_case(alice, "Door", answers=[{"label": "Serial number", "value": "B-20418"}])
    make_case(charlie, "Of another account", answers=answers)
    for words in ("B-20417", "b-20417", "leeds", "freezer leeds"):
        assert subjects(browser, q=words) == [case.subject]
    assert subjects(browser, q="serial") == []


def test_alice_saves_a_view_and_finds_it_above_the_list(sign_in, alice):
    make_case(alice, "Freezer")
    browser = sign_in(alice)
    response = browser.post(
        reverse("cases:view_save"),
        {"name": "Cold", "query": "q=freezer&view=all&nonsense=1&older=x"},
        follow=True,
    )
    assert SavedView.objects.get().query == "view=all&q=freezer"
    assert response.redirect_chain == [(f"{LIST}?view=all&q=freezer", 302)]
    assert [(view["name"], view["is_current"]) for view in response.context["saved_views"]] == [
        ("Cold", True)
    ]
    assert "Cold" in browser.get(LIST).text


def test_a_view_of_the_same_name_is_replaced(sign_in, alice):
    browser = sign_in(alice)
    for query in ("view=all", "view=waiting"):
        browser.post(reverse("cases:view_save"), {"name": "Mine", "query": query})
    assert SavedView.objects.get().query == "view=waiting"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"name": "", "query": "q=freezer"}, "This field is required"),
        ({"name": "x" * 61, "query": "q=freezer"}, "at most 60"),
        ({"name": "a\0b", "query": "q=freezer"}, "Null characters"),
        ({"name": "Long", "query": "q=" + "%C3%A4" * 150}, "too long to save"),
    ],
)
def test_a_view_that_cannot_be_saved_is_explained_beside_what_was_typed(sign_in, alice, data, complaint):
    page = sign_in(alice).post(reverse("cases:view_save"), data)
    assert page.status_code == 200
    assert complaint in page.text
    assert 'name="q"' in page.text
    assert not SavedView.objects.exists()


def test_the_twenty_first_view_is_refused(sign_in, alice):
    SavedView.objects.bulk_create(
        SavedView(contact=alice, record_type="case", name=f"View {n}", query="view=all")
        for n in range(MOST_VIEWS)
    )
    page = sign_in(alice).post(reverse("cases:view_save"), {"name": "One more", "query": "view=all"})
    assert "You have reached the limit of 20 views" in page.text
    assert 'value="One more"' in page.text
    assert SavedView.objects.count() == MOST_VIEWS


def test_nobody_sees_or_deletes_another_ones_view(sign_in, alice, carl):
    view = keep_view(alice, "Of Alice")
    browser = sign_in(carl)
    assert "Of Alice" not in browser.get(LIST).text
    make_case(carl)  # saved views come along with the cases, where there are any
    assert "Of Alice" not in browser.get(LIST).text
    browser.post(reverse("cases:view_delete", args=[view.pk]))
    assert SavedView.objects.filter(pk=view.pk).exists()
    sign_in(alice).post(reverse("cases:view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_file_holds_what_the_list_shows_and_nothing_else(sign_in, alice, carl, ada):
    make_case(alice, "Freezer")
    make_case(alice, "Door")
    make_case(carl, "Freezer of Carl")
    text = exported(sign_in(alice), q="freezer").decode("utf-8-sig")
    assert text.count("\r\n") == 2
    assert "Freezer" in text
    assert "Door" not in text
    assert "Carl" not in text


def test_a_file_takes_nothing_for_a_formula(sign_in, alice):
    make_case(alice, '=HYPERLINK("http://evil.example";"Look")')
    browser = sign_in(alice)
    assert "'=HYPERLINK" in exported(browser).decode("utf-8-sig")
    sheet = load_workbook(BytesIO(exported(browser, "xlsx"))).active
    subject = sheet[2][1]
    assert (subject.value[:10], subject.data_type, subject.quotePrefix) == ("=HYPERLINK", "s", True)


def test_times_in_a_file_are_those_of_the_reader(sign_in, alice):
    case = make_case(alice)
    Case.objects.filter(pk=case.pk).update(created_at=datetime(2026, 7, 1, 22, 30, tzinfo=ZoneInfo("UTC")))
    alice.user.time_zone = "Asia/Tokyo"
    alice.user.save()
    text = exported(sign_in(alice)).decode("utf-8-sig")
    assert "Opened (Asia/Tokyo)" in text
    assert "2026-07-02 07:30" in text


def test_a_workbook_has_real_moments_wide_columns_and_filters(sign_in, alice):
    case = make_case(alice, "The freezer in the second warehouse shows an alarm every morning")
    Case.objects.filter(pk=case.pk).update(
        created_at=datetime(2026, 7, 1, 22, 30, 15, tzinfo=ZoneInfo("UTC"))
    )
    alice.user.time_zone = "Asia/Tokyo"
    alice.user.save()
    sheet = load_workbook(BytesIO(exported(sign_in(alice), "xlsx"))).active
    heads = [cell.value for cell in sheet[1]]
    opened = sheet[2][heads.index("Opened (Asia/Tokyo)")]
    in_tokyo = datetime(2026, 7, 2, 7, 30)  # noqa: DTZ001 -- a cell knows no time zones
    assert (opened.value, opened.is_date, opened.number_format) == (in_tokyo, True, "yyyy-mm-dd hh:mm")
    assert sheet[2][heads.index("Closed (Asia/Tokyo)")].value is None
    assert sheet.column_dimensions["B"].width > 50
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:L2")


def test_it_is_recorded_who_took_how_many_cases_out(sign_in, alice):
    make_case(alice)
    exported(sign_in(alice))
    activity = Activity.objects.get(verb="case.exported")
    assert (activity.actor, activity.details) == (alice.user, {"count": 1, "kind": "csv"})


def test_too_many_cases_are_refused_with_a_word_on_what_to_do(sign_in, alice, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    for n in range(2):
        make_case(alice, f"Case {n}")
    response = sign_in(alice).get(reverse("cases:export", args=["csv"]), {"view": "all"}, follow=True)
    assert "more than 1 cases" in response.text
    assert not Activity.objects.filter(verb="case.exported").exists()


def test_there_are_no_other_kinds_of_files(sign_in, alice):
    assert sign_in(alice).get(reverse("cases:export", args=["pdf"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_a_file_costs_the_same_queries_for_one_case_and_for_many(
    sign_in, alice, django_assert_max_num_queries, rows
):
    for n in range(rows):
        make_case(alice, f"Case {n}")
    browser = sign_in(alice)
    with django_assert_max_num_queries(8):
        exported(browser)


def test_an_address_becomes_a_filter_that_ignores_what_makes_no_sense(alice):
    def read(address):
        return CaseListForm(QueryDict(address), reader=alice, statuses=CaseStatus.objects.all()).filter

    assert read("view=nonsense&sort=x&status=none&since=yesterday&q=") == CaseFilter()
    chosen = read("view=all&sort=opened&whose=mine&since=2026-01-02&status=new&q=pump")
    assert chosen == CaseFilter(
        view="all", sorted_by="opened", whose="mine", badges=frozenset({"New"}),
        since=date(2026, 1, 2), q="pump",
    )  # fmt: skip
    assert (chosen.shape, read("whose=mine").shape) == (None, ("active", "", "mine"))
