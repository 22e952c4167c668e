"""Messages as people and machines send them, and a mailbox to fetch them from."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from cases.models import CaseMessage


def make_mail(to: str, sender: str, text: str = "It works now. Thank you!", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = headers.pop("subject", "Re: Gateway is offline")
    message["Message-ID"] = headers.pop("message_id", f"<{abs(hash((to, sender, text)))}@mail.acme.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


class _Imap(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 (RFC 3501) as fetching needs: LOGIN, SELECT, UID SEARCH, UID FETCH, UID STORE,
    LOGOUT."""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *words = line.decode().split()
            answer = getattr(self, f"do_{command.lower()}", None)
            result = answer(words) if answer else b"OK done"
            self.wfile.write(tag.encode() + b" " + result + b"\r\n")
            if command.upper() == "LOGOUT":
                return

    def do_capability(self, words: list[str]) -> bytes:
        self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        return b"OK done"

    def do_login(self, words: list[str]) -> bytes:
        return b"OK done" if words[1].strip('"') == "secret" else b"NO wrong password"

    def do_select(self, words: list[str]) -> bytes:
        self.wfile.write(b"* %d EXISTS\r\n" % len(self.server.messages))  # type: ignore[attr-defined]
        return b"OK [READ-WRITE] done"

    def do_uid(self, words: list[str]) -> bytes:
        messages, seen = self.server.messages, self.server.seen  # type: ignore[attr-defined]
        if words[0].upper() == "SEARCH":
            unseen = [str(uid) for uid in messages if uid not in seen]
            self.wfile.write(f"* SEARCH {' '.join(unseen)}\r\n".encode())
        elif words[0].upper() == "FETCH":
            raw = messages[int(words[1])]
            given = raw[: int(words[-1].rsplit(".", 1)[1].rstrip(">)"))]
            head = b"* 1 FETCH (UID %d RFC822.SIZE %d BODY[]<0> {%d}\r\n" % (
                int(words[1]),
                len(raw),
                len(given),
            )
            self.wfile.write(head + given + b")\r\n")
        else:
            seen.add(int(words[1]))
        return b"OK done"


@contextmanager
def mailbox(*messages: EmailMessage) -> Iterator[str]:
    """A real IMAP server with these messages; gives its address."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Imap) as server:
        server.daemon_threads = True
        server.messages = {number: bytes(message) for number, message in enumerate(messages, start=1)}  # type: ignore[attr-defined]
        server.seen = set()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"imap://cases:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        server.shutdown()


def reply_of(mail):
    """The message that a mail became."""
    return CaseMessage.objects.get(pk=mail.reply_id)
