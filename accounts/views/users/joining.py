from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.join_requests import ask_to_join, decide_join_request, joinable_accounts
from accounts.actors import Actor
from accounts.forms.users import DecisionForm, JoinForm
from accounts.http import PortalRequest
from accounts.models import JoinRequest
from accounts.views.users.gate import manager_of


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: PortalRequest) -> HttpResponse:
    """A registered user asks to become a contact of the company that their confirmed address belongs to."""
    waiting = list(JoinRequest.objects.waiting().filter(user=request.user).select_related("account"))
    accounts = joinable_accounts(request.user).exclude(pk__in=[asked.account_id for asked in waiting])
    form = JoinForm(request.POST or None, accounts=accounts)
    if form.is_valid():
        try:
            asked = ask_to_join(actor=Actor.of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("Your request was sent to %(account)s. You will get an email when a decision is made.")
                % {"account": asked.account},
            )
            return redirect("join")
    return render(
        request, "accounts/users/join.html", {"form": form, "accounts": list(accounts), "waiting": waiting}
    )


@require_safe
def join_request_list(request: PortalRequest) -> HttpResponse:
    manager = manager_of(request, "create")
    waiting = (
        JoinRequest.objects.waiting()
        .filter(account=manager.account_id)
        .select_related("user")
        .order_by("created_at", "pk")
    )
    context = {
        "waiting": list(waiting),
        "crumbs": [(_("Manage users"), reverse("user_list")), (_("Requests to join"), "")],
    }
    return render(request, "accounts/users/join_request_list.html", context)


@require_POST
def join_request_decide(request: PortalRequest, pk: int) -> HttpResponse:
    manager = manager_of(request, "create")
    asked = get_object_or_404(JoinRequest.objects.filter(account=manager.account_id), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            decided = decide_join_request(
                actor=Actor.of(request), request=asked, is_approved=form.is_approved
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _words(decided) % {"name": decided.user.get_full_name()})
    return redirect("join_request_list")


def _words(decided: JoinRequest) -> str:
    if decided.is_approved:
        return _(
            "%(name)s is now a contact. If they need more than standard access, assign roles on their page."
        )
    return _("The request from %(name)s was declined. They are notified by email.")
