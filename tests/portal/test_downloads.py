"""Every file that leaves the portal leaves a line: who, what, when and from where; to be read in the
account's log."""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Activity, Contact, User
from cases.models import Case
from portal.history import account_log
from portal.history.account_log import Kind, deeds
from tests import test_routes
from tests.cases.factories import case_with_pictures, make_case, make_staff_reply, pdf_upload, picture_upload
from tests.conftest import Member
from tests.factories import grant
from tests.invoices.factories import make_invoice
from tests.portal import test_staff_groups
from tests.races import at_once, commits
from tests.records.addresses import EXPORTS
from tests.test_architecture import ROOT, sources
from tests.test_routes import GUARDED, SIGNED_IN, Scene

scene, rows = test_routes.scene, test_staff_groups.rows  # one of everything, for customers and for staff

IP = "192.0.2.8"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WITHOUT_RECORDS = {"user_import_example"}
"""Files that are the same for everybody."""

MADE_FOR_SCRIPTS = ("text/css", "text/html", "application/json")


def is_file(response: Any) -> bool:
    """Whatever a page's own scripts and styles do not read."""
    if response.status_code != 200:
        return False
    return "Content-Disposition" in response or not response["Content-Type"].startswith(MADE_FOR_SCRIPTS)


def downloads() -> list[Activity]:
    """Those of this test, the latest first."""
    told = [verb for verb, deed in deeds().items() if deed.kind == Kind.DOWNLOAD]
    return list(Activity.objects.filter(verb__in=[*told, "mail.downloaded"]))


def attachment_of(case: Case) -> str:
    return str(case.messages.get().attachments.get().get_absolute_url())


def log_of(browser: Client) -> list[tuple[str, str, list[str], str]]:
    lines = browser.get("/users/log/", {"kind": "download"}).context["lines"]
    return [(line.about, line.what, line.facts, line.client_ip) for line in lines]


# Every view that sends a file


def test_a_page_for_everybody_who_is_signed_in_sends_no_file_when_it_is_looked_at(member, sign_in, alice):
    for name in sorted(SIGNED_IN):
        with member(name):
            assert not is_file(sign_in(alice).get(reverse(name)))


def test_a_page_of_records_that_sends_a_file_leaves_one_line_and_no_other_does(
    member: Member, scene: Scene, sign_in: Callable[..., Client], bob: Contact
):
    """The routes are those of the URLconf: tests/test_routes.py declares each."""
    for name in sorted(GUARDED):
        with member(name):
            leaves_a_line_if_it_sends_a_file(name, scene, sign_in, bob)


def leaves_a_line_if_it_sends_a_file(
    name: str, scene: Scene, sign_in: Callable[..., Client], bob: Contact
) -> None:
    guarded, browser = GUARDED[name], sign_in(scene.owner)
    response = getattr(browser, guarded.method)(scene.urls[name], guarded.data or {}, REMOTE_ADDR=IP)
    if not is_file(response) or name in WITHOUT_RECORDS:
        assert downloads() == []
        return
    [line] = downloads()
    assert (line.actor, line.account, line.client_ip) == (scene.owner.user, scene.owner.account, IP)
    assert [(what, ip) for _about, what, _facts, ip in log_of(sign_in(bob))] == [
        (str(deeds()[line.verb].words), IP)
    ]


def test_the_walk_finds_the_files_that_there_are(scene: Scene, sign_in: Callable[..., Client]):
    browser = sign_in(scene.owner)
    answers = {
        name: getattr(browser, guarded.method)(scene.urls[name], guarded.data or {})
        for name, guarded in GUARDED.items()
    }
    assert {name for name, answer in answers.items() if is_file(answer)} == {
        "file",
        "cases:entitlement_csv",
        *EXPORTS,
        "invoices:pdf",
        "user_import_example",
        "user_log_export",
    }


def test_an_address_of_the_administration_that_sends_a_file_leaves_a_line_for_staff_alone(
    rows: dict[str, Any], ada: User, sign_in: Callable[..., Client], bob: Contact
):
    browser, found, here = sign_in(ada), {}, "127.0.0.8"  # in a network that the rows allow
    for address in test_staff_groups.addresses():
        if address.opens and not (address.model == "portal.snippettext" and "object_id" in address.samples):
            before = len(downloads())
            response = browser.get(address.url(rows), REMOTE_ADDR=here)
            lines = downloads()[: len(downloads()) - before]
            assert len(lines) == is_file(response), address.name
            found |= dict(zip([address.name], lines, strict=False))
    of_examples = {f"{label.replace('.', '_')}_attachment" for label in test_staff_groups.TALKED_ABOUT}
    known = {"cases_case_attachment", "records_inboundmail_raw", "invoices_invoice_pdf"}
    assert found.keys() == known | of_examples
    assert {(line.actor, line.actor_name, line.is_internal, line.client_ip) for line in found.values()} == {
        (ada, "Ada Byrne", True, here)
    }
    assert found["cases_case_attachment"].account == found["invoices_invoice_pdf"].account == bob.account
    assert log_of(sign_in(bob)) == []


