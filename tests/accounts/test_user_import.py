"""Bob brings in a list of colleagues: he sees what it holds, every bad row is named, and it is all or
nothing."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import tasks
from accounts.models import Activity, Contact, ContactImport, Invitation, OutgoingMail
from lib.contact_lists import EXAMPLE, MAX_ROWS
from tests.factories import make_contact

IMPORT = "/users/import/"
HEAD = "First name,Last name,E-mail,Phone,Job title,Roles\n"


def send(browser, content, name="people.csv"):
    content = content.encode() if isinstance(content, str) else content
    return browser.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def checked(browser, content, name="people.csv"):
    response = send(browser, content, name)
    assert response.status_code == 302, response.context["form"].errors
    return ContactImport.objects.latest("pk")


def start(browser, contact_import):
    return browser.post(reverse("user_import_start", args=[contact_import.pk]))


def workbook(rows):
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def import_jobs():
    return ProcrastinateJob.objects.filter(task_name="accounts.tasks.import_contacts")


@pytest.fixture
def desk(sign_in, bob):
    return sign_in(bob)


def test_bob_imports_the_example_he_downloaded(desk, acme, run_jobs):
    example = desk.get(reverse("user_import_example"))
    assert example.content.decode() == EXAMPLE
    sent = checked(desk, example.content)
    assert "Add and invite one person" in desk.get(reverse("user_import_detail", args=[sent.pk])).text
    assert not Contact.objects.filter(first_name="Dora").exists()
    start(desk, sent)
    assert "0 of 1" in desk.get(reverse("user_import_detail", args=[sent.pk])).text
    run_jobs()
    dora = Contact.objects.get(account=acme, email="dora@acme.example")
    assert [role.name for role in dora.roles.all()] == ["Portal IT User"]
    assert Invitation.objects.open().filter(contact=dora).exists()
    assert OutgoingMail.objects.filter(to=dora.email).count() == 1
    sent.refresh_from_db()
    assert (sent.status, sent.done) == ("done", 1)
    assert Activity.objects.get(verb="account.contacts_imported").details["contacts"] == 1


def test_a_workbook_is_read_as_a_list_is(desk):
    rows = [
        ["E-Mail", "Last_Name", "FIRST NAME", "phone", "Notes"],
        ["x@acme.example", "Ray", "Xavier", 15125550170.0, "?"],
        [],
        [None],
    ]
    sent = checked(desk, workbook(rows), "people.xlsx")
    assert sent.errors == []
    assert sent.rows[0] | {"roles": "", "job_title": ""} == sent.rows[0]
    assert (sent.rows[0]["first_name"], sent.rows[0]["phone"], sent.total) == ("Xavier", "15125550170", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_lists_come_in_many_encodings_and_with_other_delimiters(encoding, desk):
    text = "first name;last name;e-mail\nZoë;Müller;zoe@acme.example\n"
    assert checked(desk, text.encode(encoding)).rows[0]["last_name"] == "Müller"


def test_every_bad_row_is_named_and_nothing_is_taken(desk, acme, alice, run_jobs):
    make_contact("Gus", acme).deactivate()
    lines = [
        "Ann,Lee,ann@acme.example,,,",
        ",Lee,bad address,,,",
        "Ann,Lee,ANN@acme.example,,,",
        f"Al,Mo,{alice.email},,,",
        "Gus,Tester,gus@acme.example,,,",
        "Max,Power,max@acme.example,,,Portal User Manager",
    ]
    sent = checked(desk, HEAD + "\n".join(lines))
    assert [error["row"] for error in sent.errors] == [3, 3, 4, 5, 6, 7]
    page = desk.get(reverse("user_import_detail", args=[sent.pk])).text
    assert "is already in row 2" in page
    assert "no role “Portal User Manager”" in page
    assert "Reactivate it instead" in page
    before = Contact.objects.count()
    start(desk, sent)
    run_jobs()
    assert Contact.objects.count() == before


@pytest.mark.parametrize(
    ("content", "name", "complaint"),
    [
        ("", "a.csv", "empty"),
        ("Name,Address\nx,y\n", "a.csv", "Missing: first name, last name, email"),
        (HEAD, "a.csv", "no rows below"),
        ("x", "a.pdf", "Please choose a CSV file"),
        (b"PK\x03\x04nonsense", "a.xlsx", "cannot be read as an Excel workbook"),
        (b"\xff\xfe\x00", "a.csv", "cannot be read as CSV"),
        (b"x" * (5 * 1024 * 1024 + 1), "a.csv", "too large"),
    ],
)
def test_a_file_that_is_no_list_is_explained(content, name, complaint, desk):
    response = send(desk, content, name)
    assert response.status_code == 200
    assert complaint in response.text
    assert not ContactImport.objects.exists()


def test_control_characters_and_endless_cells_do_no_harm(desk):
    sent = checked(desk, HEAD + f"A\x00nn\x07,Lee,ann@acme.example,{'9' * 5000},,\n")
    assert sent.rows[0]["first_name"] == "A nn"
    assert [error["error"].startswith("Phone:") for error in sent.errors] == [True]


def test_a_list_is_not_longer_than_it_may_be(desk):
    line = "A,B,a{n}@acme.example,,,\n"
    response = send(desk, HEAD + "".join(line.format(n=n) for n in range(MAX_ROWS + 1)))
    assert "more than 10000 rows" in response.text


def test_a_list_is_started_once(desk, run_jobs):
    sent = checked(desk, EXAMPLE)
    start(desk, sent)
    start(desk, sent)
    assert import_jobs().count() == 1
    run_jobs()
    start(desk, sent)
    assert import_jobs().count() == 1


def test_who_appeared_in_the_meantime_stops_the_whole_list(desk, acme, run_jobs):
    sent = checked(desk, EXAMPLE + "Eve,Ray,eve@acme.example,,,\n")
    make_contact("Dora", acme)
    start(desk, sent)
    run_jobs()
    sent.refresh_from_db()
    assert (sent.status, sent.errors[0]["row"]) == ("failed", 2)
    assert not Contact.objects.filter(email="eve@acme.example").exists()
    assert "Nothing was imported" in desk.get(reverse("user_import_detail", args=[sent.pk])).text


def test_a_manager_who_was_deactivated_imports_nothing(desk, bob, run_jobs):
    sent = checked(desk, EXAMPLE)
    start(desk, sent)
    bob.deactivate()
    run_jobs()
    sent.refresh_from_db()
    assert sent.status == "failed"
    assert not Contact.objects.filter(first_name="Dora").exists()


def test_a_job_that_is_repeated_after_a_crash_creates_and_invites_nobody_twice(
    desk, acme, run_jobs, monkeypatch
):
    monkeypatch.setattr("accounts.actions.contact_imports.INVITED_AT_ONCE", 2)
    sent = checked(desk, HEAD + "".join(f"P{n},Q,p{n}@acme.example,,,\n" for n in range(5)))
    start(desk, sent)
    calls = iter([None])

    def crash_on_the_second(**kwargs):
        next(calls)
        return invite(**kwargs)

    invite = tasks.invite_next
    monkeypatch.setattr(tasks, "invite_next", crash_on_the_second)
    with pytest.raises(StopIteration):
        tasks.import_contacts(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, sent.done) == ("running", 2)
    monkeypatch.setattr(tasks, "invite_next", invite)
    tasks.import_contacts(sent.pk)
    assert Contact.objects.filter(account=acme, first_name__startswith="P").count() == 5
    assert Invitation.objects.count() == OutgoingMail.objects.filter(event="accounts/invitation").count() == 5


def test_ten_thousand_rows_are_taken_in_one_go(desk, acme, run_jobs, monkeypatch):
    """Checked and created; the invitations are left out here, they go one by one."""
    monkeypatch.setattr("accounts.tasks.invite_next", lambda **_: False)
    sent = checked(
        desk, HEAD + "".join(f"P{n},Q,p{n}@acme.example,,,Portal IT User\n" for n in range(MAX_ROWS))
    )
    start(desk, sent)
    run_jobs()
    assert Contact.objects.filter(account=acme, roles__name="Portal IT User").count() == MAX_ROWS
    assert desk.get("/users/?page=7").status_code == 200


def test_nobody_sees_the_list_of_another_account(desk, sign_in, globex):
    sent = checked(desk, EXAMPLE)
    carla = sign_in(make_contact("Carla", globex, "Portal User Manager"))
    assert carla.get(reverse("user_import_detail", args=[sent.pk])).status_code == 404
    assert start(carla, sent).status_code == 404


def test_a_list_that_is_sent_twice_is_checked_once(desk):
    number = str(desk.get(IMPORT).context["form"]["submission"].value())
    lists = [
        SimpleUploadedFile("people.csv", f"{HEAD}Dora,Quist,dora@acme.example,,,\n".encode()) for _ in "12"
    ]
    first, second = (desk.post(IMPORT, {"file": one, "submission": number}) for one in lists)
    assert first.url == second.url
    assert ContactImport.objects.count() == 1
