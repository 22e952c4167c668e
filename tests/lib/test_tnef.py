"""A winmail.dat comes from anybody: whatever it says of itself, reading it ends soon and takes no more than
is there."""

import base64
import email
import random
import struct
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lib.tnef import DamagedTnef, read_tnef

MAIL = Path(__file__).parent.parent / "cases" / "inbound_mails" / "files" / "winmail-dat.eml"


def whole() -> bytes:
    return email.message_from_bytes(MAIL.read_bytes()).get_payload()[1].get_payload(decode=True)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", 1, kind, 6, len(value)) + value + b"\0\0"


HEAD = struct.pack("<IH", 0x223E9F78, 1)


def test_a_file_has_its_long_name():
    assert [name for name, _content in read_tnef(whole()).files] == ["Prüfbericht Mai.pdf"]


def test_whatever_is_broken_reading_ends_in_words():
    chance, content = random.Random(5), whole()  # noqa: S311 -- nothing secret
    for _try in range(3_000):
        broken = bytearray(content[: chance.randint(6, len(content))])
        for _byte in range(chance.randint(1, 6)):
            broken[chance.randrange(4, len(broken))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF])
        try:
            found = read_tnef(bytes(broken))
        except DamagedTnef:
            continue
        assert sum(len(file) for _name, file in found.files) <= len(content)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + attribute(0x9003, struct.pack("<I", 0xFFFFFFFF)) + b"\0" * 20,
        HEAD + attribute(0x9003, struct.pack("<IHHI", 9, 0x101E, 0x1000, 0xFFFFFFFF) + b"\0" * 2_000_000),
        HEAD + attribute(0x800C, b"") * 300_000,
        HEAD + attribute(0x9003, struct.pack("<I", 0x7FFFFFFF) + struct.pack("<HHI", 3, 5, 0) * 200_000),
        HEAD + b"\xff" * 1_000_000,
    ],
)
def test_nothing_hostile_takes_long(content):
    began = time.process_time()
    with suppress(DamagedTnef):
        read_tnef(content)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("content", [b"", b"MZ", HEAD[:3], base64.b64encode(HEAD)])
def test_what_is_none_is_refused(content):
    with pytest.raises(DamagedTnef):
        read_tnef(content)


def test_a_message_within_a_message_gives_its_files_and_no_more_than_some_deep():
    inner = whole()
    for _depth in range(8):
        message = bytes.fromhex("0703020000000000c000000000000046") + inner
        value = struct.pack("<IHHII", 1, 0x000D, 0x3701, 1, len(message)) + message
        inner = HEAD + attribute(0x9005, value + b"\0" * (-len(message) % 4))
        if _depth == 0:
            assert [name for name, _file in read_tnef(inner).files] == ["Prüfbericht Mai.pdf"]
    assert read_tnef(inner).files == []
