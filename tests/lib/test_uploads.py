"""Which name a file is kept under. What is accepted is tested where files are sent: in cases."""

import pytest

from lib.file_kinds import extension_of
from lib.uploads import NAME_LIMIT, clean_name, opaque_path

NAMES = [
    ("report.pdf", "report.pdf"),
    ("My report (final).pdf", "My report (final).pdf"),
    ("../../etc/passwd", "passwd"),
    ("../x", "x"),
    ("C:\\Users\\Alice\\log.txt", "log.txt"),
    ("/absolute/log.txt", "log.txt"),
    ("a\x00b.pdf", "ab.pdf"),
    ("line\r\nbreak.pdf", "linebreak.pdf"),
    ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ("\u2066x\u2069.pdf", "x.pdf"),
    ("Prüfbericht 日本語.pdf", "Prüfbericht 日本語.pdf"),
    ("archive.tar.gz", "archive.tar.gz"),
    ("  spaced.pdf  ", "spaced.pdf"),
    ("trailing.pdf.", "trailing.pdf"),
    ("", "file"),
    (".", "file"),
    ("..", "file"),
    ("/", "file"),
    ("   ", "file"),
    ("\x00", "file"),
    ("???", "file"),
    ("+.+", "+.+"),
    ("—.pdf", "—.pdf"),
    ("(?).PDF", "().PDF"),
    ("ü ñ 🚀.txt", "ü ñ 🚀.txt"),
    ("two  spaces.pdf", "two spaces.pdf"),
    ("a|b*c?.pdf", "abc.pdf"),
    (".pdf", "file.pdf"),
    ("...pdf", "file.pdf"),
    ("<script>.pdf", "script.pdf"),
    ('a".pdf', "a.pdf"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_a_file_keeps_its_own_name_and_nothing_that_could_deceive(name, kept):
    assert clean_name(name) == kept


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300 + ".pdf",
        "x" * 300,
        "." + "x" * 300,
        "a." + "x" * 300,
        "日" * 300 + ".pdf",
        "x" * 149 + ".pdf",
    ],
)
def test_a_long_name_is_shortened_and_keeps_its_kind(name):
    kept = clean_name(name)
    assert 0 < len(kept) <= NAME_LIMIT
    assert kept.endswith(".pdf") is name.endswith(".pdf")


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".bashrc", ""), ("a.", "")]
)
def test_the_kind_of_a_file_is_its_last_extension_in_small_letters(name, extension):
    assert extension_of(name) == extension


def test_a_file_is_kept_where_its_name_tells_nothing():
    one, other = (opaque_path(None, "Secret plan.PDF") for _ in range(2))
    assert one != other
    assert "ecret" not in one
    assert one.endswith(".pdf")
