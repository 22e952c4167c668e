"""Staff read what was said and noted on the page of a record in the administration, answer and note there; of
each type whose ModelAdmin has that part."""

import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity, User
from records.actions.messages import add_note, reply
from records.admin import conversation
from records.admin.conversation import CONVERSATION
from records.surfaces import Surface, surfaces
from tests.cases.factories import make_case, pdf_upload, picture_upload
from tests.factories import grant, make_user

SHOWN = [
    surface
    for surface in surfaces()
    if CONVERSATION in getattr(admin.site._registry.get(surface.model), "parts", ())
]
pytestmark = pytest.mark.skipif(not SHOWN, reason="Only the example has this part: cases have their own.")


@pytest.fixture(params=SHOWN, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface[Any]:
    found: Surface[Any] = request.param
    return found


@pytest.fixture
def record(surface, acme, alice) -> Any:
    return surface.sample(acme, alice)


def address(surface: Surface[Any], page: str, *args: Any) -> str:
    options = surface.model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


def staff(surface: Surface[Any], *rights: str, email: str = "sam@portal.example") -> User:
    user = make_user(email, is_staff=True, first_name="Sam")
    names = [f"{right}_{surface.model._meta.model_name}" for right in rights]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def sent(**values: Any) -> dict[str, Any]:
    return {"visibility": "internal", "body": "Seen.", "submission": str(uuid.uuid4()), **values}


def said(surface: Surface[Any], record: Any) -> list[tuple[str, str]]:
    return list(surface.talk.of(record).order_by("pk").values_list("visibility", "body"))


def test_the_page_shows_what_was_said_and_noted_with_its_files(sign_in, alice, ada, surface, record):
    about = {"talk": surface.talk, "record": record}
    reply(
        actor=Actor(user=alice.user, contact=alice),
        **about,
        body="It is **dark**.",
        uploads=[picture_upload()],
    )
    note = add_note(actor=Actor(user=ada), **about, body="Old stock.", uploads=[pdf_upload("stock.pdf")])
    browser = sign_in(staff(surface, "view"))
    page = browser.get(address(surface, "change", record.pk)).text
    assert "It is <strong>dark</strong>." in page
    assert (
        page.index("It is") < page.index("Internal note, never shown to customers") < page.index("Old stock.")
    )
    file = address(surface, "attachment", note.attachments.get().pk)
    assert file in page
    given = browser.get(file)
    assert given.status_code == 200
    assert 'filename="stock.pdf"' in given["Content-Disposition"]
    line = Activity.objects.get(verb=f"{surface.name}.file_downloaded")
    assert (line.actor, line.is_internal) == (User.objects.get(email="sam@portal.example"), True)
    assert 'name="body"' not in page


def test_staff_note_and_answer_and_the_customer_reads_the_answer_alone(sign_in, alice, surface, record):
    grant(alice, surface.granted.name, surface.granted.scopes[-1], "read")
    browser, before = sign_in(staff(surface, "view", "change")), said(surface, record)
    for visibility, body in (("internal", "Call them."), ("customer", "It is on its way.")):
        data = sent(visibility=visibility, body=body, uploads=[pdf_upload(f"{visibility}.pdf")])
        page = browser.post(address(surface, "message", record.pk), data, follow=True)
        assert page.redirect_chain[-1][0] == f"{address(surface, 'change', record.pk)}#conversation"
        assert body in page.text
        assert f"{visibility}.pdf" in page.text
    assert said(surface, record) == [*before, ("internal", "Call them."), ("customer", "It is on its way.")]
    seen = sign_in(alice).get(record.get_absolute_url()).text
    assert "It is on its way." in seen
    assert "Call them." not in seen
    assert "internal.pdf" not in seen


def test_the_same_form_sent_twice_is_one_message_and_other_words_are_asked_for_again(
    sign_in, surface, record
):
    browser, url, before = (
        sign_in(staff(surface, "change")),
        address(surface, "message", record.pk),
        said(surface, record),
    )
    data = sent()
    for _ in range(2):
        assert browser.post(url, data).status_code == 302
    for other in ({"body": "Something else."}, {"visibility": "customer"}):
        page = browser.post(url, data | other)
        assert page.status_code == 200
        assert "This was already sent from this page" in page.text
        assert f"{(data | other)['body']}</textarea>" in page.text
    assert said(surface, record) == [*before, ("internal", "Seen.")]


def test_what_is_wrong_is_said_and_nothing_is_lost(sign_in, surface, record):
    browser, before = sign_in(staff(surface, "change")), said(surface, record)
    url = address(surface, "message", record.pk)
    for wrong in ({"visibility": "everybody"}, {"body": "x" * 20_001}, {"body": ""}):
        page = browser.post(url, sent(**wrong))
        assert page.status_code == 200
        assert "The message was not sent" in page.text
    page = browser.post(url, sent(visibility="everybody", uploads=[pdf_upload("manual.pdf")]))
    assert "Seen.</textarea>" in page.text
    assert "manual.pdf" in page.text
    assert said(surface, record) == before


def test_what_is_typed_is_kept_until_it_is_sent_and_not_after(sign_in, ada, surface, record):
    browser, page = sign_in(staff(surface, "change")), address(surface, "change", record.pk)
    draft, data = address(surface, "draft", record.pk), sent(body="Half a thought", visibility="customer")
    assert browser.post(draft, data).json() == {"saved": True}
    assert "Half a thought</textarea>" in browser.get(page).text
    assert "Half a thought" not in sign_in(ada).get(page).text
    browser.post(address(surface, "message", record.pk), data)
    assert browser.post(draft, data).json() == {"saved": False}
    assert "Half a thought</textarea>" not in browser.get(page).text


def test_nobody_reads_files_or_writes_without_the_right_to_it(sign_in, visitor, alice, ada, surface, record):
    note = add_note(
        actor=Actor(user=ada), talk=surface.talk, record=record, body="Old stock.", uploads=[pdf_upload()]
    )
    file, message = (
        address(surface, "attachment", note.attachments.get().pk),
        address(surface, "message", record.pk),
    )
    before = said(surface, record)
    for browser in (visitor, sign_in(alice)):
        assert browser.get(file).status_code == 302
        assert browser.post(message, sent()).status_code == 302
    looks_on, stranger = staff(surface, "view"), staff(surface, email="kim@portal.example")
    assert sign_in(stranger).get(file).status_code == 403
    assert sign_in(stranger).get(address(surface, "change", record.pk)).status_code == 403
    for user in (looks_on, stranger):
        for url in (message, address(surface, "draft", record.pk)):
            assert sign_in(user).post(url, sent()).status_code == 403
    assert said(surface, record) == before


def test_files_of_another_type_and_messages_to_nothing_are_not_found(sign_in, alice, surface, record):
    case = make_case(alice, uploads=[pdf_upload()])
    browser = sign_in(staff(surface, "change"))
    assert (
        browser.get(address(surface, "attachment", case.messages.get().attachments.get().pk)).status_code
        == 404
    )
    assert browser.get(address(surface, "message", record.pk)).status_code == 405
    assert browser.post(address(surface, "message", record.pk + 1), sent()).status_code == 404


def test_of_a_long_conversation_the_latest_is_shown_and_the_whole_on_demand(
    sign_in, ada, surface, record, monkeypatch
):
    monkeypatch.setattr(conversation, "LATEST", 2)
    for number in range(4):
        add_note(actor=Actor(user=ada), talk=surface.talk, record=record, body=f"Note {number}.")
    browser, url = sign_in(staff(surface, "view")), address(surface, "change", record.pk)
    latest, whole = browser.get(url).text, browser.get(f"{url}?all=1").text
    assert [f"Note {number}." in latest for number in range(4)] == [False, False, True, True]
    assert "Show the whole conversation" in latest
    assert all(f"Note {number}." in whole for number in range(4))
    assert "Show the whole conversation" not in whole


def test_the_page_costs_the_same_for_few_messages_and_for_many(
    sign_in, ada, surface, record, django_assert_max_num_queries
):
    browser, url = sign_in(staff(surface, "view", "change")), address(surface, "change", record.pk)
    for many in (1, 20):
        for number in range(many):
            add_note(actor=Actor(user=ada), talk=surface.talk, record=record, body=f"Note {number}.")
        with django_assert_max_num_queries(20):
            assert browser.get(url).status_code == 200
