"""What somebody writes arrives whole: Markdown takes no word away, and what came by mail is shown as it was
written. One text a case, with what becomes of it beside it."""

import re
import sys
from html import unescape
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.markdown import render, render_as_written, render_message, render_page

HERE = Path(__file__).parent


def texts(folder: str) -> list[object]:
    found = sorted((HERE / folder).glob("*.txt"))
    return [
        pytest.param(path.read_text(), path.with_suffix(".html").read_text(), id=path.stem) for path in found
    ]


@pytest.mark.parametrize(("text", "html"), texts("markdown"))
def test_what_people_write_to_each_other_stays_theirs_and_markdown_that_is_meant_works(text, html):
    assert render_message(text) == html


@pytest.mark.parametrize(("text", "html"), texts("as_written"))
def test_what_came_by_mail_is_shown_as_written(text, html):
    assert render_as_written(text) == html


WORD = re.compile(r"[a-z0-9]{2,}")
PIECES = st.one_of(
    st.from_regex(r"[a-z]{2,6}[0-9]{0,3}", fullmatch=True),
    st.sampled_from(
        r"""* _ ` ~ [ ] ( ) < > # ! | \ & ; : - + = . , / ' " ``` ~~~ --- === ** __ &lt; &#65; <!-- --> ](
        ][ ![ ](ftp:// ](https://x.example/ <https:// [ERROR]: [x]:/""".split()
    ),
    st.sampled_from(
        [" ", "\n", "\n\n", "\t", "    ", "  \n", "\\\n", "- ", "1. ", "7) ", "> ", "# ", "- [ ] ", "| "]
    ),
    st.sampled_from(["|---|---|\n", "[ERROR]: ", "[x]: /"]),
)
WRITTEN = st.lists(PIECES, max_size=40).map("".join)


def shown(html: str) -> str:
    """All that a page tells of a text: words, and where links lead, and numbers of items."""
    told = re.findall(r'(?:href|title|start|value|class|src|alt)="([^"]*)"', html)
    numbers = [str(number) for number in range(100) if "<ol" in html]
    return unescape(
        " ".join([re.sub(r"</?(?:strong|em|s|code|a)\b[^>]*>", "", html), *told, *numbers])
    ).lower()


@pytest.mark.parametrize("rendering", [render_message, render, render_page, render_as_written])
@settings(max_examples=400, deadline=None)
@given(text=WRITTEN)
def test_every_word_of_the_text_is_in_what_is_shown(rendering, text):
    assume("&" not in text or rendering in (render_message, render_as_written))
    html = shown(rendering(text))
    assert [word for word in WORD.findall(text.lower()) if word not in html] == []


@pytest.mark.parametrize(
    "piece", ["[a]: b\n", "|", "![", "*a", "\\", "1. a\n", "[x](ftp://", "`", "- [ ] a\n", "_.", "~~"]
)
def test_a_long_text_takes_no_longer_than_its_length(piece):
    """Twice the text, counted in calls of the parser, is at most three times the work."""
    once, twice = (calls_for(piece * size) for size in (400, 800))
    assert twice < 3 * once


def calls_for(text: str) -> int:
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        render_message(text)
        render_as_written(text)
    finally:
        sys.setprofile(None)
    return count
