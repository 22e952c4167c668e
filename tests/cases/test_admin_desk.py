"""What the desk is furnished with: catalogue, hours, promises, entitlements, queues, rules, replies."""

from datetime import datetime
from decimal import Decimal

import holidays
import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import Activity
from accounts.staff_groups import SUPPORT_AGENT
from cases.display.saved_replies import fill
from cases.forms.minutes import MinutesField, written
from cases.models import (
    BusinessCalendar,
    CaseDesk,
    CaseStatus,
    Deduction,
    Entitlement,
    Product,
    Queue,
    RequestType,
    RoutingRule,
    SavedReply,
    SlaPolicy,
)
from tests.cases.factories import make_calendar, make_case, make_entitlement, make_policy
from tests.factories import make_user

MODELS = (
    "product",
    "requesttype",
    "casestatus",
    "businesscalendar",
    "slapolicy",
    "entitlement",
    "casedesk",
    "queue",
    "routingrule",
    "savedreply",
)


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_search_opens(desk, model):
    assert desk.get(reverse(f"admin:cases_{model}_changelist"), {"q": "x"}, follow=True).status_code == 200


@pytest.mark.parametrize("model", [model for model in MODELS if model != "casedesk"])
def test_every_form_opens(desk, model):
    assert desk.get(reverse(f"admin:cases_{model}_add")).status_code == 200


def inline(prefix, *rows, initial=0):
    fields = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return fields | {
        f"{prefix}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()
    }


def test_a_type_asks_its_questions(desk):
    url = reverse("admin:cases_requesttype_add")
    question = {
        "label": "Which one?",
        "kind": "choice",
        "choices": "One, Two",
        "is_active": "on",
        "position": 10,
    }
    desk.post(
        url,
        {"name": "Repair", "slug": "repair", "position": 5, "is_active": "on", **inline("fields", question)},
    )
    assert RequestType.objects.get(slug="repair").fields.get().choices == ["One", "Two"]


def test_a_choice_without_a_list_is_an_error_and_not_a_crash(desk):
    question = {"label": "Which one?", "kind": "choice", "choices": "", "is_active": "on", "position": 10}
    fields = {"name": "Repair", "slug": "repair", "position": 5, **inline("fields", question)}
    page = desk.post(reverse("admin:cases_requesttype_add"), fields)
    assert "Enter the choices." in page.text


def test_words_of_a_shipped_status_change_and_its_meaning_does_not(desk):
    url = reverse("admin:cases_casestatus_change", args=["waiting"])
    desk.post(
        url,
        {
            "label": "With the customer",
            "customer_label": "Your turn",
            "category": "resolved",
            "position": 3,
            "is_active": "on",
        },
    )
    status = CaseStatus.objects.get(pk="waiting")
    assert (status.label, status.category) == ("With the customer", "waiting")
    desk.post(url, {"label": "With the customer", "customer_label": "Your turn", "position": 3})
    assert CaseStatus.objects.get(pk="waiting").is_active
    assert (
        desk.post(reverse("admin:cases_casestatus_delete", args=["waiting"]), {"post": "yes"}).status_code
        == 403
    )


def test_the_meaning_of_a_status_is_fixed_once_a_case_has_it(desk, alice):
    status = CaseStatus.objects.create(
        slug="third_party", category="on_hold", label="At the vendor", customer_label="On hold"
    )
    url = reverse("admin:cases_casestatus_change", args=["third_party"])
    fields = {"label": "At the vendor", "customer_label": "On hold", "position": 3, "is_active": "on"}
    desk.post(url, {**fields, "category": "waiting"})
    status.refresh_from_db()
    assert status.category == "waiting"
    case = make_case(alice)
    case.status = status
    case.save(update_fields=["status"])
    desk.post(url, {**fields, "category": "resolved"})
    status.refresh_from_db()
    assert status.category == "waiting"


def calendar_fields(*intervals, **fields):
    shipped = {"name": "Office", "time_zone": "Europe/Berlin", "country": "DE", "subdivision": "BY"}
    rows = [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in intervals]
    return {**shipped, **fields, **inline("intervals", *rows), **inline("closed_days")}


