"""The portal's settings for a real server in a test: as they are, but static files keep their names, so that
none need to be collected."""

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
