"""First gate: only listed networks reach the portal, once any is listed."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import configuration
from portal.models import AllowedNetwork
from tests.portal.factories import allow

OUTSIDE = "203.0.113.9"
LISTED = ("192.0.2.0/24", "2001:db8::/32")
ADDRESSES = ("/", "/cases/", "/accounts/login/", "/admin/", "/static/css/portal.css", "/brand.css", "/search/?q=x", "/no/such/page/")
NETWORKS = reverse("admin:portal_allowednetwork_changelist")
ADD_NETWORK = reverse("admin:portal_allowednetwork_add")


def change_network(cidr):
    return reverse("admin:portal_allowednetwork_change", args=[AllowedNetwork.objects.get(cidr=cidr).pk])


def delete_network(cidr):
    return reverse("admin:portal_allowednetwork_delete", args=[AllowedNetwork.objects.get(cidr=cidr).pk])


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


@pytest.mark.parametrize("address", [OUTSIDE, "192.0.3.1", "2001:db9::1", "::ffff:203.0.113.9", "127.0.0.1", "", "nonsense"])
def test_any_other_address_is_refused(listed, address):
    assert not is_open(address)


@pytest.mark.parametrize("url", [*ADDRESSES, reverse("cases:attachment", args=[uuid.UUID(int=1)]), reverse("healthz")])
def test_every_kind_of_address_is_refused_before_session_and_user_are_read(listed, sign_in, alice, url):
    browser = sign_in(alice)
    browser.get("/accounts/login/", REMOTE_ADDR=OUTSIDE)
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(url, REMOTE_ADDR=OUTSIDE)
    assert response.status_code == 403
    assert "The portal is not open from here" in response.text
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
        (OUTSIDE, {"True-Client-IP": "192.0.2.7", "CF-Connecting-IP": "192.0.2.7", "Forwarded": "for=192.0.2.7"}, False),
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
def test_only_the_trusted_proxy_is_believed_and_only_its_own_header(listed, settings, peer, headers, is_let_in):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    assert is_open(peer, headers=headers) is is_let_in


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.7"])
def test_the_health_check_answers_the_machine_itself_and_listed_networks(listed, address):
    assert Client().get(reverse("healthz"), REMOTE_ADDR=address).text == "ok\n"


@pytest.mark.parametrize("peer", ["127.0.0.1", ""])
def test_the_health_check_answers_the_machine_itself_past_its_proxy(listed, settings, peer):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert Client().get(reverse("healthz"), REMOTE_ADDR=peer).status_code == 200
    assert Client().get(reverse("healthz"), REMOTE_ADDR=peer, headers={"X-Real-IP": OUTSIDE}).status_code == 403
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
        cursor.execute("INSERT INTO portal_allowednetwork (cidr, note, created_at) VALUES ('192.0.2.0/24', '', now())")
    assert configuration._held is held
    assert not is_open(OUTSIDE)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_allowednetwork")
    assert is_open(OUTSIDE)


def test_a_process_that_has_just_started_keeps_the_gate(listed, monkeypatch):
    monkeypatch.setattr(configuration, "_held", None)
    assert not is_open(OUTSIDE)


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "2001:db8::/32", "127.0.0.2/32"])
def test_ada_cannot_shut_herself_out_by_adding_a_network(desk, cidr):
    page = desk.post(ADD_NETWORK, {"cidr": cidr})
    assert "Your own address, 127.0.0.1, would be shut out" in page.text
    assert not AllowedNetwork.objects.exists()


def test_ada_cannot_shut_herself_out_by_changing_a_network(desk):
    allow("127.0.0.0/8")
    page = desk.post(change_network("127.0.0.0/8"), {"cidr": "203.0.113.0/24"})
    assert "would be shut out" in page.text
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"


def test_ada_cannot_delete_the_network_that_lets_her_in(desk):
    allow("127.0.0.0/8", "203.0.113.0/24")
    assert desk.post(delete_network("127.0.0.0/8"), {"post": "yes"}).status_code == 403
    assert AllowedNetwork.objects.count() == 2
    assert desk.post(delete_network("203.0.113.0/24"), {"post": "yes"}).status_code == 302
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"


def test_ada_cannot_delete_all_networks_that_let_her_in_at_once(desk):
    allow("127.0.0.0/8", "127.0.0.1/32", "203.0.113.0/24")
    chosen = AllowedNetwork.objects.filter(cidr__startswith="127.")
    data = {"action": "delete_selected", "_selected_action": [network.pk for network in chosen], "post": "yes"}
    desk.post(NETWORKS, data)
    assert AllowedNetwork.objects.count() == 3
    assert desk.get(NETWORKS).status_code == 200


def test_ada_opens_the_portal_again_by_deleting_every_network(desk):
    allow("127.0.0.0/8", "203.0.113.0/24")
    chosen = AllowedNetwork.objects.values_list("pk", flat=True)
    desk.post(NETWORKS, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert not AllowedNetwork.objects.exists()


@pytest.mark.parametrize("text", ["300.1.1.1", "192.0.2.0/33", "example.org", "192.0.2.0-192.0.2.9", "2001:db8:::/32", ""])
def test_what_is_no_network_is_explained(desk, text):
    page = desk.post(ADD_NETWORK, {"cidr": text})
    assert ("This is not an address or network, for example 192.0.2.0/24" in page.text) is bool(text)
    assert page.context["adminform"].form.errors["cidr"]
    assert not AllowedNetwork.objects.exists()


def test_a_network_is_kept_in_its_usual_spelling_and_once(desk):
    desk.post(ADD_NETWORK, {"cidr": " 127.0.0.1/8 "})
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"
    page = desk.post(ADD_NETWORK, {"cidr": "127.0.0.5/8"})
    assert "already exists" in page.text
