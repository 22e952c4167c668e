from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.contact_imports import check_import, start_import
from accounts.actors import Actor
from accounts.forms.users import ContactListForm
from accounts.http import PortalRequest
from accounts.models import ContactImport, WebRole
from accounts.views.users.gate import manager_of
from lib.contact_lists import EXAMPLE, Unclear

SHOWN = 20
SHOWN_ERRORS = 100


@require_http_methods(["GET", "HEAD", "POST"])
def user_import(request: PortalRequest) -> HttpResponse:
    manager_of(request, "create")
    form = ContactListForm(request.POST or None, request.FILES or None)
    answers = {
        name: str(value) for name, value in request.POST.items() if name.startswith(("charset", "column_"))
    }
    question: Unclear | None = None
    if form.is_valid():
        upload, number = form.cleaned_data["file"], form.cleaned_data["submission"]
        sent = {"file_name": upload.name, "content": upload.read(), "submission": number}
        try:
            checked = check_import(actor=Actor.of(request), **sent, answers=answers)
        except ValidationError as error:
            form.add_error("file", error)
            question = error if isinstance(error, Unclear) else None
        else:
            return redirect("user_import_detail", pk=checked.pk)
    context = {
        "form": form,
        "question": question,
        "answers": {name: value for name, value in answers.items() if not question or name != question.name},
        "roles": WebRole.objects.grantable(),
        "crumbs": _crumbs((_("Import colleagues"), "")),
    }
    return render(request, "accounts/users/user_import.html", context)


@require_safe
def user_import_example(request: PortalRequest) -> HttpResponse:
    manager_of(request, "create")
    response = HttpResponse(EXAMPLE, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="colleagues.csv"'
    return response


@require_safe
def user_import_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """What the list holds before it is taken, and how far it is afterwards."""
    found = _import(request, pk)
    context = {
        "contact_import": found,
        "rows": found.rows[:SHOWN],
        "more_rows": max(0, found.total - SHOWN),
        "errors": found.errors[:SHOWN_ERRORS],
        "more_errors": max(0, len(found.errors) - SHOWN_ERRORS),
        "crumbs": _crumbs((_("Import colleagues"), reverse("user_import")), (found.file_name, "")),
    }
    return render(request, "accounts/users/user_import_detail.html", context)


@require_POST
def user_import_start(request: PortalRequest, pk: int) -> HttpResponse:
    found = _import(request, pk)
    try:
        start_import(actor=Actor.of(request), contact_import=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("user_import_detail", pk=pk)


def _import(request: PortalRequest, pk: int) -> ContactImport:
    manager = manager_of(request, "create")
    return get_object_or_404(ContactImport.objects.filter(account=manager.account_id), pk=pk)


def _crumbs(*below: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Manage users"), reverse("user_list")), *below]
