"""One person in several browsers, or with a manager, at the same moment."""

from accounts.actions.personal_data import ask_for_erasure
from accounts.actors import SYSTEM
from accounts.models import Activity, OutgoingMail
from tests.accounts.own_pages import PROFILE, SESSIONS, browser_of, is_signed_in, shown, with_password
from tests.factories import make_contact
from tests.races import at_once, commits

pytestmark = commits


def test_two_tabs_that_change_different_fields_lose_nothing(sign_in):
    alice = make_contact("Alice", None)
    browsers = [sign_in(alice), sign_in(alice)]
    sent = [shown(browser) for browser in browsers]
    changes = [{"phone": "+44 1"}, {"job_title": "Lead"}]
    answers = at_once(2, lambda n: browsers[n].post(PROFILE, sent[n] | changes[n]))
    assert [answer.status_code for answer in answers] == [302, 302]
    alice.refresh_from_db()
    assert (alice.phone, alice.job_title) == ("+44 1", "Lead")


def test_browsers_that_end_each_other_are_at_most_one_afterwards():
    alice = make_contact("Alice", None)
    with_password(alice)
    browsers = [browser_of(alice) for _ in range(4)]
    answers = at_once(4, lambda n: browsers[n].post(f"{SESSIONS}end-others/"))
    assert {answer.status_code for answer in answers} <= {302, 400}
    assert sum(is_signed_in(browser) for browser in browsers) <= 1


def test_asking_for_erasure_many_times_at_once_is_asking_once():
    alice = make_contact("Alice", None)
    assert sorted(at_once(6, lambda _: ask_for_erasure(actor=SYSTEM, user=alice.user))) == [False] * 5 + [
        True
    ]
    assert Activity.objects.filter(verb="contact.erasure_asked").count() == 1
    assert OutgoingMail.objects.filter(event="accounts/erasure").count() == 1
