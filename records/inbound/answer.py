"""The answer in the text of a mail: without what it quotes and without the signature.

Read line by line, and never with a pattern over many lines, so that no text takes long. In doubt a line
stays.
"""

import re

from records.reply_address import MARKER

SEARCHED = 200_000
"""Characters in which the beginning of a quote is looked for."""
LINE = 400
SIGNATURE_LINES = 12
_WROTE = re.compile(
    r"(?i)^(?:on|am|le|el|il|em|op|dnia|w dniu|den|d\.|\w{3}\.? \d|\d).*"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|"
    r"napisał\S{0,9}|skrev)\b.{0,120}:$|^\d{4}-\d\d-\d\d .*<[^<>\s@]+@[^<>\s@]+>:$"
)
_FROM = "from|von|de|da|van|od|från|fra"
_SENT = (
    "sent|date|gesendet|datum|envoyé|enviado|enviada|fecha|inviato|data|verzonden|wysłano|skickat|sendt|dato"
)
_TO = "to|an|à|para|a|aan|do|till|til"
_SUBJECT = "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne"
_LABELS = [
    re.compile(rf"(?i)^[*_> ]{{0,9}}(?:{words})\s?[*_]{{0,2}}\s?:")
    for words in (_FROM, _SENT, f"{_TO}|{_SUBJECT}")
]
_SEPARATOR = re.compile(r"^[-_]{2,20} ?\w[\w ]{3,40} ?[-_]{2,20}$")
_RULER = re.compile(r"^[-_=]{5,}$")
_REGARDS = (
    "(?:with )?(?:best|kind|kindest|warm|many)? ?(?:regards|wishes)|all the best|best|cheers|sincerely|"
    "yours (?:sincerely|faithfully|truly)|(?:many )?thanks(?: a lot| again| "
    "in advance)?|thank you(?: very much| in advance)?|"
    "(?:mit )?(?:freundlichen?|besten?|lieben?|vielen?|schönen?|herzlichen?)? "
    "?(?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))|"
    "mfg|lg|vg|danke|vielen dank|(?:bien )?cordialement|(?:meilleures )?salutations|bien à vous|"
    "merci(?: d'avance| beaucoup)?|bonne journée|(?:un )?(?:cordial )?saludos?(?: "
    "cordiales)?|atentamente|(?:muchas )?gracias|"
    "(?:cordiali|distinti) saluti|grazie(?: mille)?|"
    "(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|mvg|bedankt|z poważaniem|pozdrawiam|dziękuję|"
    "(?:med )?(?:vänliga?|bästa|venlige?|bedste) "
    "(?:hälsning(?:ar)?|hilsen|hilsner)|hälsningar|hilsen|mvh|tack|tak"
)
_CLOSING = re.compile(rf"(?i)^(?:{_REGARDS})[\s,.!]{{0,3}}$")
_DELIMITER = re.compile(r"^--\s?$")
_DEVICE = re.compile(
    r"(?i)^(?:sent from (?:my|mail|outlook|yahoo|samsung|proton)\b|(?:get|obtenir|obtener) outlook |"
    r"gesendet (?:von|mit) |von meinem? .{1,40} gesendet|"
    r"envoyé (?:de|depuis) |enviado desde |inviato da|verzonden (?:vanaf|met) |wysłano z |"
    r"skickat från |sendt fra )"
)
_CONFIDENTIAL = re.compile(
    r"(?i)\b(?:confidential|privileged|intended (?:only|solely)|vertraulich|confidentiel|"
    r"confidencial|riservat|vertrouwelijk)"
)


def latest_answer(text: str) -> str:
    """Empty where a mail only quotes. What stands above a quote counts; below it only where nothing stands
    above."""
    lines = _lines_of(text[:SEARCHED])
    cut = _first_quote(lines)
    if cut is None and len(text) > SEARCHED:
        lines = _lines_of(text)
    above = _without_trailing_quote(lines[:cut])
    if not any(above):
        above = _unquoted(lines)
    return "\n".join(_without_signature(above)).strip("\n").rstrip()


def _lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def _first_quote(lines: list[str]) -> int | None:
    """Where the quoted mail begins. Ours has our line at its top: what looks like the head of a mail before
    that, with words in between, is the writer's own."""
    ours = next((number for number, line in enumerate(lines) if MARKER in line), None)
    if ours is not None:
        return _above_our_line(lines, ours)
    heads = (number for number, line in enumerate(lines) if line and _begins_quote(lines, number))
    return next(heads, None)


