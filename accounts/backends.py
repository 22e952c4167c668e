"""Django keeps the path of this class in every session: it stays where it is."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    """Signs in by e-mail address and password, as allauth does."""
