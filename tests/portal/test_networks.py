"""First gate: only listed networks reach the portal, once any is listed."""

import re
import sys
import uuid
from base64 import b64encode
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lib.networks import NetworkSet, _first, parse_network
from portal.models import AllowedNetwork, SnippetText
from portal.site import configuration
from tests.portal.factories import allow

OUTSIDE = "203.0.113.9"
LISTED = ("192.0.2.0/24", "2001:db8::/32")
ADDRESSES = (
    "/",
    "/cases/",
    "/accounts/login/",
    "/accounts/github/login/callback/?code=x&state=y",
    "/admin/",
    "/static/css/portal.css",
    "/brand.css",
    "/brand/logo/",
    "/favicon.ico",
    "/search/?q=x",
    "/no/such/page/",
    "/healthz/",
    "//",
    "/%00",
)
ADD_NETWORK = reverse("admin:portal_allowednetwork_add")


def change_network(cidr):
    return reverse("admin:portal_allowednetwork_change", args=[AllowedNetwork.objects.get(cidr=cidr).pk])


def is_open(address, **environment):
    """Whether the portal answers a visitor with something else than the refusal."""
    response = Client().get("/accounts/login/", REMOTE_ADDR=address, **environment)
    assert response.status_code in (200, 403)
    return response.status_code == 200


@pytest.fixture
def listed(db):
    allow(*LISTED)


@pytest.fixture
def desk(sign_in, ada):
    """Ada's browser, on the machine itself."""
    return sign_in(ada)


@pytest.mark.parametrize("address", [OUTSIDE, "2001:db8::1", ""])
def test_everybody_comes_in_while_no_network_is_listed(db, address):
    assert is_open(address)


@pytest.mark.parametrize("address", ["192.0.2.7", "192.0.2.0", "2001:db8:1::7", "::ffff:192.0.2.7"])
def test_a_listed_address_comes_in(listed, address):
    assert is_open(address)


@pytest.mark.parametrize(
    "address", [OUTSIDE, "192.0.3.1", "2001:db9::1", "::ffff:203.0.113.9", "127.0.0.1", "", "nonsense"]
)
def test_any_other_address_is_refused(listed, address):
    assert not is_open(address)


@pytest.mark.parametrize("url", [*ADDRESSES, reverse("file", args=["case", uuid.UUID(int=1)])])
def test_every_kind_of_address_is_refused_before_session_and_user_are_read(listed, sign_in, alice, url):
    browser = sign_in(alice)
    browser.get("/accounts/login/", REMOTE_ADDR=OUTSIDE)
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(url, REMOTE_ADDR=OUTSIDE)
    assert response.status_code == 403
    assert "The portal is not available from here" in response.text
    assert not response.cookies
    assert ["portal_configurationrevision" in query["sql"] for query in queries] == [True]


def test_a_file_is_served_inside_and_refused_outside(listed, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "hello.txt").write_text("Hello")
    assert Client().get("/static/hello.txt", REMOTE_ADDR="192.0.2.7").getvalue() == b"Hello"
    assert Client().get("/static/hello.txt", REMOTE_ADDR=OUTSIDE).status_code == 403


def test_posting_is_refused_too(listed, alice):
    data = {"login": alice.email, "password": "sunny-harbor-42"}
    assert Client().post("/accounts/login/", data, REMOTE_ADDR=OUTSIDE).status_code == 403


@pytest.mark.parametrize(
    ("peer", "headers", "is_let_in"),
    [
        (OUTSIDE, {"X-Forwarded-For": "192.0.2.7"}, False),
        (OUTSIDE, {"X-Real-IP": "192.0.2.7"}, False),
        (
            OUTSIDE,
            {"True-Client-IP": "192.0.2.7", "CF-Connecting-IP": "192.0.2.7", "Forwarded": "for=192.0.2.7"},
            False,
        ),
        ("", {"X-Real-IP": "192.0.2.7"}, False),
        ("192.0.2.7", {"X-Forwarded-For": OUTSIDE, "X-Real-IP": OUTSIDE}, True),
    ],
)
def test_headers_change_nothing_where_no_proxy_is_trusted(listed, settings, peer, headers, is_let_in):
    settings.TRUSTED_PROXIES = []
    assert is_open(peer, headers=headers) is is_let_in


@pytest.mark.parametrize(
    ("peer", "headers", "is_let_in"),
    [
        ("10.0.0.1", {"X-Real-IP": "192.0.2.7"}, True),
        ("10.0.0.1", {"X-Real-IP": "::ffff:192.0.2.7"}, True),
        ("::ffff:10.0.0.1", {"X-Real-IP": "192.0.2.7"}, True),
        ("", {"X-Real-IP": "192.0.2.7"}, True),
        ("10.0.0.1", {"X-Real-IP": OUTSIDE, "X-Forwarded-For": "192.0.2.7"}, False),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, False),
        ("10.0.0.1", {"X-Real-IP": f"192.0.2.7, {OUTSIDE}"}, False),
        ("10.0.0.1", {"X-Real-IP": "nonsense"}, False),
        ("10.0.0.1", {"X-Real-IP": ""}, False),
        ("10.0.0.1", {}, False),
        ("", {}, False),
        (OUTSIDE, {"X-Real-IP": "192.0.2.7"}, False),
        ("192.0.2.7", {"X-Real-IP": OUTSIDE}, True),
    ],
)
def test_only_the_trusted_proxy_is_believed_and_only_its_own_header(
    listed, settings, peer, headers, is_let_in
):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    assert is_open(peer, headers=headers) is is_let_in


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch", "trace"])
def test_every_method_is_refused(listed, method):
    assert getattr(Client(), method)("/accounts/login/", REMOTE_ADDR=OUTSIDE).status_code == 403


def test_a_host_that_is_not_ours_is_refused_like_ours(listed):
    assert (
        Client()
        .get("/accounts/login/", REMOTE_ADDR=OUTSIDE, headers={"host": "elsewhere.example"})
        .status_code
        == 403
    )
    assert (
        Client()
        .get("/accounts/login/", REMOTE_ADDR="192.0.2.7", headers={"host": "elsewhere.example"})
        .status_code
        == 400
    )


def test_the_refusal_asks_for_nothing_that_would_be_refused_too(listed):
    page = Client().get("/", REMOTE_ADDR=OUTSIDE)
    assert re.findall(r"""(?:src|href)=["']([^"']*)""", page.text) == ["data:,", ""]
    style = page.text.split("<style>")[1].split("</style>")[0]
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{fingerprint}'" in page["Content-Security-Policy"]
    assert (
        "sha256" not in Client().get("/accounts/login/", REMOTE_ADDR="192.0.2.7")["Content-Security-Policy"]
    )


def test_the_refusal_speaks_the_browsers_language(listed, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    SnippetText.objects.create(
        name="network-refused",
        language="de",
        text="Nur von uns aus.",
        html="Nur von <strong>uns</strong> aus.",
    )
    page = Client().get("/", REMOTE_ADDR=OUTSIDE, headers={"accept-language": "de-AT,de"}).text
    assert '<html lang="de"' in page
    assert "Nur von <strong>uns</strong> aus." in page


def test_a_thousand_networks_cost_a_request_one_query_and_no_search(db, django_assert_num_queries):
    AllowedNetwork.objects.bulk_create(
        AllowedNetwork(cidr=f"10.{number // 256}.{number % 256}.0/25") for number in range(1000)
    )
    assert is_open("10.3.231.126")
    for address in ("10.3.231.127", "10.0.0.1"):
        with django_assert_num_queries(1):
            assert is_open(address)


def looks_at(networks: int) -> int:
    """How many of so many networks are looked at to refuse an address."""
    held = NetworkSet(parse_network(f"10.{number // 256}.{number % 256}.0/25") for number in range(networks))
    looks = []
    sys.setprofile(
        lambda frame, event, _argument: (
            looks.append(event) if frame.f_code is _first.__code__ and event == "call" else None
        )
    )
    try:
        assert "10.3.231.200" not in held
    finally:
        sys.setprofile(None)
    return len(looks)


def test_an_address_is_looked_up_by_halving():
    assert looks_at(8) <= 4
    assert looks_at(1000) <= 10
    assert looks_at(32_000) <= 15


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_health_check_answers_the_machine_itself_whatever_is_listed(listed, address):
    assert Client().get(reverse("healthz"), REMOTE_ADDR=address).text.startswith("ok\n")


@pytest.mark.parametrize("address", ["192.0.2.7", OUTSIDE, ""])
@pytest.mark.parametrize("networks", [(), LISTED])
def test_the_health_check_tells_nobody_else_anything(db, settings, networks, address):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    allow(*networks)
    answer = Client().get(reverse("healthz"), REMOTE_ADDR="10.0.0.1", headers={"X-Real-IP": address})
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_monitor_asks_from_where_the_setting_says_and_sees_nothing_else(listed, settings):
    settings.HEALTH_CHECK_FROM = NetworkSet.of("HEALTH_CHECK_FROM", ["203.0.113.0/28"])
    assert Client().get(reverse("healthz"), REMOTE_ADDR=OUTSIDE).status_code == 200
    assert Client().get(reverse("healthz"), REMOTE_ADDR="203.0.113.16").status_code == 404
    assert not is_open(OUTSIDE)


@pytest.mark.parametrize("peer", ["127.0.0.1", ""])
def test_the_health_check_answers_the_machine_itself_past_its_proxy(listed, settings, peer):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert Client().get(reverse("healthz"), REMOTE_ADDR=peer).status_code == 200
    assert (
        Client().get(reverse("healthz"), REMOTE_ADDR=peer, headers={"X-Real-IP": OUTSIDE}).status_code == 404
    )
    assert Client().get("/accounts/login/", REMOTE_ADDR=peer).status_code == 403


def test_adas_edit_holds_from_the_next_request(desk):
    visitor = Client(REMOTE_ADDR=OUTSIDE)
    assert visitor.get("/accounts/login/").status_code == 200
    desk.post(ADD_NETWORK, {"cidr": "127.0.0.0/8"})
    assert visitor.get("/accounts/login/").status_code == 403
    desk.post(ADD_NETWORK, {"cidr": "203.0.113.0/24"})
    assert visitor.get("/accounts/login/").status_code == 200
    desk.post(change_network("203.0.113.0/24"), {"cidr": "203.0.114.0/24"})
    assert visitor.get("/accounts/login/").status_code == 403


def test_an_edit_by_another_process_holds_from_the_next_request(db):
    """Another process changes the table and knows nothing of this one's copy."""
    assert is_open(OUTSIDE)
    held = configuration._held
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_allowednetwork (cidr, note, created_at) VALUES ('192.0.2.0/24', '', now())"
        )
    assert configuration._held is held
    assert not is_open(OUTSIDE)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_allowednetwork")
    assert is_open(OUTSIDE)


def test_a_process_that_has_just_started_keeps_the_gate(listed, monkeypatch):
    monkeypatch.setattr(configuration, "_held", None)
    assert not is_open(OUTSIDE)
