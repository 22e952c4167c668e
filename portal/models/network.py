from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_network(text: str) -> None:
    try:
        ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise ValidationError(_("This is not an address or network, for example 192.0.2.0/24 or 2001:db8::/32.")) from error


class AllowedNetwork(models.Model):
    """A network that may reach the portal. While the list is empty, everybody may."""

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
    def network(self) -> IPv4Network | IPv6Network:
        return ip_network(self.cidr.strip(), strict=False)
