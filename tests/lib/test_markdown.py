"""Markdown to HTML that cannot act."""

import pytest

from lib.markdown import render

HARMLESS = [
    (
        "**bold** *soft* ~~gone~~ `code`",
        "<p><strong>bold</strong> <em>soft</em> <s>gone</s> <code>code</code></p>",
    ),
    ("one\ntwo", "<p>one<br>\ntwo</p>"),
    ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
    ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
    ("```log\na < b\n```", '<pre><code class="language-log">a &lt; b\n</code></pre>'),
    ("---", "<hr>"),
    ("", ""),
    ("5 < 6 & 7 > 3", "<p>5 &lt; 6 &amp; 7 &gt; 3</p>"),
    ("a\x00b", "<p>ab</p>"),
]


@pytest.mark.parametrize(("text", "html"), HARMLESS)
def test_text_becomes_html(text, html):
    assert render(text).strip() == html


@pytest.mark.parametrize(
    ("text", "tag"),
    [("# Top", "h2"), ("## Second", "h2"), ("### Third", "h3"), ("###### Sixth", "h6"), ("Top\n===", "h2")],
)
def test_headings_start_below_the_title_of_the_page(text, tag):
    html = render(text)
    assert html.startswith(f"<{tag}>")
    assert html.strip().endswith(f"</{tag}>")


def test_tables_are_tables():
    html = render("| Code | Meaning |\n|---|---|\n| E4 | <b>cold</b> |")
    assert "<th>Code</th>" in html
    assert "<td>&lt;b&gt;cold&lt;/b&gt;</td>" in html


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x?a=1",
        "http://example.org",
        "mailto:a@example.org",
        "tel:+491234",
        "/cases/",
        "#top",
    ],
)
def test_a_link_leads_there_without_telling_anybody(address):
    assert render(f"[x]({address})").strip() == f'<p><a href="{address}" rel="nofollow noopener">x</a></p>'


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](file:///etc/passwd)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>body{display:none}</style>",
        "<iframe src=https://evil.example></iframe>",
        "<svg/onload=alert(1)>",
        "<!-- --><p onclick=x>",
        "# <b onclick=x>",
        "![x](https://evil.example/pixel.png)",
        '```" onclick="x\ncode\n```',
        "[x](https://example.org \"t' onclick='x\")",
    ],
)
def test_nothing_in_a_text_can_act_or_load(text):
    html = render(text)
    tags = [part.split(">")[0] for part in html.split("<")[1:]]
    names = {tag.strip("/").split(" ")[0] for tag in tags}
    assert not names & {"script", "img", "style", "iframe", "svg", "b"}
    for tag in tags:
        attributes = tag.replace("&quot;", "").replace("&#39;", "")
        assert not any(scheme in attributes.lower() for scheme in ("script:", "data:", "file:"))
        assert " onclick=" not in attributes.split('title="')[0].split('class="')[0]


@pytest.mark.parametrize(
    "text",
    [
        "*" * 5_000,
        "[" * 5_000,
        "> " * 2_000,
        "`" * 5_000,
        "a\n" * 5_000,
        "- " * 1_000,
        "|" * 3_000 + "\n" + "|-" * 3_000,
    ],
)
def test_a_malicious_text_is_rendered_all_the_same(text):
    assert isinstance(render(text), str)
