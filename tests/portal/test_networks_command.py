"""manage.py networks: the list, and the way back for whoever is shut out."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Activity
from portal.models import AllowedNetwork
from tests.portal.factories import allow


def networks(*arguments):
    out = StringIO()
    call_command("networks", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def listed(db):
    allow("192.0.2.0/24")
    AllowedNetwork.objects.create(cidr="2001:db8::/32", note="Data centre")


def test_it_lists_networks_and_changes_nothing(listed):
    assert [line.split() for line in networks().splitlines()] == [
        ["192.0.2.0/24"],
        ["2001:db8::/32", "Data", "centre"],
    ]
    assert AllowedNetwork.objects.count() == 2


def test_it_says_when_everybody_is_let_in(db):
    assert (
        networks()
        == networks("--clear", "--no-input")
        == "No network is listed. All addresses are allowed.\n"
    )
    assert not Activity.objects.exists()


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_anything_but_yes_leaves_the_list(listed, monkeypatch, answer):
    monkeypatch.setattr("builtins.input", lambda _prompt: answer)
    assert "Nothing was changed." in networks("--clear")
    assert AllowedNetwork.objects.count() == 2


def test_it_opens_the_portal_from_the_next_request_on(listed, monkeypatch):
    assert Client().get("/accounts/login/", REMOTE_ADDR="203.0.113.9").status_code == 403
    monkeypatch.setattr("builtins.input", lambda _prompt: "yes")
    assert "Removed: 2." in networks("--clear")
    assert Client().get("/accounts/login/", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_it_needs_nobody_at_the_keyboard_and_is_in_the_log(listed):
    networks("--clear", "--no-input")
    lines = Activity.objects.filter(verb="network.removed").order_by("label")
    assert [(line.label, line.actor, line.is_internal) for line in lines] == [
        ("192.0.2.0/24", None, True),
        ("2001:db8::/32", None, True),
    ]
