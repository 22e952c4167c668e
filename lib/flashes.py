from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """With https no other host of the domain can plant a message: the browser keeps the prefix to its
    rules."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return f"{'__Host-' if settings.IS_HTTPS else ''}messages"


class FlashStorage(FallbackStorage):
    """Django's own way, a cookie for few messages and the session for many, with that cookie."""

    storage_classes = (HostCookieStorage, SessionStorage)
