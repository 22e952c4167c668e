"""Two people with one external identity at the same moment."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from portal import providers
from tests.accounts.external import PAGE, begin, come_back, environment, person
from tests.accounts.own_pages import browser_of, with_password
from tests.factories import make_account, make_contact
from tests.races import at_once, commits

pytestmark = commits


@pytest.fixture
def works(server, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment(server, "works"))
    return server


def test_of_two_people_who_connect_one_identity_one_is_told_that_it_is_taken(works):
    account = make_account("Acme Foods")
    people = [make_contact(name, account) for name in ("Alice", "Bob", "Carla", "Dave")]
    for one in people:
        with_password(one)
    browsers = [browser_of(one) for one in people]
    shared = person(works, "shared", "shared@private.example")
    asked = [begin(browser, "connect") for browser in browsers]
    answers = at_once(4, lambda n: come_back(browsers[n], asked[n], shared))
    assert [answer.url for answer in answers] == [reverse("socialaccount_connections")] * 4
    owner = SocialAccount.objects.get().user
    pages = {one.user: browser.get(PAGE).text for one, browser in zip(people, browsers, strict=True)}
    assert {
        user: "Someone else already signs in with this identity" in page for user, page in pages.items()
    } == {one.user: one.user != owner for one in people}
