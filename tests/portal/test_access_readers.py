"""Who can see this, and what can this person see: the reports say what the gates do, for everybody and every
kind of record."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from accounts.models import Contact, RecordPermission
from cases.models import Case
from portal.access.reach import reach_of, sees, why, why_address
from portal.access.readers import readers_of
from portal.access.rights import Rights, scoped_models
from portal.access.subjects import address_of, subject_of
from portal.models import Page
from tests.cases.factories import make_case
from tests.conftest import SignIn
from tests.factories import make_contact, make_user
from tests.invoices.factories import make_draft, make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.portal.factories import make_page, restrict
from tests.portal.worlds import make_world


@dataclass
class World:
    """A generated one, which its checks only read."""

    contacts: list[Contact]
    rights: Rights
    browsers: SignIn

    @cached_property
    def visible(self) -> dict[tuple[int, Any], set[int]]:
        """Contact and kind of record → the keys of those that the record's gate lets through."""
        return {
            (contact.pk, model): set(model.objects.visible_to(contact).values_list("pk", flat=True))
            for contact in self.contacts
            for _kind, model in scoped_models()
        }

    @cached_property
    def clicks(self) -> dict[int, set[str]]:
        """Contact → the pages that they get. Each is given a user; nobody signs in for a contact that is not
        usable."""
        paths = list(Page.objects.values_list("path", flat=True))
        found: dict[int, set[str]] = {contact.pk: set() for contact in self.contacts}
        for contact in filter(lambda one: one.is_usable, self.contacts):
            browser = self.browsers(with_user(contact))
            found[contact.pk] = {path for path in paths if browser.get(path).status_code == 200}
        return found

    def let_through(self, record: Any) -> set[int]:
        """Those for whom the portal's middleware and views open the record."""
        path, held = address_of(record, self.rights), self.rights.configuration
        return {
            contact.pk
            for contact in self.contacts
            if contact.is_usable
            and (not path or held.may_open(path, contact))
            and record.pk in self.visible[contact.pk, type(record)]
        }


def with_user(contact):
    contact.user = make_user(contact.email)
    contact.save()
    return contact


def the_readers_of_every_record_are_those_whom_the_gates_let_through(world):
    for _kind, model in scoped_models():
        for record in model.objects.all():
            subject = subject_of(record, world.rights)
            readers, expected = readers_of(subject), world.let_through(record)
            assert set(readers.contacts.values_list("pk", flat=True)) == expected, record
            assert readers.count == len(expected)
            for contact in world.contacts:
                assert sees(contact, subject) is (contact.pk in expected)
                assert all(step.passes for step in why(contact, subject)) is (contact.pk in expected), (
                    contact,
                    record,
                )


def the_readers_of_every_page_are_those_who_get_it_by_a_click(world):
    """Pages of the portal by their rules and by what their view asks, those of administrators by rules and
    publication."""
    for page in Page.objects.all():
        subject = subject_of(page, world.rights)
        may_read = {pk for pk, paths in world.clicks.items() if page.path in paths}
        readers = readers_of(subject)
        assert set(readers.contacts.values_list("pk", flat=True)) == may_read, page
        for contact in world.contacts:
            assert all(step.passes for step in why(contact, subject)) is (contact.pk in may_read)


def what_visitors_see_is_what_a_browser_without_sign_in_is_shown(world):
    visitor = world.browsers(None)
    records = [record for _kind, model in scoped_models() for record in model.objects.all()]
    for record in [*records, *Page.objects.filter(is_builtin=False)]:
        path = (
            address_of(record, world.rights)
            if hasattr(record, "record_type") and not isinstance(record, Page)
            else record.path
        )
        own_address = path and path == getattr(record, "get_absolute_url", str)()
        seen = bool(own_address) and visitor.get(path).status_code == 200
        assert subject_of(record, world.rights).is_seen_by_visitors is seen, record


def what_a_person_can_see_is_counted_as_the_gates_count(world):
    for contact in world.contacts:
        reach = reach_of(contact, world.rights)
        counts = [len(world.visible[contact.pk, model]) for _kind, model in scoped_models()]
        assert [record.count for record in reach.records] == counts
        opened = world.clicks[contact.pk]
        assert [page.opens for page in reach.pages] == [page.page.path in opened for page in reach.pages]
        assert all(bool(page.refusal) is not page.opens for page in reach.pages)


CHECKS = {
    the_readers_of_every_record_are_those_whom_the_gates_let_through: range(6),
    what_visitors_see_is_what_a_browser_without_sign_in_is_shown: range(4),
    the_readers_of_every_page_are_those_who_get_it_by_a_click: range(6),
    what_a_person_can_see_is_counted_as_the_gates_count: range(3),
}
"""What holds in a world, and for which worlds it is asked."""


@pytest.mark.parametrize("seed", range(6))
def test_the_reports_of_a_world_say_what_its_gates_do(sign_in, subtests, seed):
    world = World(make_world(seed), Rights.now(), sign_in)
    for check, seeds in CHECKS.items():
        if seed in seeds:
            with subtests.test(check.__name__):
                check(world)


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


def test_case_of_another_account_than_its_contact_stays_with_its_account(alice, globex):
    """Such a row cannot be made in the portal; the gates keep it from the contact, and so does the report."""
    case = make_case(alice)
    Case.objects.filter(pk=case.pk).update(account=globex)
    assert readers_of(subject_of(Case.objects.get(), Rights.now())).count == 0
