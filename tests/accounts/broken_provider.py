"""An OpenID provider that answers what it is told to: nonsense, or nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SETTINGS, TOKEN, PERSON, KEYS = "/.well-known/openid-configuration", "/token", "/person", "/keys"


class BrokenProvider:
    """``answers`` by path; what is no text is sent as JSON, a text as the type that ``types`` says, else as a
    page. It answers nobody unless it is ``awake``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.awake = Event()
        self.awake.set()
        self.types: dict[str, str] = {}
        self.answers: dict[str, Any] = {
            SETTINGS: {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}{TOKEN}",
                "userinfo_endpoint": f"{url}{PERSON}",
                "jwks_uri": f"{url}{KEYS}",
            },
            TOKEN: {"access_token": "t", "token_type": "bearer"},
            PERSON: {"sub": "alice", "email": "new@acme.example", "email_verified": True},
            KEYS: {"keys": []},
        }


@contextmanager
def running() -> Iterator[BrokenProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not provider.awake.is_set():
                provider.awake.wait()  # until whoever asked has gone
                return
            answer = provider.answers[self.path]
            body = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(200)
            kind = "text/html" if isinstance(answer, str) else "application/json"
            self.send_header("Content-Type", provider.types.get(self.path, kind))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        provider = BrokenProvider(f"http://localhost:{server.server_port}")
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield provider
        server.shutdown()
