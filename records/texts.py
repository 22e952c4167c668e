"""Text blocks of customers' pages that administrators may change, each with its default.

A feature declares its own on its surface, the shell those of all other pages (portal.texts.declared).
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

Words = str | Promise


class Kind(Enum):
    LINE = "line"
    """Stands in a paragraph of the template: emphasis and links, no lists or headings."""
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class Snippet:
    name: str
    where: Words
    """What it is and where it is shown, for administrators."""
    default: Words
    values: tuple[str, ...] = ()
    kind: Kind = Kind.LINE
