"""The frame of the administration: its blocks, its menu, the way back, and finding things."""

import gzip
import re
from collections import Counter
from collections.abc import Callable
from os.path import normpath
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from accounts import staff_groups
from accounts.models import Contact, User
from lib.admin_places import JOBS, place_of
from tests.cases.factories import make_case
from tests.factories import make_user

FRAME = Path(django.__file__).parent / "contrib/admin/templates/admin/base.html"
GROUND = settings.BASE_DIR / "static/css/staff-ground.css"
OURS = settings.BASE_DIR / "templates/admin/base.html"
LEFT_OUT = {
    "branding", "breadcrumbs", "header", "nav-global", "nav-sidebar", "stylesheet", "stylesheet_rtl",
    "userlinks", "usertools", "welcome-msg",
}  # fmt: skip
"""What Django's frame has and ours says in another way."""


def blocks(path: Path) -> set[str]:
    return set(re.findall(r"{% block ([\w-]+)", path.read_text()))


def test_our_frame_has_the_blocks_that_django_fills():
    assert blocks(FRAME) - blocks(OURS) == LEFT_OUT


def test_our_ground_has_the_styles_that_djangos_pages_link():
    """A stylesheet that Django adds is looked at before it is left out or put into the ground."""
    pages = FRAME.parent.rglob("*.html")
    linked = {name for page in pages for name in re.findall(r'"(admin/css/[\w/.]+\.css)"', page.read_text())}
    ground = set(re.findall(r'\.\./(admin/css/[\w/.]+)"', GROUND.read_text()))
    left_out = {"dark_mode", "dashboard", "login", "nav_sidebar", "responsive", "responsive_rtl", "rtl"}
    assert linked - ground == {f"admin/css/{name}.css" for name in left_out}


def test_each_registered_model_has_exactly_one_place():
    places = {one.opts.label: place_of(one) for one in admin.site._registry.values()}
    assert [label for label, place in places.items() if place is None] == []
    assert {place.job for place in places.values() if place} == set(JOBS)
    own = [place for one in admin.site._registry.values() for place in getattr(one, "page_places", ())]
    taken = Counter((place.job, place.position) for place in [*places.values(), *own] if place)
    assert [where for where, count in taken.items() if count > 1] == []
    words = Counter(str(place.words) for place in [*places.values(), *own] if place)
    assert [word for word, count in words.items() if count > 1] == []


def menu_links(html: str) -> list[str]:
    side = html[
        html.index('<nav class="side-jobs"') : html.index("</nav>", html.index('<nav class="side-jobs"'))
    ]
    return re.findall(r'<a [^>]*href="([^"]+)"', side)


def test_a_menu_leads_nowhere_that_refuses(db: None, sign_in: Callable[..., Client]):
    for name in staff_groups.groups():
        browser = sign_in(member(name))
        links = menu_links(browser.get("/admin/").content.decode())
        assert len(links) > 1
        assert {link: browser.get(link, follow=True).status_code for link in links} == dict.fromkeys(
            links, 200
        )


def member(group: str) -> User:
    user: User = make_user(
        f"{group.replace(' ', '-').lower()}@portal.example", first_name="Sam", is_staff=True
    )
    user.groups.set(Group.objects.filter(name=group))
    return user


def test_jobs_that_hold_nothing_for_the_person_are_not_shown(db: None, sign_in: Callable[..., Client]):
    page = sign_in(member(staff_groups.SUPPORT_AGENT)).get("/admin/").content.decode()
    shown = set(re.findall(r'<summary class="side-job.*?<span>(.*?)</span>', page))
    assert shown == {"Work", "People", "Content"}


def test_staff_without_any_permission_are_told_what_to_do(db: None, sign_in: Callable[..., Client]):
    page = sign_in(make_user("new@portal.example", is_staff=True)).get("/admin/").content.decode()
    assert "Ask an administrator for a staff group" in page


def test_a_page_says_where_it_lies_and_is_called_what_it_is_about(
    ada: User, alice: Contact, sign_in: Callable[..., Client]
):
    browser = sign_in(ada)
    row = reverse("admin:accounts_contact_change", args=[alice.pk])
    history = reverse("admin:accounts_contact_history", args=[alice.pk])
    expected = {
        reverse("admin:accounts_contact_changelist"): ("Contacts", ["People"]),
        row: ("Alice Tester", ["People", "Contacts"]),
        history: ("History", ["People", "Contacts", "Alice Tester"]),
        reverse("admin:access_exposure"): ("Access overview", ["Access", "Web roles"]),
    }
    for url, (heading, crumbs) in expected.items():
        page = browser.get(url).content.decode()
        way = page[
            page.index('<nav class="crumbs"') : page.index("</nav>", page.index('<nav class="crumbs"'))
        ]
        assert re.findall(r"<h1>(.*?)</h1>", page) == [heading], url
        assert re.findall(r"<(?:a|span)[^>]*>([^<]+)</", way) == crumbs, url


