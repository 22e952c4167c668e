"""Plain text as mail programs break and pad it, and as it was meant."""

import re
from email.message import Message

_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"(?<![ \t\xa0])[ \t\xa0]+(?=\n|\Z)")
_PICTURE = re.compile(r"\[image: ([^\[\]\n]{0,200})\]")
_PLACE = re.compile(r" ?\[cid:[^\[\]\n]{1,250}\]")
_DEPTH = re.compile(r">*")


def joined(text: str, part: Message) -> str:
    """``format=flowed`` (RFC 3676): a line that ends with a space goes on in the next of the same depth."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    is_del_sp = str(part.get_param("delsp") or "").lower() == "yes"
    lines: list[list[str]] = []
    open_at: int | None = None
    for line in text.split("\n"):
        depth = len(_DEPTH.match(line)[0])  # type: ignore[index]
        words = line[depth:].removeprefix(" ")
        goes_on = words.endswith(" ") and words != "-- "
        piece = words[:-1] if goes_on and is_del_sp else words
        if open_at == depth and words != "-- ":
            lines[-1].append(piece)
        else:
            lines.append(["> " * depth, piece])
        open_at = depth if goes_on else None
    return "\n".join("".join(pieces) for pieces in lines)


def tidy(text: str, is_rich: bool) -> str:
    """Without spaces at the ends of lines (but for the mark of a signature) and without heaps of empty ones;
    of a rich text also without the names of its pictures, unless one is an emoji."""
    if is_rich:
        text = _PICTURE.sub(_emoji, text)
    text = _TRAILING.sub(lambda found: _kept(text, found), text)
    return _BLANK_LINES.sub("\n\n", text).replace("\0", "").strip("\n")


def without_places(text: str) -> str:
    """Without the marks of where the mail's own pictures stand."""
    return tidy(_PLACE.sub("", text), is_rich=False)


def _kept(text: str, found: re.Match[str]) -> str:
    start = found.start()
    is_mark = found[0] == " " and text[max(0, start - 3) : start] in ("--", "\n--")
    return " " if is_mark else ""


def _emoji(found: re.Match[str]) -> str:
    return "" if any(letter.isalnum() for letter in found[1]) else found[1]
