"""Texts of queries that serve every contact hold nothing of the one for whom they were made."""

import pytest

from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from cases.models import Case
from knowledgebase.models import Article
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


def test_what_asks_for_roles_is_refused_rather_than_kept_for_everybody(alice):
    """An article's audience does: one reader's roles would stand in everybody's text."""
    with pytest.raises((AttributeError, Contact.DoesNotExist)):
        rows_for(with_rights(alice), "articles", Article.objects.visible_to)
