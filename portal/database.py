"""Which database the portal uses: the one of DATABASE_URL, or else the embedded PostgreSQL."""

from pathlib import Path
from typing import Any

import dj_database_url

from portal.embedded_postgres.server import EmbeddedServer

PREPARED = {"prepare_threshold": 2**31, "options": "-c plan_cache_mode=force_generic_plan"}
"""Only lib.compiled asks for prepared statements; no other query becomes one because it was made often. Their
plan must not depend on the values, or it would be made anew each time."""


def configuration(checkout: Path, url: str, *, prepares: bool) -> dict[str, Any]:
    """Django's settings of one database. Nothing is started here: the embedded server starts with the first
    connection.

    Where nothing can be prepared, a pooler gives each transaction another connection, and a cursor that the
    server keeps between two of them would be looked for in the wrong one.
    """
    if url:
        chosen: dict[str, Any] = dict(dj_database_url.parse(url))
    else:
        chosen = {
            "ENGINE": "portal.embedded_postgres",
            "NAME": "portal",
            "USER": "portal",
            "HOST": str(EmbeddedServer.of(checkout).socket_folder),
        }
    options = {**(PREPARED if prepares else {}), **chosen.get("OPTIONS", {})}
    pooled = {"DISABLE_SERVER_SIDE_CURSORS": not prepares}
    return chosen | pooled | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
