from typing import Any, cast
from urllib.parse import unquote

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from lib.addresses import is_own, with_scheme
from lib.admin_columns import moment
from lib.admin_places import Place
from lib.paths import normalize
from portal.actions.pages import lock_tree
from portal.actions.redirects import leads_back, save_redirect
from portal.models import Page, Redirect
from portal.site.addresses import is_builtin
from portal.site.http import SiteRequest


class RedirectForm(forms.ModelForm[Redirect]):
    class Meta:
        model = Redirect
        fields = ("from_path", "to", "status", "note")

    def clean_from_path(self) -> str:
        """Kept in one spelling; an address may be pasted as browsers write it (%C3%A9) and without the first
        slash."""
        typed = f"/{unquote(self.cleaned_data['from_path']).lstrip('/')}"
        if not is_own(typed) or "?" in typed or "#" in typed or {".", ".."} & set(typed.split("/")):
            raise forms.ValidationError(_("Enter a path in this portal without a query (?) or fragment (#)."))
        return _vacant(normalize(typed))

    def clean_to(self) -> str:
        return with_scheme(self.cleaned_data["to"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        both = {name: data[name] for name in ("from_path", "to") if name in data}
        if len(both) == 2 and leads_back(Redirect(pk=self.instance.pk, **both)):
            self.add_error("to", _("This redirect would lead back to its own address."))
        return data


def _vacant(path: str) -> str:
    if is_builtin(path):
        raise forms.ValidationError(_("%(path)s is used by the portal itself.") % {"path": path})
    if Page.objects.filter(path=path).exists():
        raise forms.ValidationError(
            _("There is already a page at %(path)s. Move or delete that page first.") % {"path": path}
        )
    return path


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin[Redirect]):
    """Old addresses. Pages that are moved add theirs by themselves."""

    place = Place("content", 8, gettext_lazy("Redirects"), "arrow-repeat")
    form = RedirectForm
    list_display = ("from_path", "to", "status", "note", moment("created_at", gettext_lazy("added")))
    list_filter = ("status", "created_at")
    search_fields = ("from_path", "to", "note")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Check and change under one lock: two redirects that are harmless alone may make a circle
        together."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            lock_tree()
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Redirect, form: Any, change: bool) -> None:
        save_redirect(actor=Actor.staff(cast("SiteRequest", request)), redirect=obj)
