"""What is taken of a message: its own words and files, whatever program wrote it."""

import random
import time
from email.message import EmailMessage

import pytest

from lib.mail_text.answer import split
from lib.mail_text.html_text import text_of_html
from records.inbound.parse import UnreadableMail, parse
from tests.cases.mails import make_mail

OURS = "-=+=- Reply above this line -=+=-"
QUOTE = f"\n\nOn Tue, 24 Nov 2026 at 10:00, Support <\ns@support.example> wrote:\n> {OURS}\n> Hello Alice,\n"
SAID_BY_US = "Hello Alice, did it help? Bonjour, votre cas. Hallo zusammen"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    "signature",
    [
        "Best regards\nAlice\n+1 555 0100",
        "-- \nAlice",
        "--\nAlice Miller\nAcme Foods Ltd.",
        (
            "Mit freundlichen Grüßen\n\nAlice\n\nDiese E-Mail ist vertraulich. "
            "Wer nicht gemeint ist, löscht sie bitte gleich."
        ),
        "Cordialement,\nAlice",
        "Sent from my iPhone",
    ],
)
def test_a_signature_is_left_out(signature):
    answer = split(f"It works.\n\n{signature}{QUOTE}", writer="Alice Miller <alice@acme.example>")
    assert answer.reply == "It works."
    assert answer.folded.startswith(signature)


@pytest.mark.parametrize(
    "text",
    [
        "Sent: 12 packets\nFrom: 10.0.0.1\nTo: 10.0.0.2\nDate: never\nThat was the log.",
        (
            "The bounced mail said:\n\nFrom: a@b.example\nDate: Monday\nTo: "
            "c@d.example\nSubject: Test\n\nIs that right?"
        ),
        "Thanks!\n\nAnd one more question: does it work with two of them?",
        "Thank you!",
        "Thanks,\nAlice",
        "Take the log\n- one\n- two\n/etc/passwd is read\n    indented",
        "On Monday Bob wrote:\nit is broken again",
        "Warning: the mail queue is full\nWhat does it mean?",
        "Before\n--\nAfter the line:\n" + "A further sentence.\n" * 15 + "End",
        "> Is it red?\nYes, it is.",
    ],
)
def test_the_writers_own_words_stay(text):
    assert split(text + QUOTE).reply == text


@pytest.mark.parametrize(
    "quote",
    [
        QUOTE,
        f"\n\n{OURS}\n\nHello Alice",
        "\n\nLe mar. 24 nov. 2026 à 10:00, Support <s@x.example> a écrit :\n\n> Bonjour, votre cas",
        "\n\nAm 24.11.26 um 10:00 schrieb Support:\n> Hallo zusammen",
        (
            f"\n\n________________________________\nFrom: Support <s@x.example>\nSent: "
            f"Tuesday\nTo: Alice\nSubject: Re\n\n{OURS}\n\nHello"
        ),
        "\n\nVon: Support <s@support.example>\nGesendet: Dienstag\nAn: Alice\nBetreff: AW\n\nHallo",
        (
            "\n\n-----Original Message-----\nFrom: Support <s@support.example>\nSent: Tuesday\n"
            "To: Alice\nSubject: Re\n\nHello"
        ),
        "\n\n> Hello Alice, did it help?",
    ],
)
def test_what_is_quoted_of_ours_is_folded(quote, settings):
    settings.MAIL_IN_ADDRESS = "cases@support.example"
    answer = split(f"It works.{quote}", ours=SAID_BY_US)
    assert (answer.reply, answer.folded) == ("It works.", quote.strip("\n"))


def test_a_mail_that_only_quotes_says_nothing():
    assert split("> Hello Alice,\n> did it help?\n", ours=SAID_BY_US).reply == ""
    assert split(QUOTE).reply == ""
    assert split(f"-- \nAlice{QUOTE}").reply == ""


def test_an_answer_below_the_quote_is_taken_where_none_stands_above():
    assert split(f"{QUOTE}\nIt works.\n\n-- \nAlice").reply == "It works."


def test_an_answer_below_a_quotation_without_marks_is_told_by_our_own_words():
    ours = f"{OURS}\n\nHello Alice,\n\nplease restart it.\n"
    answer = split(f"{ours}\nIt works now, with both of them.\n", ours=ours)
    assert answer.reply == "It works now, with both of them."


def test_texts_before_and_after_a_picture_are_one():
    message = make_mail("cases@support.example", "alice@acme.example", "Before.")
    message.add_attachment(PNG, maintype="image", subtype="png", disposition="inline")
    message.add_attachment(f"After.{QUOTE}", disposition="inline")
    mail = parse(bytes(message))
    assert mail.text.split() == ["Before.", "After."]
    assert [file.name for file in mail.files] == ["picture-1.png"]