MAKERS = {"FileResponse", "StreamingHttpResponse", "file_response", "thumbnail_response"}
RECORDERS = {"handing_out", "showing"}
RECORDED_BY_THEIR_ACTION = {
    ("records/views/lists.py", "record_export"): "export_records",
    ("portal/views/log.py", "user_log_export"): "record_activity",
    ("portal/views/personal_data.py", "personal_data_download"): "export_personal_data",
    ("accounts/admin/contact_actions.py", "_file"): "export_contacts",
}
NOT_RECORDED = {
    ("lib/uploads.py", "file_response"),  # makes the response of those who record
    ("lib/uploads.py", "thumbnail_response"),
    ("portal/views/brand.py", "brand_image"),  # for everybody on the internet
    ("accounts/views/users/imports.py", "user_import_example"),
}


def makers() -> Iterator[tuple[str, str, set[str]]]:
    """File and name of each function that makes a response with a file, and what it calls."""
    for path in sources("**/*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                inside = list(ast.walk(function))
                calls = {
                    node.func.id
                    for node in inside
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                }
                if calls & MAKERS or any(
                    isinstance(node, ast.Constant) and node.value == "Content-Disposition" for node in inside
                ):
                    yield str(path.relative_to(ROOT)), function.name, calls


def test_every_function_that_makes_a_file_records_it():
    found = {(file, name): calls for file, name, calls in makers()}
    assert found.keys() >= RECORDED_BY_THEIR_ACTION.keys() | NOT_RECORDED
    assert len(found) >= 12
    silent = {
        place
        for place, calls in found.items()
        if place not in NOT_RECORDED and not calls & (RECORDERS | {RECORDED_BY_THEIR_ACTION.get(place, "")})
    }
    assert silent == set()


# What a line says, and to whom


def test_bob_reads_in_the_log_who_took_which_file_and_not_what_is_in_it(sign_in, alice, bob, acme):
    case = make_case(alice, "Confidential matter", uploads=[pdf_upload("severance.pdf")])
    grant(alice, "invoice", "account", "read")
    browser = sign_in(alice)
    browser.get(attachment_of(case), REMOTE_ADDR=IP)
    browser.get(reverse("invoices:pdf", args=[make_invoice(acme).number]), REMOTE_ADDR="198.51.100.9")
    browser.get(reverse("cases:export", args=["csv"]), REMOTE_ADDR=IP)
    desk = sign_in(bob)
    assert log_of(desk) == [
        ("Alice Tester", "Case list downloaded", ["Cases: 1"], IP),
        ("Alice Tester", "Invoice downloaded", [str(acme.invoices.get().number)], "198.51.100.9"),
        ("Alice Tester", "Case file downloaded", [f"Case {case.number}"], IP),
    ]
    assert not [word for word in ("Confidential", "severance") if word in desk.get("/users/log/").text]
    assert Activity.objects.get(verb="case.file_downloaded").details == {
        "case": case.number,
        "file": "severance.pdf",
    }


def test_another_account_reads_nothing_of_it(sign_in, alice, charlie):
    charlie.roles.add(grant(charlie, "contact", "account", "read", "write"))
    sign_in(alice).get(attachment_of(make_case(alice, uploads=[pdf_upload()])))
    assert log_of(sign_in(charlie)) == []


def test_every_file_is_a_line(sign_in, alice):
    url, browser = attachment_of(make_case(alice, uploads=[pdf_upload()])), sign_in(alice)
    for _ in range(3):
        browser.get(url)
    assert len(downloads()) == 3


def test_small_counts_for_pictures_alone(sign_in, alice):
    """A document is given whole whatever the address asks for."""
    url, browser = attachment_of(make_case(alice, uploads=[pdf_upload()])), sign_in(alice)
    for _ in range(2):
        browser.get(url, {"small": ""})
    assert [line.verb for line in downloads()] == ["case.file_downloaded"] * 2


def test_a_file_costs_one_insert_more_than_before(sign_in, alice):
    url, browser = attachment_of(make_case(alice, uploads=[pdf_upload()])), sign_in(alice)
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    statements = [query["sql"] or "prepared" for query in queries.captured_queries]
    assert len(statements) == 6  # revision, session, user, contact, attachment, line
    assert [sql.split()[0] for sql in statements if sql.startswith(("INSERT", "UPDATE"))] == ["INSERT"]


# What is no download


def test_asking_for_the_headers_leaves_no_line(sign_in, alice, bob, acme):
    grant(alice, "invoice", "account", "read")
    grant(alice, "entitlement", "account", "read")
    urls = [attachment_of(make_case(alice, uploads=[upload])) for upload in (pdf_upload(), picture_upload())]
    urls += [f"{urls[1]}?small", reverse("invoices:pdf", args=[make_invoice(acme).number])]
    assert [sign_in(alice).head(url).status_code for url in urls] == [200] * 4
    assert downloads() == []


def test_what_is_refused_or_gone_leaves_no_line(sign_in, alice, charlie, bob):
    case = make_case(alice, uploads=[pdf_upload()])
    url = attachment_of(case)
    for person in (charlie, bob, None):
        assert sign_in(person).get(url).status_code in (302, 404)
    case.messages.get().attachments.get().file.delete(save=False)
    assert sign_in(alice).get(url).status_code == 404
    assert downloads() == []


def test_an_agent_without_the_right_leaves_no_line(sign_in, alice, db):
    case = make_case(alice, uploads=[pdf_upload()])
    billing = test_staff_groups.member_of(test_staff_groups.BILLING)
    assert (
        sign_in(billing)
        .get(reverse("admin:cases_case_attachment", args=[case.messages.get().attachments.get().pk]))
        .status_code
        == 403
    )
    assert downloads() == []


def test_downloads_fill_neither_home_nor_timeline(sign_in, alice, bob, ada):
    grant(bob, "case", "account", "read")
    case = case_with_pictures(alice, 2)
    before = len(sign_in(alice).get(case.get_absolute_url()).context["entries"])
    for picture in case.messages.get().attachments.all():
        sign_in(alice).get(picture.get_absolute_url())
        sign_in(ada).get(reverse("admin:cases_case_attachment", args=[picture.pk]))
    assert len(downloads()) == 4
    assert len(sign_in(alice).get(case.get_absolute_url()).context["entries"]) == before
    assert [event.sentence for event in sign_in(bob).get("/").context["events"]] == ["opened the case"]
    assert not account_log.downloads().keys() & set(
        Activity.objects.filter(record_type="case", is_internal=False).values_list("verb", flat=True)
    )


# Pictures that a page loads


def load(browser: Client, case: Case, address: str = IP) -> None:
    for message in case.messages.all():
        for picture in message.attachments.all():
            assert (
                browser.get(picture.get_absolute_url(), {"small": ""}, REMOTE_ADDR=address).status_code == 200
            )


def test_the_pictures_of_a_page_are_one_line(sign_in, alice, bob):
    case = case_with_pictures(alice, 4)
    with time_machine.travel(NOON, tick=False):
        browser = sign_in(alice)
        browser.get(case.get_absolute_url())
        assert downloads() == []
        load(browser, case)
        assert log_of(sign_in(bob)) == [("Alice Tester", "Case pictures viewed", [f"Case {case.number}"], IP)]


def test_another_reader_case_address_and_quarter_of_an_hour_are_lines_of_their_own(sign_in, alice, bob, ada):
    case, other = case_with_pictures(alice, 2), case_with_pictures(alice, 2, subject="Another")
    grant(bob, "case", "account", "read")
    with time_machine.travel(NOON, tick=False) as clock:
        hers, his = sign_in(alice), sign_in(bob)
        load(hers, case)
        load(hers, other)
        load(hers, case, "198.51.100.9")
        load(his, case)
        clock.shift(timedelta(minutes=14, seconds=59))
        load(hers, case)
        assert len(downloads()) == 4
        clock.shift(timedelta(seconds=1))
        load(hers, case)
    assert len(downloads()) == 5


def test_a_picture_that_is_opened_is_a_line_of_its_own(sign_in, alice):
    case = case_with_pictures(alice, 2)
    with time_machine.travel(NOON, tick=False):
        browser = sign_in(alice)
        load(browser, case)
        browser.get(case.messages.get().attachments.first().get_absolute_url())
    assert sorted(line.verb for line in downloads()) == ["case.file_downloaded", "case.pictures_viewed"]


def test_pictures_that_staff_look_at_are_one_line_for_staff(sign_in, alice, ada, bob):
    case = case_with_pictures(alice, 3)
    make_staff_reply(case, ada, uploads=[picture_upload()])
    with time_machine.travel(NOON, tick=False):
        browser = sign_in(ada)
        for message in case.messages.all():
            for picture in message.attachments.all():
                assert (
                    browser.get(
                        reverse("admin:cases_case_attachment", args=[picture.pk]), {"small": ""}
                    ).status_code
                    == 200
                )
    [line] = downloads()
    assert (line.actor, line.is_internal, line.account, line.details) == (
        ada,
        True,
        alice.account,
        {"case": case.number},
    )
    assert log_of(sign_in(bob)) == []


class TestAtTheSameMoment:
    pytestmark = commits

    def test_pictures_that_are_asked_for_together_are_one_line_and_all_are_shown(self, alice, sign_in):
        case = case_with_pictures(alice, 6)
        urls = [picture.get_absolute_url() for picture in case.messages.get().attachments.all()]
        with time_machine.travel(NOON, tick=False):
            browsers = [sign_in(alice) for _ in urls]
            answers = at_once(6, lambda number: browsers[number].get(urls[number], {"small": ""}).status_code)
        assert answers == [200] * 6
        assert [line.verb for line in downloads()] == ["case.pictures_viewed"]
