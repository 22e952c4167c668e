"""Which database the portal uses: the one of DATABASE_URL, or else the embedded PostgreSQL."""

from pathlib import Path
from typing import Any

import dj_database_url

from portal.embedded_postgres.server import EmbeddedServer


def configuration(checkout: Path, url: str) -> dict[str, Any]:
    """Django's settings of one database. Nothing is started here: the embedded server starts with the first connection."""
    if url:
        chosen: dict[str, Any] = dict(dj_database_url.parse(url))
    else:
        chosen = {
            "ENGINE": "portal.embedded_postgres",
            "NAME": "portal",
            "USER": "portal",
            "HOST": str(EmbeddedServer.of(checkout).socket_folder),
        }
    return chosen | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