def test_the_plain_version_is_read_unless_it_is_empty():
    both = EmailMessage()
    both["From"] = "alice@acme.example"
    both.set_content("Plain.")
    both.add_alternative("<p>Rich.</p>", subtype="html")
    assert parse(bytes(both)).text == "Plain."
    both.get_payload()[0].set_content(" \n")
    assert parse(bytes(both)).text == "Rich."


def test_files_without_a_name_are_called_by_what_they_are():
    message = make_mail("cases@support.example", "alice@acme.example", "See the files.")
    message.add_attachment(PNG, maintype="image", subtype="png", disposition="inline", cid="<1>")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar")
    message.add_attachment(make_mail("a@b.example", "c@d.example", "Forwarded."))
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="report")
    message.add_attachment(b"signed", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    mail = parse(bytes(message))
    assert [file.name for file in mail.files] == [
        "picture-1.png",
        "invitation.ics",
        "forwarded.eml",
        "report.pdf",
    ]
    assert (mail.text, b"Forwarded." in mail.files[2].read()) == ("See the files.", True)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><head><title>T</title><style>p{}</style></head><body>answer</body></html>", "answer"),
        ("<p>A</p><p>B<br>C</p>", "A\n\nB\nC"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("Mine<blockquote type=cite>Old</blockquote>", "Mine\n> Old"),
        (
            (
                "<script>alert(1)</script><!--[if mso]><p>x</p><![endif]--><img "
                "src='https://t.example/p.png' onerror='x'>Hi &lt;b&gt;"
            ),
            "Hi <b>",
        ),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
    ],
)
def test_html_is_read_as_text(html, text):
    assert text_of_html(html) == text


TAGS = [
    "<p>", "</p>", "<div>", "</div>", "<blockquote>", "</blockquote>", "<ul><li>", "</ul>", "<ol start=4>",
    "<li>", "<table><tr><td>", "<td>", "</table>", "<b>", "</i>", "<a href='https://x.example/?q=1'>", "</a>",
    "<pre>", "</pre>", "<br>", "<font color=1>", "<![if x]>", "<o:p>", "&nbsp;", "<!-- c -->", "<h1>", "\n",
    "<span style='x'>", "<", "& ", "</body>", "<html>", "<head></head>", "<?xml x?>", "<select><option>",
    "<style>p{}</style>", "<form>", "<button>", "<textarea></textarea>", "<svg><text>", "</svg>", "<hr>",
]  # fmt: skip


def test_no_word_of_html_is_lost_however_broken_it_is():
    chance = random.Random(3)  # noqa: S311 -- nothing secret
    for _try in range(2_000):
        words = [f" word{number}x " for number in range(chance.randint(1, 12))]
        pieces = [piece for word in words for piece in (*chance.choices(TAGS, k=chance.randint(0, 4)), word)]
        text = text_of_html("".join(pieces))
        assert [word.strip() for word in words if word.strip() not in text] == [], "".join(pieces)


def in_time(raw: bytes) -> bool:
    began = time.process_time()
    parse(raw)
    return time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "line",
    [
        ">",
        ">\n",
        "\n",
        "\r\n",
        " ",
        "On ",
        "On x wrote:\n",
        "From: a@b\n",
        "--\n",
        "Best regards\n",
        "De: a\nDate: \n",
    ],
)
def test_no_text_takes_long(line):
    text = (line * 2_000_000)[:2_000_000]
    assert in_time(f"From: a@b.example\n\n{text}".encode())


def test_short_lines_between_parts_do_not_take_long():
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
    for lines in (b"\n" * 2_000_000, b"x\n" * 1_000_000):
        began = time.process_time()
        with pytest.raises(UnreadableMail):
            parse(head + lines + b"\n--b--\n")
        assert time.process_time() - began < 0.5


def test_no_charset_takes_long():
    assert in_time(b"From: a@b.example\nContent-Type: text/plain; charset=punycode\n\na-" + b"zz" * 500_000)


def test_many_texts_take_no_longer_than_one():
    part = b"--b\nContent-Type: text/html\n\n" + b"<p>" * 100_000 + b"\n"
    assert in_time(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 100 + b"--b--"
    )


@pytest.mark.parametrize(
    "piece", ["<", "<p>\n", "<div ", "<blockquote>", "<!--", "<br ", "&", "&lt", "<style>", "<a <b>"]
)
def test_no_html_takes_long(piece):
    text = (piece * 1_000_000)[:1_000_000]
    assert in_time(f"From: a@b.example\nContent-Type: text/html\n\n{text}".encode())


@pytest.mark.parametrize(
    "header",
    [
        "Subject: ",
        "To: ",
        "Content-Type: text/plain; a=",
        "Content-Disposition: attachment; filename=",
        "X-A: ",
    ],
)
@pytest.mark.parametrize("piece", ['"', "a@b,", ";a=b", "=?utf-8?q?a?= ", "<"])
def test_no_header_takes_long(header, piece):
    assert in_time(f"From: a@b.example\n{header}{(piece * 250_000)[:250_000]}\n\nHi".encode())
