"""What holds for whoever is let into a record, of every type that lets people in."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts.models import Account, Contact, RecordPermission, WebRole
from records.actions.following import follow, receivers
from records.models import Participant
from records.surfaces import Surface, surfaces

JOINED = [surface for surface in surfaces() if surface.record_type.joined]


def rows_of(surface: Surface[Any], record: Any) -> Any:
    return getattr(record, str(surface.record_type.joined))


@pytest.fixture(params=JOINED, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface[Any]:
    found: Surface[Any] = request.param
    return found


@pytest.fixture
def record(surface: Surface[Any], acme: Account, alice: Contact) -> Any:
    assert surface.sample is not None
    return surface.sample(acme, alice)


@pytest.fixture
def own_alone(db: None, surface: Surface[Any]) -> None:
    """Everybody reads their own records of the type, and no others."""
    RecordPermission.objects.filter(record_type=surface.name).exclude(scope="contact").delete()
    everyone = WebRole.objects.get(name="Authenticated Users")
    named = {"role": everyone, "record_type": surface.name, "scope": "contact"}
    RecordPermission.objects.update_or_create(**named, defaults={"can_read": True})


def test_every_participant_is_let_in_by_what_a_record_type_declares():
    children = {model for model in apps.get_models() if issubclass(model, Participant)}
    relations = [surface.model._meta.get_field(str(surface.record_type.joined)) for surface in JOINED]
    assert {relation.related_model for relation in relations} == children


def test_a_contact_takes_part_once(surface, record, bob):
    rows_of(surface, record).create(contact=bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_of(surface, record).create(contact=bob)
    keys = [
        constraint.fields
        for constraint in rows_of(surface, record).model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    assert any("contact" in fields for fields in keys)


@pytest.mark.usefixtures("own_alone")
def test_who_takes_part_reads_and_who_follows_does_not(surface, record, bob, fiona):
    follow(contact=fiona, record=record)
    rows_of(surface, record).create(contact=bob)
    for contact, reads in ((bob, True), (fiona, False)):
        reader = Contact.objects.get(pk=contact.pk)
        assert surface.visible_to(reader).filter(pk=record.pk).exists() == reads
    assert bob in receivers(record)
    assert fiona not in receivers(record)


@pytest.mark.usefixtures("own_alone")
def test_who_moved_to_another_account_takes_part_no_more(surface, record, bob, globex):
    rows_of(surface, record).create(contact=bob)
    Contact.objects.filter(pk=bob.pk).update(account=globex)
    assert not surface.visible_to(Contact.objects.get(pk=bob.pk)).exists()
    assert bob not in receivers(record)
