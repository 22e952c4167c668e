"""Mails of many programs and languages, one a file, with what is right for each beside it.

``name.eml`` is the message, ``name.txt`` what is said in it; below ``== folded``, ``== files``, ``== sender``
and ``== subject`` further facts, where they matter. The next report of a fault is two files more.
"""

import random
from collections import Counter
from pathlib import Path

import pytest

from lib.mail_text.answer import split
from records.inbound.parse import parse

FOLDER = Path(__file__).with_name("inbound_mails")
MAILS = sorted(FOLDER.glob("*/*.eml"))
OURS = "-=+=- Reply above this line -=+=-"


@pytest.fixture(autouse=True)
def configured(settings):
    settings.MAIL_IN_ADDRESS = "cases@support.example"


def expected(mail: Path) -> dict[str, str]:
    said, *facts = mail.with_suffix(".txt").read_text().split("\n== ")
    named = dict(fact.partition("\n")[::2] for fact in facts)
    return {
        "said": said.removesuffix("\n"),
        **{name: fact.removesuffix("\n") for name, fact in named.items()},
    }


def read(path: Path) -> dict[str, str]:
    mail = parse(path.read_bytes())
    answer = mail.answer()
    files = "\n".join(str(file.name) for file in mail.files)
    return {
        "said": answer.reply,
        "folded": answer.folded,
        "files": files,
        "sender": mail.sender,
        "subject": mail.subject,
    }


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in MAILS])
def test_a_mail_is_read_as_its_writer_meant_it(path):
    found = read(path)
    assert {name: found[name] for name in expected(path)} == expected(path)


def test_every_kind_has_at_least_ten_members():
    kinds = Counter(path.parent.name for path in MAILS)
    assert min(kinds.values()) >= 10, kinds


def words(text: str) -> Counter[str]:
    return Counter(text.replace(">", " ").split())


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in MAILS])
def test_no_word_of_a_mail_is_left_out(path):
    mail = parse(path.read_bytes())
    answer = mail.answer(ours="Did the restart help? Hello Alice, which firmware?")
    assert words(answer.reply) + words(answer.folded) == words(mail.whole_text)


PIECES = [
    "It works.", "2 probes, please.", "On Monday it broke.", "> 06:00 probe lost", "", "--", "-- ", "Thanks",
    "Best regards", "Alice", "Serial 99817", "Sent from my iPhone", "Von: Bob", "Date: 24.11.2026", OURS,
    "On 3 May 2027, Support <s@support.example> wrote:", "s@support.example>:", f"> {OURS}", "____________",
    "> which firmware?", "Am 3. Mai schrieb Support:", "-----Original Message-----", "> > older", "| pipe",
    "Sent with care, by hand.", "From: Bob <b@acme.example>", "Confidential: nothing.", "[cid:picture]",
]  # fmt: skip


def test_whatever_stands_in_a_mail_no_line_gets_lost_and_what_is_said_stays_in_order():
    chance = random.Random(7)  # noqa: S311 -- nothing secret
    for _try in range(3_000):
        lines = [chance.choice(PIECES) for _line in range(chance.randint(1, 14))]
        answer = split("\n".join(lines), ours="which firmware?", writer="Alice <alice@acme.example>")
        assert words(answer.reply) + words(answer.folded) == words("\n".join(lines)), lines
        kept = (line.rstrip() for line in lines)
        assert all(line.rstrip() in kept for line in answer.reply.split("\n") if line), lines


def test_what_stands_above_the_head_of_our_mail_is_said():
    """Whatever it looks like; signatures aside."""
    chance = random.Random(11)  # noqa: S311 -- nothing secret
    quotable = [piece for piece in PIECES if "-=+=-" not in piece and "support.example" not in piece]
    unsigned = [piece for piece in quotable if piece not in ("--", "-- ", "Thanks", "Best regards")]
    for _try in range(2_000):
        above = [chance.choice(unsigned) for _line in range(chance.randint(1, 8))]
        head = f"On 3 May 2027 at 10:00, Support <s@support.example> wrote:\n> {OURS}\n> Hello\n"
        answer = split("\n".join([*above, "So it is.", head]), writer="Alice")
        assert words(answer.reply) == words("\n".join([*above, "So it is."])), above
