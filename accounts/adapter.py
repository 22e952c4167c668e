"""The seam to allauth: who may register, which address counts, how its mails leave."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from accounts.actions.mail import mail_context, queue_rendered_mail
from accounts.models import User
from portal.lib.client_ip import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers uninvited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth's own reading of headers differs from ours and refuses everybody behind a unix socket."""
        address = client_ip(request)
        if address is None:
            raise PermissionDenied("The client's address cannot be told.")
        return address

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A user who is switched off gets the answer of a wrong password, and not a page that tells so."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Links in mails lead to the portal's own address, whatever Host header asked for the mail."""
        return settings.BASE_URL + reverse("account_reset_password") + f"key/{key}/"

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {**mail_context(), **context, "email": email})
        html = next((str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        queue_rendered_mail(event=template_prefix, to=email, subject=message.subject, text=str(message.body), html=html)
