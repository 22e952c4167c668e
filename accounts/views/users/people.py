"""The contacts of an account, for its portal user managers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.addresses import waiting_address
from accounts.actions.colleagues import KnownContactError, known_contact
from accounts.actions.users import create_colleague, invite_again, reactivate_colleague, update_colleague
from accounts.actors import Actor
from accounts.forms.users import ColleagueFilterForm, EditColleagueForm, NewColleagueForm, TypedAddressForm
from accounts.http import PortalRequest
from accounts.models import Contact, JoinRequest
from accounts.models.contact import ContactQuerySet
from accounts.page_rights import only_for
from accounts.views.users.gate import colleague, colleagues, manager_of, sees_colleagues
from lib.submissions import SubmissionForm

PAGE_SIZE = 50
SEEN = F("user__last_login")
ORDERS: dict[str, list[Any]] = {
    "name": ["last_name", "first_name", "pk"],
    "-name": ["-last_name", "-first_name", "-pk"],
    "seen": [SEEN.asc(nulls_first=True), "pk"],
    "-seen": [SEEN.desc(nulls_last=True), "-pk"],
}


@require_safe
@only_for("read", Contact, sees_colleagues)
def user_list(request: PortalRequest) -> HttpResponse:
    manager = manager_of(request)
    filters = ColleagueFilterForm(request.GET)
    sort = filters.chosen("sort") or "name"
    rows = _filtered(colleagues(manager), filters).order_by(*ORDERS[sort]).prefetch_related("roles")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": _numbers(page, request.GET),
        "filters": filters,
        "tabs": _tabs(filters.chosen("status") or ""),
        "is_filtered": bool(filters.chosen("q") or filters.chosen("role")),
        "clear_url": _query(request.GET, q="", role="", page=""),
        "sorts": {name: _sort(request.GET, sort, name) for name in ("name", "seen")},
        "can_create": manager.manages("create"),
        "can_write": manager.manages("write"),
        "waiting": JoinRequest.objects.waiting().filter(account=manager.account_id).count(),
    }
    return render(request, "accounts/users/user_list.html", context)


def _filtered(rows: ContactQuerySet, filters: ColleagueFilterForm) -> ContactQuerySet:
    if status := filters.chosen("status"):
        rows = rows.with_status(status)
    if role := filters.chosen("role"):
        rows = rows.filter(roles=role)
    return rows.matching(filters.chosen("q") or "")


def _query(query: QueryDict, **changes: str) -> str:
    """The list's address with other parameters; empty ones are left out."""
    kept = {name: query.get(name, "") for name in ("status", "sort", "q", "role", "page")}
    changed = QueryDict(mutable=True)
    changed.update({name: value for name, value in {**kept, **changes}.items() if value})
    return f"?{changed.urlencode()}"


def _tabs(status: str) -> list[dict[str, Any]]:
    views = [("", _("Everyone")), *ColleagueFilterForm.STATUS]
    url = reverse("user_list")
    return [
        {"label": label, "url": f"{url}?status={value}" if value else url, "is_current": value == status}
        for value, label in views
    ]


def _sort(query: QueryDict, current: str, name: str) -> dict[str, str]:
    direction = {name: "asc", f"-{name}": "desc"}.get(current, "")
    return {
        "direction": direction,
        "url": _query(query, sort=f"-{name}" if direction == "asc" else name, page=""),
    }


def _numbers(page: Page[Contact], query: QueryDict) -> list[dict[str, Any]]:
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [
        {
            "number": n,
            "url": _query(query, page=str(n)) if isinstance(n, int) else "",
            "is_current": n == page.number,
        }
        for n in numbers
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request: PortalRequest) -> HttpResponse:
    manager_of(request, "create")
    form = NewColleagueForm(request.POST or None)
    known = None
    if form.is_valid():
        try:
            contact = create_colleague(actor=Actor.of(request), **form.cleaned_data)
        except KnownContactError as error:
            form.add_error(None, error)
            known = error.contact
        else:
            if contact.email == form.cleaned_data["email"]:
                text = _("%(name)s is invited. The invitation is being sent to %(email)s.")
                messages.success(request, text % _words(contact))
                return redirect("user_list")
            form.renew()
    context = {"form": form, "known": known, "crumbs": _crumbs(_("Add a colleague"))}
    return render(request, "accounts/users/user_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: PortalRequest, pk: int) -> HttpResponse:
    contact = colleague(request, pk)
    is_self = contact == request.contact
    form = EditColleagueForm(contact, request.POST or None, is_self=is_self)
    known = None
    if form.is_valid():
        try:
            changed = update_colleague(actor=Actor.of(request), contact=contact, **form.cleaned_data)
        except KnownContactError as error:
            form.add_error(None, error)
            known = error.contact
        else:
            _tell(request, changed, form.cleaned_data["email"])
            return redirect("user_edit", pk=pk)
    context = {
        "colleague": contact,
        "form": form,
        "known": known,
        "is_self": is_self,
        "sending": SubmissionForm(),
        "other_roles": [role for role in contact.roles.all() if not role.delegable],
        "waiting_address": waiting_address(manager_of(request), contact),
        "crumbs": _crumbs(contact.full_name),
    }
    return render(request, "accounts/users/user_edit.html", context)


def _tell(request: PortalRequest, contact: Contact, email: str) -> None:
    if contact.email == email:
        messages.success(request, _("%(name)s has been saved.") % _words(contact))
    else:
        text = _(
            "%(name)s has been saved. We emailed a link to %(new)s. The new address takes effect once it "
            "is confirmed."
        )
        messages.success(request, text % {**_words(contact), "new": email})


@require_safe
def user_known(request: PortalRequest) -> HttpResponse:
    """Whose address it is that is being typed: a piece of the two forms."""
    manager = manager_of(request)
    form = TypedAddressForm(request.GET)
    known = known_contact(manager.account_id, form.cleaned_data["email"]) if form.is_valid() else None
    if known and known.pk == form.cleaned_data["contact"]:
        known = None
    return render(request, "accounts/users/_known.html", {"known": known})


@require_POST
def user_invite(request: PortalRequest, pk: int) -> HttpResponse:
    contact, sending = colleague(request, pk), SubmissionForm(request.POST)
    number = sending.cleaned_data["submission"] if sending.is_valid() else None
    try:
        invite_again(actor=Actor.of(request), contact=contact, submission=number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("A new invitation is being sent to %(email)s. The previous link no longer works.")
            % _words(contact),
        )
    return redirect("user_edit", pk=pk)


@require_POST
def user_reactivate(request: PortalRequest, pk: int) -> HttpResponse:
    contact = colleague(request, pk)
    try:
        reactivate_colleague(actor=Actor.of(request), contact=contact)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s is active again. Check the roles.") % _words(contact))
    return redirect("user_edit", pk=pk)


def _words(contact: Contact) -> dict[str, str]:
    return {"name": contact.full_name, "email": contact.email}


def _crumbs(here: str) -> list[tuple[str, str]]:
    return [(_("Manage users"), reverse("user_list")), (here, "")]
