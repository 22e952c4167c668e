"""Addresses that let their reader in: kept out of the log, and out of compressed pages."""

import logging
import re

_PATTERN = (
    # what comes before the code
    r"(/redeem/|/password/reset/key/[0-9a-zA-Z]+-|/confirm-email/|/confirm-address/)"
    r"[\w:.%-]{16,}"
).replace("/", "(?:/|%2F)")  # as part of another address, too
SECRET = re.compile(_PATTERN)
_SECRET_IN_BYTES = re.compile(_PATTERN.encode())
_WORDS = (b"redeem", b"reset", b"confirm-")
"""Each secret address has one of these, which is told a hundred times as fast."""


class SecretPathFilter(logging.Filter):
    """Django notes the path of whatever it refuses. An invitation's code is one that still works."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if SECRET.search(message):
            record.msg, record.args = SECRET.sub(r"\1…", message), ()
        return True


def are_in(page: bytes) -> bool:
    return any(word in page for word in _WORDS) and _SECRET_IN_BYTES.search(page) is not None