def _above_our_line(lines: list[str], ours: int) -> int:
    """The head that a mail program puts between the answer and our mail goes, too."""
    for number in range(max(0, ours - 12), ours):
        if lines[number] and _begins_quote(lines, number) and _is_head(lines[number:ours]):
            return number
    return ours


def _is_head(lines: list[str]) -> bool:
    """No empty line with further words below it, except below a separator."""
    blocks = [block for block in "\n".join(lines).split("\n\n") if block.strip("\n> ")]
    return len(blocks) <= 1 or (
        len(blocks) == 2 and bool(_SEPARATOR.match(blocks[0]) or _RULER.match(blocks[0]))
    )


def _begins_quote(lines: list[str], number: int) -> bool:
    return _is_attribution(lines, number) or _is_head_of_mail(lines, number) or _is_separator(lines, number)


def _is_attribution(lines: list[str], number: int) -> bool:
    """ "On Tuesday, Support wrote:", over three lines at most, with a quote or nothing below."""
    for last in range(number, min(number + 3, len(lines))):
        if lines[last].endswith(":"):
            words = " ".join(line.lstrip("> ") for line in lines[number : last + 1])[:LINE]
            below = next((line for line in lines[last + 1 : last + 6] if line), ">")
            return bool(_WROTE.match(words)) and (below.startswith(">") or MARKER in below)
    return False


def _is_head_of_mail(lines: list[str], number: int) -> bool:
    """From, sent, and to or subject, one below the other, with an address among them."""
    if not _LABELS[0].match(lines[number][:LINE]):
        return False
    block = [line[:LINE] for line in lines[number : number + 8]]
    block = block[: block.index("")] if "" in block else block
    return all(any(label.match(line) for line in block) for label in _LABELS) and any(
        "@" in line for line in block
    )


def _is_separator(lines: list[str], number: int) -> bool:
    """ "-----Original Message-----", or a ruler, above the head of a mail or our line."""
    line = lines[number][:LINE]
    if not (_SEPARATOR.match(line) or _RULER.match(line)):
        return False
    below = next((later for later in range(number + 1, min(number + 4, len(lines))) if lines[later]), None)
    return below is not None and (
        MARKER in lines[below] or bool(_LABELS[0].match(lines[below][:LINE]) and _has_date(lines, below))
    )


def _has_date(lines: list[str], number: int) -> bool:
    return any(_LABELS[1].match(line[:LINE]) for line in lines[number : number + 4])


def _without_trailing_quote(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1] or kept[-1].startswith(">")):
        kept.pop()
    return kept


def _unquoted(lines: list[str]) -> list[str]:
    """Of an answer below or between what it quotes. Without a mark before quoted lines nobody can tell them
    apart."""
    first = next((number for number, line in enumerate(lines) if line.startswith(">")), None)
    return (
        []
        if first is None
        else [line for line in lines[first:] if not line.startswith(">") and MARKER not in line]
    )


def _without_signature(lines: list[str]) -> list[str]:
    kept = _without_device(lines)
    for number in range(max(0, len(kept) - 4 * SIGNATURE_LINES), len(kept)):
        line = kept[number]
        if _DELIMITER.match(line) and _is_short(kept[number + 1 :]):
            return _without_device(kept[:number])
        if _CLOSING.match(line[:60]) and any(kept[:number]) and _is_signature(kept[number + 1 :]):
            return _without_device(kept[:number])
    return kept


def _without_device(lines: list[str]) -> list[str]:
    """Without "Sent from my telephone"."""
    kept = list(lines)
    while kept and (not kept[-1] or (len(kept[-1]) < 80 and _DEVICE.match(kept[-1]))):
        kept.pop()
    return kept


def _is_short(lines: list[str]) -> bool:
    return sum(bool(line) for line in lines) <= SIGNATURE_LINES


def _is_signature(lines: list[str]) -> bool:
    """Names and numbers, no sentences: those may be the answer's. What follows a notice of secrecy is no
    answer. Thanks with nothing below are the writer's last words."""
    said = [line for line in lines if line]
    notice = next((number for number, line in enumerate(said) if _CONFIDENTIAL.search(line[:LINE])), None)
    said = said[:notice]
    return (
        bool(said or notice == 0)
        and len(said) <= SIGNATURE_LINES
        and not any(_is_sentence(line) for line in said)
    )


def _is_sentence(line: str) -> bool:
    return len(line) > LINE or (line[-1] in ".?!:;," and len(line.split()) > 3) or line.endswith("?")
