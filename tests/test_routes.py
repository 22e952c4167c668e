"""Every address has a declared policy, every policy an address; each is tried on a visitor, a stranger, the
wrong role and the owner."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.addresses import AddressChange
from accounts.models import Activity, Contact, ContactImport, JoinRequest, RecordPermission
from knowledgebase.models import Article
from tests.cases.factories import make_case, make_entitlement, pdf_upload
from tests.conftest import Member
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_reply, make_topic
from tests.invoices.factories import make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.records.addresses import PREVIEWS, SAMPLED, Guarded, policies, routes, urls_of

PROVIDERS = ("facebook", "github", "google", "microsoft", "openid_connect", "twitter_oauth2", "yahoo")
SAML = {"saml_login", "saml_acs", "saml_finish_acs", "saml_sls", "saml_metadata"}

PUBLIC = {
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "sign_in_code",
    "send_sign_in_code",
    "cancel_sign_in",
    "socialaccount_login_cancelled",
    "socialaccount_signup",
    *(f"{name}_{step}" for name in PROVIDERS for step in ("login", "callback")),
    *SAML,
    "healthz",
    "inbound_mail",
    "brand_css",
    "brand_image",
    "set_theme",
    "robots_txt",
    "sitemap",
    "terms",
    "mailbox",
    "mailbox_mail",
    "page",
    "redeem",
    "redeem_link",
    "redeem_invitation",
    "redeem_send_code",
    "redeem_confirm",
    "redeem_register",
    "redeem_switch",
    "redeem_new_link",
}
"""Open to visitors: the way in, the brand, what search engines are told (see test_search_engines), the
mailbox (in demo mode only, see test_mailbox), and administrators' pages as far as a rule names a role that
visitors have (see test_pages)."""

SIGNED_IN = {
    "home",
    "search",
    "search_suggest",
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
    "switch_contact",
    *PREVIEWS,
    "account_email",
    "account_change_password",
    "socialaccount_connections",
    "account_set_password",
    "account_reauthenticate",
    "confirm_identity",
    "send_confirmation_code",
    "join",
    "second_factor",
    "second_factor_app",
    "second_factor_email",
    "second_factor_off",
    "recovery_codes",
    "forget_browser",
    "preview_end",
}
"""Open to everyone who is signed in; what they show is the reader's own."""


@dataclass(frozen=True)
class Scene:
    """One owner's records, and everybody else."""

    owner: Contact
    stranger: Contact
    powerless: Contact
    urls: dict[str, str]


OPEN_TO_ALL_READERS = 200
FOR_MANAGERS = Guarded(stranger=403, powerless=403)
OWN = {
    "cases:entitlements": Guarded(stranger=403, powerless=403),
    "cases:entitlement": Guarded(),
    "cases:entitlement_csv": Guarded(),
    "cases:insight": Guarded(stranger=403, powerless=403),
    "cases:new": Guarded(stranger=OPEN_TO_ALL_READERS, powerless=403),
    "cases:new_draft": Guarded("post", {"subject": "Half"}, stranger=OPEN_TO_ALL_READERS, powerless=403),
    "cases:suggestion_read": Guarded(
        "post", {"url": "/knowledgebase/"}, owner=204, stranger=204, powerless=403
    ),
    "cases:suggestion_solved": Guarded(
        "post", {"url": "/knowledgebase/"}, owner=302, stranger=302, powerless=403
    ),
    "cases:participant_remove": Guarded("post", owner=302),
    "cases:conduct": Guarded(),
    "file": Guarded(),
    "user_list": FOR_MANAGERS,
    "user_new": FOR_MANAGERS,
    "user_known": FOR_MANAGERS,
    "user_edit": FOR_MANAGERS,
    "user_deactivate": FOR_MANAGERS,
    "user_invite": Guarded("post", owner=302, stranger=403, powerless=403),
    "user_reactivate": Guarded("post", owner=302, stranger=403, powerless=403),
    "user_import": FOR_MANAGERS,
    "user_import_example": FOR_MANAGERS,
    "user_import_detail": FOR_MANAGERS,
    "user_import_start": Guarded("post", owner=302, stranger=403, powerless=403),
    "join_request_list": FOR_MANAGERS,
    "join_request_decide": Guarded("post", {"decision": "decline"}, owner=302, stranger=403, powerless=403),
    "access_review": FOR_MANAGERS,
    "user_log": FOR_MANAGERS,
    "user_log_export": Guarded("post", stranger=403, powerless=403),
    "contact_address_confirm": Guarded(),
    "invoices:detail": Guarded(),
    "invoices:pdf": Guarded(),
    "knowledgebase:list": Guarded(stranger=OPEN_TO_ALL_READERS, powerless=403),
    "knowledgebase:category": Guarded(),
    "knowledgebase:detail": Guarded(),
    "knowledgebase:feedback": Guarded("post", {"is_helpful": "yes"}, owner=302),
    "forums:list": Guarded(stranger=OPEN_TO_ALL_READERS, powerless=403),
    "forums:new": Guarded(),
    "forums:detail": Guarded(),
    "forums:reply": Guarded("post", {"body": "An answer"}, owner=302),
    "forums:mark_answer": Guarded("post", owner=302),
    "forums:unmark_answer": Guarded("post", owner=302),
}
"""Pages of records that a feature writes itself. Articles and forums of the scene are for an audience that
only the owner belongs to."""
GUARDED = {**OWN, **policies()}


