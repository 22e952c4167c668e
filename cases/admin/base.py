from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.http import PortalRequest
from cases.models import Priority


def actor_of(request: HttpRequest) -> Actor:
    return Actor.staff(cast("PortalRequest", request))


def changeable(model_admin: Any, request: HttpRequest, pk: int, *, posts: bool = True) -> Any:
    """The row that a custom page is about, for staff who may change it; ``posts``: the page takes nothing but POST."""
    if (posts and request.method != "POST") or not model_admin.has_change_permission(request):
        raise PermissionDenied
    return get_object_or_404(model_admin.get_queryset(request), pk=pk)


class NotDeleted:
    """Rows that others point to: switched off instead of deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PrioritiesField(forms.MultipleChoiceField):
    """Checkboxes for a list of priorities that a row keeps in an array."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Priority.choices, required=False, label=_("Priorities that customers choose from"), **kwargs)
