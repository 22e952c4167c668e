"""Signatures, and what telephones add. In doubt a line is said: a signature names its writer."""

import re

from lib.mail_text.words import WORDS

LINES, LINE, SENTENCE = 12, 400, 40
_CLOSING = re.compile(rf"(?i)(?:{WORDS['regards*']})[\s,.!，。]{{0,3}}")
_DELIMITER = re.compile(r"--\s?")
_POSTSCRIPT = re.compile(r"(?i)\s{0,3}(?:p\. ?s\.?|ps|nb|nachtrag|postscript)\s?[.:,–-]")
_CONFIDENTIAL = re.compile(
    r"(?i)\b(?:confidential|privileged|intended (?:only|solely)|vertraulich|confidentiel|"
    r"confidencial|riservat|vertrouwelijk)"
)
_WORDS = re.compile(r"[^\W\d_]+")
_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_LINK = re.compile(r"[<(\[]?https?://[^\s>)\]]+[>)\]]?")
_SENT, _PRODUCTS, _AROUND = (set(WORDS[name].split()) for name in ("sent", "devices", "around devices"))


def signature_at(lines: list[str], writer: str) -> int:
    """Where the signature at the end of these lines begins; the number of lines where there is none."""
    end = _without_device(lines)
    for number in range(max(0, end - 4 * LINES), end):
        line, below = lines[number], lines[number + 1 : end]
        above = [each for each in lines[:number] if each.strip()]
        if above and above[-1].endswith(":"):
            continue
        if line == "-- " and _is_short(below) and not any(map(_POSTSCRIPT.match, below)):
            return _without_device(lines[:number])
        is_mark = _DELIMITER.fullmatch(line[:20]) or (above and _CLOSING.fullmatch(line.strip()[:60]))
        if is_mark and _is_signature(below, _names(writer)):
            return _without_device(lines[:number])
    return end


def _names(writer: str) -> set[str]:
    return {word for word in _WORDS.findall(writer.lower().partition("@")[0]) if len(word) > 1 or word > "z"}


def _without_device(lines: list[str]) -> int:
    """The end of the lines above "Sent from my telephone"."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_device(lines[end - 1])):
        end -= 1
    return end


def _is_device(line: str) -> bool:
    """All words are such as telephones use, and one names a device or program."""
    if len(line) > 300:
        return False
    text = _ASIAN.sub(
        r" \g<0> ", _LINK.sub("", line.lower()).replace("gmx.", "gmx ").replace("web.de", "web")
    )
    words = set(_WORDS.findall(text))
    return bool(words & _SENT and words & _PRODUCTS) and words <= _SENT | _PRODUCTS | _AROUND


def _is_short(lines: list[str]) -> bool:
    return sum(bool(line.strip()) for line in lines) <= LINES


def _is_signature(lines: list[str], names: set[str]) -> bool:
    """It begins with the writer's name; below stand addresses and numbers of telephones, and no sentences,
    which may be the answer's. What follows a notice of secrecy is no answer."""
    said = [line.strip() for line in lines if line.strip()]
    secrecy = (
        number
        for number, line in enumerate(said)
        if len(line) > SENTENCE and _CONFIDENTIAL.search(line[:LINE])
    )
    said = said[: next(secrecy, None)]
    return bool(said) and len(said) <= LINES and _is_name(said[0], names) and not any(map(_is_said, said))


def _is_name(line: str, names: set[str]) -> bool:
    words = _WORDS.findall(line.lower())
    return bool(names & set(words)) if names else len(words) <= 4 and not any(map(str.isdigit, line))


def _is_said(line: str) -> bool:
    is_sentence = line[-1] in ".?!:;,。？！" and len(line.split()) > 3
    is_request = line[0].islower() and len(line.split()) > 3 and not _ADDRESSES.search(line)
    return (
        len(line) > LINE
        or bool(_POSTSCRIPT.match(line))
        or is_sentence
        or is_request
        or line.endswith(("?", "？"))
        or _is_data(line)
    )


_ADDRESSES = re.compile(
    r"(?i)@|www\.|https?:|^\W*\d|str\.|stra(?:ß|ss)e|street|road|lane|avenue|weg\b|platz|gasse|allee|\bvia\b|\brue\b|"
    r"\bhrb\b|\bvat\b|amtsgericht|siret|\btel\b|\bfax\b|phone|mobile?\b|calle|\bul\b|\bbox\b|suite|floor|etage|\b[A-Z]{1,2}-\d{4}"
)


def _is_data(line: str) -> bool:
    """Numbers that are no telephone's and of no street: serials, versions, quantities."""
    digits = sum(map(str.isdigit, line))
    return (
        bool(digits) and not (digits > 6 and sum(map(str.isalpha, line)) < 25) and not _ADDRESSES.search(line)
    )
