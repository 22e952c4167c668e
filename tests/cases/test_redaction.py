"""What is the customer's own does not come into an article."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.redaction import Named, redact

PEOPLE = ["Alice Moreau", "Sam Okafor"]
FIRMS = ["Acme Foods"]


def cleaned(text):
    return redact(text, Named(PEOPLE, FIRMS)).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello Alice, thank you.", "Hello [name], thank you."),
        ("Thanks, alice\nMOREAU here", "Thanks, [name] here"),
        ("Alice Moreau and Sam wrote.", "[name] and [name] wrote."),
        ("Sam's idea", "[name]'s idea"),
        ("We at Acme Foods use it.", "We at [name] use it."),
        ("Frozen foods are the same sample.", "Frozen foods are the same sample."),
        ("Mail alice.m+x@acme.example now", "Mail [email address] now"),
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
    assert redact("Danke, Jörg-Peter Müller!", Named(["Jörg-Peter Müller"])).text == "Danke, [name]!"
    assert redact("ありがとう 田中 さん", Named(["田中 めい"])).text == "ありがとう [name] さん"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("José García-López", "[name]"),
        ("Ask García, Lopez or Jose Garcia.", "Ask [name], [name] or [name] [name]."),
        ("Jose\u0301 Garci\u0301a said so", "[name] [name] said so"),
        ("The Moreaus and MOREAU'S", "The [name] and [name]'S"),
        ("Write us at acmefoods.com or shop.acmefoods.com.", "Write us at [address] or [address]."),
        ("See //files.example/x?token=abc now", "See [link] now"),
        ("At 52.5200, 13.4050 or -33.86785,151.20732", "At [place] or [place]"),
        ("52.5200° N, 13.4050° E", "[place]"),
        ("The password: hunter2, token=abc and Bearer eyJhb.x", "The [secret], [secret] and [secret]"),
        ("Kennwort = 'geheim'", "[secret]'"),
        ("From fe80::1%eth0 now", "From [network address] now"),
    ],
)
def test_names_places_and_secrets_are_found_however_they_are_written(text, expected):
    named = Named(["José García-López", "Alice Moreau"], FIRMS, domains=["acmefoods.com"])
    assert redact(text, named).text == expected


def test_many_others_are_found_without_their_accents():
    assert redact("Ask Garcia.", Named(others=["José García-López"])).text == "Ask [name]."


@pytest.mark.parametrize(
    "piece", ["a-", "a1-", "a.", "1.", "1-", "::", "//", "pass", "a@", "0 0", "García ", "1.111 "]
)
def test_no_text_takes_long(piece):
    began = time.process_time()
    redact(
        (piece * 20_000)[:20_000],
        Named(["José García-López", "Alice Moreau"], FIRMS, domains=["acmefoods.com"]),
    )
    assert time.process_time() - began < 0.5


def test_without_names_the_other_rules_hold():
    assert redact("Write to a@b.example", Named()).text == "Write to [email address]"
    assert redact("Nothing", Named(["", " "])).text == "Nothing"


@given(st.text(max_size=200), st.text(max_size=200))
def test_an_address_never_comes_through_whatever_stands_around_it(before, after):
    assert "alice.moreau@acme.example" not in cleaned(f"{before} alice.moreau@acme.example {after}")


@given(st.text(max_size=300))
def test_what_was_redacted_once_stays_as_it_is(text):
    once = cleaned(text)
    assert cleaned(once) == once


OTHERS = ["Will Page", "Mei Tanaka"]
ADDRESS = ["4100 Industrial Blvd", "78744 Austin", "US"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask Will Page or Tanaka.", "Ask [name] or [name]."),
        ("ask will page about it", "ask [name] about it"),
        ("It will turn the page, and us two know.", "It will turn the page, and us two know."),
        ("We are at 4100  industrial blvd, 78744 Austin.", "We are at [address], [address]."),
    ],
)
def test_names_of_the_many_others_are_taken_out_where_they_are_written_as_names(text, expected):
    assert redact(text, Named(PEOPLE, FIRMS, OTHERS, ADDRESS)).text == expected


def test_it_is_told_what_was_taken_out():
    result = redact("Alice, call +1 512 555 0141. Alice", Named(PEOPLE))
    assert result.taken == {"[name]": ["Alice", "Alice"], "[phone number]": ["+1 512 555 0141"]}


def test_thousands_of_contacts_are_looked_through_at_once():
    many = [f"First{number} Last{number}" for number in range(5000)]
    text = "It stopped at night. " * 900 + "Last77 saw it."
    assert redact(text, Named(others=many)).text.endswith("[name] saw it.")
