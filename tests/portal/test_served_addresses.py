"""The same variants of an address through the real web server: what is written on the wire, nobody tidies on
the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.models import WebRole
from tests.cases.factories import make_case, pdf_upload
from tests.portal.factories import make_page, restrict
from tests.portal.path_variants import SAME_ADDRESS, VARIANTS
from tests.portal.served import HOST, Answer, Server
from tests.portal.test_path_variants import ELSEWHERE, tricks
from tests.races import commits

pytestmark = commits

IT = "Portal IT User"
SECRET = b"Zebra"


def is_revealing(answer: Answer) -> bool:
    return SECRET in answer.content or b"%PDF" in answer.content


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(autouse=True)
def shared_files(private_files: None, settings: Any, folder: Path) -> None:
    """What a test uploads, the server finds."""
    settings.MEDIA_ROOT = folder / "files"


@pytest.fixture(scope="module")
def server(django_db_setup: None, folder: Path) -> Iterator[Server]:
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture
def protected(alice: Any) -> list[str]:
    case = make_case(alice, "Zebra freezer alarm", uploads=[pdf_upload()])
    make_page("/help/prices/", "A Zebra costs ten coins.")
    for path in ("/cases/", "/help/prices/"):
        restrict(path, IT)
    return [
        "/help/prices/",
        case.get_absolute_url(),
        case.messages.get().attachments.get().get_absolute_url(),
    ]


def odd_targets(path: str) -> list[str]:
    """Request targets that only a raw connection can send."""
    return [
        f"http://{HOST}{path}",
        f"https://{HOST}{path}",
        f"http://elsewhere.example{path}",
        f"http://{HOST}//{path}",
        f"http:{path}",
        f"//{HOST}{path}",
        path[1:],
        f"{path}#x",
        f"/profile/#{path}",
        f"/profile/?{path}",
        f"/profile/..{path}",
        f"{path}\t",
        "*",
        f"{HOST}:80",
    ]


SERVER_TRICKS = [
    {"SCRIPT_NAME": "/help"},
    {"Script-Name": "/help"},
    {"SCRIPT_NAME": "/help/prices"},
    {"PATH_INFO": "/accounts/login/"},
    {"Transfer-Encoding": "identity"},
    {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
]


@pytest.fixture
def session(sign_in: Any, alice: Any) -> str:
    return str(sign_in(alice).cookies[settings.SESSION_COOKIE_NAME].value)


def test_no_request_target_slips_past_a_rule_at_the_real_server(server, protected, session):
    for path in protected:
        targets = [*(make(path) for make in VARIANTS.values()), *odd_targets(path)]
        for person, refused in ((session, 403), ("", 302)):
            assert server.ask(path, session=person).status == refused
            answers = {target: server.ask(target, session=person) for target in targets}
            assert [target for target, answer in answers.items() if is_revealing(answer)] == []
            assert [target for target, answer in answers.items() if answer.status >= 500] == []


def test_those_whom_the_rule_lets_in_see_the_page_at_the_real_server(server, protected, session, alice):
    WebRole.objects.get(name=IT).contacts.add(alice)
    for path in protected:
        answers = {name: server.ask(make(path), session=session) for name, make in SAME_ADDRESS.items()}
        assert [name for name, answer in answers.items() if not is_revealing(answer)] == []
    answers = {name: server.ask(make(protected[0]), session=session) for name, make in VARIANTS.items()}
    assert {answer.status for answer in answers.values() if not is_revealing(answer)} <= ELSEWHERE | {
        301,
        302,
    }


def test_no_header_slips_past_a_rule_at_the_real_server(server, protected, session):
    path = protected[0]
    for headers in (*tricks("/profile/"), *SERVER_TRICKS):
        answer = server.ask(path, session=session, headers=headers)
        assert (is_revealing(answer), answer.status in (400, 403)) == (False, True), headers
    for headers in (*tricks(path), {"SCRIPT_NAME": path}, {"PATH_INFO": path}):
        assert not is_revealing(server.ask("/accounts/login/", session=session, headers=headers)), headers


def test_a_second_request_hidden_in_the_first_is_refused_like_any_other(server, protected, session):
    hidden = f"GET {protected[0]} HTTP/1.1\r\nHost: {HOST}\r\nCookie: session={session}\r\nConnection: close\r\n\r\n"  # noqa: E501
    heads = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "X: y",
    ]
    for head in heads:
        request = f"GET /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"
        assert SECRET not in server.send(request.encode()).content, head


@pytest.mark.parametrize("charset", ["undefined", "hex", "utf-7", "unicode_escape", "utf-16", "UTF-8"])
def test_whatever_encoding_a_request_names_it_is_read_as_utf_8(server: Server, charset: str):
    """Django reads the address by the named encoding before any page is asked, and Python knows some that
    make no text."""
    answer = server.ask(
        "/accounts/login/?next=/x%C3%A9", headers={"Content-Type": f"text/plain; charset={charset}"}
    )
    assert answer.status == 200
    assert 'value="/xé"'.encode() in answer.content
