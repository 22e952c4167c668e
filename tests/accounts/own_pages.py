"""A person in front of the pages about themselves."""

from typing import Any

from django.test import Client

from accounts.models import Contact, SignInPolicy, User
from tests.factories import PASSWORD

LOGIN, AGAIN = "/accounts/login/", "/accounts/reauthenticate/"
PROFILE, SECURITY, SESSIONS, DATA = (
    "/profile/",
    "/profile/security/",
    "/profile/security/sessions/",
    "/profile/data/",
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"  # noqa: E501


def with_password(person: Contact | User) -> User:
    user: Any = person.user if isinstance(person, Contact) else person
    user.set_password(PASSWORD)
    user.save()
    return user


def browser_of(person: Contact | User, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """A browser in which the person has just typed the password, twice."""
    browser = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    browser.post(LOGIN, {"login": person.email, "password": PASSWORD})
    confirm(browser)
    return browser


def confirm(browser: Client) -> Any:
    return browser.post(AGAIN, {"password": PASSWORD})


def change_policy(**values: Any) -> None:
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(**values)


def is_signed_in(browser: Client) -> bool:
    return browser.get(PROFILE).status_code == 200


def shown(browser: Client) -> dict[str, Any]:
    """The profile as a browser would send it back, hidden fields included."""
    page = browser.get(PROFILE).context
    form, contact = page["form"], page["request"].contact
    fields = {bound.html_name: bound.value() or "" for bound in form}
    first = {bound.html_initial_name: bound.initial or "" for bound in form}
    return {**fields, **first, **({"acting_as": contact.pk} if contact else {})}


def save(browser: Client, **changes: Any) -> Any:
    return browser.post(PROFILE, shown(browser) | changes)
