"""What people write about themselves."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Activity, Contact, User
from lib.timezones import time_zones_by_region
from tests.accounts.own_pages import PROFILE, save, shown
from tests.cases.factories import make_case
from tests.factories import make_contact


@pytest.fixture
def at_globex(alice, globex):
    """Alice works for Globex, too."""
    return make_contact("Alice", globex, user=alice.user, signs_in=False, email="alice@globex.example")


def test_alice_sees_her_details_and_the_initials_of_her_name(sign_in, alice):
    Contact.objects.update(phone="+44 20 7946 0000", job_title="Plant engineer")
    page = sign_in(alice).get(PROFILE).text
    assert 'value="+44 20 7946 0000"' in page
    assert 'value="Plant engineer"' in page
    assert 'class="avatar avatar-l" aria-hidden="true">AT<' in page
    assert "alice@acme.example" in page
    assert reverse("account_email") in page


def test_alice_changes_her_details_and_the_log_says_which(sign_in, alice):
    assert (
        save(sign_in(alice), first_name="Alicia", phone=" +1 555 0100 ", time_zone="Europe/Berlin").url
        == PROFILE
    )
    alice.refresh_from_db()
    assert (alice.first_name, alice.phone, alice.user.first_name) == ("Alicia", "+1 555 0100", "Alicia")
    assert User.objects.get(pk=alice.user.pk).time_zone == "Europe/Berlin"
    told = Activity.objects.get(verb="contact.updated")
    assert told.details == {"fields": ["first_name", "phone"]}
    assert (told.contact, told.actor, told.client_ip) == (alice, alice.user, "127.0.0.1")
    own = Activity.objects.get(verb="user.updated")
    assert own.details == {"fields": ["first_name", "time_zone"]}
    assert own.is_internal


def test_saving_without_a_change_writes_nothing(sign_in, alice):
    assert save(sign_in(alice)).url == PROFILE
    assert not Activity.objects.filter(verb__endswith=".updated").exists()


def test_times_are_shown_in_the_chosen_zone_from_the_next_page(sign_in, alice):
    browser, case = sign_in(alice), make_case(alice)
    assert "(UTC)" in browser.get(case.get_absolute_url()).text
    save(browser, time_zone="Asia/Tokyo")
    assert "(JST)" in browser.get(case.get_absolute_url()).text


def test_what_a_manager_changes_at_the_same_time_stays(sign_in, alice):
    browser = sign_in(alice)
    sent = shown(browser)
    Contact.objects.filter(pk=alice.pk).update(phone="+44 1", job_title="Lead")
    browser.post(PROFILE, sent | {"last_name": "Tennant"})
    alice.refresh_from_db()
    assert (alice.last_name, alice.phone, alice.job_title) == ("Tennant", "+44 1", "Lead")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"phone": "1" * 41}, "phone"),
        ({"job_title": "a\0b"}, "job_title"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
    ],
)
def test_an_error_stands_beside_its_field_and_typed_text_stays(sign_in, alice, wrong, field):
    response = (
        save(sign_in(alice), job_title="Kept <words>", **wrong)
        if "job_title" not in wrong
        else save(sign_in(alice), **wrong)
    )
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in response.text
    if "job_title" not in wrong:
        assert escape("Kept <words>") in response.text
    alice.refresh_from_db()
    assert (alice.first_name, alice.last_name, alice.job_title) == ("Alice", "Tester", "")


def test_hostile_input_is_no_server_error(sign_in, alice):
    browser = sign_in(alice)
    many = f"{PROFILE}?tab=%00&tab=%ed%a0%80"
    for data in (
        {},
        {"first_name": ["a", "b"], "initial-phone": ["\0", "x"]},
        {"acting_as": "\0"},
        {"acting_as": "9" * 40},
    ):
        assert browser.post(many, data).status_code in (200, 302, 403)
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_address_and_rights_are_not_written_by_the_form(sign_in, alice):
    save(sign_in(alice), email="boss@acme.example", is_staff="on", account="1", is_active="", language="de")
    alice.refresh_from_db()
    assert alice.email == alice.user.email == "alice@acme.example"
    assert alice.is_active
    assert not alice.user.is_staff
    assert alice.user.language == ""


def test_each_account_has_its_own_details_and_the_form_is_of_the_one_it_was_shown_for(
    sign_in, alice, at_globex
):
    browser, other_tab = sign_in(alice), sign_in(alice)
    sent = shown(browser)
    other_tab.cookies = browser.cookies
    other_tab.post(reverse("switch_contact"), {"contact": at_globex.pk})
    browser.post(PROFILE, sent | {"job_title": "At Acme"})
    alice.refresh_from_db()
    at_globex.refresh_from_db()
    assert (alice.job_title, at_globex.job_title) == ("At Acme", "")
    assert Activity.objects.get(verb="contact.updated").account == alice.account


def test_a_form_of_a_contact_that_is_no_longer_alices_writes_nothing(sign_in, alice, at_globex):
    browser = sign_in(alice)
    sent = shown(browser)
    Contact.objects.filter(pk=alice.pk).update(is_active=False)
    assert browser.post(PROFILE, sent | {"first_name": "Mallory"}).status_code == 403
    assert not Contact.objects.filter(first_name="Mallory").exists()
    assert not User.objects.filter(first_name="Mallory").exists()


def test_a_foreign_contact_is_never_written(sign_in, alice, charlie):
    browser = sign_in(alice)
    assert (
        browser.post(PROFILE, shown(browser) | {"acting_as": charlie.pk, "first_name": "Mallory"}).status_code
        == 403
    )
    charlie.refresh_from_db()
    assert charlie.first_name == "Charlie"


def test_staff_without_a_contact_edit_their_own_name(sign_in, ada):
    browser = sign_in(ada)
    page = browser.get(PROFILE)
    assert list(page.context["form"].fields) == ["first_name", "last_name", "time_zone"]
    assert "not connected to a company" in page.text
    assert save(browser, first_name="Adele", phone="1").url == PROFILE
    ada.refresh_from_db()
    assert (ada.first_name, ada.last_name) == ("Adele", "Byrne")
    told = Activity.objects.get(verb="user.updated")
    assert (told.label, told.is_internal, told.details) == (ada.email, True, {"fields": ["first_name"]})


def test_the_language_is_asked_for_where_there_is_a_choice(sign_in, alice, settings):
    assert "language" not in sign_in(alice).get(PROFILE).context["form"].fields
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    browser = sign_in(alice)
    assert "Deutsch" in browser.get(PROFILE).text
    save(browser, language="de")
    alice.user.refresh_from_db()
    assert alice.user.language == "de"


def test_an_unusual_zone_of_before_is_kept(sign_in, alice):
    User.objects.filter(pk=alice.user.pk).update(time_zone="Etc/GMT+5")
    save(sign_in(alice), phone="1")
    alice.user.refresh_from_db()
    assert alice.user.time_zone == "Etc/GMT+5"


def test_zones_are_grouped_by_region_and_called_after_places():
    zones = dict(time_zones_by_region())
    assert ("Europe/Berlin", "Berlin") in zones["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Argentina/Buenos Aires") in zones["America"]
    assert "Etc" not in zones


def test_the_companies_are_listed_and_another_may_be_joined(sign_in, alice, at_globex, acme):
    page = sign_in(alice).get(PROFILE).text
    assert "Acme Foods" in page
    assert "Globex Pharma" in page
    assert reverse("join") not in page
    alone = make_contact("Ned", None, email="ned@acme.example")
    assert reverse("join") in sign_in(alone).get(PROFILE).text


def test_the_page_costs_the_same_for_one_company_and_for_many(sign_in, alice, django_assert_max_num_queries):
    browser = sign_in(alice)
    browser.get(PROFILE)
    with django_assert_max_num_queries(6):
        browser.get(PROFILE)
