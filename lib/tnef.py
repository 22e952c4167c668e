"""What is in a winmail.dat: Outlook's way (MS-OXTNEF) to send a message in rich text. Only names and contents
of its files are read, and its text where it has one; every length is checked against what is there."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = struct.pack("<I", 0x223E9F78)
MAX_DEPTH = 3
"""Of messages that are attached to messages."""
_TEXT, _FILE, _TITLE, _DATA, _PROPERTIES, _MORE, _CODEPAGE = (
    *(0x800C, 0x9002, 0x8010, 0x800F, 0x9003, 0x9005, 0x9007),
)
_NAME, _LONG_NAME, _OBJECT, _BODY, _HTML = 0x3704, 0x3707, 0x3701, 0x1000, 0x1013
_SIZES = {0x0002: 4, 0x000B: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8}
_SIZES |= {0x0040: 8, 0x0048: 16}
_COUNTED = {0x000D, 0x001E, 0x001F, 0x0102}
_SEVERAL, _NAMED, _NAMED_BY_TEXT = 0x1000, 0x8000, 1
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
"""Before a message that is attached."""


class DamagedTnef(ValueError):  # noqa: N818 -- says what the file is
    """It is not what it says, or not whole."""


@dataclass
class Tnef:
    text: str = ""
    html: bytes = b""
    charset: str = "cp1252"
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read_tnef(content: bytes, depth: int = MAX_DEPTH) -> Tnef:
    """Raises DamagedTnef."""
    if not content.startswith(SIGNATURE):
        raise DamagedTnef
    reader = _Reader(depth)
    try:
        for kind, value in _attributes(memoryview(content)[6:]):
            reader.meet(kind, value)
    except (struct.error, UnicodeError, LookupError) as error:
        raise DamagedTnef from error
    reader.end_file()
    return reader.found


class _Reader:
    def __init__(self, depth: int) -> None:
        self.found, self.depth = Tnef(), depth
        self.name, self.data = "", b""

    def meet(self, kind: int, value: memoryview) -> None:
        if kind == _FILE:
            self.end_file()
        elif kind == _CODEPAGE and len(value) >= 4:
            self.found.charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind in (_TITLE, _TEXT):
            self._take_words(kind, _string(value, self.found.charset))
        elif kind == _DATA:
            self.data = bytes(value)
        elif kind in (_PROPERTIES, _MORE):
            self._take_properties(dict(_properties(value, self.found.charset)))

    def end_file(self) -> None:
        """Of a message that is attached, the files."""
        if self.data.startswith(_MESSAGE):
            inner = self.data[len(_MESSAGE) :]
            self.found.files += read_tnef(inner, self.depth - 1).files if self.depth else []
        elif self.data:
            self.found.files.append((self.name, self.data))
        self.name, self.data = "", b""

    def _take_words(self, kind: int, words: str) -> None:
        if kind == _TITLE:
            self.name = self.name or words
        else:
            self.found.text = words

    def _take_properties(self, found: "dict[int, str | bytes]") -> None:
        self.found.text = self.found.text or str(found.get(_BODY) or "")
        self.found.html = self.found.html or _bytes(found.get(_HTML))
        self.name = str(found.get(_LONG_NAME) or found.get(_NAME) or self.name)
        self.data = _bytes(found.get(_OBJECT)) or self.data


def _attributes(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Each: level, kind, type, length, data, checksum."""
    position = 0
    while position + 11 <= len(content):
        _level, kind, _type, length = struct.unpack_from("<BHHI", content, position)
        end = position + 9 + length
        if end > len(content):
            raise DamagedTnef
        yield kind, content[position + 9 : end]
        position = end + 2


def _properties(content: memoryview, charset: str) -> Iterator[tuple[int, str | bytes]]:
    (count,), position = struct.unpack_from("<I", content), 4
    while count and position < len(content):
        count -= 1
        kind, key = struct.unpack_from("<HH", content, position)
        position = _after_name(content, position + 4, key)
        values = 1
        if kind & _SEVERAL or kind in _COUNTED:
            (values,), position = struct.unpack_from("<I", content, position), position + 4
        for _each in range(min(values, len(content))):
            value, position = _value(content, position, kind & ~_SEVERAL)
            if value is not None:
                letters = {0x001E: charset, 0x001F: "utf-16-le"}.get(kind & ~_SEVERAL)
                yield key, _string(value, letters) if letters else bytes(value)


def _after_name(content: memoryview, position: int, key: int) -> int:
    """Properties with a name of their own have it before the value."""
    if key < _NAMED:
        return position
    kind, length = struct.unpack_from("<II", content, position + 16)
    return position + 24 + (_padded(length) if kind == _NAMED_BY_TEXT else 0)


def _value(content: memoryview, position: int, kind: int) -> tuple[memoryview | None, int]:
    if size := _SIZES.get(kind):
        return None, position + size
    if kind not in _COUNTED:
        raise DamagedTnef
    (length,) = struct.unpack_from("<I", content, position)
    end = position + 4 + length
    if end > len(content):
        raise DamagedTnef
    return content[position + 4 : end], position + 4 + _padded(length)


def _padded(length: int) -> int:
    return length + -length % 4


def _string(value: memoryview, charset: str) -> str:
    return bytes(value).decode(charset, "replace").rstrip("\0")


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else value or b""
