"""What has to be done in a case, step by step."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Activity
from cases.models import Case, CaseStep, Checklist, Queue, RoutingRule
from tests.cases.factories import desk_page, make_case
from tests.stage import shared

JSON = {"Accept": "application/json"}


@shared
def case(alice):
    return make_case(alice)


@pytest.fixture
def installation(db):
    checklist = Checklist.objects.create(name="Installation")
    for place, text in enumerate(("Check the wiring", "Update the firmware")):
        checklist.steps.create(text=text, position=place)
    return checklist


def press(browser, case, **button):
    return browser.post(reverse("admin:cases_case_steps", args=[case.pk]), button, follow=True)


def test_an_agent_adds_a_checklist_and_ticks_its_steps(sign_in, ada, alice, case, installation):
    browser = sign_in(ada)
    for _twice in range(2):
        press(browser, case, add=installation.pk)
    first, second = CaseStep.objects.filter(case=case)
    page = press(browser, case, done=first.pk).text
    assert "Installation <span>1/2</span>" in page
    assert "ticked “Check the wiring”" in page
    press(browser, case, done=first.pk)
    first.refresh_from_db()
    assert (first.ticked_by, first.ticked_at is None) == (ada, False)
    assert Activity.objects.filter(verb="case.step_done").count() == 1
    press(browser, case, undone=first.pk)
    assert CaseStep.objects.open().count() == 2
    assert "Check the wiring" not in sign_in(alice).get(case.get_absolute_url()).text
    press(browser, case, remove="Installation")
    assert not CaseStep.objects.exists()
    assert second.text == "Update the firmware"


def test_what_a_template_becomes_later_changes_no_case(sign_in, ada, case, installation):
    press(sign_in(ada), case, add=installation.pk)
    installation.delete()
    assert [step.text for step in CaseStep.objects.all()] == ["Check the wiring", "Update the firmware"]


def test_a_step_of_another_case_and_nonsense_are_left_alone(sign_in, ada, alice, case, installation, member):
    other = make_case(alice, "Other")
    press(sign_in(ada), other, add=installation.pk)
    step = CaseStep.objects.first()
    for value in (step.pk, "\0", "x", "9" * 30):
        with member(value):
            assert press(sign_in(ada), case, done=value).status_code == 200
            assert CaseStep.objects.open().count() == 2


def test_a_routing_rule_sets_a_checklist(alice, installation):
    queue = Queue.objects.create(name="Technical")
    RoutingRule.objects.create(queue=queue, checklist=installation)
    case = make_case(alice)
    assert case.steps.count() == 2
    assert Activity.objects.get(verb="case.checklist_added").actor is None
    Checklist.objects.update(is_active=False)
    assert not make_case(alice, "Other").steps.exists()


def test_open_steps_warn_once_before_a_reply_resolves(sign_in, ada, case, installation):
    browser = sign_in(ada)
    press(browser, case, add=installation.pk)
    url = reverse("admin:cases_case_message", args=[case.pk])
    data = {"visibility": "customer", "body": "Done.", "submission": str(uuid.uuid4()), "then": "resolve"}
    page = browser.post(url, data)
    assert "2 steps of the checklists are not done. Resolve anyway?" in page.text
    assert page.context["composer"]["body"].value() == "Done."
    assert (Case.objects.get().status_id, case.messages.count()) == ("new", 1)
    again = {**data, "seen_steps": page.context["composer"]["seen_steps"].value()}
    assert browser.post(url, again).status_code == 302
    assert Case.objects.get().status_id == "resolved"


def test_open_steps_warn_once_before_the_status_says_resolved(sign_in, ada, case, installation):
    browser = sign_in(ada)
    press(browser, case, add=installation.pk)
    url = reverse("admin:cases_case_properties", args=[case.pk])
    data = {"status": "resolved", "initial-status": "new"}
    answer = browser.post(url, data, headers=JSON)
    assert (answer.status_code, answer.json()["seen_steps"]) == (409, 2)
    without_script = browser.post(url, data, follow=True)
    assert '<input type="hidden" name="seen_steps" value="2">' in without_script.text
    assert Case.objects.get().status_id == "new"
    assert browser.post(url, {**data, "seen_steps": "2"}, headers=JSON).status_code == 200
    assert Case.objects.get().status_id == "resolved"


def test_a_list_without_steps_is_not_offered(sign_in, ada, case):
    Checklist.objects.create(name="Empty")
    assert "Add a checklist" not in sign_in(ada).get(desk_page(case)).text
