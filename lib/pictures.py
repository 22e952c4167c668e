"""What a picture says besides its pixels: where it was taken, by whom, with which device. PNG and WebP are
rows of chunks, so that goes without decoding anything; photographs in JPEG are decoded and written anew
(lib.uploads)."""

import struct
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
PNG_TOLD = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
WEBP_TOLD = {b"EXIF", b"XMP "}
WEBP_FLAGS = 0x0C
"""Of its head, that say there are EXIF and XMP."""


class DamagedPicture(ValueError):  # noqa: N818 -- says what the picture is
    """Its chunks do not add up."""


def png_without_metadata(content: bytes) -> bytes:
    """What follows the end goes, too."""
    return PNG + b"".join(chunk for kind, chunk in _png_chunks(content) if kind not in PNG_TOLD)


def webp_without_metadata(content: bytes) -> bytes:
    kept = b"".join(_plain(kind, chunk) for kind, chunk in _webp_chunks(content) if kind not in WEBP_TOLD)
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Length, kind, data, checksum."""
    position, kind = len(PNG), b""
    while kind != b"IEND":
        if position + 12 > len(content):
            raise DamagedPicture
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            raise DamagedPicture
        yield kind, content[position:end]
        position = end


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind, length, data, and a byte that makes it even."""
    position, whole = 12, min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while position < whole:
        if position + 8 > whole:
            raise DamagedPicture
        kind, length = struct.unpack_from("<4sI", content, position)
        end = position + 8 + length
        if end > whole:
            raise DamagedPicture
        yield kind, content[position:end] + b"\0" * (length % 2)
        position = end + length % 2


def _plain(kind: bytes, chunk: bytes) -> bytes:
    if kind != b"VP8X" or len(chunk) < 18:
        return chunk
    return chunk[:8] + bytes([chunk[8] & ~WEBP_FLAGS]) + chunk[9:]
