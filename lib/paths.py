"""Addresses inside the portal, written in one way only, so that no spelling slips past a rule."""

import re
from functools import lru_cache

REMEMBERED_LENGTH = 100
_PATH = re.compile(r"/(?:[a-z0-9][a-z0-9-]*/)*")


def normalize(path: str) -> str:
    """Lower case, single slashes, a slash at both ends."""
    return "/" + "".join(f"{part}/" for part in path.lower().split("/") if part)


def is_path(path: str) -> bool:
    return bool(_PATH.fullmatch(normalize(path)))


def branch(path: str) -> tuple[str, ...]:
    """The path and those above it, from the root down: /a/b/ → /, /a/, /a/b/.

    Asked several times for each entry of a menu, so it is remembered; but not what strangers make up at
    length.
    """
    return _branch(path) if len(path) <= REMEMBERED_LENGTH else _branch.__wrapped__(path)


@lru_cache(maxsize=1000)
def _branch(path: str) -> tuple[str, ...]:
    parts = [part for part in normalize(path).split("/") if part]
    return ("/", *("/" + "/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))))
