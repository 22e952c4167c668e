"""Merging two contacts: search the other, see what will happen, choose, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.merge import candidates, merge_contacts, what_moves, why_not
from accounts.admin.base import Desk, actor_of
from accounts.forms.merge import MergeForm, MergeSearchForm
from accounts.models import Contact

SHOWN = 25


class ContactMerge(Desk):
    def merge_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(self.merge_view)
        return [path("<int:pk>/merge/", self.admin_site.admin_view(view), name="accounts_contact_merge")]

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        merged = self.row(request, pk)
        search = MergeSearchForm(request.GET)
        if not search.is_valid() or not search.cleaned_data["into"]:
            return self._search(request, merged, search)
        kept = (
            Contact.objects.select_related("account", "user").filter(pk=search.cleaned_data["into"]).first()
        )
        if kept is None:
            raise Http404
        if refusal := why_not(merged, kept):
            messages.error(request, refusal)
            return self._search(request, merged, MergeSearchForm({}))
        return self._decide(request, merged, kept)

    def _search(self, request: HttpRequest, merged: Contact, form: MergeSearchForm) -> HttpResponse:
        """Without a search: those who look like the same person."""
        text = form.cleaned_data.get("q", "") if form.is_valid() else ""
        others = candidates(merged)
        found = others.matching(text) if text else _alike(others, merged)
        title = _("Merge %(name)s into another contact") % {"name": merged}
        return self.page(
            request,
            "admin/accounts/contact/merge_search.html",
            merged,
            title,
            form=form,
            found=found[:SHOWN],
            text=text,
        )

    def _decide(self, request: HttpRequest, merged: Contact, kept: Contact) -> HttpResponse:
        form = MergeForm(request.POST if request.method == "POST" else None, merged=merged, kept=kept)
        if form.is_valid() and _merge(form, actor=actor_of(request), merged=merged, kept=kept):
            messages.success(request, _("%(merged)s was merged into this contact.") % {"merged": merged})
            return self.back_to(kept)
        title = _("Merge %(merged)s into %(kept)s") % {"merged": merged, "kept": kept}
        leaves_home = merged.account_id is None and kept.account_id is not None
        shown: dict[str, Any] = {
            "kept": kept,
            "form": form,
            "moving": what_moves(merged, kept),
            "leaves_home": leaves_home,
        }
        return self.page(request, "admin/accounts/contact/merge.html", merged, title, **shown)


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
