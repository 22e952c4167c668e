from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import User
from lib.admin_parts import Admin, AdminPage, View, show


class NoDelete:
    """Rows that others point to, people above all: switched off instead of deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDelete):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def row_of(model_admin: Admin, request: HttpRequest, pk: int) -> Any:
    """What a page beside the form is about: for whoever may change the row."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    row = get_object_or_404(model_admin.model, pk=pk)
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    return row


def back_to(row: Any) -> HttpResponse:
    return redirect(address_of(row))


def address_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def about(row: Any, title: str) -> dict[str, Any]:
    """What every page beside the form of a row shows."""
    return {"original": row, "title": title, "back_url": address_of(row)}


def confirm(
    model_admin: Admin, request: HttpRequest, row: Any, title: str, *, consequences: list[str], button: str
) -> HttpResponse:
    """Say what will happen, and ask."""
    shown = {**about(row, title), "consequences": consequences, "button": button}
    return show(model_admin, request, "admin/accounts/confirm.html", **shown)


def acts(name: str, view: View) -> AdminPage:
    """The page of a button that acts at once."""
    return AdminPage(name, f"<int:pk>/{name.replace('_', '-')}/", view, ("POST",))


def asks(name: str, view: View) -> AdminPage:
    """The page of a button that asks before it acts."""
    return AdminPage(name, f"<int:pk>/{name.replace('_', '-')}/", view, ("GET", "HEAD", "POST"))


def tell(request: HttpRequest, do: Callable[[], Any], done: str) -> bool:
    """Do it, and say so; or say why not."""
    try:
        do()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, done)
    return True


def actor_of(request: HttpRequest) -> Actor:
    return Actor.staff(cast("PortalRequest", request))


def may_repair(request: HttpRequest, user: User | None) -> bool:
    return user is None or cast("User", request.user).may_repair(user)


def require_repair(request: HttpRequest, user: User | None) -> None:
    """What staff sign in with is up to superusers."""
    if not may_repair(request, user):
        raise PermissionDenied


def changeable(model_admin: Any, request: HttpRequest, pk: int, *, posts: bool = True) -> Any:
    """The row that a custom page is about, for staff who may change it; ``posts``: the page takes nothing but
    POST."""
    if (posts and request.method != "POST") or not model_admin.has_change_permission(request):
        raise PermissionDenied
    return get_object_or_404(model_admin.get_queryset(request), pk=pk)
