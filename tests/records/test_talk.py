"""What holds for the conversation about a record of any type: who reads it, who writes in it, and what is
never shown. Each type of record that people talk about is tried; none has to be named here."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Account, Activity, Contact, RecordPermission, User
from records.actions.messages import Mailed, add_note, edit_reply, reply
from records.models import Message
from records.surfaces import Surface
from records.talk import Talk
from tests.cases.factories import pdf_upload
from tests.factories import grant
from tests.records.addresses import routes
from tests.records.scenes import TALKED_ABOUT, make_scene

SignIn = Callable[..., Client]
SAID, NOTED = "The valve is a left one", "They have not paid since May"
ROUTES = ("detail", "reply", "reply_draft", "reply_edit")


@dataclass(frozen=True)
class Scene:
    """A record of Alice's, in which she said something with a file and Ada noted something with a file."""

    surface: Surface[Any]
    talk: Talk[Any]
    record: Any
    said: Message
    noted: Message

    def url(self, name: str, *more: Any) -> str:
        return self.surface.url(name, getattr(self.record, self.surface.key), *more)

    @property
    def addresses(self) -> dict[str, tuple[str, str]]:
        """Name → method and address."""
        return {
            "detail": ("get", self.url("detail")),
            "reply by link": ("get", self.url("reply")),
            "reply": ("post", self.url("reply")),
            "reply_draft": ("post", self.url("reply_draft")),
            "reply_edit": ("get", self.url("reply_edit", self.said.pk)),
            "edited": ("post", self.url("reply_edit", self.said.pk)),
            "file": ("get", file_of(self.said)),
            "file shown small": ("get", f"{file_of(self.said)}?small"),
        }


def file_of(message: Message) -> str:
    file: Any = message.attachments.get()  # type: ignore[attr-defined]
    return str(file.get_absolute_url())


@pytest.fixture(params=TALKED_ABOUT, ids=lambda surface: surface.name)
def scene(
    request: pytest.FixtureRequest, acme: Account, alice: Contact, charlie: Contact, bob: Contact, ada: User
) -> Scene:
    surface = request.param
    record = make_scene(surface, acme, alice, charlie, bob).record
    what = {"talk": surface.talk, "record": record, "uploads": [pdf_upload()]}
    said = reply(actor=Actor(user=alice.user, contact=alice), body=SAID, **what)
    noted = add_note(actor=Actor(user=ada), body=NOTED, **what | {"uploads": [pdf_upload("secret.pdf")]})
    return Scene(surface, surface.talk, record, said, noted)


def typed(body: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"body": body, "submission": str(uuid.uuid4()), **more}


def sent(browser: Client, method: str, url: str) -> Any:
    return getattr(browser, method)(url, typed() if method == "post" else {})


def words_of(scene: Scene) -> Iterator[tuple[Any, ...]]:
    return scene.talk.of(scene.record).order_by("pk").values_list("pk", "body", "edited_at")


def test_there_is_something_to_try():
    example = {"loan"} if apps.is_installed("tests.example_app.loans") else set()
    assert {"case"} | example <= {surface.name for surface in TALKED_ABOUT}


@pytest.mark.parametrize("surface", TALKED_ABOUT, ids=lambda surface: surface.name)
def test_the_addresses_of_a_conversation_know_their_surface(surface: Surface[Any]):
    found = {name: entry.default_args.get("surface") for name, entry in routes()}
    assert [found[f"{surface.namespace}:{name}"] for name in ROUTES] == [surface] * len(ROUTES)


# Who reads and writes


MOVED_ON = {"reply by link", "reply", "edited"}


def test_the_owner_reads_and_writes(scene: Scene, sign_in: SignIn, alice: Contact):
    browser, before = sign_in(alice), scene.talk.of(scene.record).count()
    for name, (method, url) in scene.addresses.items():
        if name != "edited":
            assert sent(browser, method, url).status_code == (302 if name in MOVED_ON else 200), name
    assert SAID in browser.get(scene.url("detail")).text
    assert scene.talk.of(scene.record).count() == before + 1


def test_the_owner_puts_their_own_words_right(scene: Scene, sign_in: SignIn, alice: Contact):
    url = scene.url("reply_edit", scene.said.pk)
    assert sign_in(alice).post(url, {"body": "The valve is a right one"}).status_code == 302
    scene.said.refresh_from_db()
    assert (scene.said.body, scene.said.edited_at is None) == ("The valve is a right one", False)


