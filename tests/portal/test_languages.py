"""The languages that an installation offers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from accounts.actions.mail import language_of
from lib.languages import default, offered

ROOT = Path(__file__).parents[2]
SHOW = "from portal import settings; print(settings.LANGUAGES, settings.LANGUAGE_CODE)"


def started_with(**environment):
    """What a process says that reads the settings with this environment."""
    env = (
        {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_LANGUAGE")}
        | {"SECRET_KEY": "x"}
        | environment
    )
    return subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture
def two_languages(settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]


@pytest.mark.parametrize(
    ("environment", "languages", "code"),
    [
        ({}, [("en", "English")], "en"),
        ({"PORTAL_LANGUAGE": "de"}, [("de", "Deutsch")], "de"),
        ({"PORTAL_LANGUAGES": "de, en,de"}, [("de", "Deutsch"), ("en", "English")], "de"),
        (
            {"PORTAL_LANGUAGES": "de,en", "PORTAL_LANGUAGE": "en"},
            [("de", "Deutsch"), ("en", "English")],
            "en",
        ),
    ],
)
def test_the_environment_says_which_languages_there_are(environment, languages, code):
    assert started_with(**environment).stdout.strip() == f"{languages} {code}"


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"PORTAL_LANGUAGES": "en,xx"}, "PORTAL_LANGUAGES: 'xx' is no language that Django knows."),
        (
            {"PORTAL_LANGUAGES": "en", "PORTAL_LANGUAGE": "de"},
            "PORTAL_LANGUAGE: 'de' is not among PORTAL_LANGUAGES.",
        ),
    ],
)
def test_a_wrong_language_stops_the_start_and_says_so(environment, complaint):
    process = started_with(**environment)
    assert process.returncode != 0
    assert complaint in process.stderr


@pytest.mark.parametrize("code", ["xx", "EN", "", "zh-cn", "../en"])
def test_a_code_is_as_django_writes_it(code):
    with pytest.raises(ImproperlyConfigured):
        offered([code])


def test_the_first_language_is_the_default():
    assert default("", offered(["fr", "en"])) == "fr"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,de;q=0.9", "de"), ("fr,de;q=0.5", "de"), ("fr", "en"), ("", "en"), ("x" * 600, "en")],
)
def test_a_visitor_gets_the_browsers_language_if_it_is_offered(two_languages, visitor, accepted, language):
    page = visitor.get(reverse("account_login"), headers={"accept-language": accepted})
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize(
    ("chosen", "language"), [("de", "de"), ("en", "en"), ("", "de"), ("fr", "de"), ("nonsense", "de")]
)
def test_a_user_gets_the_chosen_language_or_else_the_browsers(
    two_languages, sign_in, alice, chosen, language
):
    alice.user.language = chosen
    alice.user.save()
    page = sign_in(alice).get("/", headers={"accept-language": "de"})
    assert f'<html lang="{language}"' in page.text


def test_with_one_language_nobody_gets_another(sign_in, alice):
    alice.user.language = "de"
    alice.user.save()
    assert '<html lang="en"' in sign_in(alice).get("/", headers={"accept-language": "de"}).text


@pytest.mark.parametrize(("chosen", "language"), [("de", "de"), ("fr", "en"), ("", "en")])
def test_mails_are_in_the_users_language_if_it_is_offered(two_languages, alice, chosen, language):
    alice.user.language = chosen
    alice.user.save()
    assert language_of(alice.user) == language
