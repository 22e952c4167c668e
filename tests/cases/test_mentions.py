"""Colleagues who are named in a note."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Activity, OutgoingMail
from tests.cases.factories import desk_page, make_case
from tests.factories import make_user
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


def colleague(first, last, right="view_case"):
    user = make_user(f"{first.lower()}.{last.lower()}@portal.example", first_name=first, last_name=last)
    user.is_staff = True
    user.save()
    if right:
        user.user_permissions.add(Permission.objects.get(codename=right))
    return user


def note(browser, case, body, **fields):
    data = {"visibility": "internal", "body": body, "submission": str(uuid.uuid4()), **fields}
    return browser.post(reverse("admin:cases_case_message", args=[case.pk]), data)


def test_a_colleague_who_is_mentioned_gets_a_mail_that_leads_to_the_case(sign_in, ada, case):
    mei = colleague("Mei", "Tanaka")
    browser, number = sign_in(ada), str(uuid.uuid4())
    for _twice in range(2):
        note(browser, case, "Could you look, @mei tanaka?", submission=number)
    mail = OutgoingMail.objects.get(event="cases/mentioned")
    assert (mail.to, mail.reply_to) == (mei.email, "")
    assert desk_page(case) in mail.text
    assert "Could you look" in mail.text
    assert Activity.objects.get(verb="case.mentioned").details == {"who": "Mei Tanaka"}
    assert "mentioned Mei Tanaka" in browser.get(desk_page(case)).text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("@Mei Tanaka and @Sam Okafor", {"mei.tanaka", "sam.okafor"}),
        ("@Mei Tanakas desk", set()),
        ("write to x@Mei Tanaka", set()),
        ("@Nobody Here, @Otto Outside, @Ada Byrne", set()),
    ],
)
def test_those_are_told_who_are_named_in_full_and_may_read_cases(sign_in, ada, case, body, told):
    colleague("Mei", "Tanaka")
    colleague("Sam", "Okafor", "change_case")
    colleague("Otto", "Outside", "")
    note(sign_in(ada), case, body)
    mails = OutgoingMail.objects.filter(event="cases/mentioned").values_list("to", flat=True)
    assert {to.partition("@")[0] for to in mails} == told


def test_a_reply_to_the_customer_mentions_nobody(sign_in, ada, case):
    colleague("Mei", "Tanaka")
    note(sign_in(ada), case, "Hello @Mei Tanaka", visibility="customer")
    assert not OutgoingMail.objects.filter(event="cases/mentioned").exists()


def test_names_are_suggested_as_they_are_typed_to_agents_alone(sign_in, ada, case):
    viewer = colleague("Mei", "Tanaka")
    colleague("Otto", "Outside", "")
    url = reverse("admin:cases_case_colleagues")
    assert sign_in(ada).get(url, {"q": "tan m"}).json() == {"names": ["Mei Tanaka"]}
    assert sign_in(ada).get(url, {"q": "o"}).json() == {"names": []}
    assert sign_in(viewer).get(url).status_code == 403
