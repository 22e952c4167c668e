"""Who can see this, and what can this person see: the reports say what the gates do, for everybody and every
kind of record."""

import pytest

from accounts.models import Contact, RecordPermission
from cases.models import Case
from portal.access.reach import reach_of, sees, why, why_address
from portal.access.readers import readers_of
from portal.access.rights import Rights, scoped_models
from portal.access.subjects import address_of, subject_of
from portal.models import Page
from portal.site import configuration
from tests.cases.factories import make_case
from tests.factories import make_contact, make_user
from tests.invoices.factories import make_draft, make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.portal.factories import make_page, restrict
from tests.portal.worlds import make_world


def passes_the_gates(contact, record, rights):
    """What the portal's middleware and views do, asked for one contact."""
    path = address_of(record, rights)
    opens = not path or configuration.current().may_open(path, contact)
    return (
        contact.is_usable and opens and type(record).objects.visible_to(contact).filter(pk=record.pk).exists()
    )


def with_user(contact):
    contact.user = make_user(contact.email)
    contact.save()
    return contact


@pytest.mark.parametrize("seed", range(6))
def test_the_readers_of_every_record_are_those_whom_the_gates_let_through(db, seed):
    contacts, rights = make_world(seed), Rights.now()
    for _kind, model in scoped_models():
        for record in model.objects.all():
            subject = subject_of(record, rights)
            readers = readers_of(subject)
            expected = {contact.pk for contact in contacts if passes_the_gates(contact, record, rights)}
            assert set(readers.contacts.values_list("pk", flat=True)) == expected, record
            assert readers.count == len(expected)
            for contact in contacts:
                assert sees(contact, subject) is (contact.pk in expected)
                assert all(step.passes for step in why(contact, subject)) is (contact.pk in expected), (
                    contact,
                    record,
                )


@pytest.mark.parametrize("seed", range(6))
def test_the_readers_of_every_page_are_those_who_get_it_by_a_click(sign_in, seed):
    """Pages of the portal by their rules and by what their view asks, those of administrators by rules and
    publication."""
    contacts, rights = make_world(seed), Rights.now()
    browsers = {contact.pk: sign_in(with_user(contact)) for contact in contacts if contact.is_usable}
    for page in Page.objects.all():
        subject = subject_of(page, rights)
        may_read = {pk for pk, browser in browsers.items() if browser.get(page.path).status_code == 200}
        readers = readers_of(subject)
        assert set(readers.contacts.values_list("pk", flat=True)) == may_read, page
        for contact in contacts:
            assert all(step.passes for step in why(contact, subject)) is (contact.pk in may_read)


@pytest.mark.parametrize("seed", range(4))
def test_what_visitors_see_is_what_a_browser_without_sign_in_is_shown(visitor, seed):
    make_world(seed)
    rights = Rights.now()
    records = [record for _kind, model in scoped_models() for record in model.objects.all()]
    for record in [*records, *Page.objects.filter(is_builtin=False)]:
        path = (
            address_of(record, rights)
            if hasattr(record, "record_type") and not isinstance(record, Page)
            else record.path
        )
        own_address = path and path == getattr(record, "get_absolute_url", str)()
        seen = bool(own_address) and visitor.get(path).status_code == 200
        assert subject_of(record, rights).is_seen_by_visitors is seen, record


def test_the_number_of_queries_does_not_grow_with_the_contacts(
    acme, alice, django_assert_num_queries, django_assert_max_num_queries
):
    case = make_case(alice)
    for number in range(30):
        make_contact(f"More{number}", acme, "Portal IT User", signs_in=False)
    rights = Rights.now()
    with django_assert_max_num_queries(15):
        assert readers_of(subject_of(case, rights)).count == 31


def test_the_reasons_name_role_grant_and_page(alice, ivan, charlie):
    rights = Rights.now()
    readers = readers_of(subject_of(make_case(alice), rights))
    reasons = {
        contact.first_name: [step.answer for step in readers.steps_of(contact)]
        for contact in readers.contacts
    }
    assert reasons["Ivan"][0] == "Yes: no rule restricts /cases/C-1/." or reasons["Ivan"][0].startswith(
        "Yes: no rule restricts /cases/"
    )
    assert "Portal IT User (Cases: read, all records of the account)" in reasons["Ivan"][1]
    assert "Authenticated Users (Cases: read, the contact's own records)" in reasons["Alice"][1]
    assert "Charlie" not in reasons


