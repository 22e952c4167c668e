"""Real programs (the web server, the worker) on the database of a test."""

import os
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection


def environment_of_programs(folder: Path, **more: str) -> dict[str, str]:
    """What a program needs to work on this test's rows. Only for tests that commit. ``folder`` takes its
    files."""
    database = connection.settings_dict
    address = {"host": database["HOST"], **({"port": database["PORT"]} if database["PORT"] else {})}
    return os.environ | {
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?{urlencode(address)}",
        "SECRET_KEY": settings.SECRET_KEY,
        "PORTAL_DATA_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
        **more,
    }
