from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Contacts and roles")

    def ready(self) -> None:
        """The receivers need the models, which are there only now."""
        import_module("accounts.sign_in.receivers").connect()
