"""What each group of staff may do in the administration: every one of its addresses is declared, for reading
and for writing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import staff_groups
from accounts.actions.invitations import invite_contact
from accounts.actors import SYSTEM, Actor
from accounts.models import (
    Activity,
    Contact,
    Invitation,
    JoinRequest,
    OutgoingMail,
    SignInPolicy,
    User,
    WebRole,
)
from cases.models import (
    CaseDesk,
    CaseStatus,
    Checklist,
    Deduction,
    Product,
    Queue,
    RequestType,
    RoutingRule,
    SavedReply,
)
from invoices.models import InvoiceSettings
from knowledgebase.actions import give_feedback
from lib.admin_places import list_name, place_of
from portal.models import AllowedNetwork, Announcement, Page, Redirect, Site, WebLink
from records.actions.messages import add_note
from records.models import InboundMail
from tests.cases.factories import make_case, make_entitlement, make_policy, pdf_upload
from tests.factories import PASSWORD, make_contact, make_user
from tests.forums.factories import make_forum, make_reply, make_topic
from tests.invoices.factories import make_draft
from tests.knowledgebase.factories import make_article
from tests.portal.factories import allow, make_page, restrict
from tests.portal.staff_pages import faults_of
from tests.records.addresses import SAMPLED, routes

AGENT, EDITOR, BILLING, ADMINISTRATOR = GROUPS = (
    staff_groups.SUPPORT_AGENT,
    staff_groups.CONTENT_EDITOR,
    staff_groups.BILLING,
    staff_groups.ADMINISTRATOR,
)
VIEW, EDIT, ALL, NOTHING = "view", "view add change", "view add change delete", ""
MAY = {
    # model: support agent, content editor, billing, administrator
    "accounts.account": (VIEW, NOTHING, VIEW, EDIT),
    "accounts.activity": (NOTHING, NOTHING, NOTHING, VIEW),
    "accounts.contact": (VIEW, NOTHING, VIEW, f"{EDIT} preview"),
    "accounts.invitation": ("view add send", NOTHING, NOTHING, "view add send"),
    "accounts.joinrequest": (NOTHING, NOTHING, NOTHING, VIEW),
    "accounts.outgoingmail": (NOTHING, NOTHING, NOTHING, VIEW),
    "accounts.signinpolicy": (NOTHING, NOTHING, NOTHING, "view change"),
    "accounts.user": (VIEW, NOTHING, NOTHING, EDIT),
    "accounts.webrole": (NOTHING, NOTHING, NOTHING, ALL),
    "auth.group": (NOTHING, NOTHING, NOTHING, VIEW),
    "cases.businesscalendar": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.case": ("view change", NOTHING, NOTHING, "view change"),
    "cases.casedesk": (NOTHING, NOTHING, NOTHING, "view change"),
    "cases.casestatus": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.checklist": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.entitlement": (VIEW, NOTHING, VIEW, EDIT),
    "records.inboundmail": ("view change", NOTHING, NOTHING, "view change"),
    "cases.product": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.queue": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.requesttype": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.routingrule": (NOTHING, NOTHING, NOTHING, ALL),
    "cases.savedreply": (ALL, NOTHING, NOTHING, ALL),
    "cases.slapolicy": (NOTHING, NOTHING, NOTHING, ALL),
    "forums.forum": (NOTHING, EDIT, NOTHING, ALL),
    "forums.post": (NOTHING, "view change delete", NOTHING, "view change delete"),
    "forums.topic": (VIEW, ALL, NOTHING, ALL),
    "invoices.invoice": (NOTHING, NOTHING, ALL, ALL),
    "invoices.invoicesettings": (NOTHING, NOTHING, VIEW, "view change"),
    "knowledgebase.article": ("view add", ALL, NOTHING, ALL),
    "knowledgebase.articlefeedback": (NOTHING, VIEW, NOTHING, VIEW),
    "knowledgebase.category": (NOTHING, ALL, NOTHING, ALL),
    "portal.allowednetwork": (NOTHING, NOTHING, NOTHING, ALL),
    "portal.announcement": (NOTHING, ALL, NOTHING, ALL),
    "portal.page": (NOTHING, ALL, NOTHING, ALL),
    "portal.redirect": (NOTHING, NOTHING, NOTHING, ALL),
    "portal.site": (NOTHING, NOTHING, NOTHING, "view change"),
    "portal.snippettext": (NOTHING, ALL, NOTHING, ALL),
    "portal.weblink": (NOTHING, ALL, NOTHING, ALL),
    "procrastinate.procrastinatejob": (NOTHING, NOTHING, NOTHING, "view change"),
}
"""A new model of the administration is declared here."""
EXAMPLES = {
    surface.model._meta.label_lower: surface
    for surface in SAMPLED
    if surface.model in admin.site._registry and surface.model.__module__.startswith("tests.")
}
"""Records of features that are not shipped, which no group that is shipped has anything to do with."""
TALKED_ABOUT = {label: one for label, one in EXAMPLES.items() if one.talk}
MAY |= dict.fromkeys(EXAMPLES, (NOTHING, NOTHING, NOTHING, NOTHING))

STANDARD = {
    "changelist": ("view", "view"),
    "add": ("add", "add"),
    "change": ("view", "change"),
    "delete": ("delete", "delete"),
}
"""Page of a model → what it takes to open it, and to send its form."""

CUSTOM: dict[str, tuple[str, str, str]] = {
    "accounts_contact_deactivate": ("accounts.contact", "change", "change"),
    "accounts_contact_end_sessions": ("accounts.contact", "change", "change"),
    "accounts_contact_invite": ("accounts.contact", "", "change"),
    "accounts_contact_merge": ("accounts.contact", "change", "change"),
    "accounts_contact_preview": ("accounts.contact", "preview", "preview"),
    "accounts_contact_reactivate": ("accounts.contact", "", "change"),
    "accounts_contact_reset_access": ("accounts.contact", "change", "change"),
    "accounts_contact_unlock": ("accounts.contact", "", "change"),
    "accounts_invitation_batch": ("accounts.invitation", "view", ""),
    "accounts_invitation_revoke": ("accounts.invitation", "", "send"),
    "accounts_invitation_send_again": ("accounts.invitation", "", "send"),
    "accounts_user_end_sessions": ("accounts.user", "change", "change"),
    "accounts_user_remove_second_factors": ("accounts.user", "change", "change"),
    "accounts_user_unlock": ("accounts.user", "", "change"),
    "accounts_webrole_overview": ("accounts.webrole", "view", ""),
    "access_exposure": ("accounts.webrole", "view", ""),
    "access_reach": ("accounts.webrole", "view", ""),
    "access_readers": ("accounts.webrole", "view", ""),
    "procrastinate_procrastinatejob_again": ("procrastinate.procrastinatejob", "", "change"),
    "auth_user_password_change": ("accounts.user", "change", "change"),
    "cases_case_alike": ("cases.case", "view", ""),
    "cases_case_article": ("cases.case", "change", "change"),
    "cases_case_assign": ("cases.case", "change", ""),
    "cases_case_attachment": ("cases.case", "view", ""),
    "cases_case_colleagues": ("cases.case", "change", ""),
    "cases_case_composing": ("cases.case", "", "change"),
    "cases_case_insight": ("cases.case", "view", ""),
    "cases_case_loop": ("cases.case", "change", ""),
    "cases_case_merge": ("cases.case", "change", "change"),
    "cases_case_message": ("cases.case", "", "change"),
    "cases_case_open": ("cases.case", "change", "change"),
    "cases_case_people": ("cases.case", "", "change"),
    "cases_case_preview": ("cases.case", "", "change"),
    "cases_case_properties": ("cases.case", "", "change"),
    "cases_case_scheduled": ("cases.case", "", "change"),
    "cases_case_split": ("cases.case", "change", "change"),
    "cases_case_steps": ("cases.case", "", "change"),
    "cases_case_take": ("cases.case", "", "change"),
    "cases_case_time": ("cases.case", "", "change"),
    "cases_case_time_back": ("cases.case", "", "change"),
    "desk": ("cases.case", "view", ""),
    "desk_case": ("cases.case", "view", ""),
    "desk_deed": ("cases.case", "", "change"),
    "desk_view_delete": ("cases.case", "", "view"),
    "desk_view_save": ("cases.case", "", "view"),
    "desk_next": ("cases.case", "view", ""),
    "cases_entitlement_correct": ("cases.entitlement", "change", "change"),
    "records_inboundmail_add_to": ("records.inboundmail", "change", "change"),
    "records_inboundmail_again": ("records.inboundmail", "", "change"),
    "records_inboundmail_raw": ("records.inboundmail", "view", ""),
    "cases_routingrule_test": ("cases.routingrule", "view", ""),
    "cases_slapolicy_test": ("cases.slapolicy", "view", ""),
    "invoices_invoice_payment": ("invoices.invoice", "change", "change"),
    "invoices_invoice_pdf": ("invoices.invoice", "view", ""),
    "invoices_invoice_void": ("invoices.invoice", "change", "change"),
    "knowledgebase_article_preview": ("knowledgebase.article", "view", ""),
    "portal_allowednetwork_check": ("portal.allowednetwork", "view", ""),
    "portal_page_preview": ("portal.page", "view", ""),
    "portal_page_preview_typed": ("portal.page", "", "change"),
    "portal_site_preview": ("portal.site", "", "change"),
    "portal_site_preview_css": ("portal.site", "view", ""),
    "portal_weblink_down": ("portal.weblink", "", "change"),
    "portal_weblink_up": ("portal.weblink", "", "change"),
}
"""Address → model, what it takes to open it and to send its form; nothing where there is none."""
for label in TALKED_ABOUT:
    CUSTOM[f"{label.replace('.', '_')}_message"] = (label, "", "change")
    CUSTOM[f"{label.replace('.', '_')}_draft"] = (label, "", "change")
    CUSTOM[f"{label.replace('.', '_')}_attachment"] = (label, "view", "")

BESIDES = {
    "cases_case_article": ("knowledgebase.article", "add"),
    "records_inboundmail_add_to": ("cases.case", "change"),
}
"""Address → another model, and the right to it that is asked for as well."""

FOR_ALL_STAFF = {
    "index", "app_list", "find", "jsi18n", "password_change", "password_change_done", "login", "logout",
    "None",
}  # fmt: skip
ELSEWHERE = {"autocomplete", "view_on_site"}
"""Depend on what they are asked for: see the tests below."""


@dataclass(frozen=True)
class Address:
    name: str
    model: str
    opens: str
    """The right that opens it; empty where there is nothing to open."""
    sends: str
    samples: dict[str, Any] = field(default_factory=dict)

    def url(self, rows: dict[str, Any]) -> str:
        kwargs = {
            key: rows.get(f"{self.name}.{key}", rows.get(f"{self.model}.{key}", rows[self.model]))
            for key in self.samples
        }
        return reverse(f"admin:{self.name}", kwargs=kwargs)


def models() -> dict[str, Any]:
    return {model._meta.label_lower: model for model in admin.site._registry}


def addresses() -> Iterator[Address]:
    standard = {
        f"{label.replace('.', '_')}_{page}": (label, *rights)
        for label in models()
        for page, rights in {**STANDARD, "history": ("view", "")}.items()
    }
    for name, pattern in routes():
        short = name.removeprefix("admin:")
        if name.startswith("admin:") and short not in FOR_ALL_STAFF | ELSEWHERE:
            yield Address(short, *{**standard, **CUSTOM}[short], pattern.pattern.converters)


def test_every_model_and_every_address_of_the_administration_is_declared():
    assert sorted(MAY) == sorted(models())
    named = {address.name for address in addresses()}
    assert named >= CUSTOM.keys() | BESIDES.keys()


@pytest.fixture
def rows(alice: Contact, acme: Any, ada: User) -> dict[str, Any]:
    """One of everything, by model, and what certain addresses are about."""
    case, topic, article, page = (
        make_case(alice, uploads=[pdf_upload()]),
        make_topic(make_forum(), alice),
        make_article(),
        make_page("/news/"),
    )
    staff, ines = Actor(user=ada), make_contact("Ines", acme, signs_in=False)
    invitation = invite_contact(actor=staff, contact=ines)
    entitlement, policy, queue = (
        make_entitlement(acme),
        make_policy(),
        Queue.objects.create(name="First line"),
    )
    allow("127.0.0.0/8")
    made = {
        "accounts.account": acme,
        "accounts.activity": Activity.objects.first(),
        "accounts.contact": alice,
        "accounts.invitation": invitation,
        "accounts.joinrequest": JoinRequest.objects.create(user=alice.user, account=acme),
        "accounts.outgoingmail": OutgoingMail.objects.first(),
        "accounts.signinpolicy": SignInPolicy.objects.stored(),
        "accounts.user": alice.user,
        "accounts.webrole": WebRole.objects.create(name="Readers"),
        "auth.group": Group.objects.first(),
        "cases.businesscalendar": policy.calendar,
        "cases.case": case,
        "cases.casedesk": CaseDesk.objects.stored(),
        "cases.casestatus": CaseStatus.objects.create(
            slug="in-transit", label="Shipped", customer_label="Shipped", category="on_hold"
        ),
        "cases.checklist": Checklist.objects.create(name="Installation"),
        "cases.entitlement": entitlement,
        "records.inboundmail": InboundMail.objects.create(
            message_id="<1@acme.example>", raw=b"From: alice@acme.example", outcome="failed"
        ),
        "cases.product": Product.objects.create(name="Gateway", slug="gateway"),
        "cases.queue": queue,
        "cases.requesttype": RequestType.objects.first(),
        "cases.routingrule": RoutingRule.objects.create(queue=queue),
        "cases.savedreply": SavedReply.objects.create(title="Restart", body="Please restart it."),
        "cases.slapolicy": policy,
        "forums.forum": topic.forum,
        "forums.post": make_reply(topic, alice),
        "forums.topic": topic,
        "invoices.invoice": make_draft(acme, "10"),
        "invoices.invoicesettings": InvoiceSettings.objects.stored(),
        "knowledgebase.article": article,
        "knowledgebase.articlefeedback": give_feedback(
            actor=SYSTEM, contact=alice, article=article, is_helpful=True
        ),
        "knowledgebase.category": article.category,
        "portal.allowednetwork": AllowedNetwork.objects.first(),
        "portal.announcement": Announcement.objects.create(title="New", body="New."),
        "portal.page": page,
        "portal.redirect": Redirect.objects.create(from_path="/old/", to="/news/"),
        "portal.site": Site.objects.stored(),
        "portal.weblink": WebLink.objects.first(),
        "procrastinate.procrastinatejob": ProcrastinateJob.objects.first(),
    }
    made |= {label: surface.sample(acme, alice) for label, surface in EXAMPLES.items() if surface.sample}
    samples: dict[str, Any] = {label: row.pk for label, row in made.items()}
    for label, surface in TALKED_ABOUT.items():
        note = add_note(
            actor=staff, talk=surface.talk, record=made[label], body="Seen.", uploads=[pdf_upload()]
        )
        samples[f"{label.replace('.', '_')}_attachment.pk"] = note.attachments.get().pk
    return samples | {
        "portal.snippettext": "1",
        "portal.snippettext.name": "footer-note",
        "cases.case.number": case.number,
        "cases_case_attachment.pk": case.messages.get().attachments.get().pk,
        "cases_entitlement_correct.line": Deduction.objects.create(
            entitlement=entitlement, case=case, amount=1
        ).pk,
        "accounts_invitation_batch.batch": UUID(int=1),
        "access_reach.pk": alice.pk,
        "access_readers.content_type_id": ContentType.objects.get_for_model(case).pk,
        "access_readers.object_id": case.pk,
    }


def member_of(*groups: str, email: str = "sam@portal.example", **fields: Any) -> User:
    user = make_user(email, first_name="Sam", is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def rights_of(group: str, model: str) -> list[str]:
    return MAY[model][GROUPS.index(group)].split()


def rights_at(group: str, address: Address) -> list[str]:
    """What the group may do there: nothing, where it lacks what is asked for besides."""
    model, right = BESIDES.get(address.name, (address.model, ""))
    return rights_of(group, address.model) if not right or right in rights_of(group, model) else []


def is_let_in(response: Any) -> bool:
    """Whatever the form says to being empty."""
    assert response.status_code in (200, 302, 403), response.request
    return bool(response.status_code != 403)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_opens_and_sends_what_is_declared_and_nothing_else(
    group: str, rows: dict[str, Any], sign_in: Callable[..., Client]
):
    browser, wrong = sign_in(member_of(group)), []
    for address in addresses():
        if address.model == "portal.snippettext" and "object_id" in address.samples:
            continue  # texts have pages of their own, by name
        url, may = address.url(rows), rights_at(group, address)
        if address.opens:
            page = browser.get(url, follow=True)
            wrong += [f"GET {address.name}: {fault}" for fault in faults_of(page)]
            if is_let_in(page) != (address.opens in may):
                wrong.append(f"GET {address.name}")
        if address.sends and is_let_in(browser.post(url, follow=address.name.endswith("changelist"))) != (
            address.sends in may
        ):
            wrong.append(f"POST {address.name}")
    assert wrong == []


def entry_of(model_admin: Any) -> str:
    """Where the menu leads for the rows of a model."""
    place = place_of(model_admin)
    return reverse((place and place.url_name) or list_name(model_admin))


@pytest.mark.parametrize("group", GROUPS)
def test_the_overview_after_signing_in_leads_to_what_the_group_may_open_and_nowhere_else(
    group: str, rows: dict[str, Any]
):
    member = member_of(group, password=PASSWORD)
    browser = Client()
    signed_in = browser.post(
        "/accounts/login/?next=/admin/", {"login": member.email, "password": PASSWORD}, follow=True
    )
    assert signed_in.request["PATH_INFO"] == "/admin/"
    page = signed_in.content.decode()
    links = {link for link in re.findall(r'href="(/admin/[^"]+)"', page) if "logout" not in link}
    shown = {label for label, model in models().items() if entry_of(admin.site._registry[model]) in links}
    assert shown == {label for label in MAY if rights_of(group, label)}
    assert {link: browser.get(link, follow=True).status_code for link in links} == dict.fromkeys(links, 200)


def test_an_agent_finds_colleagues_to_assign_to_and_nobody_else_does(sign_in: Callable[..., Client]):
    query = {"app_label": "cases", "model_name": "case", "field_name": "assigned_to", "term": "sam"}
    asked = {
        group: sign_in(member_of(group, email=f"sam{number}@portal.example"))
        for number, group in enumerate(GROUPS)
    }
    answers = {
        group: browser.get(reverse("admin:autocomplete"), query).status_code
        for group, browser in asked.items()
    }
    assert answers == {AGENT: 200, EDITOR: 403, BILLING: 403, ADMINISTRATOR: 200}


@pytest.mark.parametrize("action", ["invite", "deactivate", "reactivate"])
def test_an_agent_changes_no_contacts_through_the_list(
    action: str, alice: Contact, sign_in: Callable[..., Client]
):
    url = reverse("admin:accounts_contact_changelist")
    sign_in(member_of(AGENT)).post(url, {"action": action, "_selected_action": [alice.pk], "invite": "yes"})
    alice.refresh_from_db()
    assert alice.is_active
    assert not ProcrastinateJob.objects.filter(task_name__contains="invite").exists()


def invite(browser: Client, account: Any, *roles: WebRole) -> Any:
    form = {"account": account.pk, "max_redemptions": 3, "roles": [role.pk for role in roles]}
    return browser.post(reverse("admin:accounts_invitation_add"), form)


def test_an_agent_gives_no_roles_by_an_invitation(acme: Any, sign_in: Callable[..., Client]):
    finance = WebRole.objects.get(name="Portal Finance User")
    browser = sign_in(member_of(AGENT))
    assert "Select a valid choice" in invite(browser, acme, finance).content.decode()
    assert invite(browser, acme).status_code == 302
    assert not Invitation.objects.filter(roles=finance).exists()
    assert (
        invite(sign_in(member_of(ADMINISTRATOR, email="noor@portal.example")), acme, finance).status_code
        == 302
    )
    assert Invitation.objects.filter(roles=finance).exists()


# What is shipped


@pytest.mark.django_db
def test_every_shipped_right_exists_once_under_the_name_that_django_gives_it():
    for rights in staff_groups.groups().values():
        for label, words in rights.items():
            model = apps.get_model(label)
            for right in words.split():
                codename = f"{right}_{model._meta.model_name}"
                found = Permission.objects.get(
                    content_type__app_label=model._meta.app_label, codename=codename
                )
                assert found.name == dict(model._meta.permissions).get(
                    codename, f"Can {right} {model._meta.verbose_name_raw}"
                )


def migrate_again() -> None:
    staff_groups.install(Group, Permission, ContentType)


@pytest.mark.django_db
def test_a_group_that_the_company_changed_stays_as_it_is():
    agents = Group.objects.get(name=AGENT)
    agents.permissions.clear()
    migrate_again()
    assert not agents.permissions.exists()


@pytest.mark.django_db
def test_a_later_feature_extends_a_group_that_is_still_there():
    Group.objects.filter(name=BILLING).delete()
    for name in (AGENT, BILLING):
        staff_groups.extend(name, {"forums.post": "view"}, Group, Permission, ContentType)
    assert Group.objects.get(name=AGENT).permissions.filter(codename="view_post").exists()
    assert not Group.objects.filter(name=BILLING).exists()


# A content editor and who can read a page


def page_form(page: Page, **changes: Any) -> dict[str, Any]:
    rules = {"access_rules-TOTAL_FORMS": 0, "access_rules-INITIAL_FORMS": 0}
    return {
        "title": page.title,
        "slug": page.slug,
        "body": page.body,
        "template": page.template,
        "position": 0,
        **rules,
        **changes,
    }


@pytest.fixture
def prices(db: None) -> Page:
    """A page of a restricted branch."""
    page = make_page("/finance/prices/", "Prices", title="Prices")
    restrict("/finance/", "Portal Finance User")
    restrict("/finance/prices/", "Portal Finance User")
    return page


def change(browser: Client, page: Page, **changes: Any) -> Any:
    return browser.post(reverse("admin:portal_page_change", args=[page.pk]), page_form(page, **changes))


def test_an_editor_changes_the_text_and_the_address_of_a_page(prices: Page, sign_in: Callable[..., Client]):
    browser = sign_in(member_of(EDITOR))
    assert (
        "Portal Finance User"
        in browser.get(reverse("admin:portal_page_change", args=[prices.pk])).content.decode()
    )
    assert change(browser, prices, body="New prices", slug="price-list").status_code == 302
    prices.refresh_from_db()
    assert (prices.body, prices.path) == ("New prices", "/finance/price-list/")


def test_an_editor_does_not_move_a_page_out_of_its_rules(prices: Page, sign_in: Callable[..., Client]):
    root = Page.objects.get(path="/")
    change(sign_in(member_of(EDITOR)), prices, parent=root.pk)
    prices.refresh_from_db()
    assert prices.path == "/finance/prices/"
    url = reverse("admin:portal_page_change", args=[prices.pk])
    offers = [member_of(name, email=f"{name[:3]}@portal.example".lower()) for name in (EDITOR, ADMINISTRATOR)]
    assert ['name="parent"' in sign_in(member).get(url).content.decode() for member in offers] == [
        False,
        True,
    ]


def test_an_editor_is_told_of_an_address_that_is_taken(prices: Page, sign_in: Callable[..., Client]):
    make_page("/finance/terms/")
    answer = change(sign_in(member_of(EDITOR)), prices, slug="terms").content.decode()
    assert "There is already a page at /finance/terms/." in answer


def test_an_editor_changes_no_rule(prices: Page, sign_in: Callable[..., Client]):
    rule = prices.access_rules.get()
    everyone = WebRole.objects.get(for_anonymous=True)
    typed = {
        "access_rules-TOTAL_FORMS": 2,
        "access_rules-INITIAL_FORMS": 1,
        "access_rules-0-id": rule.pk,
        "access_rules-0-page": prices.pk,
        "access_rules-0-right": "read",
        "access_rules-0-roles": [everyone.pk],
        "access_rules-0-reopens": "on",
        "access_rules-1-right": "preview",
        "access_rules-1-roles": [everyone.pk],
    }
    browser = sign_in(member_of(EDITOR))
    change(browser, prices, **typed)
    change(browser, prices, **typed | {"access_rules-0-DELETE": "on"})
    rule.refresh_from_db()
    assert [role.name for role in rule.roles.all()] == ["Portal Finance User"]
    assert (rule.reopens, prices.access_rules.count()) == (False, 1)
