"""Links that were written for the portal's own pages, made to lead there from elsewhere: from a mail, for
example."""

import re
from html import escape, unescape
from urllib.parse import urljoin

_HREF = re.compile(r'(<a\b[^<>]*?\bhref=")([^"]*)"')
_INLINE = re.compile(r"(\]\(<?)([^\s<>()]+)")
_REFERENCE = re.compile(r"^( {0,3}\[[^\]\n]+\]:[ \t]*<?)([^\s<>]+)", re.MULTILINE)


def absolute_links(html: str, page: str) -> str:
    """``html`` as lib.markdown renders it; ``page``: the absolute address of the page on which it is read."""
    return _HREF.sub(lambda found: f'{found[1]}{escape(_joined(page, unescape(found[2])))}"', html)


def absolute_links_in_markdown(text: str, page: str) -> str:
    """The same for the source, inline links and references."""
    for links in (_INLINE, _REFERENCE):
        text = links.sub(lambda found: f"{found[1]}{_joined(page, found[2])}", text)
    return text


def _joined(page: str, address: str) -> str:
    try:
        return urljoin(page, address)
    except ValueError:
        return address
