"""Letters from bytes: what the corpus of mails does not say of it."""

import time

import pytest

from lib.charsets import decoded


@pytest.mark.parametrize(
    "label", ["", "utf-7", "hz-gb-2312", "iso-2022-jp", "punycode", "idna", "undefined", "base64", "rot13"]
)
@pytest.mark.parametrize("raw", [b"\xff", b"a", b"\x1b$", bytes(range(128, 256)), b"+2AA-", b"xn--zz-"])
def test_no_label_and_no_bytes_take_long_or_fail(label, raw):
    began = time.process_time()
    assert decoded((raw * 1_000_000)[:1_000_000], label)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("hint", "text"),
    [("uk", "Дуже дякую"), ("ua", "Дуже дякую"), ("ja", "ありがとう"), ("zh-TW", "感測器壞了")],
)
def test_the_language_helps(hint, text):
    codec = {"j": "cp932", "z": "big5"}.get(hint[0], "cp1251")
    assert decoded(text.encode(codec), "", hint) == text


def test_a_hint_that_is_none_does_no_harm():
    for hint in ("ü", "x" * 300, "1", "-", "de; q=1"):
        assert decoded("Grüße".encode("cp1252"), "", hint) == "Grüße"


def test_latin_letters_of_a_right_label_stay_as_they_are():
    assert decoded("Ã¼ber".encode(), "utf-8") == "Ã¼ber"
    assert decoded("naïve café".encode("cp1252"), "iso-8859-1") == "naïve café"
