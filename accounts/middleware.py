from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import Contact, User

ACTIVE_CONTACT = "contact_id"
"""Session key: which of the user's contacts is active."""

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContactMiddleware:
    """Set ``request.contact`` and ``request.contacts``, read anew for each request so that every change holds at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.contacts = contacts_of(request.user) if request.user.is_authenticated else []  # type: ignore[attr-defined]
        request.contact = self._active(request)  # type: ignore[attr-defined]
        if "acting_as" in request.POST:
            request.contact = self._writing(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    @staticmethod
    def _active(request: HttpRequest) -> Contact | None:
        contacts: list[Contact] = request.contacts  # type: ignore[attr-defined]
        if not contacts:
            return None
        chosen = request.session.get(ACTIVE_CONTACT)
        return next((contact for contact in contacts if contact.pk == chosen), contacts[0])

    @staticmethod
    def _writing(request: HttpRequest) -> Contact | None:
        """For whom a form was shown: what it writes belongs there, even if another tab has gone to another contact since.

        That contact is the active one from now on. A form of a contact that is no longer the user's writes for nobody.
        """
        contacts: list[Contact] = request.contacts  # type: ignore[attr-defined]
        contact = next((contact for contact in contacts if str(contact.pk) == request.POST["acting_as"]), None)
        if contact:
            request.session[ACTIVE_CONTACT] = contact.pk
        return contact


def contacts_of(user: User) -> list[Contact]:
    return list(Contact.objects.usable().filter(user=user).select_related("account").with_rights().order_by("pk"))


class PreferencesMiddleware:
    """Activate the reader's time zone and language; a visitor gets the browser's language and the portal's time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        language = user.language if user and user.language else translation.get_language_from_request(request)
        zone = ZoneInfo(user.time_zone) if user and user.time_zone else None
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            return self.get_response(request)
