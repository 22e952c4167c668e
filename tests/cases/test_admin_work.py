"""What an agent worked is entered once, put right on the page, and drawn from the right contract."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Entitlement, TimeEntry
from tests.cases.factories import desk_page, make_case, make_entitlement
from tests.stage import shared

pytestmark = pytest.mark.usefixtures("noon")


@shared
def hours(acme):
    return make_entitlement(acme, name="Hours", unit="hours", amount=20)


@shared
def case(alice, hours):
    return make_case(alice)


def page_of(case: Case, name: str = "") -> str:
    """The page, or where one of its buttons leads."""
    return reverse(f"admin:cases_case_{name}", args=[case.pk]) if name else desk_page(case)


def entered(**changes: object) -> dict[str, object]:
    return {
        "minutes": "30 min",
        "worked_on": timezone.localdate().isoformat(),
        "note": "Call",
        "is_billable": "on",
        **changes,
    }


def left(entitlement: Entitlement) -> Decimal:
    return Entitlement.objects.get(pk=entitlement.pk).remaining


def test_a_button_that_is_pressed_twice_enters_time_once(sign_in, ada, case, hours):
    sent = entered(submission=str(uuid.uuid4()))
    for _press in range(2):
        assert sign_in(ada).post(page_of(case, "time"), sent).status_code == 302
    assert TimeEntry.objects.count() == 1
    assert left(hours) == Decimal("19.50")


def test_other_work_from_a_page_that_was_sent_is_not_dropped(sign_in, ada, case):
    sent = entered(submission=str(uuid.uuid4()))
    sign_in(ada).post(page_of(case, "time"), sent)
    page = sign_in(ada).post(page_of(case, "time"), {**sent, "note": "Something else"})
    assert "was already sent from this page" in page.text
    again = str(page.context["time_form"]["submission"].value())
    sign_in(ada).post(page_of(case, "time"), {**sent, "note": "Something else", "submission": again})
    assert TimeEntry.objects.count() == 2


def test_a_day_before_the_case_is_refused_beside_the_field_and_nothing_is_lost(sign_in, ada, case):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    page = sign_in(ada).post(page_of(case, "time"), entered(worked_on=yesterday, note="Looked at the logs"))
    assert page.status_code == 200
    assert "worked_on" in page.context["time_form"].errors
    assert "Looked at the logs" in page.text
    assert not TimeEntry.objects.exists()


def test_a_wrong_entry_is_taken_back_and_stays_to_be_seen(sign_in, ada, case, hours):
    sign_in(ada).post(page_of(case, "time"), entered())
    entry = TimeEntry.objects.get()
    for _press in range(2):
        assert sign_in(ada).post(page_of(case, "time_back"), {"entry": entry.pk}).status_code == 302
    assert left(hours) == Decimal(20)
    assert "reversed" in sign_in(ada).get(page_of(case)).text


@pytest.mark.parametrize("entry", ["", "0", "x", "\x00", "9" * 30])
def test_an_entry_that_does_not_exist_is_told_so(sign_in, ada, case, entry):
    assert (
        "This case has no such entry."
        in sign_in(ada).post(page_of(case, "time_back"), {"entry": entry}, follow=True).text
    )


def test_an_entry_of_another_case_is_not_taken_back_from_here(sign_in, ada, alice, case):
    other = make_case(alice, "Another")
    sign_in(ada).post(page_of(other, "time"), entered())
    sign_in(ada).post(page_of(case, "time_back"), {"entry": TimeEntry.objects.get().pk})
    assert TimeEntry.objects.get().taken_back_at is None


def test_an_agent_moves_a_case_to_another_contract_of_its_account(sign_in, ada, globex, acme, case, hours):
    other, foreign = make_entitlement(acme, name="Second"), make_entitlement(globex, name="Foreign")
    sign_in(ada).post(page_of(case, "time"), entered())
    page = sign_in(ada).get(page_of(case)).text
    assert "Second" in page
    assert "Foreign" not in page
    shown, properties = {"initial-entitlement": hours.pk}, page_of(case, "properties")
    sign_in(ada).post(properties, {**shown, "entitlement": foreign.pk})
    case.refresh_from_db()
    assert case.entitlement == hours
    sign_in(ada).post(properties, {**shown, "entitlement": other.pk})
    case.refresh_from_db()
    assert case.entitlement == other
    assert left(hours) == Decimal(20)
