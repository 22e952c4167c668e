from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.networks import Address, Network, parse_network


def validate_network(text: str) -> None:
    try:
        parse_network(text)
    except ValueError as error:
        raise ValidationError(
            _("Enter an IP address or network, for example 192.0.2.0/24 or 2001:db8::/32.")
        ) from error


class AllowedNetwork(models.Model):
    """A network that may reach the portal. While the list is empty, everybody may.

    It is kept in its usual spelling: without bits beyond the mask, and IPv4 in IPv6 clothes as IPv4.
    """

    cidr = models.CharField(_("network"), max_length=50, unique=True, validators=[validate_network])
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("allowed network")
        verbose_name_plural = _("allowed networks")
        ordering = ["cidr"]

    def __str__(self) -> str:
        return self.cidr

    def clean(self) -> None:
        super().clean()
        try:
            self.cidr = str(self.network)
        except ValueError:
            """The field's own validator tells."""

    @property
    def network(self) -> Network:
        return parse_network(self.cidr)

    def admits(self, address: Address) -> bool:
        return address in self.network

    def is_within(self, other: Self) -> bool:
        inner, outer = self.network, other.network
        return (
            inner.version == outer.version
            and int(outer[0]) <= int(inner[0])
            and int(inner[-1]) <= int(outer[-1])
        )
