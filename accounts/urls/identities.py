"""Of allauth's addresses for external identities those that are used: no sign-in by a posted token. And two
of its pages that the portal narrows."""

from allauth.socialaccount import views as allauth_views
from allauth.socialaccount.providers.facebook.provider import FacebookProvider
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.microsoft.provider import MicrosoftGraphProvider
from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns
from allauth.socialaccount.providers.openid_connect import views as openid_views
from allauth.socialaccount.providers.saml import views as saml_views
from allauth.socialaccount.providers.twitter_oauth2.provider import TwitterOAuth2Provider
from allauth.socialaccount.providers.yahoo.provider import YahooProvider
from django.urls import path, re_path

from accounts.views import confirmation, identities, openid, saml

PROVIDERS = (
    FacebookProvider,
    GitHubProvider,
    GoogleProvider,
    MicrosoftGraphProvider,
    TwitterOAuth2Provider,
    YahooProvider,
)

urlpatterns = [
    path("login/", identities.sign_in, name="account_login"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", confirmation.confirm_email, name="account_confirm_email"),
    path("3rdparty/", identities.identities, name="socialaccount_connections"),
    path("3rdparty/login/cancelled/", allauth_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/signup/", allauth_views.signup, name="socialaccount_signup"),
    *[pattern for provider in PROVIDERS for pattern in default_urlpatterns(provider)],
    path("oidc/<str:provider_id>/login/", openid_views.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", openid.callback, name="openid_connect_callback"),
    path("saml/<slug:organization_slug>/login/", saml_views.login, name="saml_login"),
    path("saml/<slug:organization_slug>/acs/", saml.acs, name="saml_acs"),
    path("saml/<slug:organization_slug>/acs/finish/", saml_views.finish_acs, name="saml_finish_acs"),
    path("saml/<slug:organization_slug>/sls/", saml.sign_out, name="saml_sls"),
    path("saml/<slug:organization_slug>/metadata/", saml_views.metadata, name="saml_metadata"),
]