def test_a_stranger_finds_nothing_and_changes_nothing(scene: Scene, sign_in: SignIn, charlie: Contact):
    browser, before = sign_in(charlie), list(words_of(scene))
    for name, (method, url) in scene.addresses.items():
        assert sent(browser, method, url).status_code == 404, name
    assert list(words_of(scene)) == before


def test_staff_and_visitors_find_nothing_outside_of_the_administration(
    scene: Scene, sign_in: SignIn, ada: User
):
    before = list(words_of(scene))
    for name, (method, url) in scene.addresses.items():
        assert sent(sign_in(ada), method, url).status_code == 404, name
        assert sent(sign_in(None), method, url).url.startswith(reverse("account_login")), name
    assert list(words_of(scene)) == before


def test_whoever_loses_every_right_finds_nothing_from_the_next_request_on(
    scene: Scene, sign_in: SignIn, alice: Contact
):
    browser, before = sign_in(alice), list(words_of(scene))
    assert browser.get(scene.url("detail")).status_code == 200
    RecordPermission.objects.all().delete()
    for name, (method, url) in scene.addresses.items():
        assert sent(browser, method, url).status_code in (403, 404), name
    assert list(words_of(scene)) == before


def test_a_colleague_who_only_reads_is_refused_to_write_and_keeps_their_words(
    scene: Scene, sign_in: SignIn, fiona: Contact
):
    grant(fiona, scene.surface.name, "account", "read")
    browser, before = sign_in(fiona), list(words_of(scene))
    page = browser.get(scene.url("detail")).text
    assert SAID in page
    assert scene.url("reply") not in page.replace(scene.url("reply_draft"), "")
    refused = browser.post(scene.url("reply"), typed("I know this, too"))
    assert refused.status_code == 403
    assert "You can read this, but you cannot reply." in refused.text
    assert ">I know this, too</textarea>" in refused.text.replace("\n", "")
    assert browser.get(file_of(scene.said)).status_code == 200
    assert list(words_of(scene)) == before


def test_the_page_offers_its_owner_to_mute_the_mails_and_others_to_follow(
    scene: Scene, sign_in: SignIn, alice: Contact, fiona: Contact
):
    grant(fiona, scene.surface.name, "account", "read")
    for person, words in ((alice, "Mute emails"), (fiona, "Follow")):
        page = sign_in(person).get(scene.url("detail"))
        assert page.context["follow"].label == words
        assert f"{words}</button>" in page.text


def test_nobody_changes_the_words_of_others(
    scene: Scene, sign_in: SignIn, alice: Contact, ada: User, fiona: Contact
):
    grant(fiona, scene.surface.name, "account", "read", "create", "write")
    answer = reply(actor=Actor(user=ada), talk=scene.talk, record=scene.record, body="We look into it.")
    before = list(words_of(scene))
    for person, message in ((alice, answer), (alice, scene.noted), (fiona, scene.said)):
        url = scene.url("reply_edit", message.pk)
        assert sign_in(person).get(url).status_code == 404
        assert sign_in(person).post(url, {"body": "Ha"}).status_code == 404
    assert list(words_of(scene)) == before


def test_who_may_write_is_decided_again_with_the_record_locked(
    scene: Scene, charlie: Contact, fiona: Contact
):
    grant(fiona, scene.surface.name, "account", "read")
    before = list(words_of(scene))
    for person in (charlie, fiona):
        with pytest.raises(ValidationError):
            reply(
                actor=Actor(user=person.user, contact=person),
                talk=scene.talk,
                record=scene.record,
                body="Me, too",
            )
        with pytest.raises(ValidationError):
            edit_reply(
                actor=Actor(user=person.user, contact=person), talk=scene.talk, message=scene.said, body="Ha"
            )
    assert list(words_of(scene)) == before


# What staff keep to themselves


def test_an_internal_note_and_its_file_are_never_shown_to_customers(
    scene: Scene, sign_in: SignIn, alice: Contact, fiona: Contact
):
    grant(fiona, scene.surface.name, "account", "read", "create", "write")
    for person in (alice, fiona):
        browser = sign_in(person)
        page = browser.get(scene.url("detail")).text
        assert SAID in page
        assert NOTED not in page
        assert "secret.pdf" not in page
        assert browser.get(file_of(scene.noted)).status_code == 404
        assert browser.get(file_of(scene.noted), {"small": ""}).status_code == 404
        assert NOTED not in browser.post(scene.url("reply"), typed(""), follow=True).text


def test_an_internal_note_does_not_move_the_record(scene: Scene, ada: User):
    before = scene.talk.lock(scene.record).updated_at
    add_note(actor=Actor(user=ada), talk=scene.talk, record=scene.record, body=NOTED)
    assert scene.talk.lock(scene.record).updated_at == before


def test_a_customer_writes_no_note(scene: Scene, alice: Contact):
    with pytest.raises(IntegrityError, match="notes_are_by_staff"), transaction.atomic():
        add_note(
            actor=Actor(user=alice.user, contact=alice), talk=scene.talk, record=scene.record, body="Psst"
        )


def test_what_else_happened_is_told_between_the_messages_and_what_staff_keep_is_not(
    scene: Scene, sign_in: SignIn, alice: Contact, ada: User
):
    told = scene.surface.detail.told_to_customers
    for verb in told:
        record_activity(actor=Actor(user=ada), verb=verb, record=scene.record, is_internal=True)
    lines = Activity.objects.filter(record_type=scene.surface.name, record_id=str(scene.record.pk))
    customers = lines.filter(verb__in=told, is_internal=False).count()
    entries = sign_in(alice).get(scene.url("detail")).context["entries"]
    assert len([entry for entry in entries if not entry.is_message]) == customers
    assert customers or scene.surface.name == "case"


# What came around the words in a mail


def test_what_a_mail_quoted_is_folded_away_as_it_stood(
    scene: Scene, sign_in: SignIn, alice: Contact, ada: User
):
    owner = Actor(user=alice.user, contact=alice)
    about = {"talk": scene.talk, "record": scene.record}
    reply(actor=owner, **about, body="It works.", mailed=Mailed("> <b>Did it help?</b>"))
    add_note(actor=Actor(user=ada), **about, body="By mail", mailed=Mailed("> Nobody else reads this"))
    page = sign_in(alice).get(scene.url("detail")).text
    assert page.count("<summary>Show quoted text</summary>") == 1
    assert '<div dir="auto">&gt; &lt;b&gt;Did it help?&lt;/b&gt;</div></details>' in page
    assert "Nobody else reads this" not in page


# Once, and whole


def test_what_is_sent_twice_is_written_once(scene: Scene, sign_in: SignIn, alice: Contact, ada: User):
    browser, data, before = sign_in(alice), typed("Only once"), scene.talk.of(scene.record).count()
    first, second = (browser.post(scene.url("reply"), {**data, "uploads": [pdf_upload()]}) for _ in "ab")
    assert first.url == second.url
    note = {"talk": scene.talk, "record": scene.record, "body": NOTED, "submission": uuid.uuid4()}
    assert len({add_note(actor=Actor(user=ada), **note).pk for _ in "ab"}) == 1
    assert scene.talk.of(scene.record).count() == before + 2
    assert scene.talk.of(scene.record).get(body="Only once").attachments.count() == 1
    lines = Activity.objects.filter(record_type=scene.surface.name, record_id=str(scene.record.pk))
    assert lines.filter(verb=f"{scene.surface.name}.replied").count() == 2


def test_what_comes_with_a_bad_file_is_not_written_and_not_lost(
    scene: Scene, sign_in: SignIn, alice: Contact
):
    before, bad = list(words_of(scene)), pdf_upload("run.exe", b"MZ")
    page = sign_in(alice).post(scene.url("reply"), typed("All my words", uploads=[pdf_upload(), bad]))
    assert (page.status_code, list(words_of(scene))) == (200, before)
    assert ">All my words</textarea>" in page.text.replace("\n", "")
    assert "run.exe cannot be sent" in page.text


# What it costs


def test_the_page_costs_seven_queries_for_few_and_for_many_messages_and_writes_nothing_at_a_second_look(
    scene: Scene, sign_in: SignIn, alice: Contact, ada: User
):
    browser = sign_in(alice)
    for count in (0, 30):
        for number in range(count):
            reply(actor=Actor(user=ada), talk=scene.talk, record=scene.record, body=f"Number {number}")
        browser.get(scene.url("detail"))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.url("detail")).status_code == 200
        assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
        assert len(queries) <= 7


def test_earlier_messages_are_a_page_further_and_none_is_left_out(
    scene: Scene, sign_in: SignIn, alice: Contact, ada: User
):
    for number in range(30):
        reply(actor=Actor(user=ada), talk=scene.talk, record=scene.record, body=f"Number {number} of them")
    browser = sign_in(alice)
    latest = browser.get(scene.url("detail"))
    earlier = browser.get(scene.url("detail") + latest.context["page"].older_url)
    texts = [latest.text, earlier.text]
    for number in range(30):
        assert sum(f"Number {number} of them</p>" in text for text in texts) == 1, number
    assert SAID in earlier.text
    assert NOTED not in earlier.text