def portal_routes() -> set[str]:
    return {name for name, _ in routes() if not name.startswith("admin:")}


def test_every_address_has_one_policy_and_every_policy_an_address():
    declared = [*PUBLIC, *SIGNED_IN, *GUARDED]
    assert sorted(declared) == sorted(portal_routes())


@pytest.fixture
def scene(alice: Contact, charlie: Contact, acme: Any) -> Scene:
    """Alice owns one of everything; Charlie is a contact of another account; Paul is an individual
    customer."""
    audience = grant(alice, "invoice", "account", "read")
    RecordPermission.objects.create(
        role=audience, record_type="contact", scope="account", can_read=True, can_create=True, can_write=True
    )
    RecordPermission.objects.create(role=audience, record_type="entitlement", scope="account", can_read=True)
    RecordPermission.objects.create(role=audience, record_type="case", scope="account", can_read=True)
    powerless = make_contact("Paul", None)
    entitlement = make_entitlement(acme)
    colleague = make_contact("Carl", acme)
    case = make_case(alice, uploads=[pdf_upload()], participants=[colleague])
    invoice = make_invoice(acme)
    article: Article = make_article(category=make_category("", audience))
    forum = make_forum()
    forum.audience.set([audience])
    topic = make_topic(forum, alice)
    reply = make_reply(topic, alice)
    invitee = make_contact("Ines", acme, signs_in=False)
    contact_import = ContactImport.objects.create(
        account=acme, created_by=alice, file_name="people.csv", rows=[{"row": 2}]
    )
    join_request = JoinRequest.objects.create(user=charlie.user, account=acme)
    topic_args = [forum.slug, topic.pk, topic.slug]
    urls = {
        "cases:entitlements": reverse("cases:entitlements"),
        "cases:entitlement": entitlement.get_absolute_url(),
        "cases:entitlement_csv": reverse("cases:entitlement_csv", args=[entitlement.pk]),
        "cases:insight": reverse("cases:insight"),
        "cases:new": reverse("cases:new"),
        "cases:new_draft": reverse("cases:new_draft"),
        "cases:suggestion_read": reverse("cases:suggestion_read"),
        "cases:suggestion_solved": reverse("cases:suggestion_solved"),
        "cases:participant_remove": reverse("cases:participant_remove", args=[case.number, colleague.pk]),
        "cases:conduct": reverse("cases:conduct", args=[case.number, "escalate"]),
        "file": case.messages.get().attachments.get().get_absolute_url(),
        "user_list": reverse("user_list"),
        "user_new": reverse("user_new"),
        "user_known": reverse("user_known"),
        "user_edit": reverse("user_edit", args=[invitee.pk]),
        "user_deactivate": reverse("user_deactivate", args=[invitee.pk]),
        "user_invite": reverse("user_invite", args=[invitee.pk]),
        "user_reactivate": reverse("user_reactivate", args=[invitee.pk]),
        "user_import": reverse("user_import"),
        "user_import_example": reverse("user_import_example"),
        "user_import_detail": reverse("user_import_detail", args=[contact_import.pk]),
        "user_import_start": reverse("user_import_start", args=[contact_import.pk]),
        "join_request_list": reverse("join_request_list"),
        "join_request_decide": reverse("join_request_decide", args=[join_request.pk]),
        "access_review": reverse("access_review"),
        "user_log": reverse("user_log"),
        "user_log_export": reverse("user_log_export"),
        "contact_address_confirm": reverse(
            "contact_address_confirm",
            args=[AddressChange(alice.pk, alice.email, "alice.new@acme.example").token],
        ),
        "invoices:detail": invoice.get_absolute_url(),
        "invoices:pdf": reverse("invoices:pdf", args=[invoice.number]),
        "knowledgebase:list": reverse("knowledgebase:list"),
        "knowledgebase:category": article.category.get_absolute_url(),
        "knowledgebase:detail": article.get_absolute_url(),
        "knowledgebase:feedback": reverse("knowledgebase:feedback", args=[article.slug]),
        "forums:list": reverse("forums:list"),
        "forums:new": reverse("forums:new", args=[forum.slug]),
        "forums:detail": topic.get_absolute_url(),
        "forums:reply": reverse("forums:reply", args=topic_args),
        "forums:mark_answer": reverse("forums:mark_answer", args=[*topic_args, reply.pk]),
        "forums:unmark_answer": reverse("forums:unmark_answer", args=topic_args),
    }
    for surface in SAMPLED:
        urls |= urls_of(surface, acme, alice, audience)
    return Scene(alice, charlie, powerless, urls)


