"""Who may say, at the real web server, that a request came by https."""

from collections.abc import Iterator

import pytest

from tests.portal.served import Server
from tests.races import commits

pytestmark = commits


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(
        tmp_path_factory.mktemp("served"), PORTAL_BASE_URL="https://localhost", TRUSTED_PROXIES=""
    )
    yield running
    running.stop()


@pytest.mark.parametrize(
    "header",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Protocol": "ssl"},
        {"Forwarded": "proto=https"},
    ],
)
def test_the_web_server_believes_nobody_by_itself(server: Server, header: dict[str, str]):
    """gunicorn would take this machine, and whoever reaches its socket, for a proxy."""
    answer = server.ask("/accounts/login/", headers=header)
    assert (answer.status, answer.headers.get("strict-transport-security")) == (301, None)
