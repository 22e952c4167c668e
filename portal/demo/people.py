from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts import staff_groups
from accounts.actions import deactivate_contact
from accounts.actors import SYSTEM
from accounts.models import Account, Contact, User, WebRole
from records.demo import People, read

CONTENT = Path(__file__).parent / "people.toml"
PASSWORD = "sunny-harbor-42"  # noqa: S105 -- the demo's, shown at every start; the demo command refuses to run elsewhere
SIGN_INS = (
    ("alice@acme.example", "customer"),
    ("bob@acme.example", "customer, portal user manager"),
    ("fiona@acme.example", "customer, finance"),
    ("charlie@globex.example", "customer of another account"),
    ("ada@portal.example", "administrator (staff)"),
)


def is_loaded() -> bool:
    return Account.objects.filter(number=read(CONTENT)["account"][0]["number"]).exists()


def load_people() -> People:
    content, people = read(CONTENT), People()
    password = make_password(PASSWORD)
    agents = Group.objects.get(name=staff_groups.SUPPORT_AGENT)
    for row in content["staff"]:
        people.users[row["email"]] = user = _user(row, password, is_staff=True, is_superuser=row["is_admin"])
        user.groups.set([] if row["is_admin"] else [agents])
    for row in content["account"]:
        people.accounts[row["number"]] = _account(row, people)
    for row in content["contact"]:
        people.contacts[row["account"], row["email"]] = _contact(row, people, password)
    return people


def deactivate_those_who_left(people: People) -> None:
    for row in read(CONTENT)["contact"]:
        if not row["active"]:
            deactivate_contact(actor=SYSTEM, contact=people.contacts[row["account"], row["email"]])


def _user(row: dict[str, Any], password: str, **flags: bool) -> User:
    names = {name: row[name] for name in ("first_name", "last_name")}
    user = User.objects.create(
        email=row["email"], password=password, time_zone=row.get("time_zone", ""), **names, **flags
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _account(row: dict[str, Any], people: People) -> Account:
    plain = {
        name: row[name]
        for name in ("number", "name", "kind", "street", "city", "postal_code", "country", "vat_number")
    }
    return Account.objects.create(
        email_domains=row["domains"], account_manager=people.users[row["account_manager"]], **plain
    )


def _contact(row: dict[str, Any], people: People, password: str) -> Contact:
    if row["signs_in"] and row["email"] not in people.users:
        people.users[row["email"]] = _user(row, password)
    plain = {name: row[name] for name in ("email", "first_name", "last_name", "job_title", "phone")}
    contact = Contact.objects.create(
        account=people.accounts[row["account"]], user=people.users.get(row["email"]), **plain
    )
    contact.roles.set(WebRole.objects.filter(name__in=row["roles"]))
    return contact
