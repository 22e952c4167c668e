"""Answering in a case with scripts: what is typed survives whatever happens, and the conversation stays where
it is read."""

import re

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Page, expect

from cases.models import CaseMessage
from tests.browser.conftest import PHONE, check_page, sign_in_by_form
from tests.cases.factories import make_case, make_staff_reply

pytestmark = pytest.mark.browser


@pytest.fixture
def case(alice):
    return make_case(alice)


def box(page: Page):
    return page.get_by_label("Your reply")


def sent_bodies(case) -> list[str]:
    return list(case.messages.order_by("pk").values_list("body", flat=True))[1:]


def test_a_reply_survives_the_end_of_the_session(open_browser, with_password, alice, case):
    with_password(alice)
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    box(page).fill("Typed before.")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    Session.objects.all().delete()
    box(page).fill("Typed afterwards.")
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview-box")).to_contain_text("You have been signed out.")
    expect(page.locator("input[type=password]")).to_have_count(0)
    page.get_by_role("button", name="Send reply").click()
    sign_in_by_form(page, alice.email)
    expect(page.get_by_text("Your draft has been restored.")).to_be_visible()
    expect(box(page)).to_have_value("Typed afterwards.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("status").filter(has_text="Your reply has been sent.")).to_be_in_viewport()
    page.reload()
    expect(box(page)).to_have_value("")
    assert sent_bodies(case) == ["Typed afterwards."]


def test_a_reply_survives_when_its_page_is_left_at_once_even_after_the_session(
    open_browser, with_password, alice, case
):
    with_password(alice)
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    box(page).fill("Half a thought")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
    page.goto(case.get_absolute_url())
    expect(box(page)).to_have_value("Half a thought")
    Session.objects.all().delete()
    box(page).fill("A whole thought")
    page.goto(case.get_absolute_url())
    sign_in_by_form(page, alice.email)
    expect(box(page)).to_have_value("A whole thought")


def test_a_reply_survives_without_a_connection(open_browser, alice, case):
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    page.route("**/reply/draft/", lambda route: route.abort("aborted"))
    page.route("**/cases/preview/", lambda route: route.abort("aborted"))
    box(page).fill("In the cellar")
    expect(page.get_by_text("The draft could not be saved.")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview-box")).to_contain_text("The portal did not respond.")
    page.unroute_all()
    page.goto(case.get_absolute_url())
    expect(page.get_by_text("Your draft has been restored.")).to_be_visible()
    expect(box(page)).to_have_value("In the cellar")


def test_a_reason_survives_the_end_of_the_session_and_is_gone_once_it_was_given(
    open_browser, with_password, alice, case
):
    with_password(alice)
    page, deed = open_browser(alice), f"{case.get_absolute_url()}do/priority/"
    page.goto(deed)
    page.get_by_label("High").check()
    page.get_by_label("Why?").fill("The line stands still")
    Session.objects.all().delete()
    page.get_by_role("button", name="Change priority").click()
    sign_in_by_form(page, alice.email)
    expect(page.get_by_text("Your text has been restored.")).to_be_visible()
    expect(page.get_by_label("High")).to_be_checked()
    expect(page.get_by_label("Why?")).to_have_value("The line stands still")
    page.get_by_role("button", name="Change priority").click()
    expect(page.get_by_text("The priority has been changed.")).to_be_visible()
    page.goto(deed)
    expect(page.get_by_label("Why?")).to_have_value("")


def test_what_alice_typed_is_not_shown_to_bob_in_the_same_window(
    open_browser, with_password, alice, bob, case
):
    with_password(bob)
    page = open_browser(alice)
    page.goto(f"{case.get_absolute_url()}do/priority/")
    page.get_by_label("Why?").fill("Between us")
    Session.objects.all().delete()
    page.goto("/accounts/login/")
    sign_in_by_form(page, bob.email)
    own = make_case(bob)
    page.goto(f"{own.get_absolute_url()}do/priority/")
    expect(page.get_by_label("Why?")).to_have_value("")


def test_earlier_messages_come_in_above_and_what_is_read_stays_in_its_place(open_browser, alice, ada, case):
    for number in range(45):
        make_staff_reply(case, ada, f"Message {number:02}")
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    box(page).fill("Still here")
    last = page.locator("article", has_text="Message 25")
    for number in (6, 0):
        earlier = page.get_by_role("link", name="Earlier messages")
        earlier.scroll_into_view_if_needed()
        before = last.bounding_box()["y"]
        earlier.click()
        expect(page.get_by_text(f"Message {number:02}", exact=True)).to_be_attached()
        assert abs(last.bounding_box()["y"] - before) < 2
    expect(page.get_by_role("article")).to_have_count(46)
    expect(box(page)).to_have_value("Still here")


def test_earlier_messages_that_come_after_the_session_lose_nothing(open_browser, alice, ada, case):
    for number in range(25):
        make_staff_reply(case, ada, f"Message {number:02}")
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    box(page).fill("Still here")
    Session.objects.all().delete()
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(20)
    expect(box(page)).to_have_value("Still here")


def test_one_refused_file_leaves_the_others_chosen(open_browser, alice, case, tmp_path):
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    Image.new("RGB", (1600, 900), "teal").save(tmp_path / "shelf 1.png")
    files = {
        "run.exe": "MZ",
        "empty.txt": "",
        "fake.pdf": "no",
        "invoice\u202egnp.txt": "x",
        "8.log": "x" * 25 * 1024,
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    box(page).fill("See these.")
    page.locator("#id_uploads").set_input_files(sorted(tmp_path.iterdir()))
    lines = page.locator(".dropzone-list li")
    expect(lines.filter(has_text="run.exe")).to_contain_text("file type not accepted")
    expect(lines.filter(has_text="empty.txt")).to_contain_text("empty, will not be sent")
    expect(lines.filter(has_text="invoicegnp.txt")).to_have_count(1)
    expect(lines.filter(has_text="8.log")).to_contain_text("25 kB")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("alert")).to_contain_text("fake.pdf is not a valid .pdf file.")
    expect(lines.filter(has_text="fake.pdf")).to_contain_text("refused, will not be sent")
    expect(lines).to_have_count(4)
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("status").filter(has_text="Your reply has been sent.")).to_be_in_viewport()
    expect(page.get_by_role("link", name=re.compile("shelf 1.png"))).to_be_visible()
    assert {file.name for file in CaseMessage.objects.latest("pk").attachments.all()} == {
        "8.log",
        "invoicegnp.txt",
        "shelf 1.png",
    }


def test_a_reply_by_the_keyboard_alone(open_browser, alice, case):
    page = open_browser(alice)
    page.goto(case.get_absolute_url())
    page.keyboard.press("r")
    expect(box(page)).to_be_focused()
    page.keyboard.type("Ready.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Your reply has been sent.")).to_be_visible()
    assert sent_bodies(case) == ["Ready."]