@time_machine.travel("2026-11-25T12:00:00Z", tick=False)
def test_a_calendar_has_several_intervals_a_day_and_shows_the_next_holidays(sign_in, ada):
    desk = sign_in(ada)
    desk.post(
        reverse("admin:cases_businesscalendar_add"),
        calendar_fields((0, "09:00", "12:00"), (0, "13:00", "17:00")),
    )
    calendar = BusinessCalendar.objects.get()
    assert calendar.intervals.count() == 2
    page = desk.get(reverse("admin:cases_businesscalendar_change", args=[calendar.pk])).text
    assert "Dec 25, 2026:" in page
    assert "Jan 6, 2027:" in page


@pytest.mark.parametrize(
    "fields",
    [
        calendar_fields((0, "09:00", "12:00"), (0, "11:00", "17:00")),
        calendar_fields(),
        calendar_fields((0, "17:00", "09:00")),
        calendar_fields((0, "09:00", "17:00"), time_zone="Mars/Olympus"),
        calendar_fields((0, "09:00", "17:00"), country="XX"),
        calendar_fields((0, "09:00", "17:00"), subdivision="ZZ"),
    ],
)
def test_hours_that_make_no_sense_are_refused(desk, fields):
    assert desk.post(reverse("admin:cases_businesscalendar_add"), fields).status_code == 200
    assert not BusinessCalendar.objects.exists()


@pytest.mark.parametrize("country", ["GB", "DE", "CH", "AT", "AU", "CA", "ES", "FR", "IT", "NZ", "PT", "US"])
def test_a_country_with_regions_asks_for_the_region(desk, country):
    fields = calendar_fields((0, "09:00", "17:00"), country=country, subdivision="")
    page = desk.post(reverse("admin:cases_businesscalendar_add"), fields)
    region = holidays.list_supported_countries()[country][0]
    assert f"Public holidays differ between regions. Enter one of: {region}, " in page.text
    assert not BusinessCalendar.objects.exists()


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("GB", "ENG", "ENG"),
        ("GB", "england", "ENG"),
        ("GB", " Scotland ", "SCT"),
        ("GB", "ALL", "ALL"),
        ("DE", "bayern", "BY"),
        ("CH", "Zürich", "ZH"),
        ("FR", "La Réunion", "974"),
        ("NZ", "South Canterbury", "South Canterbury"),
        ("AU", "nsw western", "NSW Western"),
        ("CA", "Newfoundland and Labrador", "NL"),
        ("US", "all", "ALL"),
        ("SG", "", ""),
        ("", "", ""),
    ],
)
def test_a_region_is_known_by_its_code_and_by_its_name(desk, country, typed, kept):
    fields = calendar_fields((0, "09:00", "17:00"), country=country, subdivision=typed)
    desk.post(reverse("admin:cases_businesscalendar_add"), fields)
    assert BusinessCalendar.objects.get().subdivision == kept


@pytest.mark.parametrize(("country", "typed"), [("SG", "ALL"), ("SG", "ZZ"), ("", "BY"), ("GB", "Bayern")])
def test_a_region_that_its_country_does_not_have_is_refused(desk, country, typed):
    fields = calendar_fields((0, "09:00", "17:00"), country=country, subdivision=typed)
    page = desk.post(reverse("admin:cases_businesscalendar_add"), fields)
    assert "The holidays of this region are not known." in page.text
    assert not BusinessCalendar.objects.exists()


@pytest.mark.parametrize(
    ("region", "day", "is_open"),
    [
        ("ENG", "2027-03-29", False),
        ("WLS", "2027-03-29", False),
        ("NIR", "2027-03-29", False),
        ("SCT", "2027-03-29", True),
        ("SCT", "2027-01-04", False),
        ("NIR", "2027-03-17", False),
        ("ENG", "2027-03-17", True),
        ("ALL", "2027-03-29", True),
        ("ALL", "2027-03-26", False),
    ],
)
def test_easter_monday_is_a_holiday_where_it_is_one(db, region, day, is_open):
    calendar = make_calendar(country="GB", subdivision=region, name="Britain", time_zone="Europe/London")
    assert calendar.hours().is_open(datetime.fromisoformat(f"{day}T10:30:00Z")) is is_open


def test_promises_are_written_as_people_say_them_and_previewed(desk):
    calendar = make_calendar()
    fields = {
        "name": "Gold",
        "calendar": calendar.pk,
        "first_reply": "1 h 30 min",
        "resolution": "40h",
        "warn_percent": 75,
        "position": 1,
    }
    desk.post(reverse("admin:cases_slapolicy_add"), {**fields, "is_active": "on"})
    policy = SlaPolicy.objects.get()
    assert (policy.first_reply, policy.next_reply, policy.resolution) == (90, None, 2400)
    page = desk.get(reverse("admin:cases_slapolicy_change", args=[policy.pk])).text
    assert 'value="1 h 30 min"' in page
    assert "first reply by" in page


