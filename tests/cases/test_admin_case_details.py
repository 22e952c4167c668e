"""What agents put right in a case, and cases that they open for somebody."""

import re
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity, OutgoingMail
from cases.actions import assign_case
from cases.models import Case, CaseParticipant, RequestType
from tests.cases.factories import desk_page, make_case, make_entitlement, make_staff_reply
from tests.factories import make_contact
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


def page_of(case, name=""):
    """The page, or where one of its buttons leads."""
    return reverse(f"admin:cases_case_{name}", args=[case.pk]) if name else desk_page(case)


def changed(browser, case, **fields):
    """As the button without a script sends it: what was chosen, and what had been shown before."""
    return browser.post(page_of(case, "properties"), fields)


def test_an_agent_puts_the_subject_right(sign_in, ada, case):
    changed(sign_in(ada), case, subject="Gateway 4 is offline")
    case.refresh_from_db()
    assert case.subject == "Gateway 4 is offline"
    assert Activity.objects.get(verb="case.renamed").details["before"] == "Gateway is offline"


def test_an_agent_moves_one_of_many_cases_of_a_contract(sign_in, alice, ada, acme):
    make_entitlement(acme)
    case, _other, _third = (make_case(alice, f"Case {number}") for number in range(3))
    page = sign_in(ada).get(page_of(case))
    assert page.text.count(f'<option value="{case.entitlement_id}" selected>Premium') == 1
    answer = changed(sign_in(ada), case, status="on_hold", entitlement=case.entitlement_id)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.status_id == "on_hold"


def test_saving_without_a_change_is_not_logged(sign_in, ada, case):
    changed(sign_in(ada), case, status="new", priority="normal", assigned_to="")
    assert not LogEntry.objects.exists()


def test_what_a_colleague_did_already_is_not_logged_as_a_change(sign_in, ada, case):
    make_staff_reply(case, ada, status="resolved")
    changed(sign_in(ada), case, **{"status": "resolved", "initial-status": "new"})
    assert not LogEntry.objects.exists()


def test_only_a_status_that_the_case_can_have_is_offered(sign_in, ada, case):
    make_staff_reply(case, ada, status="resolved")
    page = sign_in(ada).get(page_of(case))
    offered = next(each.field for each in page.context["properties"] if each.name == "status")
    assert re.findall('value="([a-z_]+)"', offered) == ["new", "in_progress", "resolved"]


def test_an_assignee_is_shown_by_name(sign_in, ada, case):
    assign_case(actor=Actor(user=ada), case=case, to=ada)
    assert "selected>Ada Byrne</option>" in sign_in(ada).get(page_of(case)).text


def test_an_agent_keeps_a_colleague_of_the_customer_in_the_loop_and_takes_them_out_again(
    sign_in, ada, bob, charlie, case
):
    browser = sign_in(ada)
    browser.post(page_of(case, "people"), {"contacts": [bob.pk]})
    assert case.participants.get().contact == bob
    assert OutgoingMail.objects.filter(to=bob.email).exists()
    browser.post(page_of(case, "people"), {"contacts": [charlie.pk]})
    assert case.participants.count() == 1
    browser.post(page_of(case, "people"), {"remove": charlie.pk})
    browser.post(page_of(case, "people"), {"remove": "\0"})
    assert case.participants.count() == 1
    browser.post(page_of(case, "people"), {"remove": bob.pk})
    assert not CaseParticipant.objects.exists()


def test_nobody_chosen_is_said(sign_in, ada, case):
    assert (
        "Choose whom to keep in the loop." in sign_in(ada).post(page_of(case, "people"), {}, follow=True).text
    )


def telephoned(caller, **fields):
    kind = RequestType.objects.get(slug="problem")
    said = {
        "contact": caller.pk,
        "request_type": kind.pk,
        "product": "",
        "priority": "high",
        "subject": "Dark",
        "description": "It is **dark**.",
    }
    return {**said, "submission": str(uuid.uuid4()), **fields}


OPEN = reverse("admin:cases_case_open")


def test_an_agent_opens_a_case_for_a_customer_who_telephones(sign_in, ada, alice):
    browser, fields = sign_in(ada), telephoned(alice)
    for _twice in range(2):
        response = browser.post(OPEN, fields)
    case = Case.objects.get()
    assert response.url == page_of(case)
    assert (case.contact, case.account, case.origin, case.priority) == (alice, alice.account, "staff", "high")
    assert case.messages.get().author_user == ada
    assert OutgoingMail.objects.filter(to=alice.email).exists()
    assert "It is <strong>dark</strong>." in sign_in(alice).get(case.get_absolute_url()).text


def test_a_link_can_name_the_contact(sign_in, ada, alice):
    assert sign_in(ada).get(OPEN, {"contact": alice.pk}).context["form"]["contact"].value() == str(alice.pk)
    assert sign_in(ada).get(OPEN, {"contact": "\0"}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""),
        ("subject", "x" * 151),
        ("contact", "999999"),
        ("contact", "\0"),
        ("description", "\0"),
    ],
)
def test_a_case_that_cannot_be_opened_loses_nothing_that_was_typed(sign_in, ada, alice, field, value):
    page = sign_in(ada).post(OPEN, telephoned(alice, **{field: value}))
    assert page.context["form"].errors.keys() == {field}
    assert page.context["form"]["priority"].value() == "high"
    assert not Case.objects.exists()


def test_a_contract_that_is_used_up_is_said_on_the_page(sign_in, ada, alice, acme):
    make_entitlement(acme, amount=1, consumed_on="opening", limit="restrict")
    make_case(alice)
    page = sign_in(ada).post(OPEN, telephoned(alice))
    assert page.context["form"].non_field_errors()
    assert Case.objects.count() == 1


def test_no_case_is_opened_for_somebody_whose_access_is_switched_off(sign_in, ada, acme):
    former = make_contact("Frank", acme)
    former.deactivate()
    assert sign_in(ada).post(OPEN, telephoned(former)).context["form"].errors.keys() == {"contact"}
