"""A real browser before a real server. What a page must never do (errors, other origins) fails every test
here."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from accounts.models import Contact, User
from tests.factories import PASSWORD
from tests.stage import stage

COMMANDS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CONFLICT = 409
PATIENCE = 10_000
"""Milliseconds; a busy machine is no failure."""
QUIET = 0.25
"""Seconds without a query after which a server that was left alone has done its work."""
DEADLINE = 20
"""Seconds after which a server that never falls silent is at fault."""

PHONE = {"width": 360, "height": 740}
TABLET = {"width": 768, "height": 1024}
DESK = {"width": 1280, "height": 800}
WIDTHS = (PHONE, TABLET, DESK) if os.environ.get("EVERY_WIDTH") else (DESK,)
"""Where axe looks at a page. `make test` asks for the one that shows most, `make accessibility` for each."""
NARROWEST = {"width": 320, "height": 640}
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False}
"""Preloading copies style sheets that others import into the page, which the content security policy
forbids."""
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
COLOURS_ARE_SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    while (document.getAnimations().some((animation) => animation.playState === "running")) await frame();
}"""
"""A change of the colour scheme is seen in the next frame, on some elements gradually. Those of elements that
are not drawn are finished but stay in the list."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the system's browser is."""
    path = next(filter(None, map(shutil.which, COMMANDS)), None)
    if path is None:
        pytest.skip(
            f"No browser for the journeys: none of {', '.join(COMMANDS)} is "
            f"installed. On Debian: apt-get install chromium"
        )
    return path


@pytest.fixture(scope="package")
def chrome(chromium: str, django_db_blocker: Any) -> Iterator[Browser]:
    """The running browser, in which each test has contexts of its own. Playwright keeps an event loop in this
    thread: Django must be told to work here nevertheless, and has another connection meanwhile; the one from
    before would outlive its database."""
    with django_db_blocker.unblock():
        stage.clear()
    connection.close()
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


def let_the_server_finish() -> None:
    """A page that is left may save a draft in its last moment; the tables are emptied after that, not
    meanwhile."""
    begun = quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET:
        assert quiet_since - begun < DEADLINE, "The server is still at work, although every page is closed."
        time.sleep(QUIET / 5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
                "state IN ('active', 'idle in transaction')"
            )
            if cursor.fetchone() != (0,):
                quiet_since = time.monotonic()


@pytest.fixture(autouse=True)
def portal(chrome: Browser, live_server: Any, settings: Any, transactional_db: None) -> str:
    """The address of the running portal; mails link here and are read in the demo's mailbox."""
    settings.BASE_URL = live_server.url
    settings.DEMO_MODE = True
    return str(live_server.url)


class Watch:
    """Notes what no page may do: errors in the console (breaches of the content security policy are told
    there too), scripts that fail, files that do not come, requests to anybody else. ``friends`` are origins
    that the person goes to on purpose, such as an identity provider's; what their pages do is not looked at.
    ``refused`` is the end of an address that is to refuse something (409), because a colleague was faster.
    """

    def __init__(
        self, context: BrowserContext, origin: str, friends: tuple[str, ...] = (), refused: str = ""
    ) -> None:
        self.origin, self.refused = origin, refused
        self.friends = tuple(f"{friend}/" for friend in friends)
        self.complaints: list[str] = []
        self.documents: set[str] = set()
        context.on("request", self.see_request)
        context.on("requestfailed", self.see_failure)
        context.on("response", self.see_response)
        context.on("console", self.see_console)
        context.on("weberror", lambda error: self.complaints.append(f"error in a script: {error.error}"))

    def see_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self.documents.add(request.url)
        # The browser's own parts have schemes of their own: data:, blob:, the viewer of PDF files.
        if request.url.startswith(("http", "ws")) and not request.url.startswith(
            (f"{self.origin}/", *self.friends)
        ):
            self.complaints.append(f"request to another origin: {request.url}")

    def see_failure(self, request: Request) -> None:
        # A download, and a page that is left before all of it has come, are told as aborted.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request failed: {request.url} {request.failure}")

    def see_response(self, response: Response) -> None:
        if response.url.startswith(self.friends) or self.is_refused(response.url, response.status):
            return
        if response.status >= 500 or (response.status >= 400 and response.url not in self.documents):
            self.complaints.append(f"answered {response.status}: {response.url}")

    def is_refused(self, url: str, status: int) -> bool:
        return bool(self.refused) and url.endswith(self.refused) and status == CONFLICT

    def see_console(self, message: ConsoleMessage) -> None:
        # The browser tells a page's own 403 or 404 in the console too; the test that went there knows.
        about = message.location["url"]
        # A PDF links no icon, so the browser asks for the one of old.
        is_expected = message.text.startswith("Failed to load resource") and (
            about in self.documents
            or about.endswith("/favicon.ico")
            or (f"{CONFLICT}" in message.text and self.is_refused(about, CONFLICT))
        )
        if message.type == "error" and not is_expected:
            self.complaints.append(f"console: {message.text} ({about})")


OpenBrowser = Callable[..., Page]


@pytest.fixture
def open_browser(chrome: Browser, portal: str, sign_in: Any) -> Iterator[OpenBrowser]:
    """Open another browser, as a device of its own; ``person`` is signed in there. ``friends``: see Watch.
    Other options are those of a Playwright context."""
    watches: list[Watch] = []
    contexts: list[BrowserContext] = []

    def open_one(
        person: Contact | User | None = None,
        *,
        friends: tuple[str, ...] = (),
        refused: str = "",
        **options: Any,
    ) -> Page:
        context = chrome.new_context(
            **{
                "base_url": portal,
                "locale": "en-GB",
                "viewport": DESK,
                "reduced_motion": "reduce",
                "color_scheme": "light",
                **options,
            }
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        watches.append(Watch(context, portal, friends, refused))
        if person:
            session = sign_in(person).cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": portal}]
            )
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    let_the_server_finish()
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def with_password() -> Callable[[Contact | User], User]:
    """Give a person the demo's password."""

    def given(person: Contact | User) -> User:
        user = person if isinstance(person, User) else cast("User", person.user)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        return user

    return given


def sign_in_by_form(page: Page, email: str) -> None:
    """From the sign-in page on; afterwards the page is where the person wanted to go."""
    page.get_by_label("Email address").fill(email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def check_page(page: Page) -> None:
    """axe finds nothing in either colour scheme, and nothing scrolls sideways on the narrowest phone.

    The two schemes differ in their colours alone, so only those are looked at in both.
    """
    found: dict[str, str] = {}
    for size in WIDTHS:
        page.set_viewport_size(size)
        for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            if report := violations(page, rules):
                found.setdefault(report, f"{page.url} at {size['width']} px, {scheme}")
    page.set_viewport_size(NARROWEST)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    assert not found, "\n".join(f"{where}: {report}" for report, where in found.items())
    assert width <= NARROWEST["width"], f"{page.url} is {width} px wide on a phone of {NARROWEST['width']} px"


def violations(page: Page, rules: dict[str, Any]) -> str:
    """What axe finds, or nothing. It is put into the page by the debugger: the content security policy allows
    no foreign script."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(COLOURS_ARE_SETTLED)
    results = AxeResults(page.evaluate(f"axe.run(document, {json.dumps(rules)})"))
    return results.generate_report() if results.violations_count else ""
