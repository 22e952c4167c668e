"""The portal's side of the benchmark: a database of a given size, two readers of all their account's cases, of
a small account and of one with a tenth of all, and an agent.

Run as a program it prints, as JSON, what is to be measured.
"""

import html
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 -- settings come first
from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models.functions import Least, Now  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Account, Contact, RecordPermission, User, WebRole  # noqa: E402
from cases.models import Case, CaseMessage, Queue  # noqa: E402
from forums.models import Forum, Post, Topic  # noqa: E402
from invoices.models import Invoice  # noqa: E402
from lib import markdown  # noqa: E402
from tests.cases.crowd import make_many_cases  # noqa: E402
from tests.cases.desk_crowd import put_on_the_desk  # noqa: E402
from tests.example_app.loans.models import Loan, LoanMessage  # noqa: E402
from tests.factories import make_user  # noqa: E402
from tests.records.crowds import make_person  # noqa: E402

OF_BIG, CASES_EACH, COLLEAGUES = 40, 50, 4
MESSAGES, BATCH = 20, 5_000
SAID = (
    "The freezer in hall three reports a **fault** every night at about "
    "two. The log says `E-207`, and nothing else.\n\n"
    "- We switched it off and on.\n- The door closes well.\n\nCould you "
    "have a look at the attached picture, please?"
)
TALK = """
INSERT INTO {messages} ({parent}_id, visibility, author_contact_id, body, body_html, created_at, submission, is_by_mail, folded)
SELECT id, 'customer', contact_id, %(body)s, %(html)s, created_at + n * interval '1 hour', gen_random_uuid(), false, ''
FROM {records}, generate_series(1, 2) n
"""
TELL = """
INSERT INTO accounts_activity (at, actor_name, verb, record_type, record_id, label, url, account_id, contact_id, is_internal, details)
SELECT created_at, 'Pat', 'case.opened', 'case', id::text, subject, '', account_id, contact_id, false, '{}' FROM cases_case
"""


@dataclass(frozen=True)
class Target:
    """One page as one reader sees it. ``sql``: statements of a request; ``size``: bytes of its
    HTML, compressed."""

    page: str
    reader: str
    address: str
    cookie: str
    sql: int
    size: int


def prepare(cases: int) -> list[Target]:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Case.objects.exists():
        _fill(cases)
    if not Queue.objects.exists():
        _put_on_the_desk()
    return [*(target for name in ("small", "big") for target in _targets(name)), *_of_the_desk()]


