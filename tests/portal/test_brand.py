"""Brand colours that stay readable, and the headers that keep pages private and free of foreign content."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lib.colour import contrast
from portal.models import Site
from tests.cases.factories import make_case
from tests.knowledgebase.factories import make_article

COLOURS = [
    "#0b5563",
    "#ffff00",
    "#808080",
    "#777777",
    "#767676",
    "#000000",
    "#ffffff",
    "#ff0000",
    "#00FF00",
    "#0000ff",
    "#c2622d",
    "#fafad2",
    "#5a5a5a",
]
GROUNDS = ("canvas", "surface", "sunken")


def brand_variables(browser):
    css = browser.get("/brand.css").text
    assert css.startswith(":root{")
    return dict(re.findall(r"(--[a-z-]+):([^;]+);", css))


def grounds(theme):
    """The grounds of portal.css that links stand on, in the light (0) or the dark (1) theme."""
    css = (Path(project.BASE_DIR) / "static/css/portal.css").read_text()
    pairs = [re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", css).groups() for name in GROUNDS]
    return [
        c if len(c) == 7 else "#" + "".join(2 * digit for digit in c[1:])
        for c in (pair[theme] for pair in pairs)
    ]


def upload(name):
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n", content_type="image/png")


@pytest.mark.parametrize("colour", COLOURS)
def test_text_in_and_on_the_brand_colour_reads_well(visitor, colour):
    Site.objects.update(primary_colour=colour)
    found = brand_variables(visitor)
    assert found["--brand"] == colour
    assert contrast(found["--brand-text"], found["--brand"]) >= 4.5
    assert all(contrast(found["--brand-link-light"], ground) >= 4.5 for ground in grounds(0))
    assert all(contrast(found["--brand-link-dark"], ground) >= 4.5 for ground in grounds(1))


def test_a_colour_that_reads_well_is_left_as_it_is(visitor):
    Site.objects.update(primary_colour="#0b5563")
    assert brand_variables(visitor)["--brand-link-light"] == "#0b5563"


def test_the_brand_stylesheet_is_kept_for_ever_and_changes_its_address(visitor):
    page = visitor.get("/accounts/login/").text
    url = re.search(r'href="(/brand\.css\?v=[^"]+)"', page)[1]
    response = visitor.get(url)
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert {"public", "immutable", "max-age=31536000"} <= set(response["Cache-Control"].split(", "))
    assert not response.cookies
    Site.objects.update(primary_colour="#123456", accent_colour="#abcdef")
    assert url not in visitor.get("/accounts/login/").text
    assert brand_variables(visitor) | {"--brand": "#123456", "--accent": "#abcdef"} == brand_variables(
        visitor
    )


@pytest.mark.parametrize(
    "colour", ["red", "#12345", "#1234567", "#12345g", "#123456;}body{display:none", "#123456\n"]
)
def test_what_is_no_colour_never_reaches_the_stylesheet(sign_in, ada, colour):
    before = Site.objects.stored()
    data = {"title": "Portal", "primary_colour": colour, "accent_colour": "#c2622d"}
    page = sign_in(ada).post(reverse("admin:portal_site_change", args=[1]), data)
    assert Site.objects.get().primary_colour in (before.primary_colour, colour.strip())
    if colour.strip() == colour:
        assert (
            "Enter a color as # and six hexadecimal digits" in page.text
            or "at most 7 characters" in page.text
        )
        assert Site.objects.get() == before


def test_ada_gives_the_portal_its_name_and_look(sign_in, ada, visitor):
    data = {
        "title": "Harbor Lane",
        "tagline": "Instruments",
        "support_email": "help@hl.example",
        "primary_colour": "#123456",
        "accent_colour": "#c2622d",
    }
    sign_in(ada).post(reverse("admin:portal_site_change", args=[1]), data)
    page = visitor.get("/accounts/login/").text
    assert "Harbor Lane" in page
    assert "mailto:help@hl.example" in page
    assert brand_variables(visitor)["--brand"] == "#123456"


def test_the_logo_is_shown_to_visitors_and_a_new_one_has_a_new_address(sign_in, ada, visitor):
    desk, url = sign_in(ada), reverse("admin:portal_site_change", args=[1])
    data = {"title": "Portal", "primary_colour": "#123456", "accent_colour": "#c2622d"}
    assert visitor.get("/brand/logo/").status_code == 404
    shown = []
    for name in ("one.png", "two.png"):
        assert desk.post(url, {**data, "logo": upload(name)}).status_code == 302
        shown.append(Site.objects.get().logo_url)
        assert shown[-1] in visitor.get("/accounts/login/").text
        image = visitor.get(shown[-1])
        assert (image.status_code, image["Content-Type"]) == (200, "image/png")
        assert "immutable" in image["Cache-Control"]
    assert shown[0] != shown[1]


def test_a_logo_whose_file_is_gone_is_not_found_and_the_title_stands_for_it(visitor, caplog):
    Site.objects.update_or_create(pk=1, defaults={"title": "Harbor Lane", "logo": "aa/gone.png"})
    assert 'alt="Harbor Lane"' in visitor.get("/accounts/login/").text
    gone = visitor.get("/brand/logo/")
    assert gone.status_code == 404
    assert "immutable" not in gone["Cache-Control"]
    assert "aa/gone.png" in caplog.text


@pytest.mark.parametrize("name", ["logo.svg", "logo.html", "logo.gif", "logo"])
def test_a_logo_of_another_kind_is_refused(sign_in, ada, name):
    data = {"title": "Portal", "primary_colour": "#123456", "accent_colour": "#c2622d", "logo": upload(name)}
    page = sign_in(ada).post(reverse("admin:portal_site_change", args=[1]), data)
    assert page.context["adminform"].form.errors["logo"]
    assert not Site.objects.get().logo


@pytest.mark.parametrize("which", ["unknown", "title", "primary_colour", "logo-dark"])
def test_there_is_no_other_brand_image(visitor, which):
    assert visitor.get(f"/brand/{which}/").status_code == 404


class Inspection(HTMLParser):
    """Notes what a strict page has not: inline scripts and styles, event handlers, parts from other
    origins."""

    LOADED = {
        "script": "src",
        "link": "href",
        "img": "src",
        "iframe": "src",
        "form": "action",
        "source": "src",
        "use": "href",
        "object": "data",
    }

    def __init__(self, text):
        super().__init__()
        self.complaints = []
        self.loads = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.complaints += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.complaints.append(f"inline {tag}")
        if address := given.get(self.LOADED.get(tag, "")):
            self.loads += 1
            if not address.startswith(("/", "#", "?")) or address.startswith("//"):
                self.complaints.append(f"{tag} from {address}")
        if (given.get("href") or "").startswith(("javascript:", "data:")):
            self.complaints.append(f"{tag} to {given['href']}")


PAGES = [
    "/",
    "/cases/",
    "/cases/new/",
    "/knowledgebase/",
    "/forums/",
    "/invoices/",
    "/search/?q=x",
    "/profile/",
    "/accounts/email/",
    "/no/such/page/",
]


def assert_is_strict(response):
    inspection = Inspection(response.text)
    assert inspection.complaints == []
    assert inspection.loads > 3
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize("url", PAGES)
def test_a_page_for_a_signed_in_person_is_strict_and_private(sign_in, fiona, url):
    assert_is_strict(sign_in(fiona).get(url))


def test_a_page_with_the_words_of_others_is_strict_and_private(sign_in, alice):
    text = "<img src=x onerror=alert(1)> ![x](https://evil.example/x.png) <style>body{}</style> [x](javascript:alert(1)) https://evil.example"  # noqa: E501
    case = make_case(alice, text[:100], description=text)
    article = make_article("Title", text)
    for url in (case.get_absolute_url(), article.get_absolute_url(), "/"):
        assert_is_strict(sign_in(alice).get(url))


@pytest.mark.parametrize(
    "url", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/mailbox/"]
)
def test_a_page_for_visitors_is_strict_and_private(visitor, settings, url):
    settings.DEMO_MODE = True
    assert_is_strict(visitor.get(url))