def test_a_promise_that_the_calendar_never_reaches_is_refused(desk):
    calendar = BusinessCalendar.objects.create(name="Never open")
    fields = {
        "name": "Gold",
        "calendar": calendar.pk,
        "first_reply": "1 h",
        "warn_percent": 75,
        "position": 1,
    }
    page = desk.post(reverse("admin:cases_slapolicy_add"), fields)
    assert "not have enough business hours" in page.text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("4 h", 240),
        ("4h", 240),
        ("1,5 h", 90),
        ("1:30", 90),
        ("1 h 5 min", 65),
        ("20 Minutes", 20),
    ],
)
def test_a_time_is_read_in_the_ways_in_which_people_write_it(text, minutes):
    assert MinutesField().clean(text) == minutes
    assert MinutesField().clean(written(minutes)) == minutes


def test_an_entitlement_shows_its_statement_and_a_correction_is_a_line_of_its_own(desk, alice, acme):
    entitlement = make_entitlement(acme)
    make_case(alice)
    line = Deduction.objects.get()
    page = desk.get(reverse("admin:cases_entitlement_change", args=[entitlement.pk])).text
    assert "Gateway is offline" in page
    url = reverse("admin:cases_entitlement_correct", args=[entitlement.pk, line.pk])
    assert desk.post(url, {"amount": "0", "note": "Goodwill"}).status_code == 200
    assert desk.post(url, {"amount": "-1", "note": ""}).status_code == 200
    assert desk.post(url, {"amount": "-1", "note": "Goodwill"}).status_code == 302
    assert (Deduction.objects.count(), entitlement.remaining) == (2, Decimal(10))
    assert Activity.objects.filter(verb="entitlement.corrected").exists()


def test_the_page_of_a_correction_names_the_line_and_reckons_the_balance(desk, alice, acme):
    entitlement = make_entitlement(acme)
    case = make_case(alice)
    line = Deduction.objects.get()
    url = reverse("admin:cases_entitlement_correct", args=[entitlement.pk, line.pk])
    page = desk.get(url).text
    assert f"1 case for {case}" in page
    assert "Remaining now: 9 cases." in page
    assert "Remaining after this correction: 10 cases." in page
    page = desk.post(url, {"amount": "2", "note": "Three matters", "preview": "Reckon"}).text
    assert "Remaining after this correction: 7 cases." in page
    assert Deduction.objects.count() == 1


def test_more_than_the_line_took_is_refused_beside_the_field_and_nothing_is_lost(desk, alice, acme):
    entitlement = make_entitlement(acme)
    make_case(alice)
    url = reverse("admin:cases_entitlement_correct", args=[entitlement.pk, Deduction.objects.get().pk])
    page = desk.post(url, {"amount": "-2", "note": "Goodwill"})
    assert page.context["form"].errors == {"amount": ["At most 1 of this line can be credited back."]}
    assert 'value="Goodwill"' in page.text
    assert Deduction.objects.count() == 1


def test_the_page_of_an_entitlement_shows_what_is_left_and_the_balance_after_each_line(desk, alice, acme):
    entitlement = make_entitlement(acme, amount=4)
    make_case(alice)
    make_case(alice, "Another")
    page = desk.get(reverse("admin:cases_entitlement_change", args=[entitlement.pk]))
    assert (page.context["summary"].left, page.context["summary"].used_percent) == ("2 cases left", 50)
    assert "2 cases left" in page.text
    assert [(line.subject, line.balance) for _row, line in page.context["lines"]] == [
        ("Another", Decimal(2)),
        ("Gateway is offline", Decimal(3)),
    ]


def test_a_line_of_another_entitlement_is_not_found(desk, alice, acme, globex):
    make_entitlement(acme)
    make_case(alice)
    other = make_entitlement(globex)
    assert (
        desk.get(
            reverse("admin:cases_entitlement_correct", args=[other.pk, Deduction.objects.get().pk])
        ).status_code
        == 404
    )


