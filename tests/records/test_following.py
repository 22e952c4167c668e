"""Following a record of any type: one click, no right, no mail to whoever may no longer see it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.models import Account, Contact, RecordPermission, WebRole
from records.actions.following import follow, receivers, unfollow
from records.models import Follow
from records.surfaces import Surface, surfaces
from tests.factories import make_contact, make_user
from tests.portal.factories import restrict

FOLLOWED = [surface for surface in surfaces() if surface.follows]
PUBLIC = [surface for surface in FOLLOWED if surface.granted.grantable(for_visitors=True)]


@pytest.fixture(params=FOLLOWED, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface[Any]:
    found: Surface[Any] = request.param
    return found


@pytest.fixture
def record(surface: Surface[Any], acme: Account, alice: Contact) -> Any:
    """Of Alice's, who reads her own; others see the whole account."""
    kind = surface.granted
    widest = "account" if "account" in kind.scopes else "global"
    for role, scope in (("Portal IT User", widest), ("Authenticated Users", kind.scopes[-1])):
        named = {"role": WebRole.objects.get(name=role), "record_type": kind.name, "scope": scope}
        RecordPermission.objects.update_or_create(**named, defaults={"can_read": True})
    assert surface.sample is not None
    return surface.sample(acme, alice)


def address_of(record: Any) -> str:
    return f"{record.get_absolute_url()}follow/"


def take_the_right(surface: Surface[Any]) -> None:
    """From everybody, as the next request finds it."""
    RecordPermission.objects.filter(record_type=surface.granted.name).delete()


def again(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def test_cases_topics_and_articles_can_be_followed():
    assert {surface.name for surface in FOLLOWED} >= {"case", "topic", "article"}


def test_the_address_says_whose_records_it_follows(surface, record):
    match = resolve(address_of(record))
    assert (match.url_name, match.kwargs["surface"]) == ("follow", surface)


def test_a_reader_follows_with_one_click_and_stops(sign_in, ivan, record):
    browser = sign_in(ivan)
    for value, other, gets_mails in (("yes", "no", True), ("no", "yes", False)):
        page = browser.post(address_of(record), {"follow": value}, follow=True)
        assert page.status_code == 200
        assert f'name="follow" value="{other}"' in page.text
        assert (ivan in receivers(record)) == gets_mails
    assert not Follow.objects.exists()


def test_following_twice_is_following_once(sign_in, ivan, record):
    for _ in range(2):
        sign_in(ivan).post(address_of(record), {"follow": "yes"})
    assert Follow.objects.get().contact == ivan


def test_one_query_more_asks_whether_one_person_more_may_still_see_it(acme, record):
    def queries(number: int) -> int:
        follow(contact=make_contact(f"Reader{number}", acme, "Portal IT User"), record=record)
        with CaptureQueriesContext(connection) as captured:
            receivers(record)
        return len(captured)

    _first, one, two, three = map(queries, range(4))  # the configuration is read with the first
    assert (two - one, three - two) == (1, 1)


def test_whom_a_record_concerns_mutes_it_and_unmutes_it(sign_in, alice, ivan, surface, record):
    """Alice made the record; an article concerns nobody."""
    sign_in(ivan).post(address_of(record), {"follow": "yes"})
    concerned = surface.concerned(record)
    sign_in(alice).post(address_of(record), {"follow": "no"})
    assert receivers(record) == [ivan]
    sign_in(alice).post(address_of(record), {"follow": "yes"})
    assert set(receivers(record)) == {alice, ivan}
    assert Follow.objects.filter(contact=alice).exists() == (alice.pk not in concerned)


def test_who_loses_the_right_is_told_nothing_and_finds_no_address(sign_in, ivan, surface, record):
    sign_in(ivan).post(address_of(record), {"follow": "yes"})
    take_the_right(surface)
    assert receivers(record) == []
    for value in ("yes", "no"):
        assert sign_in(again(ivan)).post(address_of(record), {"follow": value}).status_code == 404
    assert Follow.objects.get().is_muted is False


def test_whom_a_page_rule_shuts_out_is_told_nothing_until_it_is_gone(sign_in, alice, ivan, surface, record):
    sign_in(ivan).post(address_of(record), {"follow": "yes"})
    told = receivers(record)
    assert ivan in told
    rule = restrict(surface.url(surface.list_name), "Administrators")
    assert receivers(record) == []
    ivan.roles.add(WebRole.objects.get(name="Administrators"))
    assert receivers(record) == [ivan]
    rule.delete()
    assert receivers(record) == told


def test_who_cannot_sign_in_any_more_is_told_nothing(sign_in, ivan, record):
    sign_in(ivan).post(address_of(record), {"follow": "yes"})
    ivan.deactivate()
    assert ivan not in receivers(record)


def test_who_may_not_read_a_record_does_not_follow_it(sign_in, ivan, surface, record):
    take_the_right(surface)
    assert sign_in(ivan).post(address_of(record), {"follow": "yes"}).status_code == 404
    assert not Follow.objects.exists()


def test_visitors_and_staff_without_a_contact_follow_nothing(visitor, sign_in, surface, record):
    assert visitor.post(address_of(record), {"follow": "yes"}).status_code == 302
    staff = make_user("desk@portal.example", is_staff=True)
    assert sign_in(staff).post(address_of(record), {"follow": "yes"}).status_code in (403, 404)
    assert not Follow.objects.exists()


@pytest.mark.parametrize("surface", PUBLIC, indirect=True, ids=lambda surface: surface.name)
def test_staff_without_a_contact_do_not_follow_what_visitors_read(sign_in, surface, record):
    anonymous = WebRole.objects.get(for_anonymous=True)
    RecordPermission.objects.create(
        role=anonymous, record_type=surface.granted.name, scope="global", can_read=True
    )
    staff = make_user("desk@portal.example", is_staff=True)
    assert sign_in(staff).get(record.get_absolute_url()).status_code == 200
    assert sign_in(staff).post(address_of(record), {"follow": "yes"}).status_code == 403


def test_a_link_changes_nothing(sign_in, ivan, record):
    assert sign_in(ivan).get(address_of(record)).status_code == 405


def test_a_mute_is_the_contacts_own(alice, ivan, sign_in, record):
    sign_in(ivan).post(address_of(record), {"follow": "yes"})
    unfollow(contact=alice, record=record)
    assert ivan in receivers(record)


def test_the_same_number_of_another_type_is_another_record(acme, alice, ivan, surface, record):
    for other in FOLLOWED:
        if other is not surface:
            Follow.objects.create(contact=ivan, record_type=other.name, record_id=record.pk)
    assert ivan not in receivers(record)
