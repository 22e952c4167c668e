"""Merging two contacts: search the other, see what will happen, choose, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.actions.merge import candidates, merge_contacts, what_moves, why_not
from accounts.admin.base import about, actor_of, asks, back_to, row_of
from accounts.forms.merge import MergeForm, MergeSearchForm
from accounts.models import Contact
from lib.admin_parts import Admin, AdminPart, show

SHOWN = 25


def merge_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    merged = row_of(model_admin, request, pk)
    search = MergeSearchForm(request.GET)
    if not search.is_valid() or not search.cleaned_data["into"]:
        return _search(model_admin, request, merged, search)
    kept = Contact.objects.select_related("account", "user").filter(pk=search.cleaned_data["into"]).first()
    if kept is None:
        raise Http404
    if refusal := why_not(merged, kept):
        messages.error(request, refusal)
        return _search(model_admin, request, merged, MergeSearchForm({}))
    return _decide(model_admin, request, merged, kept)


def _search(model_admin: Admin, request: HttpRequest, merged: Contact, form: MergeSearchForm) -> HttpResponse:
    """Without a search: those who look like the same person."""
    text = form.cleaned_data.get("q", "") if form.is_valid() else ""
    others = candidates(merged)
    found = others.matching(text) if text else _alike(others, merged)
    title = _("Merge %(name)s into another contact") % {"name": merged}
    shown = {**about(merged, title), "form": form, "found": found[:SHOWN], "text": text}
    return show(model_admin, request, "admin/accounts/contact/merge_search.html", **shown)


def _decide(model_admin: Admin, request: HttpRequest, merged: Contact, kept: Contact) -> HttpResponse:
    form = MergeForm(request.POST if request.method == "POST" else None, merged=merged, kept=kept)
    if form.is_valid() and _merge(form, actor=actor_of(request), merged=merged, kept=kept):
        messages.success(request, _("%(merged)s was merged into this contact.") % {"merged": merged})
        return back_to(kept)
    shown = {
        **about(merged, _("Merge %(merged)s into %(kept)s") % {"merged": merged, "kept": kept}),
        "kept": kept,
        "form": form,
        "moving": what_moves(merged, kept),
        "leaves_home": merged.account_id is None and kept.account_id is not None,
    }
    return show(model_admin, request, "admin/accounts/contact/merge.html", **shown)


def _alike(others: Any, merged: Contact) -> Any:
    same_name = others.filter(first_name__iexact=merged.first_name, last_name__iexact=merged.last_name)
    return (same_name | others.filter(email__iexact=merged.email)).distinct()


def _merge(form: MergeForm, **contacts: Any) -> bool:
    """Whatever keeps the two apart is said above the form, with its choices as they were."""
    try:
        with transaction.atomic():
            merge_contacts(**contacts, **form.decision)
    except ValidationError as error:
        form.add_error(None, error)
    except IntegrityError:
        form.add_error(None, _("Something has changed in the meantime. Review the details and try again."))
    return form.is_valid()


MERGE = AdminPart((asks("merge", merge_view),))
