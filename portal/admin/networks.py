from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from lib.admin_columns import moment
from lib.admin_places import Place
from lib.networks import Address, parse_address
from portal.actions.networks import lock_list, remove_networks, save_network, shuts_out
from portal.models import AllowedNetwork
from portal.models.network import validate_network
from portal.site.http import SiteRequest

KNOWS = "may_shut_out"
"""The check box without which nobody shuts out themselves."""


def knows_label(address: str | None) -> str:
    return _("I understand that this locks me out (address %(address)s)") % {
        "address": address or _("unknown")
    }


class AllowedNetworkForm(forms.ModelForm[AllowedNetwork]):
    """Refuses a list that would shut out the person who edits it, unless they say that they know."""

    actor = Actor()
    may_shut_out = forms.BooleanField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = AllowedNetwork
        fields = ("cidr", "note")
        help_texts = {
            "cidr": gettext_lazy(
                "One address or a network: 192.0.2.7, 192.0.2.0/24 (256 addresses), 2001:db8::/32. "
                "Your network's administrator knows it."
            ),
            "note": gettext_lazy("Whose it is, for example: Office in Dublin."),
        }

    def clean_cidr(self) -> str:
        cidr: str = self.cleaned_data["cidr"]
        validate_network(cidr)
        return cidr

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        others = AllowedNetwork.objects.exclude(pk=self.instance.pk)
        if "cidr" in data and shuts_out(self.actor, [*others, AllowedNetwork(cidr=data["cidr"])]):
            self._ask(data[KNOWS])
        return data

    def _ask(self, knows: bool) -> None:
        self.fields[KNOWS].widget = forms.CheckboxInput()
        self[KNOWS].label = knows_label(self.actor.client_ip)
        if not knows:
            text = _("Your own address, %(address)s, would be locked out. Add its network first.")
            self.add_error(KNOWS, text % {"address": self.actor.client_ip or _("unknown")})


class AddressForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("Address"), max_length=60)

    def clean_address(self) -> Address:
        try:
            return parse_address(self.cleaned_data["address"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Enter an IP address, for example 192.0.2.7 or 2001:db8::7.")
            ) from error


@admin.register(AllowedNetwork)
class AllowedNetworkAdmin(admin.ModelAdmin[AllowedNetwork]):
    """While the list is empty, everybody may reach the portal. Whoever changes it holds its lock until the
    change is stored."""

    place = Place("access", 4, gettext_lazy("Allowed networks"), "hdd-network")
    form = AllowedNetworkForm
    list_display = ("cidr", "note", moment("created_at", gettext_lazy("added")))
    search_fields = ("cidr", "note")

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(self.check_view)
        return [path("check/", check, name="portal_allowednetwork_check"), *super().get_urls()]

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Whether an address is let in, and by which networks."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = AddressForm(request.GET if "address" in request.GET else None)
        networks = list(AllowedNetwork.objects.all())
        address = form.cleaned_data["address"] if form.is_valid() else None
        context = {
            "title": _("Check an address"),
            "opts": self.opts,
            "form": form,
            "address": address,
            "own_address": actor_of(request).client_ip,
            "is_open_to_all": not networks,
            "admitting": [network for network in networks if address and network.admits(address)],
            **self.admin_site.each_context(request),
        }
        return TemplateResponse(request, "admin/portal/allowednetwork/check.html", context)

    def get_form(
        self, request: HttpRequest, obj: AllowedNetwork | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("AllowedNetworkForm", (form,), {"actor": actor_of(request)})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _alone(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _alone(super().delete_view, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _alone(super().changelist_view, request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: AllowedNetwork, form: Any, change: bool) -> None:
        save_network(actor=actor_of(request), network=obj, may_shut_out=form.cleaned_data[KNOWS])
        _tell_overlaps(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would shut out the editor counts as protected until they say that they know; the page then
        asks them."""
        deleted, counts, refused, protected = super().get_deleted_objects(objs, request)
        others = AllowedNetwork.objects.exclude(pk__in=[network.pk for network in objs])
        actor = actor_of(request)
        if KNOWS not in request.POST and shuts_out(actor, others):
            protected = [knows_label(actor.client_ip)]
        return deleted, counts, refused, protected

    def delete_model(self, request: HttpRequest, obj: AllowedNetwork) -> None:
        self._remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AllowedNetwork]) -> None:
        self._remove(request, list(queryset))

    def _remove(self, request: HttpRequest, networks: list[AllowedNetwork]) -> None:
        remove_networks(actor=actor_of(request), networks=networks, may_shut_out=KNOWS in request.POST)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.staff(cast("SiteRequest", request))


def _alone(view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
    """Check and change under the list's lock: what was checked is what is changed."""
    if request.method != "POST":
        return view(request, *args, **kwargs)
    with transaction.atomic():
        lock_list()
        return view(request, *args, **kwargs)


def _tell_overlaps(request: HttpRequest, network: AllowedNetwork) -> None:
    others = list(AllowedNetwork.objects.exclude(pk=network.pk))
    if around := [other.cidr for other in others if network.is_within(other)]:
        names = {"network": network, "others": ", ".join(around)}
        messages.warning(
            request, _("%(network)s has no effect: it is already included in %(others)s.") % names
        )
    if inside := [other.cidr for other in others if other.is_within(network)]:
        names = {"network": network, "others": ", ".join(inside)}
        messages.warning(
            request, _("Already listed, included in %(network)s, and no longer needed: %(others)s.") % names
        )