def test_everybody_can_use_the_page_of_a_case(open_browser, alice, ada, case, tmp_path):
    make_staff_reply(case, ada, "\n".join(f"Line {number}" for number in range(70)))
    page = open_browser(alice)
    page.goto(f"{case.get_absolute_url()}#new")
    expect(page.locator("#new")).to_be_in_viewport()
    Image.new("RGB", (1600, 900), "teal").save(tmp_path / "shelf.png")
    box(page).fill("See https://docs.example/e4")
    page.locator("#id_uploads").set_input_files(tmp_path / "shelf.png")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("link", name=re.compile("shelf.png"))).to_be_visible()
    long = page.locator("article", has_text="Line 69")
    folded = long.bounding_box()["height"]
    page.get_by_text("Show all").click()
    assert long.bounding_box()["height"] > 2 * folded
    page.get_by_role("link", name="Mark as solved").last.click()
    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_role("button", name="4 out of 5")).to_be_visible()
    check_page(page)


def test_on_a_phone_the_way_to_answer_is_under_the_title_and_large_enough(open_browser, alice, case):
    phone = open_browser(alice, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.goto(case.get_absolute_url())
    box(phone).fill("Ready.")
    phone.get_by_role("button", name="Send reply").tap()
    edit = phone.get_by_role("link", name="Edit")
    expect(edit.first).to_be_visible()
    assert edit.last.bounding_box()["height"] >= 44
    phone.goto(case.get_absolute_url())
    reply = phone.get_by_role("navigation", name="Shortcuts").get_by_role("link", name="Reply")
    expect(reply).to_be_in_viewport()
    reply.tap()
    expect(box(phone)).to_be_in_viewport()
