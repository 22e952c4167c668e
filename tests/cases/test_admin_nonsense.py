"""What no page of the desk sends: an error beside the field or a list without rows, never a crash."""

import re

import pytest
from django.urls import reverse

from cases.models import Case
from tests.cases.factories import make_case

NUMBERS = ("NaN", "Infinity", "1e5", "\0", "²", "9" * 40, "-1")


def test_an_agent_that_is_none_is_refused_and_nothing_is_saved(sign_in, ada, alice, member) -> None:
    case, browser = make_case(alice), sign_in(ada)
    url = reverse("admin:cases_case_properties", args=[case.pk])
    for value in NUMBERS:
        with member(value):
            data = {"subject": "Changed", "assigned_to": value}
            answer = browser.post(url, data, headers={"Accept": "application/json"})
            assert answer.status_code == 400
            assert re.search("Select a valid choice|Null characters", answer.json()["words"])
            assert (Case.objects.get().assigned_to, Case.objects.get().subject) == (None, case.subject)


LISTS = {
    "case": (
        "status__slug__exact",
        "priority__exact",
        "queue__id__exact",
        "request_type__id__exact",
        "product__id__exact",
        "whose",
        "state",
    ),
    "routingrule": ("priority__exact", "queue__id__exact", "is_active__exact"),
    "slapolicy": ("priority__exact", "request_type__id__exact", "calendar__id__exact"),
    "entitlement": ("unit__exact", "limit__exact", "valid_until__gte", "product__id__exact"),
    "casestatus": ("category__exact",),
    "businesscalendar": ("time_zone", "country"),
    "savedreply": ("owner__id__exact",),
}


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, names in LISTS.items() for name in names]
)
def test_a_list_is_narrowed_by_nonsense_without_a_crash(sign_in, ada, alice, model, name):
    make_case(alice)
    browser = sign_in(ada)
    for value in ("a%00b", "NaN", "%ED%A0%80", "9" * 40):
        assert browser.get(f"{reverse(f'admin:cases_{model}_changelist')}?{name}={value}").status_code in (
            200,
            302,
            400,
        )
