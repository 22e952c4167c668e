"""Administrators read who sees what, and are asked before they change it."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.models import Activity, RecordPermission, WebRole
from accounts.permissions.matrix import field_name
from portal.access.rights import scoped_models
from portal.models import Page, PageAccessRule
from tests.accounts.test_role_admin import as_it_is
from tests.cases.factories import desk_page, make_case
from tests.factories import make_contact, make_user
from tests.knowledgebase.factories import make_article
from tests.portal.asking import asked
from tests.portal.factories import make_page, restrict
from tests.portal.test_pages_admin import form as page_form
from tests.portal.worlds import make_world

EXPOSURE = reverse("admin:access_exposure")
ARTICLES = ("article", "global", "read")
ALL_CASES = ("case", "global", "read")


def readers_of(record):
    return reverse("admin:access_readers", args=[ContentType.objects.get_for_model(record).pk, record.pk])


def reach_of(contact):
    return reverse("admin:access_reach", args=[contact.pk])


def role_page(role):
    return reverse("admin:accounts_webrole_change", args=[role.pk])


def words(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def it_role(db):
    return WebRole.objects.get(name="Portal IT User")


@pytest.fixture
def visitors(db):
    return WebRole.objects.get(name="Anonymous Users")


# Reports


def test_ada_finds_the_people_who_see_a_case_and_why(desk, alice, ivan, charlie):
    case = make_case(alice)
    form = desk.get(desk_page(case))
    assert readers_of(case) in form.text
    text = words(desk.get(readers_of(case)))
    assert "2 contacts can see this." in text
    assert "Ivan Tester" in text
    assert "Portal IT User (Cases: read, all records of the account)" in text
    assert "Charlie" not in text
    assert "Visitors cannot see this" in text


def test_visitors_are_named_first_where_they_see_it(desk, visitors):
    article = make_article()
    RecordPermission.objects.create(role=visitors, record_type="article", scope="global", can_read=True)
    assert "anyone on the internet can see this" in words(desk.get(readers_of(article)))


def test_every_kind_of_record_and_every_page_has_its_report_and_the_link_to_it(desk):
    contacts = make_world(1)
    for model in [*(model for _kind, model in scoped_models()), Page]:
        record = model.objects.order_by("pk").last()
        assert desk.get(readers_of(record)).status_code == 200
        opts = model._meta
        assert (
            readers_of(record)
            in desk.get(
                reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk]), follow=True
            ).text
        )
    for contact in contacts:
        assert desk.get(reach_of(contact)).status_code == 200


def test_many_readers_are_shown_page_by_page(desk, alice, acme):
    for number in range(60):
        make_contact(f"More{number:02}", acme, "Portal IT User", signs_in=False)
    address = readers_of(make_case(alice))
    assert "Page 1 of 2" in words(desk.get(address))
    assert "More59" not in words(desk.get(address, {"p": "1"}))
    assert "More59" in words(desk.get(address, {"p": "2"}))
    for odd in ("0", "-1", "x", "99999999999999999999", "\x00"):
        assert desk.get(address, {"p": odd}).status_code == 200


def test_what_is_not_there_or_no_subject_is_not_found(desk, ada):
    kind = ContentType.objects.get_for_model(Page).pk
    for content_type, pk in (
        (kind, 10**30),
        (10**30, 1),
        (ContentType.objects.get_for_model(ada).pk, ada.pk),
    ):
        assert desk.get(reverse("admin:access_readers", args=[content_type, pk])).status_code == 404
    assert desk.get(reverse("admin:access_reach", args=[10**30])).status_code == 404


def test_ada_sees_what_alice_can_see_and_what_refuses_her(desk, alice):
    make_case(alice)
    restrict("/invoices/", "Portal Finance User")
    response = desk.get(reach_of(alice))
    text = words(response)
    assert "Cases 1 the contact&#x27;s own records Authenticated Users read, create" in text
    assert (
        "/invoices/ No Does the rule for /invoices/ let them in? No: it requires "
        "Portal Finance User, which they do not have." in text
    )
    assert reach_of(alice) in desk.get(reverse("admin:accounts_contact_change", args=[alice.pk])).text


def test_ada_asks_why_not_by_number_title_mail_and_address(desk, alice, charlie, acme):
    case = make_case(alice)
    make_article("Reset it")
    questions = {
        ("case", case.number): False,
        ("article", "reset it"): True,
        ("contact", alice.email): False,
        ("account", "acme foods"): False,
    }
    for (what, which), sees in {
        **questions,
        ("address", "/cases/"): True,
        ("address", "/nowhere/"): False,
    }.items():
        text = words(desk.get(reach_of(charlie), {"what": what, "which": which}))
        assert ("Yes, Charlie Tester can see it." if sees else "No, Charlie Tester cannot see it.") in text, (
            which
        )


@pytest.mark.parametrize(
    "query",
    ["what=case&which=nope", "what=case&which=", "what=x&which=y", "what=case&which=%00", "what=case"],
)
def test_a_question_about_nothing_is_told_beside_the_field(desk, alice, query):
    response = desk.get(f"{reach_of(alice)}?{query}")
    assert response.status_code == 200
    assert response.context["form"].errors
    for odd in (
        "what=address&which=%ED%A0%80",
        "what=address&which=nonsense",
        f"what=address&which=/{'x' * 240}",
        "what=case&what=case&which=%2500",
    ):
        assert desk.get(f"{reach_of(alice)}?{odd}").status_code == 200


def test_the_exposure_is_shown_for_visitors_registrants_and_each_role(desk, alice, acme):
    make_case(alice)
    text = words(desk.get(EXPOSURE))
    assert "Visitor" in text
    assert "Portal IT User" in text
    assert EXPOSURE in desk.get(reverse("admin:accounts_webrole_changelist")).text


@pytest.mark.parametrize("allowed", [(), ("view_contact",), ("view_webrole",)])
def test_staff_without_sight_of_contacts_and_roles_get_no_report_and_no_link(sign_in, alice, allowed):
    agent = make_user("agent@portal.example", is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename__in=[*allowed, "view_case"]))
    case, browser = make_case(alice), sign_in(agent)
    for address in (readers_of(case), reach_of(alice), EXPOSURE):
        assert browser.get(address).status_code == 403
    assert readers_of(case) not in browser.get(desk_page(case)).text


def test_reports_only_read(desk, alice):
    for address in (readers_of(make_case(alice)), reach_of(alice), EXPOSURE):
        assert desk.post(address).status_code == 405


# The question before a change


def test_ada_is_told_what_a_permission_does_and_nothing_is_saved_before_she_says_so(
    desk, ivan, alice, charlie, it_role
):
    make_case(charlie)
    make_case(alice)
    held, told = it_role.grants, Activity.objects.count()
    question = desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES))
    assert "Cases : 1 contact gains 1" in words(question)
    assert WebRole.objects.get(pk=it_role.pk).grants == held
    assert Activity.objects.count() == told
    assert "was changed successfully" not in question.text
    response = desk.post(role_page(it_role), asked(question))
    assert response.status_code == 302
    assert WebRole.objects.get(pk=it_role.pk).grants == {*held, ALL_CASES}
    assert Activity.objects.filter(verb="role.changed").count() == 1
    assert "was changed successfully" in desk.get(response.url).text


def test_a_change_that_changes_nobodys_access_saves_at_once(desk, it_role):
    """Nobody has this role, and other words let nobody see more."""
    assert desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES)).status_code == 302
    it_role.refresh_from_db()
    assert (
        desk.post(role_page(it_role), as_it_is(it_role) | {"description": "Other words"}).status_code == 302
    )


def test_another_change_does_not_slip_through_under_the_same_seal(desk, ivan, charlie, it_role):
    make_case(charlie)
    sent = asked(desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES)))
    sneaky = {**sent, field_name("invoice", "global", "read"): "on"}
    response = desk.post(role_page(it_role), sneaky)
    assert "Invoices : 1 contact gains 0" in words(response)
    assert not it_role.record_permissions.filter(record_type="invoice").exists()


def test_the_question_is_asked_again_when_the_effect_has_grown_meanwhile(
    desk, ivan, acme, globex, charlie, it_role
):
    make_case(charlie)
    sent = asked(desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES)))
    make_contact("Late", acme, "Portal IT User")
    response = desk.post(role_page(it_role), sent)
    assert "2 contacts gain 1" in words(response)
    assert desk.post(role_page(it_role), asked(response)).status_code == 302


def test_a_seal_of_somebody_else_or_none_confirms_nothing(desk, sign_in, ivan, it_role):
    sent = asked(desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES)))
    other = make_user("other@portal.example", is_staff=True, is_superuser=True)
    assert sign_in(other).post(role_page(it_role), sent).status_code == 200
    assert desk.post(role_page(it_role), {**sent, "access_seal": ""}).status_code == 200
    assert desk.post(role_page(it_role), {**sent, "access_seal": "\x00é"}).status_code == 200
    assert ALL_CASES not in it_role.grants


def test_ada_goes_back_and_finds_what_she_typed(desk, ivan, it_role):
    sent = asked(desk.post(role_page(it_role), as_it_is(it_role, ALL_CASES) | {"description": "Typed"}))
    back = desk.post(role_page(it_role), {**sent, "access_back": "1"})
    assert "Nothing has been saved yet." in back.text
    box = next(line for line in back.text.split("<input") if f'name="{field_name(*ALL_CASES)}"' in line)
    assert "checked" in box
    assert ">Typed</textarea>" in "".join(back.text.split("\n"))
    assert ALL_CASES not in it_role.grants


def test_exposing_to_visitors_needs_a_tick_of_its_own(desk, visitors):
    make_article()
    question = desk.post(role_page(visitors), as_it_is(visitors, ARTICLES))
    assert "(anyone on the internet) will be able to see" in words(question)
    assert "Articles: 1" in words(question)
    sent = asked(question)
    unticked = desk.post(role_page(visitors), sent)
    assert "Select the checkbox to confirm." in unticked.text
    assert not visitors.record_permissions.exists()
    assert desk.post(role_page(visitors), {**sent, "access_exposes": "on"}).status_code == 302
    assert visitors.record_permissions.exists()


def test_taking_from_visitors_needs_no_tick(desk, visitors):
    make_article()
    RecordPermission.objects.create(role=visitors, record_type="article", scope="global", can_read=True)
    question = desk.post(role_page(visitors), as_it_is(visitors) | {field_name(*ARTICLES): ""})
    assert "visitors lose 1" in words(question)
    assert desk.post(role_page(visitors), asked(question)).status_code == 302


def page_page(page):
    return reverse("admin:portal_page_change", args=[page.pk])


def test_a_page_rule_is_asked_about_with_all_its_roles(desk, alice, fiona):
    page = make_page("/prices/")
    sent = page_form(
        page.parent, [("read", ["Portal Finance User", "Portal IT User"])], title="Prices", slug="prices"
    )
    question = desk.post(page_page(page), sent)
    assert "1 page closes, for 1 contacts" in words(question)
    assert not PageAccessRule.objects.exists()
    assert desk.post(page_page(page), asked(question)).status_code == 302
    assert PageAccessRule.objects.get().roles.count() == 2


def test_moving_a_page_out_of_a_restricted_branch_is_asked_about(desk, alice, fiona):
    restrict("/inner/", "Portal Finance User")
    page = make_page("/inner/prices/")
    question = desk.post(page_page(page), page_form(title="Prices", slug="prices"))
    assert "1 page opens, for 1 contacts" in words(question)
    assert Page.objects.get(pk=page.pk).path == "/inner/prices/"
    assert desk.post(page_page(page), asked(question)).status_code == 302
    assert Page.objects.get(pk=page.pk).path == "/prices/"


def test_a_new_page_for_visitors_is_asked_about_and_one_for_customers_is_not(desk, alice):
    add = reverse("admin:portal_page_add")
    assert desk.post(add, page_form(title="Inside", slug="inside")).status_code == 302
    question = desk.post(
        add, page_form(None, [("read", ["Anonymous Users"])], title="Outside", slug="outside")
    )
    assert "the page “Outside”" in words(question)
    assert not Page.objects.filter(path="/outside/").exists()
    assert desk.post(add, {**asked(question), "access_exposes": "on"}).status_code == 302
    assert Page.objects.filter(path="/outside/").exists()


def test_publishing_a_page_for_visitors_is_asked_about(desk):
    restrict("/open/", "Anonymous Users")
    page = Page.objects.get(path="/open/")
    Page.objects.filter(pk=page.pk).update(is_draft=True)
    rule = PageAccessRule.objects.get()
    sent = page_form(page.parent, title="Open", slug="open") | {
        "access_rules-TOTAL_FORMS": 1,
        "access_rules-INITIAL_FORMS": 1,
        "access_rules-0-id": rule.pk,
        "access_rules-0-page": page.pk,
        "access_rules-0-right": "read",
        "access_rules-0-roles": [role.pk for role in rule.roles.all()],
    }
    assert "the page “Open”" in words(desk.post(page_page(page), sent))
    assert Page.objects.get(pk=page.pk).is_draft
