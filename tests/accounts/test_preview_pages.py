"""Each address of the portal during a preview: shown as the contact's and without writing anything, or
refused."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Activity, Contact, User
from accounts.preview.middleware import NOT_SHOWN, PERSONAL, RECORDED
from cases.models import Case, CaseDesk
from invoices.models import InvoiceSettings
from records.models import Reading
from tests import test_routes
from tests.accounts.test_preview import BANNER, start
from tests.cases.factories import case_with_pictures
from tests.conftest import Member
from tests.races import commits
from tests.records.addresses import EXPORTS, PREVIEWS
from tests.test_routes import GUARDED, PROVIDERS, SAML, Scene, portal_routes

scene = test_routes.scene  # one of everything

TAKEN_OUT = EXPORTS
"""Files that are recorded when they are taken: not during a preview."""
FILES = {"file", "cases:entitlement_csv", "invoices:pdf"}
"""Given out, and recorded under the name of the member of staff."""
SHOWN = {name for name in GUARDED if name not in {"contact_address_confirm", *TAKEN_OUT}} | {
    "home",
    "search",
    "search_suggest",
    *PREVIEWS,
    "page",
    "mailbox",
    "mailbox_mail",
}
LEFT_ALONE = {
    "healthz", "brand_css", "brand_image", "inbound_mail", "account_logout", "preview_end",
    "robots_txt", "sitemap",
}  # fmt: skip
REFUSED = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "account_confirm_email",
    "account_confirm_login_code",
    "sign_in_code",
    "send_sign_in_code",
    "cancel_sign_in",
    "confirm_identity",
    "send_confirmation_code",
    "second_factor",
    "second_factor_app",
    "second_factor_email",
    "second_factor_off",
    "recovery_codes",
    "forget_browser",
    "socialaccount_connections",
    "socialaccount_login_cancelled",
    "socialaccount_signup",
    *(f"{name}_{step}" for name in PROVIDERS for step in ("login", "callback")),
    *SAML,
    "set_theme",
    "switch_contact",
    "profile",
    "security",
    "send_address_confirmation",
    "session_list",
    "session_end",
    "session_end_others",
    "personal_data",
    "personal_data_download",
    "erasure",
    "erasure_withdraw",
    "terms",
    "join",
    "contact_address_confirm",
    "redeem",
    "redeem_link",
    "redeem_invitation",
    "redeem_send_code",
    "redeem_confirm",
    "redeem_register",
    "redeem_switch",
    "redeem_new_link",
}
"""About whoever is signed in, or only there to be sent."""

PATTERNS = dict(test_routes.routes())


def path_of(name: str) -> str:
    """The address, up to what varies."""
    arguments = {
        key: test_routes.SAMPLE_UUID if "UUID" in type(kind).__name__ else "1"
        for key, kind in converters(name).items()
    }
    return reverse(name, kwargs=arguments)


def converters(name: str) -> dict[str, Any]:
    if name.startswith("openid_connect"):
        return {"provider_id": None}  # it stands in the address of what includes the route
    pattern: Any = PATTERNS[name].pattern
    return dict(pattern.converters) or dict.fromkeys(pattern.regex.groupindex)


def test_every_address_is_declared_as_shown_refused_or_left_alone():
    """Does a page show what belongs to the contact, or to the one who is signed in? New ones are asked
    here."""
    assert sorted([*SHOWN, *REFUSED, *TAKEN_OUT, *LEFT_ALONE]) == sorted(portal_routes())


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_page_about_the_one_who_is_signed_in_is_refused(name: str):
    assert path_of(name).startswith(PERSONAL)


@pytest.mark.parametrize("name", sorted(LEFT_ALONE))
def test_what_is_left_alone_belongs_to_nobody_or_ends_the_preview(name: str):
    assert path_of(name).startswith(NOT_SHOWN)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_page_that_is_shown_is_neither(name: str):
    assert not path_of(name).startswith((*PERSONAL, *RECORDED, *NOT_SHOWN)) if name != "page" else True


@pytest.fixture
def previewed(scene: Scene, ada: User, sign_in: Callable[..., Client]) -> Client:
    return start(sign_in(ada), scene.owner)


PERSONAL_PAGES = (
    "/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/redeem/",
    "/join/",
    "/redeem/abc/",
)


def test_the_refusal_says_why_and_has_the_way_out(previewed: Client, member: Member):
    for path in PERSONAL_PAGES:
        with member(path):
            response = previewed.get(path)
            assert response.status_code == 403
            assert "Not part of the preview" in response.content.decode()
            assert BANNER in response.content.decode()


WRITES = ("INSERT", "UPDATE", "DELETE", "SELECT procrastinate")


def written(queries: CaptureQueriesContext) -> list[str]:
    """What was written, the session of the one who is signed in apart. Of a statement that was prepared
    before there is no text; lib.compiled alone prepares, and what it prepares reads rows."""
    statements = [query["sql"] for query in queries.captured_queries if query["sql"] is not None]
    return [sql for sql in statements if sql.lstrip().startswith(WRITES) and "django_session" not in sql]


def test_a_page_of_records_is_the_owners_and_writes_nothing(
    scene: Scene, previewed: Client, sign_in: Callable[..., Client], member: Member
):
    for name in sorted((SHOWN & GUARDED.keys()) - FILES):
        with member(name):
            is_form = GUARDED[name].method == "post"
            own = sign_in(scene.owner).get(scene.urls[name])
            with CaptureQueriesContext(connection) as queries:
                shown = previewed.get(scene.urls[name])
            assert shown.status_code == own.status_code
            assert is_form or shown.status_code == 200
            assert written(queries) == []


def test_pages_are_shown_where_nothing_was_ever_set_up(scene: Scene, previewed: Client):
    """The settings have no row yet, and a preview stores none."""
    for settings in (InvoiceSettings, CaseDesk):
        settings.objects.all().delete()
    for name in ("invoices:detail", "invoices:pdf", "cases:new"):
        assert previewed.get(scene.urls[name]).status_code == 200
    assert not InvoiceSettings.objects.exists()


def test_a_file_is_given_out_and_recorded_as_taken_by_staff(
    scene: Scene, previewed: Client, ada: User, sign_in: Callable[..., Client], member: Member
):
    for name in sorted(FILES):
        with member(name):
            sign_in(scene.owner).get(scene.urls[name])
            before = set(Activity.objects.all())
            with CaptureQueriesContext(connection) as queries:
                assert previewed.get(scene.urls[name], REMOTE_ADDR="192.0.2.8").status_code == 200
                assert previewed.head(scene.urls[name]).status_code == 200
            [line] = set(Activity.objects.all()) - before
            assert (line.actor, line.actor_name, line.client_ip, line.is_internal) == (
                ada,
                "Ada Byrne",
                "192.0.2.8",
                True,
            )
            assert line.account == scene.owner.account
            assert [sql.split()[:3] for sql in written(queries)] == [
                ["INSERT", "INTO", '"accounts_activity"']
            ]


def test_the_pictures_of_a_page_are_shown_and_one_line_of_staff(
    alice: Contact, ada: User, sign_in: Callable[..., Client]
):
    pictures = case_with_pictures(alice, 3).messages.get().attachments.all()
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False):
        previewed = start(sign_in(ada), alice)
        answers = [previewed.get(picture.get_absolute_url(), {"small": ""}) for picture in pictures]
    assert {(answer.status_code, answer["Content-Type"]) for answer in answers} == {(200, "image/webp")}
    line = Activity.objects.get(verb="case.pictures_viewed")
    assert (line.actor, line.is_internal) == (ada, True)


def test_a_form_of_records_is_refused_and_writes_nothing(scene: Scene, previewed: Client, member: Member):
    for name in sorted(SHOWN & GUARDED.keys()):
        with member(name):
            before = Activity.objects.count()
            with CaptureQueriesContext(connection) as queries:
                response = previewed.post(scene.urls[name], GUARDED[name].data or {})
            assert response.status_code == 403
            assert "Nothing was sent" in response.content.decode()
            assert written(queries) == []
            assert Activity.objects.count() == before


def test_a_file_whose_taking_is_recorded_is_refused_and_nothing_is_recorded(
    scene: Scene,
    previewed: Client,
    sign_in: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
    member: Member,
):
    for name in sorted(TAKEN_OUT):
        with member(name):
            before = Activity.objects.count()
            response = previewed.get(scene.urls[name])
            assert response.status_code == 403
            assert "Nothing can be changed in a preview" in response.content.decode()
            assert "wants to write" not in caplog.text
            assert Activity.objects.count() == before
            assert sign_in(scene.owner).get(scene.urls[name]).status_code == 200
            assert Activity.objects.count() == before + 1


def test_a_case_that_staff_looked_at_in_a_preview_is_still_new_to_the_contact(
    scene: Scene, previewed: Client, sign_in: Callable[..., Client]
):
    Case.objects.update(updated_at=timezone.now())
    assert previewed.get(scene.urls["cases:detail"]).status_code == 200
    assert not Reading.objects.exists()
    sign_in(scene.owner).get(scene.urls["cases:detail"])
    assert Reading.objects.get().contact == scene.owner


def test_home_and_search_are_the_contacts(scene: Scene, previewed: Client):
    with CaptureQueriesContext(connection) as queries:
        pages = [
            previewed.get(path).content.decode()
            for path in ("/", "/search/?q=gateway", "/search/suggest/?q=gateway")
        ]
    assert all("Gateway is offline" in page for page in pages)
    assert written(queries) == []


@pytest.mark.urls("tests.accounts.writing_urls")
def test_a_page_that_writes_while_it_is_shown_is_stopped_by_the_database(
    previewed: Client, ada: User, sign_in: Callable[..., Client], caplog: pytest.LogCaptureFixture
):
    response = previewed.get("/writing/")
    assert response.status_code == 403
    assert "Nothing can be changed in a preview" in response.content.decode()
    assert "/writing/ wants to write during a preview." in caplog.text
    assert not Account.objects.filter(city="Seen").exists()
    assert previewed.get("/cases/").status_code == 200
    assert sign_in(ada).get("/writing/").content == b"shown"


class TestInARealTransaction:
    pytestmark = commits

    def test_a_file_is_recorded_when_the_page_is_over(
        self, alice: Contact, ada: User, sign_in: Callable[..., Client]
    ):
        picture = case_with_pictures(alice, 1).messages.get().attachments.get().get_absolute_url()
        previewed = start(sign_in(ada), alice)
        assert [previewed.get(picture + small).status_code for small in ("", "?small")] == [200, 200]
        lines = Activity.objects.filter(actor=ada, verb__startswith="case.").order_by("pk")
        assert [line.verb for line in lines] == ["case.file_downloaded", "case.pictures_viewed"]

    def test_the_database_refuses_and_the_next_request_writes_again(
        self, alice: Contact, ada: User, sign_in: Callable[..., Client], settings: Any
    ):
        settings.ROOT_URLCONF = "tests.accounts.writing_urls"
        previewed = start(sign_in(ada), alice)
        assert previewed.get("/writing/").status_code == 403
        assert previewed.post("/accounts/preview/end/").status_code == 302
        assert previewed.get("/writing/").content == b"shown"
        assert Account.objects.filter(city="Seen").exists()
