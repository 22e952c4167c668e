"""External identities, as the environment configures them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import providers
from tests.accounts.external import environment

EVERYBODY = {
    f"{prefix}_CLIENT_ID": "x"
    for prefix in ("GOOGLE", "MICROSOFT", "LINKEDIN", "FACEBOOK", "X", "YAHOO", "GITHUB")
}


def test_only_a_tenant_of_ones_own_vouches_for_addresses():
    common = {"MICROSOFT_CLIENT_ID": "x", "MICROSOFT_VERIFIED_DOMAINS": "acme.example"}
    settings = [
        providers.configured(env)["microsoft"]["APPS"][0]["settings"]
        for env in (common, common | {"MICROSOFT_TENANT": "t-1"})
    ]
    assert [found["verified_email"] for found in settings] == [[], ["acme.example"]]


def test_forms_may_lead_to_the_configured_providers_alone():
    env = environment("https://id.acme.example/realm", "works") | {"GOOGLE_CLIENT_ID": "x"}
    assert providers.origins(env) == ["https://accounts.google.com", "https://id.acme.example"]


def test_yahoo_and_facebook_send_some_browsers_on_to_another_origin():
    assert "https://login.yahoo.com" in providers.origins({"YAHOO_CLIENT_ID": "x"})
    assert "https://m.facebook.com" in providers.origins({"FACEBOOK_CLIENT_ID": "x"})


def test_whoever_has_a_client_id_is_configured():
    assert providers.configured({}) == {}
    found = providers.configured(EVERYBODY)
    assert set(found) == {
        "google",
        "microsoft",
        "facebook",
        "twitter_oauth2",
        "yahoo",
        "github",
        "openid_connect",
    }
    assert [app["provider_id"] for app in found["openid_connect"]["APPS"]] == ["linkedin"]


def test_every_provider_has_a_button_in_this_order(visitor, settings):
    env = environment("https://id.acme.example", "works") | EVERYBODY | {"OIDC_WORKS_NAME": "Works ID"}
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(env)
    page = visitor.get("/accounts/login/").text
    names = ["Works ID", "Google", "Microsoft", "LinkedIn", "Facebook", "X", "Yahoo", "GitHub"]
    places = [page.index(f"Continue with {name}<") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize("key", ["google", "Linkedin", "saml", "openid_connect", "works,Works", "a/b", "ä"])
def test_no_two_providers_share_the_identities_of_one_key(key):
    """Whoever could choose the identifiers at one of them would be let in as people of the other."""
    with pytest.raises(ImproperlyConfigured, match="key"):
        providers.configured(environment("https://id.acme.example", "a") | {"OIDC_PROVIDERS": key})


def test_a_key_serves_one_protocol_alone():
    env = environment("https://id.acme.example", "works") | {
        "SAML_PROVIDERS": "works",
        "SAML_WORKS_METADATA_URL": "https://x.example/",
    }
    with pytest.raises(ImproperlyConfigured, match="key"):
        providers.configured(env)


@pytest.mark.parametrize("missing", ["OIDC_WORKS_URL", "OIDC_WORKS_CLIENT_ID"])
def test_a_missing_variable_is_named(missing):
    env = environment("https://id.acme.example", "works")
    del env[missing]
    with pytest.raises(ImproperlyConfigured, match=missing):
        providers.configured(env)
