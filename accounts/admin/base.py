from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import User


class NoDelete:
    """People and what they did are kept: deactivate instead of delete."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDelete):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Desk(admin.ModelAdmin[Any]):
    """Pages and buttons beside a row's form: for whoever may change the row; changes are POSTs."""

    def row(self, request: HttpRequest, pk: int) -> Any:
        if not self.has_change_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def back_to(self, row: Any) -> HttpResponse:
        return redirect(self.address_of(row))

    def address_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def page(self, request: HttpRequest, template: str, row: Any, title: str, **context: Any) -> HttpResponse:
        shown = {
            "opts": self.opts,
            "original": row,
            "title": title,
            "back_url": self.address_of(row),
            **context,
        }
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), **shown})

    def confirm(
        self, request: HttpRequest, row: Any, title: str, consequences: list[str], button: str
    ) -> HttpResponse:
        """Say what will happen, and ask."""
        return self.page(
            request, "admin/accounts/confirm.html", row, title, consequences=consequences, button=button
        )


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
