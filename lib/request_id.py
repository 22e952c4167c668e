"""The id of the request in hand: error pages show it, every log line carries it."""

import logging
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Adds the id, and leaves out the traceback of refusals (4xx): they are answers, not faults."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = None
        return True
