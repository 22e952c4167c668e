"""A file has one address, under the name of its record's type, and is handed out through the record gate."""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Contact
from cases.actions import add_internal_note
from cases.models import Attachment
from records.actions.messages import reply
from records.surfaces import Surface
from records.tasks import GRACE, sweep_files
from tests.cases.factories import make_case, pdf_upload, picture_upload
from tests.factories import grant
from tests.records.scenes import TALKED_ABOUT

SignIn = Callable[..., Client]


def file_of_case(contact: Contact) -> Attachment:
    return make_case(contact, uploads=[pdf_upload()]).messages.get().attachments.get()


def test_a_file_lies_under_the_type_of_its_record(sign_in: SignIn, alice: Contact):
    file = file_of_case(alice)
    assert file.get_absolute_url() == f"/files/case/{file.pk}/"
    assert sign_in(alice).get(file.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("type_name", ["invoice", "loan", "article", "Case", "case_message", "file"])
def test_a_file_is_not_found_under_another_type(sign_in: SignIn, alice: Contact, type_name: str):
    file = file_of_case(alice)
    assert sign_in(alice).get(f"/files/{type_name}/{file.pk}/").status_code == 404


@pytest.mark.parametrize("surface", TALKED_ABOUT, ids=lambda surface: surface.name)
def test_a_key_that_no_file_has_is_not_found(sign_in: SignIn, alice: Contact, surface: Surface[Any]):
    url = reverse("file", args=[surface.name, uuid.UUID(int=1)])
    assert sign_in(alice).get(url).status_code == 404


@pytest.mark.parametrize("surface", TALKED_ABOUT, ids=lambda surface: surface.name)
def test_who_took_a_file_of_which_record_is_told_in_the_log_of_the_account(
    sign_in: SignIn, alice: Contact, bob: Contact, surface: Surface[Any]
):
    """A type that has no words of its own for it is told in those that are right for any."""
    grant(alice, surface.name, "contact", "read", "create")
    record, owner = surface.sample(alice.account, alice), Actor(user=alice.user, contact=alice)
    about = {"talk": surface.talk, "record": record}
    message: Any = reply(actor=owner, **about, body="Here", uploads=[picture_upload()])
    url, number = message.attachments.get().get_absolute_url(), getattr(record, surface.key)
    for query in ({}, {"small": ""}):
        assert sign_in(alice).get(url, query).status_code == 200
    lines = sign_in(bob).get("/users/log/", {"kind": "download"}).context["lines"]
    assert [line.about for line in lines] == [alice.full_name] * 2
    assert all(line.facts[0].endswith(f" {number}") for line in lines)
    if not surface.downloads:
        assert [line.what for line in lines] == ["Pictures viewed", "File downloaded"]


def test_the_address_of_before_is_gone(sign_in: SignIn, alice: Contact):
    assert sign_in(alice).get(f"/attachments/{file_of_case(alice).pk}/").status_code == 404


def aged(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4")
    long_ago = (timezone.now() - GRACE - timedelta(hours=1)).timestamp()
    os.utime(path, (long_ago, long_ago))
    return path


def test_files_without_a_row_are_swept_and_all_others_stay(alice: Contact, ada: Any, settings: Any):
    root = Path(settings.MEDIA_ROOT)
    case = make_case(alice, uploads=[pdf_upload()])
    add_internal_note(actor=Actor(user=ada), case=case, body="Look", uploads=[pdf_upload()])
    kept = [Path(file.file.path) for file in Attachment.objects.all()]
    for path in kept:
        aged(path)
    forgotten, elsewhere = aged(root / "cases" / "ab" / "abc.pdf"), aged(root / "ab" / "invoice.pdf")
    fresh = root / "cases" / "ab" / "fresh.pdf"
    fresh.write_bytes(b"%PDF-1.4")
    sweep_files(0)
    assert not forgotten.exists()
    assert len(kept) == 2
    assert all(path.exists() for path in (*kept, elsewhere, fresh))