def send(browser: Client, scene: Scene, name: str) -> Any:
    guarded = GUARDED[name]
    return getattr(browser, guarded.method)(scene.urls[name], guarded.data or {})


def test_a_page_of_records_answers_each_person_as_declared(
    scene: Scene, sign_in: Callable[..., Client], member: Member
):
    for name, guarded in sorted(GUARDED.items()):
        with member(name):
            assert send(sign_in(None), scene, name).url.startswith(reverse("account_login"))
            assert send(sign_in(scene.stranger), scene, name).status_code == guarded.stranger
            assert send(sign_in(scene.owner), scene, name).status_code == guarded.owner
            RecordPermission.objects.filter(role__for_authenticated=True).delete()
            assert send(sign_in(scene.powerless), scene, name).status_code == guarded.powerless


def test_staff_get_no_bypass(scene: Scene, sign_in: Callable[..., Client], ada: Any, member: Member):
    for name in sorted(GUARDED):
        with member(name):
            assert send(sign_in(ada), scene, name).status_code in (403, 404)


def test_the_wrong_method_does_nothing(scene: Scene, sign_in: Callable[..., Client], member: Member):
    for name in sorted(GUARDED):
        with member(name):
            browser = sign_in(scene.owner)
            before = Activity.objects.count()
            assert browser.put(scene.urls[name]).status_code == 405
            if GUARDED[name].method == "post":
                assert browser.get(scene.urls[name]).status_code in (302, 405)
            assert Activity.objects.count() == before


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_a_page_for_the_signed_in_sends_visitors_to_sign_in(name: str, visitor: Client):
    response = visitor.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


WITH_ARGUMENTS = (
    {
        "account_reset_password_from_key",
        "account_confirm_email",
        "brand_image",
        "mailbox_mail",
        "page",
        "redeem_link",
    }
    | SAML
    | {f"{name}_{step}" for name in PROVIDERS for step in ("login", "callback")}
)


@pytest.mark.parametrize("name", sorted(PUBLIC - WITH_ARGUMENTS))
def test_a_public_page_does_not_ask_visitors_to_sign_in_first(name: str, visitor: Client):
    response = visitor.get(reverse(name))
    assert response.status_code in (
        200,
        302,
        405,
        404 if name == "sitemap" else 200,
    )  # there is none at first
    assert "next=" not in response.get("Location", "")


SAMPLE_UUID = uuid.UUID(int=1)
ADMIN_SAMPLES = {
    "object_id": "1",
    "pk": 1,
    "number": "C-1",
    "line": 1,
    "id": "1",
    "app_label": "cases",
    "content_type_id": "1",
    "url": "nowhere",
    "name": "footer-note",
}


def admin_urls() -> list[str]:
    urls = set()
    for name, pattern in routes():
        if name.startswith("admin:") and name not in ("admin:None", "admin:login", "admin:logout"):
            converters = pattern.pattern.converters
            known = {
                key: SAMPLE_UUID if "UUID" in type(kind).__name__ else ADMIN_SAMPLES[key]
                for key, kind in converters.items()
            }
            urls.add(
                reverse(name, kwargs=known or ({"app_label": "cases"} if name == "admin:app_list" else None))
            )
    return sorted(urls)


def test_the_administration_is_closed_to_customers_and_visitors(
    sign_in: Callable[..., Client], bob: Contact, member: Member
):
    customer = sign_in(bob)
    for browser, url in product((sign_in(None), customer), admin_urls()):
        with member(f"{url} {'Bob' if browser is customer else 'a visitor'}"):
            for response in (browser.get(url), browser.post(url)):
                assert response.status_code in (302, 403)
                if response.status_code == 302:
                    assert reverse("account_login") in response.url or reverse("admin:login") in response.url
