"""Texts of queries that serve every contact hold nothing of the one for whom they were made."""

import pytest

from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from cases.models import Case
from forums.models import Forum
from tests.cases.factories import make_case


def with_rights(contact: Contact) -> Contact:
    return Contact.objects.with_rights().select_related("account").get(pk=contact.pk)


def cases_of(reader: Contact, **_values: object):
    return Case.objects.visible_to(reader)


def test_the_same_text_shows_each_contact_their_own(alice, charlie):
    own, other = make_case(alice), make_case(charlie)
    assert rows_for(with_rights(alice), "own cases", cases_of) == [own]
    assert rows_for(with_rights(charlie), "own cases", cases_of) == [other]


def test_another_right_is_another_text(alice, ivan):
    case = make_case(alice)
    assert rows_for(with_rights(ivan), "cases by right", cases_of) == [case]
    ivan.roles.clear()
    assert rows_for(with_rights(ivan), "cases by right", cases_of) == []


def test_an_audience_is_asked_with_the_roles_of_who_reads(alice, ivan):
    """The text is the same for both; a role that is taken away, or an audience that changes, counts at
    once."""
    forum, role = Forum.objects.create(name="Pumps", slug="pumps"), ivan.roles.get()
    forum.audience.add(role)

    def seen(contact: Contact) -> list[Forum]:
        return rows_for(with_rights(contact), "forums", Forum.objects.visible_to)

    assert (seen(alice), seen(ivan)) == ([], [forum])
    ivan.roles.clear()
    assert seen(ivan) == []
    alice.roles.add(role)
    assert seen(alice) == [forum]
    forum.audience.clear()
    assert seen(ivan) == [forum]


def test_what_asks_for_more_than_rights_is_refused_rather_than_kept_for_everybody(alice):
    """One reader's address would stand in everybody's text."""
    with pytest.raises(AttributeError):
        rows_for(with_rights(alice), "by address", lambda reader: Contact.objects.filter(email=reader.email))
