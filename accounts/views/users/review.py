from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.access_review import review_access
from accounts.actors import Actor
from accounts.forms.users import AccessReviewForm
from accounts.http import PortalRequest
from accounts.models import Contact, WebRole
from accounts.views.users.gate import colleagues, manager_of


@require_http_methods(["GET", "HEAD", "POST"])
def access_review(request: PortalRequest) -> HttpResponse:
    """Who has which role and was here when: keep or remove, in one form."""
    manager = manager_of(request, "write")
    people = list(colleagues(manager).active().prefetch_related("roles"))
    choices = {f"{contact.pk}": (contact, None) for contact in people if contact != manager}
    roles = {
        f"{contact.pk}-{role.pk}": (contact, role)
        for contact in people
        if contact != manager
        for role in _grantable(contact)
    }
    form = AccessReviewForm(request.POST, choices=[*choices, *roles])
    if request.method == "POST" and form.is_valid():
        ticked = form.cleaned_data["remove"]
        removed = [choices[key][0] for key in ticked if key in choices]
        taken = [roles[key] for key in ticked if key in roles and roles[key][0] not in removed]
        try:
            review_access(actor=Actor.of(request), removed=removed, roles_removed=taken)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("access_review")
        messages.success(
            request, _("Thank you. The review is recorded, and the items you selected have been removed.")
        )
        return redirect("user_list")
    context = {
        "people": [
            (contact, contact == manager, _grantable(contact), _others(contact)) for contact in people
        ],
        "account": manager.account,
        "has_errors": request.method == "POST",
        "crumbs": [(_("Manage users"), reverse("user_list")), (_("Access review"), "")],
    }
    return render(request, "accounts/users/access_review.html", context)


def _grantable(contact: Contact) -> list[WebRole]:
    return [role for role in contact.roles.all() if role.delegable]


def _others(contact: Contact) -> list[WebRole]:
    return [role for role in contact.roles.all() if not role.delegable]