def _fill(cases: int) -> None:
    accounts = Account.objects.bulk_create(
        Account(number=f"B-{n}", name=f"Account {n}")
        for n in range(1 + max(1, cases * 9 // 10 // CASES_EACH // COLLEAGUES))
    )
    of_big = Contact.objects.bulk_create(make_person(accounts[0], n) for n in range(OF_BIG))
    others = Contact.objects.bulk_create(
        make_person(account, n) for account in accounts[1:] for n in range(COLLEAGUES)
    )
    make_many_cases(cases, of_big, others)
    for name, contact in (("big", of_big[0]), ("small", others[0])):
        contact.user = make_user(f"{name}@bench.example", first_name="Pat", last_name=name)
        contact.save()
        contact.roles.set(WebRole.objects.filter(name__in=("Portal IT User", "Portal Finance User")))
    role = WebRole.objects.get(name="Portal IT User")
    RecordPermission.objects.create(role=role, record_type="loan", scope="account", can_read=True)
    _fill_others()
    _talk([of_big[0], others[0]])


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """As itertools.batched of later Pythons."""
    every = iter(rows)
    while some := list(islice(every, size)):
        yield some


def _fill_others() -> None:
    """As many loans, invoices and topics as there are cases, of the same accounts and at the same times."""
    forum = Forum.objects.create(name="Bench", slug="bench")
    cases = Case.objects.only("pk", "subject", "account", "contact", "created_at", "updated_at")
    for some in batched(cases.iterator(chunk_size=BATCH), BATCH):
        Loan.objects.bulk_create(
            Loan(number=f"L-{case.pk}", title=case.subject, due_on=case.updated_at.date(), **_as_of(case))
            for case in some
        )
        Invoice.objects.bulk_create(_invoice(case) for case in some)
        Topic.objects.bulk_create(
            Topic(
                forum=forum,
                title=case.subject,
                slug="topic",
                author_contact_id=case.contact_id,
                created_at=case.created_at,
                last_post_at=case.updated_at,
                last_post_by="Pat",
            )
            for case in some
        )


def _as_of(case: Case) -> dict[str, Any]:
    return {
        "account_id": case.account_id,
        "contact_id": case.contact_id,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
    }


def _invoice(case: Case) -> Invoice:
    issued = case.created_at.date()
    is_paid = case.pk % 5 > 0
    return Invoice(
        number=f"INV-{case.pk}",
        account_id=case.account_id,
        status=Invoice.Status.PAID if is_paid else Invoice.Status.OPEN,
        issued_on=issued,
        due_on=issued + timedelta(days=30),
        net_total=100,
        tax_total=20,
        total=120,
        amount_paid=120 if is_paid else 0,
    )


def _talk(readers: list[Contact]) -> None:
    """Every case and loan has two messages; the one that is measured has twenty, of both sides."""
    agent = make_user("agent@bench.example", first_name="Ada", last_name="Byrne", is_staff=True)
    rendered = markdown.render_message(SAID)
    with connection.cursor() as cursor:
        for message in (CaseMessage, LoanMessage):
            tables = {
                "messages": message._meta.db_table,
                "parent": message.parent,
                "records": message.parent_model()._meta.db_table,
            }
            cursor.execute(TALK.format_map(tables), {"body": SAID, "html": rendered})
        cursor.execute(TELL)
    for reader in readers:
        for message in (CaseMessage, LoanMessage):
            _long_conversation(message, _measured(message.parent_model(), reader), reader, agent, rendered)
    _discuss(readers, agent, html)
    for model in (Case, Loan):
        model.objects.update(updated_at=Least("updated_at", Now()))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _long_conversation(message: type[Any], record: Any, reader: Contact, agent: User, rendered: str) -> None:
    message.objects.bulk_create(
        message(
            **{message.parent: record},
            visibility=message.Visibility.CUSTOMER,
            author_user=agent if n % 2 else None,
            author_contact=None if n % 2 else reader,
            body=SAID,
            body_html=rendered,
        )
        for n in range(MESSAGES - 2)
    )


def _discuss(readers: list[Contact], agent: User, html: str) -> None:
    """Customers of both accounts and staff discuss one topic; the forum knows its latest."""
    topic = Topic.objects.earliest("pk")
    by: list[dict[str, Any]] = [*({"author_contact": one} for one in readers), {"author_user": agent}]
    Post.objects.bulk_create(
        Post(topic=topic, body=SAID, body_html=html, is_opening=n == 0, **by[n % len(by)])
        for n in range(MESSAGES)
    )
    Topic.objects.filter(pk=topic.pk).update(reply_count=MESSAGES - 1)
    topic.forum.recount()


def _measured(model: type[Any], reader: Contact) -> Any:
    return model.objects.filter(contact=reader).earliest("pk")


def _targets(name: str) -> list[Target]:
    contact = Contact.objects.get(user__email=f"{name}@bench.example")
    browser = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip")
    browser.force_login(contact.user)
    pages = {
        "case list": "/cases/?view=all",
        "case": _measured(Case, contact).get_absolute_url(),
        "loan list": "/loans/?view=all",
        "loan": _measured(Loan, contact).get_absolute_url(),
        "invoices": "/invoices/",
        "forum": "/forums/bench/",
        "forum index": "/forums/",
        "topic": Topic.objects.get(reply_count=MESSAGES - 1).get_absolute_url(),
        "home": "/",
    }
    return [_target(page, name, address, browser) for page, address in pages.items()]


AGENT = "desk@bench.example"


def _put_on_the_desk() -> None:
    """Of an agent whose rights come from a staff group, as those of most do."""
    agent = put_on_the_desk()
    User.objects.filter(pk=agent.pk).update(email=AGENT)
    group = Group.objects.create(name="Agents")
    group.permissions.set(Permission.objects.filter(codename__in=("view_case", "change_case")))
    agent.groups.add(group)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _of_the_desk() -> list[Target]:
    browser = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip")
    browser.force_login(User.objects.get(email=AGENT))
    queue = Queue.objects.earliest("pk").pk
    lists = {
        "desk": "",
        "desk: mine": "?agent=me",
        "desk: late": "?state=late",
        "desk: queue": f"?queue={queue}",
        "desk: closed": "?state=closed",
        "desk: search": "?q=autoclave+alarm",
        "desk: page 40": _page_of_all(browser, 40),
    }
    big = Contact.objects.get(user__email="big@bench.example")
    lists["desk case"] = f"{_measured(Case, big).number}/"
    return [_target(page, "agent", f"/admin/desk/{query}", browser) for page, query in lists.items()]


def _page_of_all(browser: Client, number: int) -> str:
    query = "?state=all"
    for _page in range(number - 1):
        page = browser.get(f"/admin/desk/{query}", HTTP_ACCEPT_ENCODING="identity").content.decode()
        query = html.unescape(re.findall(r'href="([^"]+)" data-desk-older', page)[0])
    return query


def _target(page: str, reader: str, address: str, browser: Client) -> Target:
    for _visit in range(3):
        browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer: Any = browser.get(address)
    cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in browser.cookies.items())
    return Target(page, reader, address, cookie, len(queries), len(answer.content))


if __name__ == "__main__":
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    sys.stdout.write(json.dumps([asdict(target) for target in prepare(int(os.environ["BENCH_CASES"]))]))
