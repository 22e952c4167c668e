"""Properties of a case that are saved by themselves on its page, and where old addresses lead."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity, User
from cases.actions import change_priority
from cases.models import Case, Queue
from tests.cases.factories import desk_page, make_case, make_entitlement
from tests.factories import make_user
from tests.stage import shared

JSON = {"Accept": "application/json"}


@shared
def case(alice):
    return make_case(alice)


@pytest.fixture
def mei(db):
    return make_user("mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True)


@pytest.fixture
def agent(mei):
    """Who works at the desk."""
    mei.user_permissions.add(*Permission.objects.filter(codename__in=("view_case", "change_case")))
    return mei


def chosen(browser, case, name, value, seen, **fields):
    """As the page's script sends it."""
    data = {name: value, f"initial-{name}": seen, **fields}
    return browser.post(reverse("admin:cases_case_properties", args=[case.pk]), data, headers=JSON)


def test_each_property_is_saved_by_itself_and_told_once(sign_in, ada, agent, alice, acme, member):
    queue, contract = Queue.objects.create(name="Technical"), make_entitlement(acme)
    case, browser = make_case(alice), sign_in(ada)
    Case.objects.filter(pk=case.pk).update(entitlement=None)
    wanted = {
        "status": ("on_hold", "new", "case.status_changed"),
        "priority": ("high", "normal", "case.priority_changed"),
        "queue": (str(queue.pk), "", "case.queued"),
        "assigned_to": (str(agent.pk), "", "case.assigned"),
        "request_type": ("1", str(case.request_type_id), "case.reclassified"),
        "entitlement": (str(contract.pk), "", "case.entitlement_changed"),
        "subject": ("Gateway 4", case.subject, "case.renamed"),
    }
    for name, (value, seen, verb) in wanted.items():
        with member(name):
            answer = chosen(browser, case, name, value, seen)
            assert (answer.status_code, answer.json()) == (200, {"words": "Saved."})
            saved = Case.objects.filter(pk=case.pk).values(name).get()[name]
            assert str(saved) == value
            assert Activity.objects.filter(verb=verb).count() == 1
            assert LogEntry.objects.get().object_id == str(case.pk)
            assert chosen(browser, case, name, value, value).status_code == 200
            assert LogEntry.objects.count() == 1


def test_the_second_of_two_agents_is_told_and_the_choice_of_the_first_stands(sign_in, ada, case):
    change_priority(actor=Actor(user=ada), case=case, priority="urgent")
    answer = chosen(sign_in(ada), case, "priority", "low", "normal")
    assert answer.status_code == 409
    assert "a colleague changed this in the meantime (Priority)" in answer.json()["words"]
    assert Case.objects.get().priority == "urgent"
    assert chosen(sign_in(ada), case, "priority", "urgent", "normal").status_code == 200
    assert Activity.objects.filter(verb="case.priority_changed").count() == 1


def test_a_status_that_the_case_can_no_longer_have_is_refused_in_words(sign_in, ada, case):
    browser = sign_in(ada)
    chosen(browser, case, "status", "resolved", "new")
    answer = chosen(browser, case, "status", "waiting", "resolved")
    assert (answer.status_code, Case.objects.get().status_id) == (400, "resolved")
    assert "A case that is Resolved cannot become Waiting for customer." in answer.json()["words"]


def test_without_a_script_the_button_saves_all_and_says_so(sign_in, ada, case):
    shown = {"status": "new", "priority": "normal", "assigned_to": ""}
    data = {**{f"initial-{name}": value for name, value in shown.items()}, **shown, "priority": "high"}
    page = sign_in(ada).post(reverse("admin:cases_case_properties", args=[case.pk]), data, follow=True)
    assert "Saved." in page.text
    assert Case.objects.get().priority == "high"


def test_a_case_is_assigned_to_staff_who_may_read_cases_alone(sign_in, ada, mei, case):
    page = sign_in(ada).get(desk_page(case))
    assert "Ada Byrne" in page.text
    assert "Mei Tanaka" not in page.text
    assert chosen(sign_in(ada), case, "assigned_to", str(mei.pk), "").status_code == 400
    mei.user_permissions.add(Permission.objects.get(codename="view_case"))
    assert chosen(sign_in(ada), case, "assigned_to", str(mei.pk), "").status_code == 200


def test_whoever_may_only_view_reads_properties_as_text(sign_in, mei, case):
    mei.user_permissions.add(Permission.objects.get(codename="view_case"))
    page = sign_in(mei).get(desk_page(case)).text
    assert "<dt>Priority</dt><dd>Normal</dd>" in page
    assert 'id="composer"' not in page
    assert "<select" not in page
    assert chosen(sign_in(mei), case, "priority", "high", "normal").status_code == 403


def test_the_desk_is_closed_to_staff_without_a_right_to_cases(sign_in, mei, case):
    alike = reverse("admin:cases_case_alike", args=[case.pk])
    for url in (desk_page(case), reverse("admin:desk_next", args=[case.number]), alike):
        assert sign_in(mei).get(url).status_code == 403


def test_old_addresses_lead_to_the_desk_and_a_popup_is_the_form(sign_in, ada, case):
    old, browser = reverse("admin:cases_case_change", args=[case.pk]), sign_in(ada)
    assert browser.get(old).url == desk_page(case)
    assert browser.post(old, {"priority": "high"}).url == desk_page(case)
    assert browser.get(f"{old}?_popup=1").status_code == 200
    assert Case.objects.get().priority == "normal"


def test_what_is_no_case_is_not_found(sign_in, ada, db):
    for number in ("C-1", "C-999999999999999999"):
        assert sign_in(ada).get(f"/admin/desk/{number}/").status_code == 404


def test_the_history_tells_what_the_desk_changed(sign_in, ada, case):
    chosen(sign_in(ada), case, "priority", "high", "normal")
    page = sign_in(ada).get(reverse("admin:cases_case_history", args=[case.pk])).text
    assert "Changed Priority." in page
    assert "Ada Byrne" in page


def test_of_very_many_agents_one_is_looked_for(sign_in, ada, case):
    browser = sign_in(ada)
    assert "Find another colleague" not in browser.get(desk_page(case)).text
    staff = {"is_staff": True, "is_superuser": True, "last_name": "Agent"}
    crowd = [User(email=f"a{n}@portal.example", first_name=f"No{n:03}", **staff) for n in range(200)]
    User.objects.bulk_create(crowd)
    page = browser.get(desk_page(case)).text
    assert "Find another colleague" in page
    assert "No199 Agent" not in page
    url = reverse("admin:cases_case_assign", args=[case.pk])
    found = browser.get(url, {"q": "agent no199"}).context["people"]
    assert [who.first_name for who in found] == ["No199"]
    assert chosen(browser, case, "assigned_to", str(found[0].pk), "").status_code == 200
    assert "No agent matches this name" in browser.get(url, {"q": "\0zz"}).text
