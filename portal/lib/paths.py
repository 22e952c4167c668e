"""Addresses inside the portal, written in one way only, so that no spelling slips past a rule."""

import re

_PATH = re.compile(r"/(?:[a-z0-9][a-z0-9-]*/)*")


def normalize(path: str) -> str:
    """Lower case, single slashes, a slash at both ends."""
    return "/" + "".join(f"{part}/" for part in path.lower().split("/") if part)


def is_path(path: str) -> bool:
    return bool(_PATH.fullmatch(normalize(path)))


def branch(path: str) -> list[str]:
    """The path and those above it, from the root down: /a/b/ → /, /a/, /a/b/."""
    parts = [part for part in normalize(path).split("/") if part]
    return ["/", *("/" + "/".join(parts[: depth + 1]) + "/" for depth in range(len(parts)))]
