"""One record of any type, and the people around it."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Contact, RecordPermission, User
from accounts.scoping import Scope
from records.surfaces import Surface
from tests.factories import grant
from tests.records.addresses import SAMPLED, gate_of

TALKED_ABOUT = [surface for surface in SAMPLED if surface.talk]


@dataclass(frozen=True)
class Scene:
    """``owner`` may read ``record`` by the narrowest grant that there is for its type; ``stranger``, of
    another account, has the same grant, and ``powerless``, a colleague, none."""

    surface: Surface[Any]
    record: Any
    owner: Contact
    stranger: Contact
    powerless: Contact

    @property
    def is_somebodys(self) -> bool:
        return gate_of(self.surface).belongs_to_somebody

    @property
    def url(self) -> str:
        return self.surface.line(self.record, self.owner).url

    @property
    def outsiders(self) -> list[Contact]:
        return [self.stranger, self.powerless] if self.is_somebodys else [self.powerless]

    def take_the_right(self) -> None:
        """From everybody."""
        RecordPermission.objects.all().delete()


def make_scene(
    surface: Surface[Any], account: Account, owner: Contact, stranger: Contact, powerless: Contact
) -> Scene:
    RecordPermission.objects.all().delete()
    kind = gate_of(surface)
    scope = next(scope for scope in reversed(Scope.values) if scope in kind.scopes)
    for contact in (owner, stranger):
        grant(contact, kind.name, scope, "read", *(["create"] if "create" in kind.privileges else []))
    assert surface.sample
    return Scene(surface, surface.sample(account, owner), owner, stranger, powerless)


def places(surface: Surface[Any], words: list[str]) -> dict[str, str]:
    """Every page on which the shell or the floor may show records: name → address."""
    found = {"home": reverse("home"), "data": reverse("personal_data_download")}
    for number, word in enumerate(words):
        found |= {
            f"search {number}": f"{reverse('search')}?q={word}",
            f"suggestions {number}": f"{reverse('search_suggest')}?q={word}",
        }
    listing = surface.listing
    if listing and not listing.parent:
        url = surface.url(listing.name)
        found |= {"list": url} | {f"list {view}": f"{url}?view={view}" for view, _label in listing.form.views}
        found |= {f"file {kind}": surface.url("export", kind) for kind in ("csv",) if listing.columns}
    return found


def read(browser: Client, url: str) -> tuple[int, str]:
    """Status and text, of a file too."""
    answer = _own_data(browser) if url == reverse("personal_data_download") else browser.get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return answer.status_code, bytes(content).decode("utf-8-sig", "replace")


def _own_data(browser: Client) -> Any:
    """It is handed to those who have just typed their password again."""
    request: Any = SimpleNamespace(session=browser.session)
    user = User.objects.get(pk=request.session[SESSION_KEY])
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()
    answer = browser.post(reverse("personal_data_download"))
    assert answer.status_code == 200
    return answer
