"""Staff look at the portal as one contact does: within the contact's rights, without sending anything, for
half an hour."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, SignInPolicy, WebRole
from accounts.staff_groups import ADMINISTRATOR, SUPPORT_AGENT
from cases.models import Case, CaseMessage
from portal.models import Page, PageAccessRule
from tests.cases.factories import desk_page, make_case, pdf_upload
from tests.factories import make_contact, make_user
from tests.invoices.factories import make_invoice

BANNER, END = "preview-banner", "/accounts/preview/end/"


def start_of(contact):
    return reverse("admin:accounts_contact_preview", args=[contact.pk])


def admin_page_of(contact):
    return reverse("admin:accounts_contact_change", args=[contact.pk])


def start(browser, contact):
    response = browser.post(start_of(contact))
    assert (response.status_code, response.headers.get("Location")) == (302, "/")
    return browser


def lines(verb):
    return list(Activity.objects.filter(verb=verb).order_by("pk"))


def previews(browser):
    return BANNER in browser.get("/").content.decode()


@pytest.fixture
def staff(db):
    """An administrator who is no superuser."""
    user = make_user("noor@portal.example", first_name="Noor", last_name="Haddad", is_staff=True)
    user.groups.set(Group.objects.filter(name=ADMINISTRATOR))
    return user


@pytest.fixture
def browser(staff, sign_in):
    return sign_in(staff)


@pytest.fixture
def as_alice(browser, alice):
    return start(browser, alice)


def test_the_contacts_page_in_the_administration_leads_to_the_preview_and_says_what_it_is(browser, alice):
    assert start_of(alice) in browser.get(admin_page_of(alice)).content.decode()
    page = browser.get(start_of(alice)).content.decode()
    assert "View the portal as Alice Tester" in page
    assert not previews(browser)


def test_staff_see_what_the_contact_sees_and_no_more(as_alice, alice, charlie, fiona, acme):
    own, others = make_case(alice, subject="Ours leaks"), make_case(charlie, subject="Theirs leaks")
    make_invoice(acme)
    page = as_alice.get("/cases/").content.decode()
    assert "Ours leaks" in page
    assert "Theirs leaks" not in page
    assert as_alice.get(own.get_absolute_url()).status_code == 200
    assert as_alice.get(others.get_absolute_url()).status_code == 404
    assert as_alice.get("/invoices/").status_code == 403
    assert start(as_alice, fiona).get("/invoices/").status_code == 200


def test_the_staff_members_own_contacts_are_not_mixed_in(browser, staff, alice, globex):
    mine = make_contact("Noor", globex, user=staff)
    make_case(mine, subject="Noor's own case")
    assert "Noor&#x27;s own case" in browser.get("/cases/").content.decode()
    page = start(browser, alice).get("/cases/").content.decode()
    assert "Noor&#x27;s own case" not in page
    assert "Switch account" not in page


def test_page_rules_hold_as_for_the_contact(as_alice):
    rule = PageAccessRule.objects.create(page=Page.objects.get(path="/cases/"), right="read")
    rule.roles.set(WebRole.objects.filter(name="Portal IT User"))
    refused = as_alice.get("/cases/")
    assert refused.status_code == 403
    assert BANNER in refused.content.decode()


@pytest.mark.parametrize(
    "path", ["/", "/cases/", "/knowledgebase/", "/forums/", "/search/?q=leak", "/nowhere/"]
)
def test_every_page_says_that_it_is_a_preview_and_has_the_way_out(as_alice, path):
    page = as_alice.get(path).content.decode()
    assert BANNER in page
    assert "Alice Tester" in page
    assert f'action="{END}"' in page


def test_the_way_out_works_from_ordinary_and_from_error_pages_with_the_token_that_they_carry(staff, alice):
    for path in ("/", "/nowhere/"):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(staff)
        token = re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(start_of(alice)).content.decode()
        )
        browser.post(start_of(alice), {"csrfmiddlewaretoken": token[1]})
        banner = browser.get(path).content.decode().partition(BANNER)[2]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', banner)
        assert browser.post(END, {"csrfmiddlewaretoken": token[1]}).url == admin_page_of(alice)
        assert not previews(browser)


def test_nothing_is_sent(as_alice, alice):
    case = make_case(alice)
    before = Activity.objects.count()
    response = as_alice.post(
        reverse("cases:reply", args=[case.number]), {"body": "Not Alice", "acting_as": alice.pk}
    )
    assert response.status_code == 403
    assert "Nothing was sent" in response.content.decode()
    assert as_alice.post("/cases/new/", {"subject": "Not Alice"}).status_code == 403
    assert CaseMessage.objects.filter(case=case).count() == 1
    assert Case.objects.count() == 1
    assert Activity.objects.count() == before


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/", "/preferences/theme/", "/preferences/contact/", "/nowhere/"])
def test_no_unsafe_method_reaches_a_view(as_alice, method, path):
    assert "Nothing was sent" in getattr(as_alice, method)(path).content.decode()
    assert getattr(as_alice, method)(path, headers={"HX-Request": "true"}).status_code == 403


def test_a_form_without_a_token_is_told_the_same(staff, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff)
    session = browser.session
    session["preview"] = {"contact": alice.pk, "started_at": int(timezone.now().timestamp())}
    session.save()
    assert "Nothing was sent" in browser.post("/cases/new/").content.decode()


def test_files_can_be_read(as_alice, alice):
    case = make_case(alice, uploads=[pdf_upload()])
    assert as_alice.get(case.messages.get().attachments.get().get_absolute_url()).status_code == 200


def test_the_administration_stays_as_it_is(as_alice, alice):
    case = make_case(alice)
    page = as_alice.get(desk_page(case))
    assert page.status_code == 200
    assert BANNER not in page.content.decode()
    note = {
        "visibility": "internal",
        "body": "Looked at it",
        "submission": "3f0b2b1e-8d0c-4ab7-9a5e-0d6a0a3e1a11",
        "status": "",
    }
    assert as_alice.post(reverse("admin:cases_case_message", args=[case.pk]), note).status_code == 302
    assert case.messages.count() == 2
    assert previews(as_alice)


def test_a_preview_is_over_after_half_an_hour_and_says_so_once(browser, staff, alice):
    began = timezone.now()
    start(browser, alice)
    with time_machine.travel(began + timedelta(minutes=29), tick=False):
        assert previews(browser)
    with time_machine.travel(began + timedelta(minutes=31), tick=False):
        ended = browser.get("/cases/")
        assert ended.status_code == 403
        assert "The preview has ended" in ended.content.decode()
        assert admin_page_of(alice) in ended.content.decode()
        assert BANNER not in browser.get("/").content.decode()
    (line,) = lines("contact.preview_ended")
    assert line.details == {"reason": "time", "seconds": 1800}


def test_a_fragment_that_comes_too_late_asks_for_the_whole_page(browser, alice):
    start(browser, alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert browser.get("/search/?q=leak", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
        assert "The preview has ended" in browser.get("/search/?q=leak").content.decode()


def test_a_form_that_comes_too_late_is_not_sent_either(browser, staff, alice, globex):
    make_contact("Noor", globex, user=staff)
    start(browser, alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert "The preview has ended" in browser.post("/cases/new/", {"subject": "Late"}).content.decode()
    assert not Case.objects.exists()


def without_permission(staff):
    staff.groups.clear()


def without_staff_flag(staff):
    staff.is_staff = False
    staff.save()


def without_second_factor(staff):
    SignInPolicy.objects.update_or_create(pk=1, defaults={"second_factor": "staff"})


@pytest.mark.parametrize("loses", [without_permission, without_staff_flag, without_second_factor])
def test_whoever_loses_the_right_loses_the_preview_with_the_next_click(as_alice, staff, loses):
    loses(staff)
    assert "The preview has ended" in as_alice.get("/cases/").content.decode()
    assert BANNER not in as_alice.get("/cases/").content.decode()
    assert lines("contact.preview_ended")[0].details["reason"] == "rights"


def test_a_user_who_is_switched_off_sees_the_sign_in_page(as_alice, staff):
    staff.is_active = False
    staff.save()
    assert as_alice.get("/cases/").url.startswith("/accounts/login/")
    assert "preview" not in as_alice.session
    assert len(lines("contact.preview_ended")) == 1


def test_signing_out_ends_it(as_alice, staff):
    assert as_alice.post("/admin/logout/").url == reverse("account_logout")
    as_alice.post("/accounts/logout/")
    (line,) = lines("contact.preview_ended")
    assert (line.actor, line.details["reason"]) == (staff, "sign-out")
    as_alice.force_login(staff)
    assert not previews(as_alice)


def test_a_session_that_is_too_old_ends_with_its_preview(browser, alice):
    SignInPolicy.objects.update_or_create(pk=1, defaults={"idle_minutes": 10})
    began = timezone.now()
    start(browser, alice)
    with time_machine.travel(began + timedelta(minutes=15), tick=False):
        assert browser.get("/cases/").url.startswith("/accounts/login/")
    assert lines("contact.preview_ended")[0].details["reason"] == "sign-out"


def test_another_preview_replaces_the_first(as_alice, charlie):
    assert "This ends the preview as Alice Tester." in as_alice.get(start_of(charlie)).content.decode()
    page = start(as_alice, charlie).get("/").content.decode()
    assert "Charlie Tester" in page
    assert "Alice Tester" not in page
    assert [line.details["reason"] for line in lines("contact.preview_ended")] == ["other"]


def test_beginning_and_end_are_recorded_for_staff_alone(as_alice, staff, alice, bob):
    assert as_alice.post(END).url == admin_page_of(alice)
    began, ended = lines("contact.previewed")[0], lines("contact.preview_ended")[0]
    for line in (began, ended):
        assert (line.actor, line.record_id, line.client_ip) == (staff, str(alice.pk), "127.0.0.1")
    assert ended.details["reason"] == "button"
    assert not Activity.objects.visible_to(bob).filter(verb__startswith="contact.preview").exists()
    assert not Activity.objects.visible_to(alice).filter(verb__startswith="contact.preview").exists()


def test_ending_what_has_not_begun_leads_home(browser):
    assert browser.post(END).url == "/"
    assert not lines("contact.preview_ended")


def test_a_contact_who_is_switched_off_is_shown_nothing(browser, alice):
    make_case(alice, subject="Ours leaks")
    alice.deactivate()
    assert (
        "They cannot see anything, so you will not either." in browser.get(start_of(alice)).content.decode()
    )
    page = start(browser, alice).get("/").content.decode()
    assert "This contact is inactive and cannot see anything." in page
    assert "You are signed in as staff" not in page
    assert browser.get("/cases/").status_code == 403


def test_the_roles_of_a_contact_who_is_switched_off_open_no_page(browser, ivan):
    rule = PageAccessRule.objects.create(
        page=Page.objects.get(path="/search/"), right=PageAccessRule.Right.READ
    )
    rule.roles.set(ivan.roles.all())
    assert start(browser, ivan).get("/search/").status_code == 200
    ivan.deactivate()
    assert browser.get("/search/").status_code == 403


def test_a_contact_who_never_signed_in_can_be_previewed(browser, acme):
    assert previews(start(browser, make_contact("Ines", acme, signs_in=False)))


def test_rights_that_the_contact_loses_are_lost_in_the_preview_at_once(browser, ivan, alice):
    case = make_case(alice)
    start(browser, ivan)
    assert browser.get(case.get_absolute_url()).status_code == 200
    ivan.roles.clear()
    assert browser.get(case.get_absolute_url()).status_code == 404


def test_terms_are_no_hindrance(as_alice, alice):
    SignInPolicy.objects.update_or_create(pk=1, defaults={"terms": "Be kind."})
    assert previews(as_alice)
    assert as_alice.post(END).url == admin_page_of(alice)


def test_only_staff_with_the_permission_may_begin(sign_in, alice, bob, staff):
    agent = make_user("sam@portal.example", is_staff=True)
    agent.groups.set(Group.objects.filter(name=SUPPORT_AGENT))
    browser = sign_in(agent)
    assert start_of(alice) not in browser.get(admin_page_of(alice)).content.decode()
    assert [browser.get(start_of(alice)).status_code, browser.post(start_of(alice)).status_code] == [403, 403]
    assert sign_in(bob).post(start_of(alice)).status_code == 302
    agent.user_permissions.add(Permission.objects.get(codename="preview_contact"))
    assert previews(start(browser, alice))
    assert len(lines("contact.previewed")) == 1


def test_a_customer_cannot_forge_a_preview(sign_in, alice, charlie):
    browser = sign_in(charlie)
    session = browser.session
    session["preview"] = {"contact": alice.pk, "started_at": int(timezone.now().timestamp())}
    session.save()
    assert "The preview has ended" in browser.get("/cases/").content.decode()


def test_a_preview_costs_the_same_queries_however_much_there_is(
    as_alice, alice, django_assert_num_queries, django_assert_max_num_queries
):
    make_case(alice)
    as_alice.get("/cases/")  # the configuration is kept from now on
    with django_assert_max_num_queries(40) as first:
        as_alice.get("/cases/")
    for _number in range(20):
        make_case(alice)
    with django_assert_num_queries(len(first)):
        as_alice.get("/cases/")
