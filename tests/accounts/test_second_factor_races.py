"""Many guesses at the same moment: however they fall, no more are compared than one sign-in may make."""

import pytest
from django_otp.plugins.otp_email.models import EmailDevice

from accounts.actions.second_factor import Answer, check_code, switch_on_email
from accounts.actors import SYSTEM
from accounts.models import Contact
from tests.races import at_once, commits

pytestmark = commits
CODE = "424242"


@pytest.fixture
def careful(alice: Contact) -> Contact:
    """Alice has switched on codes by mail, and one was sent."""
    switch_on_email(actor=SYSTEM, user=alice.user)
    EmailDevice.objects.update(token=CODE, valid_until="2100-01-01T00:00Z")
    return alice


def check(contact, code):
    return check_code(user=contact.user, method="email", code=code, failures_before=0)


def test_of_forty_guesses_at_once_five_are_compared(careful):
    told = [
        answer
        for answers in at_once(8, lambda n: [check(careful, f"{n}0000{m}") for m in range(5)])
        for answer in answers
    ]
    assert len(told) == 40
    assert told.count(Answer.WRONG) <= 5
    assert set(told) <= {Answer.WRONG, Answer.TOO_SOON, Answer.ENOUGH}
    assert EmailDevice.objects.get().throttling_failure_count <= 5


def test_one_code_lets_one_of_many_in(careful):
    assert at_once(8, lambda _: check(careful, CODE)).count(Answer.RIGHT) == 1
