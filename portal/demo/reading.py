"""Read the demo's content files and travel to the times they tell of."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.utils import timezone

CONTENT = Path(__file__).parent / "content"


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


def read_articles() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Category slug, article slug, front matter and Markdown of each article."""
    for path in sorted((CONTENT / "articles").glob("*/*.md")):
        _, front_matter, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        yield path.parent.name, path.stem, tomllib.loads(front_matter), body.strip()


class Calendar:
    """Counts back from the moment at which loading began, so that all dates agree."""

    def __init__(self) -> None:
        self.today = timezone.now()

    def ago(self, days: float, plus_hours: float = 0) -> datetime:
        return min(self.today - timedelta(days=days) + timedelta(hours=plus_hours), self.today)

    @contextmanager
    def on(self, moment: datetime) -> Iterator[None]:
        """Whatever is done inside happens at ``moment``."""
        with time_machine.travel(moment, tick=False):
            yield