def test_what_an_entitlement_counts_is_fixed_once_it_is_used(desk, alice, acme):
    entitlement = make_entitlement(acme)
    make_case(alice)
    fields = {
        "name": "Renamed",
        "amount": "12",
        "valid_from": "2020-01-01",
        "valid_until": "2099-12-31",
        "limit": "restrict",
    }
    desk.post(
        reverse("admin:cases_entitlement_change", args=[entitlement.pk]),
        {**fields, "consumed_on": "opening", "unit": "hours"},
    )
    entitlement.refresh_from_db()
    assert (entitlement.name, entitlement.unit) == ("Renamed", "cases")


def test_an_entitlement_names_the_priorities_to_choose_from(desk, acme):
    fields = {
        "name": "Basic",
        "account": acme.pk,
        "unit": "cases",
        "amount": "5",
        "valid_from": "2020-01-01",
        "valid_until": "2099-12-31",
    }
    desk.post(
        reverse("admin:cases_entitlement_add"),
        {**fields, "limit": "restrict", "consumed_on": "opening", "priorities": ["low", "normal"]},
    )
    assert Entitlement.objects.get().priorities == ["low", "normal"]


def test_the_desks_settings_are_one_row_that_the_list_leads_to(desk):
    response = desk.get(reverse("admin:cases_casedesk_changelist"))
    page = desk.post(
        response.url, {"reopen_days": 7, "edit_minutes": 5, "reminder_days": 9, "closing_days": 3}
    )
    assert "The reminder must come before the case is resolved." in page.text
    desk.post(
        response.url,
        {"reopen_days": 7, "edit_minutes": 5, "reminder_days": 3, "closing_days": 9, "priorities": ["low"]},
    )
    assert (CaseDesk.objects.get().reopen_days, CaseDesk.objects.get().priorities) == (7, ["low"])
    assert desk.get(reverse("admin:cases_casedesk_add")).status_code == 403


def test_a_case_is_tried_on_the_rules_without_opening_one(desk, acme):
    queue = Queue.objects.create(name="Technical")
    RoutingRule.objects.create(queue=queue, account=acme, priority="urgent")
    url, kind = reverse("admin:cases_routingrule_test"), RequestType.objects.first().pk
    assert (
        "goes to the queue Technical"
        in desk.get(url, {"request_type": kind, "account": acme.number, "priority": "urgent"}).text
    )
    assert (
        "No rule matches" in desk.get(url, {"request_type": kind, "account": "", "priority": "urgent"}).text
    )
    assert (
        desk.get(url, {"request_type": kind, "account": "\0nowhere", "priority": "urgent"}).status_code == 200
    )


def test_the_test_of_rules_says_which_agent_would_get_the_case(desk, ada):
    agents = [
        make_user(f"{name.lower()}@portal.example", first_name=name, last_name="Agent", is_staff=True)
        for name in ("Mei", "Sam")
    ]
    queue = Queue.objects.create(name="Technical")
    queue.agents.set(agents)
    rule = RoutingRule.objects.create(queue=queue, round_robin=True)
    url, asked = (
        reverse("admin:cases_routingrule_test"),
        {"request_type": RequestType.objects.first().pk, "priority": "low"},
    )
    for _twice in range(2):
        assert "It is assigned to Mei Agent." in desk.get(url, asked).text
    queue.last_assigned = agents[0]
    queue.save()
    assert "It is assigned to Sam Agent." in desk.get(url, asked).text
    rule.round_robin = False
    rule.save()
    assert "It is not assigned" in desk.get(url, asked).text


def test_a_case_is_tried_on_the_service_levels(desk, acme):
    gold, common = make_policy(name="Gold", only_by_entitlement=True), make_policy(name="Common")
    url, asked = (
        reverse("admin:cases_slapolicy_test"),
        {"request_type": RequestType.objects.first().pk, "priority": "low"},
    )
    assert "Common applies" in desk.get(url, asked).text
    make_entitlement(acme, name="Premium", sla_policy=gold)
    page = desk.get(url, {**asked, "account": acme.number}).text
    assert "Gold applies: it is specified by the entitlement Premium." in page
    assert "First reply by" in page
    common.delete()
    assert "No SLA policy matches." in desk.get(url, asked).text
    assert desk.get(url, {**asked, "account": "\0"}).status_code == 200


