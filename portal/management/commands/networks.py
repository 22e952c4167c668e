from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actors import SYSTEM
from portal.actions.networks import remove_networks
from portal.models import AllowedNetwork


class Command(BaseCommand):
    help = "List the networks that may reach the portal. --clear empties the list, for whoever is shut out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--clear", action="store_true", help="Empty the list, so that every address is let in."
        )
        parser.add_argument("--no-input", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, clear: bool, no_input: bool, **options: Any) -> None:
        networks = list(AllowedNetwork.objects.all())
        for network in networks:
            self.stdout.write(f"{network.cidr:40} {network.note}".rstrip())
        if not networks:
            self.stdout.write("No network is listed. All addresses are allowed.")
        elif clear and (no_input or self._is_sure()):
            removed = remove_networks(actor=SYSTEM, networks=networks)
            self.stdout.write(
                self.style.SUCCESS(f"Removed: {removed}. From the next request on, every address is let in.")
            )

    def _is_sure(self) -> bool:
        """Anything but yes leaves the list as it is."""
        is_sure = (
            input("Remove them all, so that the portal answers every address? [yes/no] ").strip().lower()
            == "yes"
        )
        if not is_sure:
            self.stdout.write("Nothing was changed.")
        return is_sure
