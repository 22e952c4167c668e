from ipaddress import ip_address
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.http import SiteRequest
from portal.models import AllowedNetwork
from portal.models.network import validate_network


class AllowedNetworkForm(forms.ModelForm[AllowedNetwork]):
    """Refuses a list that would shut out the person who edits it."""

    client_ip: str | None = None

    class Meta:
        model = AllowedNetwork
        fields = ("cidr", "note")

    def clean_cidr(self) -> str:
        cidr: str = self.cleaned_data["cidr"]
        validate_network(cidr)
        return cidr

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        others = AllowedNetwork.objects.exclude(pk=self.instance.pk)
        if "cidr" in data and not _lets_in(self.client_ip, [*others, AllowedNetwork(cidr=data["cidr"])]):
            raise ValidationError(
                _("Your own address, %(address)s, would be shut out. Add its network first.") % {"address": self.client_ip}
            )
        return data


def _lets_in(address: str | None, networks: list[AllowedNetwork]) -> bool:
    return not networks or (address is not None and any(ip_address(address) in allowed.network for allowed in networks))


@admin.register(AllowedNetwork)
class AllowedNetworkAdmin(admin.ModelAdmin[AllowedNetwork]):
    """While the list is empty, everybody may reach the portal."""

    form = AllowedNetworkForm
    list_display = ("cidr", "note", "created_at")
    search_fields = ("cidr", "note")

    def get_form(self, request: HttpRequest, obj: AllowedNetwork | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("AllowedNetworkForm", (form,), {"client_ip": cast("SiteRequest", request).client_ip})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse to delete what lets the editor in, be it one network or several at once, while others stay listed."""
        deleted, counts, refused, protected = super().get_deleted_objects(objs, request)
        others = list(AllowedNetwork.objects.exclude(pk__in=[network.pk for network in objs]))
        address = cast("SiteRequest", request).client_ip
        if not _lets_in(address, others):
            refused.add(_("the network of your own address, %(address)s") % {"address": address})
        return deleted, counts, refused, protected
