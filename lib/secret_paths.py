"""Addresses that let their reader in, kept out of the log."""

import logging
import re

SECRET = re.compile(
    # what comes before the code
    r"(/redeem/|/password/reset/key/[0-9a-zA-Z]+-|/confirm-email/|/confirm-address/)"
    r"[\w:.-]{16,}"
)


class SecretPathFilter(logging.Filter):
    """Django notes the path of whatever it refuses. An invitation's code is one that still works."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if SECRET.search(message):
            record.msg, record.args = SECRET.sub(r"\1…", message), ()
        return True
