"""What is the customer's own does not come into an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.redaction import redact

PEOPLE = ["Alice Moreau", "Sam Okafor"]
FIRMS = ["Acme Foods"]


def cleaned(text):
    return redact(text, people=PEOPLE, organisations=FIRMS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello Alice, thank you.", "Hello [name], thank you."),
        ("Thanks, alice\nMOREAU here", "Thanks, [name] here"),
        ("Alice Moreau and Sam wrote.", "[name] and [name] wrote."),
        ("Sam's idea", "[name]'s idea"),
        ("We at Acme Foods use it.", "We at [name] use it."),
        ("Frozen foods are the same sample.", "Frozen foods are the same sample."),
        ("Mail alice.m+x@acme.example now", "Mail [e-mail address] now"),
        ("Call +1 512 555 0141 or (512) 555-0142.", "Call [phone number] or [phone number]."),
        ("Tel. 030 1234567", "Tel. [phone number]"),
        ("From 192.0.2.17 and 10.0.0.0/8", "From [network address] and [network address]"),
        ("At 2001:db8::1 and fe80:0:0:0:1:2:3:4", "At [network address] and [network address]"),
        ("MAC 00:1A:2b:3c:4D:5e", "MAC [network address]"),
        ("Case C-10001, invoice INV-2026-0042", "Case [number], invoice [number]"),
        ("Serial BTH-20871 on TDG-E-3318", "Serial [number] on [number]"),
        ("Key 4f9c2ab18d77e0c1", "Key [number]"),
        ("Id 6d0b8f1e-52c1-4a39-9d1c-6a0c8d7a1f42", "Id [number]"),
        ("Customer number 4711002", "Customer number [number]"),
        ("See https://portal.example/reset?token=abc now", "See [link] now"),
        ("See https://acme.example/files/9f8e7d6c5b4a39281706f5e4d3c2b1a0", "See [link]"),
        ("See https://bob:pw@acme.example/", "See [link]"),
        ("See https://crm.example/people/alice", "See [link]"),
    ],
)
def test_what_tells_of_somebody_is_replaced(text, expected):
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Update to 3.8.2 and wait 10 minutes.",
        "Signal was −97 dBm at 02:00:15 on 2026-11-25, 05/11/2026 and 25.11.2026.",
        "It read 4.6 °C, 30,000 readings, 104 days.",
        "See https://docs.example/knowledgebase/update-tidegate-firmware/ for more.",
        "Use IPv6, USB-C and Wi-Fi in chill room 4.",
        "**Devices > Signal**, then `std::vector`",
    ],
)
def test_what_helps_other_readers_stays(text):
    assert cleaned(text) == text


def test_a_name_in_another_script_and_one_with_a_hyphen_are_found():
    assert redact("Danke, Jörg-Peter Müller!", people=["Jörg-Peter Müller"]) == "Danke, [name]!"
    assert redact("ありがとう 田中 さん", people=["田中 めい"]) == "ありがとう [name] さん"


def test_without_names_the_other_rules_hold():
    assert redact("Write to a@b.example", people=[]) == "Write to [e-mail address]"
    assert redact("Nothing", people=["", " "]) == "Nothing"


@given(st.text(max_size=200), st.text(max_size=200))
def test_an_address_never_comes_through_whatever_stands_around_it(before, after):
    assert "alice.moreau@acme.example" not in cleaned(f"{before} alice.moreau@acme.example {after}")


@given(st.text(max_size=300))
def test_what_was_redacted_once_stays_as_it_is(text):
    once = cleaned(text)
    assert cleaned(once) == once
