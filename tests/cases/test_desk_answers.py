"""What an agent's one press on Send does: the message, what happens to the case, and where it leads."""

import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.models import Activity
from cases.models import Case, CaseDesk, CaseMessage, Queue, SavedReply
from records.models import Draft
from tests.cases.factories import desk_page, make_case
from tests.factories import make_user
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


def send(browser, case, body="Please restart it.", **fields):
    data = {"visibility": "customer", "body": body, "submission": str(uuid.uuid4()), **fields}
    return browser.post(reverse("admin:cases_case_message", args=[case.pk]), data)


def test_who_answers_takes_a_case_of_nobody_unless_the_desk_wants_otherwise(sign_in, ada, alice, case):
    send(sign_in(ada), case)
    assert Case.objects.get().assigned_to == ada
    CaseDesk.objects.update(answering_takes=False)
    other = make_case(alice, "Other")
    send(sign_in(ada), other)
    assert Case.objects.get(pk=other.pk).assigned_to is None


def test_who_answers_takes_no_case_of_a_colleague_and_none_by_a_note(sign_in, ada, alice, case):
    send(sign_in(ada), case, visibility="internal")
    assert Case.objects.get().assigned_to is None
    mei = make_user("mei@portal.example", is_staff=True)
    Case.objects.update(assigned_to=mei)
    send(sign_in(ada), case)
    assert Case.objects.get().assigned_to == mei


def test_after_sending_the_reply_is_in_view(sign_in, ada, case):
    answer = send(sign_in(ada), case, **{"in": "state=late"})
    message = CaseMessage.objects.latest("pk")
    assert answer.url == f"{desk_page(case)}?in=state%3Dlate#message-{message.pk}"


def test_send_and_next_leads_to_the_next_case_of_the_list_and_at_its_end_to_the_list(sign_in, ada, alice):
    first, second = make_case(alice, "First"), make_case(alice, "Second")
    browser = sign_in(ada)
    answer = send(browser, first, then="next", **{"in": "agent=none"})
    assert answer.url == f"{desk_page(second)}?in=agent%3Dnone"
    assert f"{first.number}: Reply sent." in browser.get(answer.url).text
    assert send(browser, second, then="next", **{"in": "agent=none"}).url.startswith(
        f"{reverse('admin:desk')}?"
    )
    assert CaseMessage.objects.filter(author_user=ada).count() == 2


def test_next_without_sending_leads_to_the_next_case(sign_in, ada, alice):
    first, second = make_case(alice, "First"), make_case(alice, "Second")
    browser = sign_in(ada)
    assert browser.get(reverse("admin:desk_next", args=[first.number])).url == desk_page(second)
    assert browser.get(reverse("admin:desk_next", args=[second.number])).url == reverse("admin:desk")


@pytest.mark.parametrize("visibility", ["customer", "internal"])
def test_send_and_resolve_resolves_whatever_status_was_chosen(sign_in, ada, case, visibility):
    send(sign_in(ada), case, then="resolve", status="waiting", visibility=visibility)
    assert Case.objects.get().status_id == "resolved"
    assert case.messages.count() == 2


def test_what_was_sent_is_no_draft_any_more_also_where_the_next_case_is_shown(sign_in, ada, alice, case):
    make_case(alice, "Second")
    browser = sign_in(ada)
    browser.post(reverse("admin:cases_case_composing", args=[case.pk]), {"writing": "yes", "body": "Half"})
    send(browser, case, then="next")
    assert not Draft.objects.exists()


def macro(**fields):
    return SavedReply.objects.create(title="Escalate", body="Hello {first_name}", **fields)


def test_a_macro_fills_the_composer_and_changes_nothing_before_it_is_sent(sign_in, ada, case):
    queue = Queue.objects.create(name="Technical")
    then = {"then_status_id": "on_hold", "then_priority": "high", "then_queue": queue, "assigns_me": True}
    saved = macro(is_note=True, **then)
    page = send(sign_in(ada), case, "", insert=saved.pk)
    form = page.context["composer"]
    filled = {name: form[name].value() for name in ("visibility", "body", "status", "priority", "queue")}
    assert filled == {
        "visibility": "internal", "body": "Hello Alice", "status": "on_hold", "priority": "high",
        "queue": queue.pk,
    }  # fmt: skip
    assert form["assigns_me"].value() is True
    assert f'<option value="{queue.pk}" selected>Technical' in page.text
    assert case.messages.count() == 1
    assert Case.objects.get().priority == "normal"
    sent = {**filled, "assigns_me": "on"}
    send(sign_in(ada), case, sent.pop("body"), **sent)
    case = Case.objects.get()
    assert (case.status_id, case.priority, case.queue, case.assigned_to) == ("on_hold", "high", queue, ada)
    assert CaseMessage.objects.latest("pk").is_internal


def test_a_macros_choices_are_on_its_button_for_the_script(sign_in, ada, case):
    macro(then_priority="high", assigns_me=True)
    page = sign_in(ada).get(desk_page(case)).text
    assert "&quot;text&quot;: &quot;Hello Alice&quot;" in page
    assert "&quot;priority&quot;: &quot;high&quot;" in page
    assert "<small>High · assign to me</small>" in page


def test_a_message_that_is_refused_changes_nothing_of_the_case(sign_in, ada, case):
    """A case that was cancelled cannot be put on hold: nothing of the rest happens either."""
    Case.objects.filter(pk=case.pk).update(
        category="cancelled", status="cancelled", closed_at=case.created_at
    )
    page = send(sign_in(ada), case, status="on_hold", priority="high", assigns_me="on")
    assert page.status_code == 200
    case = Case.objects.get()
    assert (case.priority, case.assigned_to, case.messages.count()) == ("normal", None, 1)


def test_a_form_that_is_sent_twice_sends_one_message_and_changes_the_case_once(sign_in, ada, case):
    browser, number = sign_in(ada), str(uuid.uuid4())
    send(browser, case, priority="high", submission=number)
    Case.objects.update(priority="urgent")
    send(browser, case, priority="high", submission=number)
    assert case.messages.count() == 2
    assert Case.objects.get().priority == "urgent"
    assert Activity.objects.filter(verb="case.priority_changed").count() == 1


def test_what_a_message_changes_of_the_case_is_in_its_history_once(sign_in, ada, case):
    browser, number = sign_in(ada), str(uuid.uuid4())
    for _press in range(2):
        send(browser, case, priority="high", submission=number)
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user) == (str(case.pk), ada)
    fields = ["Status", "Assigned to", "Priority"]
    assert entry.get_change_message() == f"Changed {', '.join(fields[:2])} and {fields[2]}."
    send(browser, case, "Only said.")
    assert LogEntry.objects.count() == 1


def test_taking_a_case_is_in_its_history(sign_in, ada, case):
    for _press in range(2):
        sign_in(ada).post(reverse("admin:cases_case_take", args=[case.pk]))
    assert LogEntry.objects.get().get_change_message() == "Changed Assigned to."


def test_a_button_is_not_pressed_again_by_the_page_that_shows_an_error(sign_in, ada, case):
    page = send(sign_in(ada), case, "", then="resolve", **{"in": "agent=me"})
    assert 'name="in" value="agent=me"' in page.text
    assert 'type="hidden" name="then"' not in page.text
