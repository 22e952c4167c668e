"""The portal with one feature more: what tests/example_app needs of the shell, it declares itself."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.example_app.loans"]
ROOT_URLCONF = "tests.urls"
