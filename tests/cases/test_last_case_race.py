"""Two colleagues and the last case of their contract."""

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Actor
from cases.actions import open_case
from cases.models import Case, Deduction, RequestType
from tests.cases.factories import make_entitlement
from tests.races import at_once, commits

pytestmark = commits


@pytest.mark.parametrize(("limit", "expected"), [("restrict", 1), ("overdraw", 4)])
def test_the_last_case_of_a_contract_is_opened_once(alice, bob, acme, limit, expected):
    make_entitlement(acme, amount=1, limit=limit)
    problem = RequestType.objects.get(slug="problem")

    def open_one(number):
        contact = (alice, bob)[number % 2]
        actor = Actor(user=contact.user, contact=contact)
        try:
            open_case(
                actor=actor,
                contact=contact,
                subject=f"Case {number}",
                description="Help.",
                request_type=problem,
            )
        except ValidationError as error:
            return error.code
        return "opened"

    outcomes = at_once(4, open_one)
    assert outcomes.count("opened") == expected
    assert outcomes.count("entitlement") == 4 - expected
    assert Case.objects.count() == Deduction.objects.count() == expected