def test_service_levels_are_listed_in_the_order_in_which_they_are_tried(desk, acme):
    make_policy(name="A common")
    make_policy(name="B urgent", priority="urgent")
    make_policy(name="C for a type", request_type=RequestType.objects.first())
    make_policy(name="D for an account", account=acme, position=99)
    page = desk.get(reverse("admin:cases_slapolicy_changelist"))
    assert [policy.name[0] for policy in page.context["cl"].result_list] == ["D", "C", "B", "A"]
    assert "comes first" in page.text


def test_a_resolution_before_the_first_reply_is_refused(desk):
    fields = {
        "name": "Gold",
        "calendar": make_calendar().pk,
        "warn_percent": 75,
        "position": 1,
        "is_active": "on",
    }
    url = reverse("admin:cases_slapolicy_add")
    page = desk.post(url, {**fields, "first_reply": "4 h", "resolution": "3 h"})
    assert list(page.context["adminform"].form.errors) == ["resolution"]
    desk.post(url, {**fields, "first_reply": "4 h", "resolution": "4 h"})
    assert SlaPolicy.objects.get().resolution == 240


def test_whoever_deletes_a_queue_is_told_how_many_cases_lose_it(desk, alice):
    queue = Queue.objects.create(name="Technical")
    for subject in ("One", "Two"):
        case = make_case(alice, subject)
        case.queue = queue
        case.save()
    url = reverse("admin:cases_queue_delete", args=[queue.pk])
    assert "Cases that will be in no queue: 2" in desk.get(url).text
    desk.post(url, {"post": "yes"})
    assert not Queue.objects.exists()
    assert alice.cases.count() == 2


def test_the_desk_and_its_queues_name_whom_escalations_go_to(desk, ada):
    queue = Queue.objects.create(name="Technical")
    desk.post(
        reverse("admin:cases_queue_change", args=[queue.pk]),
        {"name": "Technical", "position": 10, "lead": ada.pk},
    )
    queue.refresh_from_db()
    assert queue.lead == ada
    fields = {
        "reopen_days": 7,
        "edit_minutes": 5,
        "reminder_days": 3,
        "closing_days": 9,
        "escalations_to": [ada.pk],
    }
    desk.post(reverse("admin:cases_casedesk_change", args=[CaseDesk.objects.stored().pk]), fields)
    assert CaseDesk.objects.get().escalations_to.get() == ada


def test_agents_see_the_replies_for_all_and_their_own(sign_in, ada):
    agent = make_user("agent@portal.example", is_staff=True)
    agent.user_permissions.set([])
    theirs = SavedReply.objects.create(title="Secret of Ada", body="x", owner=ada)
    SavedReply.objects.create(title="For all", body="x")
    assert "Secret of Ada" in sign_in(ada).get(reverse("admin:cases_savedreply_changelist")).text
    assert sign_in(agent).get(reverse("admin:cases_savedreply_change", args=[theirs.pk])).status_code == 403
    agent.groups.set(Group.objects.filter(name=SUPPORT_AGENT))
    page = sign_in(agent).get(reverse("admin:cases_savedreply_changelist")).text
    assert "For all" in page
    assert "Secret of Ada" not in page
    assert sign_in(agent).get(reverse("admin:cases_savedreply_change", args=[theirs.pk])).status_code == 302


def test_placeholders_are_filled_once_and_unknown_ones_stay(alice, ada):
    case = make_case(alice, "About {agent}", product=Product.objects.create(name="Beacon", slug="beacon"))
    text = "{first_name} {number} {subject} {agent} {product} {other} {}"
    assert (
        fill(text, case=case, agent=ada)
        == f"Alice {case.number} About {{agent}} Ada Byrne Beacon {{other}} {{}}"
    )


@pytest.mark.parametrize(
    "model", ["queue", "routingrule", "savedreply", "slapolicy", "entitlement", "casestatus"]
)
def test_staff_without_a_right_to_it_come_to_no_page(sign_in, db, model):
    agent = make_user("agent@portal.example", is_staff=True)
    for page in ("changelist", "add"):
        assert sign_in(agent).get(reverse(f"admin:cases_{model}_{page}")).status_code == 403


def test_a_list_of_policies_costs_the_same_for_few_and_many(desk, django_assert_max_num_queries):
    for _ in range(12):
        make_policy()
    desk.get(reverse("admin:cases_slapolicy_changelist"))
    with django_assert_max_num_queries(14):
        desk.get(reverse("admin:cases_slapolicy_changelist"))
