import logging
from urllib.parse import quote

import pytest

from lib.secret_paths import SecretPathFilter, are_in

CODE = "m7SBKvGQZ4nKx2v0cUqf1yq3xC3hS9aTqHqv2Jw8dXo"


def logged(text, *args):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, text, args, None)
    assert SecretPathFilter().filter(record)
    return record.getMessage()


PATHS = pytest.mark.parametrize(
    "path",
    [
        f"/redeem/{CODE}/",
        "/redeem/WzEyLCJhYmNkZWYiXQ:J8Q2f_s-Q1LwqZ0m0H1w/",
        "/accounts/password/reset/key/1-d3b2n4-0123456789abcdef0123456789abcdef/",
        "/accounts/confirm-email/MTI:1vNabc:Q1LwqZ0m0H1w-J8Q2f_s/",
        f"/users/confirm-address/{CODE}/",
    ],
)


@PATHS
def test_a_code_in_an_address_is_left_out(path):
    line = logged("%s: %s", "Method Not Allowed (POST)", path)
    assert line.startswith("Method Not Allowed (POST): ")
    assert line.endswith("…/")
    assert path.rstrip("/").rpartition("/")[2] not in line


@pytest.mark.parametrize("text", ["Not Found: /redeem/invitation/", "Not Found: /cases/1042/", "50% of %s"])
def test_everything_else_is_told_as_it_is(text):
    assert logged(text) == text


@PATHS
def test_a_page_with_such_an_address_is_told_from_others(path):
    for address in (
        path,
        f"https://support.example.com{path}",
        f"/accounts/login/?next={quote(path, safe='')}",
    ):
        assert are_in(f'<a href="{address}">Open</a>'.encode())
    assert not are_in(
        b'<a href="/redeem/">Redeem</a> <a href="/accounts/password/reset/">Reset, confirm-</a>'
    )
