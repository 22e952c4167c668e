"""Reports on who can see what, below the roles, which they explain. The shell knows all features, so they are
added here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.admin.roles import WebRoleAdmin
from accounts.models import Contact, WebRole
from accounts.scoping import record_type_named, record_types
from lib.admin_places import Place
from portal.access.exposure import exposure
from portal.access.links import may_read_reports, readers_url
from portal.access.reach import reach_of, why, why_address
from portal.access.readers import readers_of
from portal.access.rights import Rights, model_of
from portal.access.subjects import Step, is_subject, subject_of
from portal.admin.asking import AsksFirst

PAGE_SIZE = 50
ADDRESS = "address"
CALLED = ("number", "email", "slug", "title", "name", "subject")
"""What records are called; the first fields that a type has."""


def report(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For staff who may see contacts and roles; it reads only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_reports(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(require_safe(guarded))


def show(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "opts": WebRole._meta, **context}
    return TemplateResponse(request, f"admin/portal/access/{name}.html", context)


@report
def access_readers(request: HttpRequest, content_type_id: int, object_id: int) -> HttpResponse:
    """Who can see this?"""
    record = _record(content_type_id, object_id)
    readers = readers_of(subject_of(record, Rights.now()))
    page = Paginator(readers.contacts, PAGE_SIZE).get_page(request.GET.get("p"))
    people = [(contact, readers.steps_of(contact)) for contact in page]
    return show(
        request,
        "readers",
        title=_("Who can see this?"),
        record=record,
        readers=readers,
        page=page,
        people=people,
    )


def _record(content_type_id: int, object_id: int) -> Any:
    model = get_object_or_404(ContentType, pk=content_type_id).model_class()
    if model is None or not is_subject(model):
        raise Http404
    return get_object_or_404(model, pk=object_id)


class WhyForm(forms.Form):
    """Chooses one record, or an address."""

    what = forms.ChoiceField(label=gettext_lazy("What"))
    which = forms.CharField(label=gettext_lazy("Number, title, email, or address"), max_length=250)
    record: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.name, kind.label) for kind in record_types()]
        self.fields["what"].choices = [(ADDRESS, _("An address, for example /invoices/")), *kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = record_type_named(data.get("what", ""))
        if kind and data.get("which"):
            self.record = self._found(model_of(kind), data["which"])
        return data

    def _found(self, model: Any, text: str) -> Any:
        names = [name for name in CALLED if name in {field.name for field in model._meta.fields}]
        called = [Q((f"{name}__iexact", text)) for name in names]
        found = list(model.objects.filter(Q(*called, _connector=Q.OR)).order_by("pk")[:2])
        if len(found) == 1:
            return found[0]
        self.add_error(
            "which",
            _("Several have this name. Enter the number, the email address, or the last part of the address.")
            if found
            else _("Nothing with this name was found."),
        )
        return None


@report
def access_reach(request: HttpRequest, pk: int) -> HttpResponse:
    """What can this person see, and why not?"""
    contact = get_object_or_404(Contact.objects.select_related("account", "user").with_rights(), pk=pk)
    rights, form = Rights.now(), WhyForm(request.GET if "what" in request.GET else None)
    steps = _why(contact, form, rights) if form.is_valid() else []
    return show(
        request,
        "reach",
        title=_("What can this person see?"),
        contact=contact,
        reach=reach_of(contact, rights),
        form=form,
        steps=steps,
        sees=all(step.passes for step in steps),
        readers_url=readers_url(form.record) if form.record else "",
    )


def _why(contact: Contact, form: WhyForm, rights: Rights) -> list[Step]:
    if form.record:
        return why(contact, subject_of(form.record, rights))
    return why_address(contact, form.cleaned_data["which"], rights)


@report
def access_exposure(request: HttpRequest) -> HttpResponse:
    """What do visitors, a fresh registrant and each role see?"""
    return show(request, "exposure", title=_("Access overview"), report=exposure(Rights.now()))


admin.site.unregister(WebRole)


@admin.register(WebRole)
class AskingWebRoleAdmin(AsksFirst, WebRoleAdmin):
    """Roles, with a question before a change of what people see, and the reports."""

    page_places = (
        Place(
            "access", 5, gettext_lazy("Access overview"), "eye", "admin:access_exposure",
            lambda _admin, request: may_read_reports(request.user),
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        return [
            path("access/", access_exposure, name="access_exposure"),
            path("access/contact/<int:pk>/", access_reach, name="access_reach"),
            path("access/<int:content_type_id>/<int:object_id>/", access_readers, name="access_readers"),
            *super().get_urls(),
        ]
