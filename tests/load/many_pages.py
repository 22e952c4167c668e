"""What a request costs with few and with many pages, rules, roles, menu entries and redirects.

Run it by hand, it prints and judges nothing: ``SECRET_KEY=x .venv/bin/python -m tests.load.many_pages``. It
works in a test database of its own, which it removes.
"""
# ruff: noqa: E402, T201

import os
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings, setup_test_environment

from portal.site import configuration
from tests.factories import make_account, make_contact
from tests.portal.factories import fill_site, make_page, restrict

REQUESTS = 200
PLAIN_STATIC_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MANY = {"pages": 1000, "rules": 200, "roles": 50, "links": 60, "redirects": 300}


def measure(get: Callable[[str], Any], path: str) -> float:
    """Milliseconds of processor time of one request."""
    get(path)
    start = time.process_time()
    for _ in range(REQUESTS):
        assert get(path).status_code == 200
    return (time.process_time() - start) / REQUESTS * 1000


def report(get: Callable[[str], Any], heading: str) -> None:
    start = time.process_time()
    configuration.current()
    print(f"{heading}: loading the configuration {(time.process_time() - start) * 1000:.1f} ms")
    for path in ("/help/returns/", "/", "/accounts/email/"):
        print(f"  {path:20} {measure(get, path):6.2f} ms")


def main() -> None:
    make_page("/help/returns/", "Words", template="section")
    restrict("/help/", "Authenticated Users")
    browser = Client()
    browser.force_login(make_contact("Alice", make_account("Acme Foods")).user)
    report(browser.get, "few pages")
    fill_site(**MANY)
    report(browser.get, f"{MANY}")


if __name__ == "__main__":
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = "test_portal_load"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with override_settings(STORAGES=settings.STORAGES | PLAIN_STATIC_FILES):
            main()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
