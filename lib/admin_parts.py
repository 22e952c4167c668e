"""A page of the administration put together of parts, each of which can be read and tried by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

M = TypeVar("M", bound=Model)
Admin = admin.ModelAdmin[Any]
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class AdminPage:
    """An address below the list of a model: ``admin:<app>_<model>_<name>``. As one of ``site_pages`` of the
    ModelAdmin it stands at the top of the administration: ``admin:<name>``.

    ``view`` is a function of the ModelAdmin, whose permissions it asks, of the request, and of what the
    address names. It must ask itself who may come.
    """

    name: str
    route: str
    view: View
    methods: tuple[str, ...] = ()
    """Which it answers; none named: the view looks itself."""


@dataclass(frozen=True)
class AdminPart:
    """Some pages, and what the form of a row is surrounded with because of them."""

    pages: tuple[AdminPage, ...] = ()
    beside: Callable[[Admin, HttpRequest, Any], dict[str, Any]] | None = None
    later: Callable[[Admin, HttpRequest, Any], dict[str, Any]] | None = None
    """The same of what is loaded only when the reader comes to it."""


def urls_of(model_admin: Admin, parts: Iterable[AdminPart]) -> list[URLPattern]:
    """The addresses of all parts. Put them before those of Django, which take any word for a key."""
    return [_address(model_admin, page) for part in parts for page in part.pages]


def site_urls(model_admin: Admin) -> list[URLPattern]:
    """The addresses of the pages that stand at the top, such as ``/admin/desk/``."""
    pages: tuple[AdminPage, ...] = getattr(model_admin, "site_pages", ())
    return [path(page.route, _guarded(model_admin, page), name=page.name) for page in pages]


def beside(model_admin: Admin, parts: Iterable[AdminPart], request: HttpRequest, row: Any) -> dict[str, Any]:
    """What the parts give to the page of one row."""
    shown: dict[str, Any] = {}
    for part in parts:
        shown |= part.beside(model_admin, request, row) if part.beside else {}
    return shown


class ComposedAdmin(admin.ModelAdmin[M]):
    """Has the pages of its ``parts``, and around its form what they give."""

    parts: tuple[AdminPart, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        return [*urls_of(self, self.parts), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        is_shown = row is not None and self.has_view_permission(request, row)
        context = self.beside_form(request, row) if row is not None and is_shown else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def beside_form(self, request: HttpRequest, row: M) -> dict[str, Any]:
        return beside(self, self.parts, request, row)


def later(model_admin: Admin, parts: Iterable[AdminPart], request: HttpRequest, row: Any) -> dict[str, Any]:
    """What the parts give to the page of one row when somebody asks for it."""
    shown: dict[str, Any] = {}
    for part in parts:
        shown |= part.later(model_admin, request, row) if part.later else {}
    return shown


def show(model_admin: Admin, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A page in the frame of the administration."""
    shared = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts}
    return TemplateResponse(request, template, {**shared, **context})


def _address(model_admin: Admin, page: AdminPage) -> URLPattern:
    opts = model_admin.opts
    name = f"{opts.app_label}_{opts.model_name}_{page.name}"
    return path(page.route, _guarded(model_admin, page), name=name)


def _guarded(model_admin: Admin, page: AdminPage) -> View:
    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        return page.view(model_admin, request, **named)

    limited = require_http_methods(page.methods)(view) if page.methods else view
    guarded: View = model_admin.admin_site.admin_view(limited)
    return guarded
