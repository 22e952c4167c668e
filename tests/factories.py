"""Rows for tests. Each function makes one thing with sensible values; tests say only what matters to them."""

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import Account, Contact, RecordPermission, User, WebRole

PASSWORD = "sunny-harbor-42"
_number = count(1)


def make_account(name: str = "", **fields: Any) -> Account:
    number = next(_number)
    return Account.objects.create(**{"number": f"A-{number}", "name": name or f"Account {number}", **fields})


def make_user(email: str, password: str = "", **fields: Any) -> User:
    user = User(email=email, **fields)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_contact(
    first_name: str, account: Account | None, *roles: str, signs_in: bool = True, **fields: Any
) -> Contact:
    """A contact of the account with the named web roles, and a user of the same address unless told
    otherwise."""
    domain = account.name.split()[0].lower() if account else "private"
    email = fields.pop("email", f"{first_name.lower()}@{domain}.example")
    last_name = fields.pop("last_name", "Tester")
    if signs_in and "user" not in fields:
        fields["user"] = make_user(email, first_name=first_name, last_name=last_name)
    contact = Contact.objects.create(
        account=account, first_name=first_name, last_name=last_name, email=email, **fields
    )
    if roles:
        contact.roles.set(WebRole.objects.filter(name__in=roles))
    return contact


def grant(contact: Contact, record_type: str, scope: str, *privileges: str) -> WebRole:
    """Give the contact a new role with one record permission."""
    role = WebRole.objects.create(name=f"Role {next(_number)}")
    flags = {f"can_{privilege}": True for privilege in privileges}
    RecordPermission.objects.create(role=role, record_type=record_type, scope=scope, **flags)
    contact.roles.add(role)
    return role
