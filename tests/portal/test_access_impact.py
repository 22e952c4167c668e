"""What a change does to people is told before it happens; checked here against asking the gates for
everybody, before and after."""

from random import Random

import pytest

from accounts.models import Contact, RecordPermission, WebRole
from accounts.scoping import granted_scope, record_types
from portal.access.impact import Sight, compare
from portal.access.rights import scoped_models
from portal.models import Page, PageAccessRule
from tests.cases.factories import make_case
from tests.factories import make_contact
from tests.knowledgebase.factories import make_article
from tests.portal.factories import make_page, restrict
from tests.portal.worlds import make_world, restrict_to


def everything_seen(sight):
    """Contact → type → scope and keys of all rows, asked one by one."""
    contacts = Contact.objects.usable().with_rights()
    seen = {}
    for contact in contacts:
        for kind, model in scoped_models():
            keys = frozenset(model.objects.visible_to(contact).values_list("pk", flat=True))
            seen[contact.pk, str(kind.label)] = granted_scope(contact, "read", kind), keys
    return seen


def pages_open(sight):
    held = sight.rights.configuration
    readers = {contact.pk: contact for contact in Contact.objects.usable().with_rights()}
    return {
        pk: {page.pk for page in held.pages.values() if held.may_open(page.path, contact)}
        for pk, contact in readers.items()
    }


def by_brute_force(before, after):
    """For each type: contacts that gain, rows gained, contacts that lose, rows lost."""
    told = {}
    for _kind, model in scoped_models():
        label = str(model.record_type.label)
        pairs = [(before[key], after[key]) for key in before if key[1] == label]
        more = [now[1] - was[1] for was, now in pairs]
        less = [was[1] - now[1] for was, now in pairs]
        told[label] = (len(frozenset().union(*more)), len(frozenset().union(*less)))
    return told


def change_something(chance):
    """One of the changes that administrators make."""
    role = chance.choice(list(WebRole.objects.filter(for_anonymous=False)))
    kinds = [
        lambda: role.record_permissions.all().delete(),
        lambda: _grant(role, chance),
        lambda: WebRole.objects.filter(pk=role.pk).update(for_authenticated=not role.for_authenticated),
        PageAccessRule.objects.all()[0].delete,
        lambda: restrict_to(Page.objects.exclude(access_rules__right="read").order_by("pk")[0], [role]),
    ]
    for act in chance.sample(kinds, 2):
        act()


def _grant(role, chance):
    kind = chance.choice(record_types())
    for scope in kind.scopes:
        RecordPermission.objects.update_or_create(
            role=role, record_type=kind.name, scope=scope, defaults={"can_read": True}
        )


@pytest.mark.parametrize("seed", range(25))
def test_who_and_what_is_gained_and_lost_is_what_asking_for_everybody_tells(db, seed):
    make_world(seed)
    before = Sight.now()
    seen, could_open = everything_seen(before), pages_open(before)
    change_something(Random(seed))  # noqa: S311 -- the same change every time
    after = Sight.now()
    impact = compare(before, after)
    seen_after = everything_seen(after)
    told = {change.label: (change.gained, change.lost) for change in impact.records}
    expected = by_brute_force(seen, seen_after)
    assert {label: rows for label, rows in told.items() if any(rows)} == {
        label: rows for label, rows in expected.items() if any(rows)
    }
    can_open = pages_open(after)
    gained = {pk: can_open[pk] - could_open[pk] for pk in can_open}
    lost = {pk: could_open[pk] - can_open[pk] for pk in can_open}
    assert (impact.pages.contacts_gaining, impact.pages.gained) == (
        sum(map(bool, gained.values())),
        len(set().union(*gained.values())),
    )
    assert (impact.pages.contacts_losing, impact.pages.lost) == (
        sum(map(bool, lost.values())),
        len(set().union(*lost.values())),
    )
    contacts = {change.label: change.contacts_gaining + change.contacts_losing for change in impact.records}
    for _kind, model in scoped_models():
        label = str(model.record_type.label)
        different = [key for key in seen if key[1] == label and seen[key] != seen_after[key]]
        assert contacts.get(label, 0) == len(different), label


def test_nothing_is_told_where_nothing_changes(alice):
    before = Sight.now()
    WebRole.objects.update(description="Other words.")
    RecordPermission.objects.filter(role__name="Portal IT User").update(can_write=False)
    assert not compare(before, Sight.now())