def test_who_takes_part_in_a_case_is_among_its_readers_with_the_reason(alice, bob, fiona):
    case = make_case(alice, participants=[bob])
    readers = readers_of(subject_of(case, Rights.now()))
    reasons = {contact.first_name: readers.steps_of(contact)[1].answer for contact in readers.contacts}
    own = "Authenticated Users (Cases: read, the contact's own records)"
    assert reasons == {"Alice": own, "Bob": f"{own}, and they are in the loop of this one"}


def test_who_takes_part_reads_within_their_account_and_while_they_may_read_their_own(alice, bob, globex):
    case = make_case(alice, participants=[bob])
    assert sees(Contact.objects.get(pk=bob.pk), subject_of(case, Rights.now()))
    Contact.objects.filter(pk=bob.pk).update(account=globex)
    assert readers_of(subject_of(case, Rights.now())).count == 1
    Contact.objects.filter(pk=bob.pk).update(account=alice.account)
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).delete()
    assert readers_of(subject_of(case, Rights.now())).count == 0


def refusal(contact, record):
    """The answers to the questions at which this contact fails."""
    steps = why(Contact.objects.get(pk=contact.pk), subject_of(record, Rights.now()))
    return [step.answer for step in steps if not step.passes]


def test_why_not_tells_that_a_grant_is_too_narrow_and_whose_the_record_is(alice, charlie):
    (answer,) = refusal(charlie, make_case(alice))
    assert answer.startswith("The scope is not wide enough: Authenticated Users")
    assert "It belongs to Acme Foods, Alice Tester." in answer


def test_why_not_tells_that_no_role_permits(alice, acme):
    assert refusal(alice, make_invoice(acme)) == ["No role of this contact permits reading Invoices."]


def test_why_not_tells_of_a_page_rule_and_the_missing_role(alice):
    restrict("/cases/", "Portal Finance User")
    assert refusal(alice, make_case(alice)) == [
        "No: it requires Portal Finance User, which they do not have."
    ]


def test_why_not_tells_of_an_audience(alice, fiona):
    role = fiona.roles.get()
    assert refusal(alice, make_article(category=make_category("", role))) == [
        "No: it is meant only for Portal Finance User."
    ]


def test_why_not_tells_of_a_draft(fiona, acme):
    assert refusal(fiona, make_draft(acme)) == [
        "No: in its current state (a draft, for example), no customer can see it."
    ]


def test_why_not_tells_of_a_deactivated_contact(alice):
    case = make_case(alice)
    alice.deactivate()
    assert "No: the contact is deactivated." in refusal(alice, case)


def test_why_an_address_opens_or_not(alice):
    restrict("/invoices/", "Portal Finance User")
    make_page("/help/")
    rights = Rights.now()
    for path, opens in {
        "/help/": True,
        "/HELP": True,
        "/cases/": True,
        "/invoices/x/": False,
        "/nothing/": False,
        "/cases/new": True,
    }.items():
        assert all(step.passes for step in why_address(alice, path, rights)) is opens, path


@pytest.mark.parametrize("seed", range(3))
def test_what_a_person_can_see_is_counted_as_the_gates_count(sign_in, seed):
    for contact in make_world(seed):
        rights = Rights.now()
        reach = reach_of(contact, rights)
        counts = [model.objects.visible_to(contact).count() for _kind, model in scoped_models()]
        assert [record.count for record in reach.records] == counts
        browser = sign_in(with_user(contact))
        clicks = [
            contact.is_usable and browser.get(page.page.path).status_code == 200 for page in reach.pages
        ]
        assert [page.opens for page in reach.pages] == clicks
        assert all(bool(page.refusal) is not page.opens for page in reach.pages)


def test_case_of_another_account_than_its_contact_stays_with_its_account(alice, globex):
    """Such a row cannot be made in the portal; the gates keep it from the contact, and so does the report."""
    case = make_case(alice)
    Case.objects.filter(pk=case.pk).update(account=globex)
    assert readers_of(subject_of(Case.objects.get(), Rights.now())).count == 0
