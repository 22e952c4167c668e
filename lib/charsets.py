"""Letters from bytes, as a browser reads them. A label means what the encoding standard of the web says
(iso-8859-1 is windows-1252, gb2312 is GBK); where there is none, or it cannot be right, the bytes tell."""

import codecs
import re

import webencodings
from chardetng_py import EncodingDetector

_NO_CHARSETS = re.compile(r"(?i)punycode|idna|escape|undefined|mbcs|oem")
"""What Python calls a codec, and no text is written in; some take minutes."""
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PLAIN = re.compile(r"(?i)(?:us-)?ascii|ansi_x3.*")
_ACCENTS = re.compile(rb"[\x80-\xff]{4,}")
_TOP_LEVEL = {
    "ar": "eg",
    "cs": "cz",
    "da": "dk",
    "el": "gr",
    "et": "ee",
    "fa": "ir",
    "he": "il",
    "ja": "jp",
    "ko": "kr",
    "sl": "si",
    "sr": "rs",
    "sv": "se",
    "uk": "ua",
    "vi": "vn",
    "zh": "cn",
    "zh-tw": "tw",
}
"""Language → where it is spoken, where the two are not called the same."""


def decoded(raw: bytes, label: str = "", hint: str = "") -> str:
    """Never fails. ``hint``: the language or the top-level domain that the text comes from, if known."""
    for mark, codec in _BOMS.items():
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    for codec in (_codec(label, raw), "utf-8"):
        if codec and (text := _credible(raw, codec)) is not None:
            return text
    return raw.decode(codec_of(guessed(raw, hint)) or "cp1252", "replace")


def codec_of(label: str) -> str:
    """What Python calls the charset with a name of the web; empty where there is none."""
    known = webencodings.lookup(label)
    return known.codec_info.name if known else ""


def guessed(raw: bytes, hint: str = "") -> str:
    """The web's name of the charset that the bytes are most likely written in, which is not UTF-8."""
    detector, hint = EncodingDetector(), hint.lower()
    detector.feed(raw, last=True)
    place = _TOP_LEVEL.get(hint) or _TOP_LEVEL.get(hint.partition("-")[0]) or hint.partition("-")[0]
    tld = place.encode() if place.isascii() and place.isalpha() else None
    return str(detector.guess(tld=tld, allow_utf8=False))


def _codec(label: str, raw: bytes) -> str:
    """Empty: none is named, nobody knows it, or the bytes say something else."""
    label = label.strip().strip("\"'").lower()
    if _NO_CHARSETS.search(label) or (_PLAIN.fullmatch(label) and not (raw.isascii() and b"\x1b" not in raw)):
        return ""
    known = webencodings.lookup(label)
    if known and known.name not in ("replacement", "x-user-defined"):
        return "" if known.name == "windows-1252" and not _is_western(raw) else codec_of(label)
    for name in (label, label.replace("-", "").removeprefix("x")):
        try:
            return codecs.lookup(name).name
        except (LookupError, ValueError):
            pass
    return ""


def _is_western(raw: bytes) -> bool:
    """No western text has words of many different accents, or is UTF-8 by chance."""
    return not _is_utf8(raw) and sum(len(set(word)) // 4 for word in _ACCENTS.findall(raw)) < 2


def _is_utf8(raw: bytes) -> bool:
    """More than plain letters, and nothing broken."""
    try:
        return not raw.isascii() and bool(raw.decode())
    except UnicodeDecodeError:
        return False


def _credible(raw: bytes, codec: str) -> str | None:
    """A few broken letters among many good ones do not make a label wrong. None: it is."""
    if codec == "utf-8" and b"\x1b" in raw and raw.isascii():
        return None  # the escape sequences of the older Asian charsets
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        text = raw.decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    broken = text.count("\ufffd")
    return text if broken * 4 <= len(text) - sum(map(str.isascii, text)) - broken else None
