"""Readings and drafts of records of any type, and what becomes of marks whose record is gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Account, Contact
from records.actions.marks import discard_draft, draft_by, note_reading, save_draft
from records.models import Draft, Follow, Reading, SavedView
from records.models.marking import draft_of, mute_of, read_by_staff_until, read_until
from records.models.marks import NEW
from records.surfaces import Surface, surfaces
from records.tasks import sweep_marks

SURFACES = [surface for surface in surfaces() if surface.sample]


@pytest.fixture(params=SURFACES, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface[Any]:
    found: Surface[Any] = request.param
    return found


@pytest.fixture
def record(surface: Surface[Any], acme: Account, alice: Contact) -> Any:
    assert surface.sample is not None
    return surface.sample(acme, alice)


def loaded(surface: Surface[Any], record: Any, contact: Contact) -> dict[str, Any]:
    """What the contact keeps about the record, as a page loads it beside the row."""
    rows = surface.model._base_manager.annotate(
        until=read_until(contact, surface.name),
        typed=draft_of(contact, surface.name),
        muted=mute_of(contact, surface.name),
    )
    found: dict[str, Any] = rows.values("until", "typed", "muted").get(pk=record.pk)
    return found


def test_each_contact_finds_their_own_marks_of_this_record_alone(alice, bob, surface, record):
    nothing = {"until": None, "typed": None, "muted": None}
    for contact, record_type, pk in (
        (bob, surface.name, record.pk),
        (alice, "other", record.pk),
        (alice, surface.name, record.pk + 1),
    ):
        mark = {"contact": contact, "record_type": record_type, "record_id": pk}
        Reading.objects.create(read_at=timezone.now(), **mark)
        Draft.objects.create(values={"body": "Not yours"}, **mark)
        Follow.objects.create(**mark)
    assert loaded(surface, record, alice) == nothing
    note_reading(owner=alice, record=record, read_at=None, changed_at=timezone.now())
    save_draft(owner=alice, about=record, values={"body": "Half"})
    own = loaded(surface, record, alice)
    assert (own["until"] is not None, own["typed"], own["muted"]) == (True, {"body": "Half"}, None)


def test_a_reading_is_written_only_where_something_is_new(django_assert_num_queries, alice, record):
    changed = timezone.now() - timedelta(hours=1)
    note_reading(owner=alice, record=record, read_at=changed - timedelta(hours=1), changed_at=changed)
    [reading] = Reading.objects.all()
    assert reading.read_at > changed
    with django_assert_num_queries(0):
        note_reading(owner=alice, record=record, read_at=reading.read_at, changed_at=changed)


def test_an_agent_has_a_reading_of_their_own(alice, ada, surface, record):
    note_reading(owner=alice, record=record, read_at=None, changed_at=timezone.now())
    until = read_by_staff_until(ada.pk, surface.name)
    rows = surface.model._default_manager.annotate(until=until)
    assert rows.get(pk=record.pk).until is None
    for _ in range(2):
        note_reading(owner=ada, record=record, read_at=None, changed_at=timezone.now())
    assert rows.get(pk=record.pk).until == Reading.objects.get(user=ada).read_at


def test_a_mark_has_one_owner(alice, ada):
    about = {"record_type": "case", "record_id": 1}
    for owners in ({}, {"contact": alice, "user": ada}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reading.objects.create(**owners, **about, read_at=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(**owners, record_type="case", name="Kept")
    shared = {"group": Group.objects.create(name="Agents"), "record_type": "case", "name": "Kept"}
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(**shared, contact=alice)


def test_a_draft_is_its_owners_and_an_empty_one_is_none(alice, bob, ada, record):
    for owner, text in ((alice, "Mine"), (ada, "Of the desk")):
        save_draft(owner=owner, about=record, values={"body": text})
        save_draft(owner=owner, about=record, values={"body": f"{text}!"})
    typed = [draft_by(owner, record) for owner in (alice, ada)]
    assert [draft and draft.values["body"] for draft in typed] == ["Mine!", "Of the desk!"]
    assert draft_by(bob, record) is None
    assert not discard_draft(owner=bob, about=record)
    save_draft(owner=alice, about=record, values={"body": ""})
    assert Draft.objects.get().user == ada
    assert discard_draft(owner=ada, about=record)


def test_marks_are_swept_when_their_record_is_gone_and_no_others(alice, surface, record):
    gone = record.pk + 1
    for pk in (record.pk, gone):
        mark = {"contact": alice, "record_type": surface.name, "record_id": pk}
        Reading.objects.create(read_at=timezone.now(), **mark)
        Draft.objects.create(**mark)
        Follow.objects.create(**mark)
    Draft.objects.create(contact=alice, record_type=surface.name, record_id=NEW)
    sweep_marks(timestamp=0)
    for model in (Reading, Follow):
        assert [mark.record_id for mark in model.objects.all()] == [record.pk]
    assert {draft.record_id for draft in Draft.objects.all()} == {NEW, record.pk}


def test_the_sweep_is_a_statement_for_each_type_and_kind_of_mark(django_assert_num_queries, alice):
    with django_assert_num_queries(3 * len(surfaces())):
        sweep_marks(timestamp=0)
