"""gunicorn's settings. PORT, WEB_CONCURRENCY (processes), WEB_THREADS (each process's threads) and
WEB_REQUEST_SECONDS (how long a client may take to send a request, portal/web_worker.py) come from the
environment.
"""

import gc
import os

IS_DEMO = not (os.environ.get("DATABASE_URL") or os.environ.get("PORTAL_BASE_URL"))
HOST = "127.0.0.1" if IS_DEMO else "0.0.0.0"  # noqa: S104 -- the demo's passwords are public; it is for this machine alone

bind = os.environ.get("BIND", f"{HOST}:{os.environ.get('PORT', '8000')}")
worker_class = "portal.web_worker.LimitedWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True

# Whose headers are believed, the portal decides (TRUSTED_PROXIES). gunicorn would believe this machine, and
# whoever reaches a unix socket, whatever its address list says: about the scheme, and about SCRIPT_NAME.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# The application is loaded once and shared: a worker's own memory is what it works with. What was loaded is
# not looked at again by the garbage collector, which then has little to look for. Restart, never reload
# (docs/operations.md): after a HUP, new views would run with what was loaded before.
preload_app = True


def when_ready(server: object) -> None:
    gc.collect()
    gc.freeze()


def post_fork(server: object, worker: object) -> None:
    gc.set_threshold(50_000, 20, 100)