def test_colleagues_gain_what_is_not_their_own(acme, alice):
    """One who reads the account's cases instead of their own gains those of the others; two gain each
    other's."""
    make_case(alice)
    bert = make_contact("Bert", acme)
    make_case(bert)
    role = WebRole.objects.create(name="Team")
    alice.roles.add(role)
    before = Sight.now()
    RecordPermission.objects.create(role=role, record_type="case", scope="account", can_read=True)
    (change,) = compare(before, Sight.now()).records
    assert (change.contacts_gaining, change.gained) == (1, 1)
    bert.roles.add(role)
    (change,) = compare(before, Sight.now()).records
    assert (change.contacts_gaining, change.gained) == (2, 2)


def colleagues_of_a_joined_case(acme, *readers):
    """A case of the first, which the others have joined; all hold a role of their own."""
    role = WebRole.objects.create(name="Team")
    case = make_case(readers[0], participants=list(readers[1:]))
    for reader in readers:
        reader.roles.add(role)
    return role, case


@pytest.mark.parametrize("scope", ["account", "global"])
def test_nobody_gains_a_case_that_they_have_joined(acme, alice, scope):
    bert, cora = make_contact("Bert", acme), make_contact("Cora", acme)
    role, _case = colleagues_of_a_joined_case(acme, alice, bert)
    before = Sight.now()
    RecordPermission.objects.create(role=role, record_type="case", scope=scope, can_read=True)
    assert [change.gained for change in compare(before, Sight.now()).records] == [0]
    cora.roles.add(role)
    assert [change.gained for change in compare(before, Sight.now()).records] == [1]


def test_a_single_colleague_gains_the_cases_that_they_have_not_joined(acme, alice):
    bert = make_contact("Bert", acme)
    make_case(alice, participants=[bert])
    make_case(alice)
    role = WebRole.objects.create(name="Team")
    bert.roles.add(role)
    before = Sight.now()
    RecordPermission.objects.create(role=role, record_type="case", scope="account", can_read=True)
    assert [change.gained for change in compare(before, Sight.now()).records] == [1]


def test_whoever_loses_the_right_to_their_own_cases_loses_those_that_they_have_joined(acme, alice):
    make_case(alice, participants=[make_contact("Bert", acme)])
    make_case(make_contact("Cora", acme))
    before = Sight.now()
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).delete()
    assert [change.lost for change in compare(before, Sight.now()).records] == [2]


@pytest.mark.parametrize(("held", "gained"), [("contact", 2), ("account", 1)])
def test_a_single_contact_who_reads_all_from_now_on_gains_what_they_did_not_read_before(
    acme, alice, charlie, held, gained
):
    for contact in (alice, make_contact("Bert", acme), charlie):
        make_case(contact)
    role = WebRole.objects.create(name="Overseer")
    alice.roles.add(role)
    RecordPermission.objects.create(role=role, record_type="case", scope=held, can_read=True)
    before = Sight.now()
    RecordPermission.objects.create(role=role, record_type="case", scope="global", can_read=True)
    (change,) = compare(before, Sight.now()).records
    assert (change.contacts_gaining, change.gained) == (1, gained)


def test_what_visitors_gain_is_told(alice):
    make_article()
    make_page("/open/")
    before = Sight.now()
    RecordPermission.objects.create(
        role=WebRole.objects.get(for_anonymous=True), record_type="article", scope="global", can_read=True
    )
    restrict("/open/", "Anonymous Users")
    impact = compare(before, Sight.now())
    assert impact.exposes_to_visitors
    assert [(change.label, change.gained) for change in impact.visitors] == [("Articles", 1)]
    assert "Open" in impact.visitor_pages


def test_what_visitors_lose_exposes_nothing(alice):
    permission = RecordPermission.objects.create(
        role=WebRole.objects.get(for_anonymous=True), record_type="article", scope="global", can_read=True
    )
    make_article()
    before = Sight.now()
    permission.delete()
    impact = compare(before, Sight.now())
    assert impact
    assert not impact.exposes_to_visitors
    assert impact.visitors[0].lost == 1


def test_visitors_are_told_apart_even_while_there_is_nothing_to_read(db):
    before = Sight.now()
    RecordPermission.objects.create(
        role=WebRole.objects.get(for_anonymous=True), record_type="article", scope="global", can_read=True
    )
    assert compare(before, Sight.now()).exposes_to_visitors


def test_publishing_a_page_for_those_who_are_signed_in_is_not_asked_about(alice):
    """The comparison of pages asks for the rules alone: publishing is not a question of who."""
    page = make_page("/news/", is_draft=True)
    before = Sight.now()
    Page.objects.filter(pk=page.pk).update(is_draft=False)
    assert not compare(before, Sight.now())
