"""Django database backend: PostgreSQL whose embedded server starts with the first connection."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from portal.embedded_postgres.server import EmbeddedServer


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        EmbeddedServer.of(settings.BASE_DIR).join()
        return super().get_connection_params()
