"""Mail by SMTP. After the text was handed over, the server has minutes to answer: giving up earlier would
send it twice."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp

ANSWER_TO_DATA_SECONDS = 300
"""RFC 5321, 4.5.3.2.6, asks for ten minutes. Whoever is not done after five is taken for dead."""


class _PatientAfterData:
    """Mixed into smtplib's classes: connecting and commands keep the connection's own time-out."""

    sock: Any
    timeout: float

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.sock.settimeout(ANSWER_TO_DATA_SECONDS)
        try:
            return super().data(msg)  # type: ignore[misc, no-any-return]
        finally:
            if self.sock:
                self.sock.settimeout(self.timeout)


class _Plain(_PatientAfterData, smtplib.SMTP):
    pass


class _Encrypted(_PatientAfterData, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain
