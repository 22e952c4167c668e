"""The page on which agents answer a case."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Activity
from cases.actions import add_participants, note_composing
from cases.models import Case, Composing, SavedReply, TimeEntry
from tests.cases.factories import make_case, make_entitlement, make_policy, make_staff_reply, pdf_upload
from tests.factories import make_user
from tests.knowledgebase.factories import make_article, make_draft
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


@pytest.fixture
def mei(db):
    return make_user(
        "mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True, is_superuser=True
    )


@pytest.fixture
def viewer(db):
    """Staff who may look at cases and change nothing."""
    user = make_user("viewer@portal.example", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_case"))
    return user


def page_of(case, name=""):
    """The page, or where one of its buttons leads."""
    if name:
        return reverse(f"admin:cases_case_{name}", args=[case.pk])
    return reverse("admin:desk_case", args=[case.number])


def composed(body="Please restart it.", **fields):
    return {"visibility": "customer", "body": body, "status": "", "submission": str(uuid.uuid4()), **fields}


def test_an_agent_sees_the_conversation_the_customer_and_what_is_promised(sign_in, ada, alice, bob, acme):
    make_policy()
    make_entitlement(acme, name="Premium care", consumed_on="opening")
    case = make_case(alice, "Gateway is offline", uploads=[pdf_upload("readings.pdf")])
    add_participants(actor=Actor(user=ada), case=case, contacts=[bob])
    page = sign_in(ada).get(page_of(case)).text
    for words in (
        "It stopped on Monday.",
        "readings.pdf",
        "Alice Tester",
        "Acme Foods",
        "Bob Tester",
        "First reply",
        "Premium care",
    ):
        assert words in page
    assert "9 of 10 cases left" in page


def test_similar_cases_are_those_of_the_same_type_about_the_same_words(sign_in, ada, alice, charlie, case):
    make_case(charlie, "The gateway stays offline after an update")
    make_case(charlie, "How do I pay?")
    similar = sign_in(ada).get(page_of(case), {"alike": 1}).context["similar"]
    assert [other.subject for other in similar] == ["The gateway stays offline after an update"]


def test_articles_that_the_customer_may_read_are_suggested_with_a_link_to_put_in(sign_in, ada, case):
    article = make_article("Gateway is offline", "Look at the light.")
    draft = make_draft("Gateway secrets", "Internal.")
    browser = sign_in(ada)
    page = browser.get(page_of(case), {"alike": 1})
    assert f'data-insert-text="[Gateway is offline]({article.get_absolute_url()})"' in page.text
    assert f'<a href="{reverse("admin:knowledgebase_article_change", args=[article.pk])}">' in page.text
    assert f'href="{article.get_absolute_url()}"' not in page.text
    assert draft.title not in page.text
    part = browser.get(page_of(case, "alike")).text
    assert "Gateway is offline" in part
    assert "<html" not in part


def test_a_saved_reply_is_put_in_without_javascript_and_nothing_is_sent(sign_in, ada, case):
    saved = SavedReply.objects.create(title="Thanks", body="Hello {first_name}, about {number}: {unknown}")
    fields = composed("I looked.", insert=saved.pk, visibility="internal")
    page = sign_in(ada).post(page_of(case, "message"), fields)
    assert (
        page.context["composer"]["body"].value()
        == f"I looked.\n\nHello Alice, about {case.number}: {{unknown}}"
    )
    assert page.context["composer"]["visibility"].value() == "internal"
    assert case.messages.count() == 1


def test_a_saved_reply_of_another_agent_cannot_be_put_in(sign_in, ada, mei, case):
    theirs = SavedReply.objects.create(title="Mine", body="Secret words", owner=mei)
    assert "Secret words" not in sign_in(ada).get(page_of(case)).text
    page = sign_in(ada).post(page_of(case, "message"), composed("", insert=theirs.pk))
    assert "Secret words" not in page.text


def test_a_preview_shows_the_text_and_sends_nothing(sign_in, ada, case):
    browser = sign_in(ada)
    page = browser.post(page_of(case, "message"), composed("Look at **this**.", preview="yes"))
    assert "Look at <strong>this</strong>." in page.text
    assert page.context["composer"]["body"].value() == "Look at **this**."
    assert (
        browser.post(reverse("admin:cases_case_preview"), {"body": "A <script>"}).text.count("<script>") == 0
    )
    assert case.messages.count() == 1


def test_a_message_that_came_meanwhile_holds_the_answer_back_once(sign_in, ada, mei, case):
    browser = sign_in(ada)
    seen = browser.get(page_of(case)).context["composer"]["seen"].value()
    make_staff_reply(case, mei, "I have answered already.")
    typed = composed("My own long answer", seen=seen)
    page = browser.post(page_of(case, "message"), typed)
    assert "A new message arrived since" in page.text
    assert "My own long answer" in page.text
    assert "I have answered already." in page.text
    assert case.messages.count() == 2
    assert (
        browser.post(
            page_of(case, "message"), {**typed, "seen": page.context["composer"]["seen"].value()}
        ).status_code
        == 302
    )
    assert case.messages.count() == 3


def test_what_an_agent_wrote_themselves_holds_nothing_back(sign_in, ada, case):
    seen = case.messages.get().pk
    for _ in range(2):
        sign_in(ada).post(page_of(case, "message"), composed(seen=seen))
    assert case.messages.count() == 3


def test_a_colleague_who_writes_is_named_for_a_minute(sign_in, ada, mei, case):
    sign_in(mei).post(page_of(case, "composing"), {"writing": "yes"})
    answer = sign_in(ada).post(page_of(case, "composing"), {"writing": "no"}).json()
    assert answer == {"banner": "Mei Tanaka is writing a reply", "newest": case.messages.get().pk}
    assert "Mei Tanaka is writing a reply" in sign_in(ada).get(page_of(case)).text
    assert "is writing a reply" not in sign_in(mei).get(page_of(case)).text
    Composing.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert "Mei Tanaka is writing a reply" not in sign_in(ada).get(page_of(case)).text


def test_who_has_sent_no_longer_writes(sign_in, mei, case):
    note_composing(case=case, agent=mei)
    sign_in(mei).post(page_of(case, "message"), composed())
    assert not Composing.objects.exists()


def test_an_agent_takes_a_case(sign_in, ada, case):
    sign_in(ada).post(page_of(case, "take"))
    assert Case.objects.get().assigned_to == ada


def test_time_is_entered_and_drawn_from_hours(sign_in, ada, alice, acme):
    entitlement = make_entitlement(acme, unit="hours")
    case = make_case(alice)
    fields = {
        "minutes": "1 h 30 min",
        "worked_on": timezone.localdate().isoformat(),
        "note": "Call",
        "is_billable": "on",
    }
    assert sign_in(ada).post(page_of(case, "time"), fields).status_code == 302
    assert TimeEntry.objects.get().minutes == 90
    assert entitlement.remaining == 10 - 1.5


@pytest.mark.parametrize(
    ("field", "value"), [("minutes", "much"), ("minutes", "0"), ("minutes", ""), ("worked_on", "2999-01-01")]
)
def test_time_that_makes_no_sense_is_refused_with_what_was_typed(sign_in, ada, case, field, value):
    fields = {"minutes": "20", "worked_on": "2026-01-01", "note": "A call with the plant", field: value}
    page = sign_in(ada).post(page_of(case, "time"), fields)
    assert page.status_code == 200
    assert "A call with the plant" in page.text
    assert not TimeEntry.objects.exists()


def test_another_priority_is_told_to_the_clocks(sign_in, ada, alice):
    make_policy(priority="urgent", first_reply=30)
    case = make_case(alice)
    sign_in(ada).post(page_of(case, "properties"), {"priority": "urgent", "initial-priority": "normal"})
    case.refresh_from_db()
    assert (case.priority, case.sla_policy.first_reply) == ("urgent", 30)
    assert Activity.objects.filter(verb="case.priority_changed").exists()


def test_two_agents_who_resolve_the_same_case_do_no_harm(sign_in, ada, mei, case):
    for agent in (ada, mei):
        assert (
            sign_in(agent)
            .post(page_of(case, "message"), composed(status="resolved", body=f"By {agent}"))
            .status_code
            == 302
        )
    assert Activity.objects.filter(verb="case.status_changed", details__after="resolved").count() == 1


POSTS = (
    "message", "take", "time", "time_back", "composing", "people", "properties", "steps", "scheduled",
)  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_staff_who_may_only_view_cases_can_do_nothing_with_them(sign_in, viewer, case, name):
    assert (
        sign_in(viewer).post(page_of(case, name), composed(minutes="5", worked_on="2026-01-01")).status_code
        == 403
    )
    assert sign_in(viewer).get(page_of(case, name)).status_code == 403
    assert (case.messages.count(), TimeEntry.objects.count(), Composing.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize("name", ["merge", "split", "article"])
def test_staff_who_may_only_view_cases_do_not_come_to_their_further_pages(sign_in, viewer, case, name):
    assert sign_in(viewer).get(page_of(case, name)).status_code == 403
    assert sign_in(viewer).post(page_of(case, name)).status_code == 403


def test_staff_who_may_only_view_cases_choose_no_people(sign_in, viewer, case):
    for name in ("loop", "assign"):
        assert sign_in(viewer).get(page_of(case, name)).status_code == 403


def test_staff_who_may_only_view_cases_are_shown_no_composer(sign_in, viewer, case):
    page = sign_in(viewer).get(page_of(case)).text
    assert "It stopped on Monday." in page
    assert 'id="composer"' not in page
    assert "Log time" not in page


def test_staff_without_any_right_to_cases_see_none(sign_in, case):
    other = make_user("other@portal.example", is_staff=True)
    assert sign_in(other).get(page_of(case)).status_code == 403


def test_a_very_long_conversation_shows_the_latest_and_leads_to_all(sign_in, ada, case):
    for number in range(52):
        make_staff_reply(case, ada, f"Message {number:02}")
    browser = sign_in(ada)
    assert "It stopped on Monday." not in browser.get(page_of(case)).text
    assert "It stopped on Monday." in browser.get(page_of(case) + "?all=1").text


@pytest.mark.parametrize("replies", [1, 25])
def test_the_page_costs_the_same_for_few_and_many_messages(
    sign_in, ada, case, django_assert_max_num_queries, replies
):
    for number in range(replies):
        make_staff_reply(case, ada, f"Message {number}", uploads=[pdf_upload()] if number < 3 else [])
    browser = sign_in(ada)
    browser.get(page_of(case))
    with django_assert_max_num_queries(10):
        browser.get(page_of(case))


@pytest.mark.parametrize("body", ["\0", "a" * 20_001, ""])
def test_a_body_that_cannot_be_kept_is_refused(sign_in, ada, case, body):
    assert sign_in(ada).post(page_of(case, "message"), composed(body)).status_code == 200
    assert case.messages.count() == 1
