"""A word said and a word noted about a record of every type: who finds them, in which place. A new feature is
tried by declaring its surface."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import Contact
from cases.models import CaseStatus
from cases.surface import CASES
from records.actions.following import follow
from records.actions.marks import save_draft
from records.actions.messages import add_note, reply
from records.models.message import file_url
from records.surfaces import Surface
from tests.cases.factories import pdf_upload, picture_upload
from tests.factories import grant
from tests.portal.factories import restrict as restrict_page
from tests.records.scenes import SAMPLED, TALKED_ABOUT, Scene, make_scene, places, read

SAID, NOTED = "Zaunkoenigsaid", "Zaunkoenignoted"


def named(surface: Surface[Any]) -> str:
    return surface.name


@pytest.fixture(params=SAMPLED, ids=named)
def scene(request, acme, alice, charlie, bob) -> Scene:
    bob.roles.clear()
    return make_scene(request.param, acme, alice, charlie, bob)


@pytest.fixture(params=TALKED_ABOUT, ids=named)
def talk_scene(request, acme, alice, charlie, bob, ada) -> Scene:
    """What the owner said has a file and a picture; what staff noted has another file."""
    bob.roles.clear()
    scene = make_scene(request.param, acme, alice, charlie, bob)
    about = {"talk": scene.surface.talk, "record": scene.record}
    owner = Actor(user=alice.user, contact=alice)
    reply(actor=owner, **about, body=SAID, uploads=[pdf_upload(), picture_upload()])
    add_note(actor=Actor(user=ada), **about, body=NOTED, uploads=[pdf_upload(f"{NOTED}.pdf")])
    return scene


def texts(browser: Client, scene: Scene, *more: str) -> dict[str, str]:
    record = scene.record
    words = [str(getattr(record, scene.surface.key)), scene.surface.line(record, scene.owner).title]
    addresses = places(scene.surface, [*words, SAID, NOTED]) | {url: url for url in more}
    return {name: read(browser, url)[1] for name, url in addresses.items()}


def files(scene: Scene, **of: Any) -> list[str]:
    kept = scene.surface.talk.attachments.objects.filter(**of)
    return [file_url(scene.surface.name, file.pk) for file in kept]


def test_who_may_read_a_record_finds_it_where_its_type_is_shown(scene, sign_in):
    browser = sign_in(scene.owner)
    assert browser.get(scene.url).status_code == 200
    found = {name for name, text in texts(browser, scene).items() if scene.url in text}
    assert not scene.surface.search or any(name.startswith("search") for name in found)
    assert not scene.surface.listing or scene.surface.listing.parent or "list" in found


def test_whoever_may_not_read_a_record_finds_it_nowhere(scene, sign_in, visitor):
    for outsider in scene.outsiders:
        browser = sign_in(outsider)
        assert browser.get(scene.url).status_code == 404
        shown = texts(browser, scene)
        assert [name for name, text in shown.items() if scene.url in text] == []
    assert visitor.get(scene.url).status_code in (302, 404)


def test_who_loses_the_right_loses_the_record_everywhere_at_the_next_request(scene, sign_in):
    browser, owner = sign_in(scene.owner), scene.owner
    if scene.surface.follows:
        follow(contact=owner, record=scene.record)
    save_draft(owner=owner, about=scene.record, values={"body": SAID})
    scene.take_the_right()
    assert browser.get(scene.url).status_code in (403, 404)
    assert [name for name, text in texts(browser, scene).items() if scene.url in text] == []


def test_whoever_a_page_rule_closes_the_list_to_finds_the_record_nowhere(scene, sign_in):
    browser, shown = sign_in(scene.owner), scene.surface.url(scene.surface.list_name)
    record_activity(actor=SYSTEM, verb=next(iter(scene.surface.events), "nothing"), record=scene.record)
    addresses = [scene.url, *files_said(scene)]
    assert {browser.get(url).status_code for url in addresses} == {200}
    restrict_page(shown, "Administrators")
    assert {browser.get(url).status_code for url in addresses} == {403}
    assert [name for name, text in texts(browser, scene).items() if scene.url in text] == []


def files_said(scene: Scene) -> list[str]:
    """One, of what people talk about."""
    if scene.surface.talk is None:
        return []
    owner = Actor(user=scene.owner.user, contact=scene.owner)
    reply(actor=owner, talk=scene.surface.talk, record=scene.record, body=SAID, uploads=[pdf_upload()])
    return files(scene)


def test_what_was_said_reaches_its_readers_and_nobody_else(talk_scene, sign_in, visitor):
    owner = sign_in(talk_scene.owner)
    assert SAID in read(owner, talk_scene.url)[1]
    for url in files(talk_scene, message__visibility="customer"):
        assert owner.get(url).status_code == 200
        for outsider in talk_scene.outsiders:
            assert sign_in(outsider).get(url).status_code == 404
            assert sign_in(outsider).get(f"{url}?small").status_code == 404
        assert visitor.get(url).status_code in (302, 404)
    for outsider in talk_scene.outsiders:
        shown = texts(sign_in(outsider), talk_scene, talk_scene.url)
        assert [name for name, text in shown.items() if SAID in text.replace(f"q={SAID}", "")] in (
            [],
            ["search 2", "suggestions 2"],  # which repeat what was looked for
        )


def test_what_was_noted_reaches_no_customer(talk_scene, sign_in):
    browser = sign_in(talk_scene.owner)
    shown = texts(browser, talk_scene, talk_scene.url)
    assert [name for name, text in shown.items() if NOTED in text] in ([], ["search 3", "suggestions 3"])
    [url] = files(talk_scene, message__visibility="internal")
    assert [browser.get(one).status_code for one in (url, f"{url}?small")] == [404, 404]


def test_what_somebody_said_is_in_the_file_of_their_own_data_and_of_nobody_elses(talk_scene, sign_in):
    """Nor of a colleague who may read it."""
    colleague = talk_scene.powerless
    grant(colleague, talk_scene.surface.name, "account", "read")
    assert SAID in read(sign_in(colleague), talk_scene.url)[1]
    data = reverse("personal_data_download")
    assert SAID in read(sign_in(talk_scene.owner), data)[1]
    assert SAID not in read(sign_in(colleague), data)[1]


@pytest.fixture(params=[surface for surface in SAMPLED if surface.waiting], ids=named)
def waiting_scene(request, acme, alice, charlie, bob, ada) -> Iterator[Scene]:
    """Staff have answered, and more than a year has gone by. That is enough for anything to wait but for a
    case, of which staff say so."""
    bob.roles.clear()
    scene = make_scene(request.param, acme, alice, charlie, bob)
    if scene.surface.talk:
        told = {"status": CaseStatus.objects.first_of("waiting")} if scene.surface is CASES else {}
        reply(actor=Actor(user=ada), talk=scene.surface.talk, record=scene.record, body=SAID, **told)
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        yield scene


def test_what_waits_for_its_reader_waits_for_nobody_who_may_not_read_it(waiting_scene, sign_in):
    def urls(contact: Contact) -> list[str]:
        return [row.url for row in sign_in(contact).get(reverse("home")).context["waiting"]]

    assert urls(waiting_scene.owner) == [waiting_scene.url]
    assert [urls(outsider) for outsider in waiting_scene.outsiders] == [[], []]


def test_nothing_waits_whose_page_is_closed_to_the_reader(waiting_scene, sign_in):
    restrict_page(waiting_scene.surface.url("list"), "Administrators")
    assert sign_in(waiting_scene.owner).get(reverse("home")).context["waiting"] == []


def test_a_file_is_found_under_its_own_type_alone(talk_scene, sign_in):
    browser = sign_in(talk_scene.owner)
    for url in files(talk_scene, message__visibility="customer"):
        key = url.rstrip("/").rpartition("/")[2]
        others = {surface.name for surface in SAMPLED} - {talk_scene.surface.name}
        assert {browser.get(f"/files/{name}/{key}/").status_code for name in others} == {404}
