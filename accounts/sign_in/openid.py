"""What OpenID providers tell about a person: as JSON, or as a signed token (OpenID Connect Core 5.3.2)."""

from typing import Any, cast

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from requests import Response

SHARED = ("HS256", "HS384", "HS512")
"""Signed with the secret that provider and portal share; everything else with the provider's own key."""
OWN_KEY = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
"""The other ways to sign, and the kind of key that each takes."""

Claims = dict[str, Any]


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Take what the provider tells when it is asked, and the ID token where that cannot be verified.

        Both must be about one person.
        """
        id_token = kwargs["response"].get("id_token")
        data = {"id_token": self._decode_id_token(app, id_token)} if id_token else {}
        if told := self._told(app, token, is_enough="id_token" in data):
            data["userinfo"] = told
            if data.get("id_token", told).get("sub") != told.get("sub"):
                raise OAuth2Error("The ID token is about another person.")
        return self.get_provider().sociallogin_from_response(request, data)

    def _told(self, app: SocialApp, token: SocialToken, *, is_enough: bool) -> Claims | None:
        """None where the ID token has to do; without one, what cannot be verified is an error."""
        if is_enough and not app.settings.get("fetch_userinfo", True):
            return None
        response = self._answer(self.profile_url, {"Authorization": f"Bearer {token.token}"})
        if not _is_token(response):
            return cast("Claims", response.json())
        try:
            return self._verified(app, response.text.strip())
        except jwt.PyJWTError as error:
            if is_enough:
                return None
            raise OAuth2Error("What the provider told cannot be verified.") from error

    def _verified(self, app: SocialApp, text: str) -> Claims:
        """Whom it is for and who says so are asked where the token names them: providers should, not must."""
        header = jwt.get_unverified_header(text)
        named = jwt.decode(text, options={"verify_signature": False})
        return jwt.decode(
            text,
            key=self._key(app, header),
            algorithms=[*SHARED, *OWN_KEY],
            audience=app.client_id if "aud" in named else None,
            issuer=self.openid_config["issuer"] if "iss" in named else None,
        )

    def _key(self, app: SocialApp, header: Claims) -> Any:
        if header.get("alg") in SHARED:
            return app.secret
        keys = jwt.PyJWKSet.from_dict(self._answer(self.openid_config["jwks_uri"]).json()).keys
        kind, name = OWN_KEY.get(header.get("alg", "")), header.get("kid")
        signing = [
            key.key for key in keys if key.key_type == kind and key.key_id in (name or key.key_id, None)
        ]
        if not kind or len(signing) != 1:
            raise jwt.InvalidKeyError("No key of the provider's is the one that signed.")
        return signing[0]

    def _answer(self, url: str, headers: dict[str, str] | None = None) -> Response:
        with get_adapter().get_requests_session() as session:
            response: Response = session.get(url, headers=headers)
        response.raise_for_status()
        return response


def _is_token(response: Response) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind.strip().lower() == "application/jwt"
