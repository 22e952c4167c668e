"""What every page of the administration is looked at for."""

import re
from typing import Any

FOREIGN = (
    "Django", "django administration", "Procrastinate", "procrastinate", "Authentication and Authorization",
    "Authentication and authorization", "LDAP", "Select account to", "Select contact to", "site admin",
)  # fmt: skip
"""Words of the software underneath, which are no words of the people who work here."""
SELECT_TO = re.compile(r"Select [\w -]+ to (change|view)")
VERB = re.compile(r"\b[a-z_]+\.[a-z_]+ed\b")
"""Of the log, as the code names it: ``case.replied``."""
OUTSIDE_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]+>", re.DOTALL)


def words_on(html: str) -> str:
    """What is read on a page."""
    return re.sub(r"\s+", " ", OUTSIDE_TAGS.sub(" ", html))


def faults_of(response: Any) -> list[str]:
    """What is wrong with a page of the administration; a file and a refusal have nothing to show."""
    if response.status_code != 200 or "text/html" not in response.headers.get("Content-Type", ""):
        return []
    html = response.content.decode()
    if "<html" not in html:
        return []
    text = words_on(html)
    found = [
        f"{word}: {text[text.index(word) - 40 : text.index(word) + 40]}" for word in FOREIGN if word in text
    ]
    found += [words.group() for pattern in (SELECT_TO, VERB) if (words := pattern.search(text))]
    if "staff" in html and html.count('<header class="side">') != ("popup " not in html):
        found.append("the side bar")
    if "style=" in re.sub(r"<pre.*?</pre>", "", html, flags=re.DOTALL):
        found.append("style=")
    return found