def test_the_entry_of_the_page_is_marked_and_its_job_is_open(
    ada: User, alice: Contact, sign_in: Callable[..., Client]
):
    page = sign_in(ada).get(reverse("admin:accounts_contact_change", args=[alice.pk])).content.decode()
    assert re.findall(r'aria-current="(\w+)">([\w ]+)</a>', page) == [("true", "Contacts")]
    opened = re.findall(r"<details[^>]* open>\s*<summary class=\"side-job[^>]*>.*?<span>(\w+)</span>", page)
    assert opened == ["Work", "People"]


def test_old_addresses_of_djangos_own_pages_lead_to_ours(ada: User, sign_in: Callable[..., Client]):
    browser = sign_in(ada)
    assert browser.get("/admin/cases/").url == "/admin/"  # type: ignore[attr-defined]
    assert browser.get("/admin/password_change/").url == reverse("account_change_password")  # type: ignore[attr-defined]
    assert browser.get("/admin/logout/").url == reverse("account_logout")  # type: ignore[attr-defined]


def weight_of(html: str) -> int:
    """Compressed bytes of the styles and scripts of a page, with what they import; without the brand."""
    named = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', html)
    return sum(_weight(name) for name in named)


def _weight(name: str) -> int:
    path = finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name))
    assert path, name
    content = Path(path).read_bytes()
    imported = re.findall(rb'@import url\("([^"]+)"\)', content)
    within = [normpath(f"{Path(name).parent}/{other.decode()}") for other in imported]
    return len(gzip.compress(content, 9)) + sum(map(_weight, within))


def test_a_page_is_no_heavier_than_it_needs_to_be(ada: User, alice: Contact, sign_in: Callable[..., Client]):
    browser = sign_in(ada)
    bare = weight_of(browser.get("/admin/find/").content.decode())
    form = browser.get(reverse("admin:accounts_contact_change", args=[alice.pk])).content.decode()
    assert 60_000 < bare < 82_000, "a page of the desk adds its own and stays below 90 kB"
    assert bare < weight_of(form) < 145_000, "half of what a form adds is jQuery and select2"


# Finding


def test_the_number_of_a_case_opens_it(ada: User, alice: Contact, sign_in: Callable[..., Client]):
    case = make_case(alice, "The centrifuge hums")
    answer = sign_in(ada).get("/admin/find/", {"q": case.number.lower()})
    assert answer.url == reverse("admin:cases_case_change", args=[case.pk])  # type: ignore[attr-defined]


def test_records_and_settings_are_found_by_their_words(
    ada: User, alice: Contact, sign_in: Callable[..., Client]
):
    browser = sign_in(ada)
    found = browser.get("/admin/find/", {"q": "Tester"}).content.decode()
    assert f'href="{reverse("admin:accounts_contact_change", args=[alice.pk])}"' in found
    found = browser.get("/admin/find/", {"q": "allowed net"}).content.decode()
    assert f'href="{reverse("admin:portal_allowednetwork_changelist")}"' in main_of(found)
    found = browser.get("/admin/find/", {"q": "inactivity"}).content.decode()
    assert f'href="{reverse("admin:accounts_signinpolicy_changelist")}"' in main_of(found)
    assert "Nothing matches" in browser.get("/admin/find/", {"q": "qqqq"}).content.decode()


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_nobody_finds_what_they_may_not_open(acme: object, alice: Contact, sign_in: Callable[..., Client]):
    case = make_case(alice, "The centrifuge hums")
    browser = sign_in(member(staff_groups.CONTENT_EDITOR))
    for q in ("Tester", "centrifuge", "inactivity", case.number):
        answer = browser.get("/admin/find/", {"q": q})
        assert answer.status_code == 200
        assert "Nothing matches" in answer.content.decode()


def test_the_palette_gets_the_results_alone(ada: User, alice: Contact, sign_in: Callable[..., Client]):
    answer = sign_in(ada).get("/admin/find/", {"q": "Tester"}, headers={"X-Palette": "1"}).content.decode()
    assert "Alice Tester" in answer
    assert "<html" not in answer


@pytest.mark.parametrize("q", ["", " ", "\x00", "%", "C-99999999", "x" * 5000])
def test_odd_searches_are_answered(q: str, ada: User, sign_in: Callable[..., Client]):
    assert sign_in(ada).get("/admin/find/", {"q": q}).status_code == 200


def test_a_nul_in_an_address_is_no_row(db: None, sign_in: Callable[..., Client], ada: User):
    for name in ("casestatus/%00/change", "casestatus/a%00b/delete", "case/%00/history"):
        assert sign_in(ada).get(f"/admin/cases/{name}/").status_code == 404
