"""The pages of what customers do with a case besides answering."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Contact
from cases.actions import (
    remove_participant,
)
from cases.deeds import DEEDS, Deed, is_said, may_add
from cases.forms.conduct import (
    DeedForm,
)
from cases.models import Case, CaseParticipant
from cases.views.reading import crumbs_of, reader, visible_case
from records.actions.marks import discard_draft, save_draft
from records.forms.sending import storable
from records.surfaces import Surface
from records.views.following import change_following

CONFLICT = 409
CHANGED = _lazy("The case has changed in the meantime.")


@require_http_methods(["GET", "HEAD", "POST"])
def conduct(request: PortalRequest, number: str, deed: str) -> HttpResponse:
    case, contact, chosen = visible_case(request, number), reader(request), DEEDS.get(deed)
    if chosen is None:
        raise Http404
    form = chosen.form(request.POST if request.method == "POST" else None, case=case, contact=contact)
    if not chosen.may(case, contact, timezone.now()):
        return _too_late(request, case, chosen, form)
    if form.is_valid() and _done(request, case, chosen, form):
        return redirect(case)
    return _page(request, case, chosen, form)


def _page(
    request: PortalRequest, case: Case, deed: Deed, form: DeedForm, *, status: int = 200
) -> HttpResponse:
    crumbs = crumbs_of(case, str(deed.label))
    context = {"case": case, "deed": deed, "form": form, "crumbs": crumbs, "is_too_late": status == CONFLICT}
    return render(request, "cases/conduct.html", context, status=status)


def _done(request: PortalRequest, case: Case, deed: Deed, form: DeedForm) -> bool:
    try:
        deed.do(actor=Actor.of(request), case=case, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, str(deed.done))
    return True


def _too_late(request: PortalRequest, case: Case, deed: Deed, form: DeedForm) -> HttpResponse:
    """A button that was pressed twice, or in a tab from before: the case says how it stands now. What was
    typed while somebody else was faster stays on the page. Others may not at all."""
    if not case.involves(request.contact):
        raise PermissionDenied
    if form.words and not is_said(form.words, case, reader(request)):
        form.add_error(None, CHANGED)
        return _page(request, case, deed, form, status=CONFLICT)
    messages.info(request, CHANGED)
    return redirect(case)


@require_POST
def case_follow(request: PortalRequest, number: str, surface: Surface[Case]) -> HttpResponse:
    """As with any record; from the form of a new case, what was typed there goes along."""
    case, contact = visible_case(request, number), reader(request)
    change_following(request, case)
    if request.POST.get("follow") == "instead" and "description" in request.POST:
        _move_draft(request, case, contact)
    return redirect(case)


def _move_draft(request: PortalRequest, case: Case, contact: Contact) -> None:
    """Somebody follows a case instead of opening another: what they typed for that one becomes a draft of a
    reply."""
    typed = storable(request.POST.get("description", "")).strip()
    if typed and not case.accepts_reply_from(contact):
        messages.info(request, _("Your text has been saved as the draft of a new case."))
        return
    if typed:
        before = (case.draft or {}).get("body", "")
        save_draft(owner=contact, about=case, values={"body": f"{before}\n\n{typed}".strip()})
    discard_draft(owner=contact, about=Case)


@require_POST
def participant_remove(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    case = visible_case(request, number)
    if not may_add(case, reader(request), timezone.now()):
        raise PermissionDenied
    participant = get_object_or_404(CaseParticipant, case=case, contact=pk)
    remove_participant(actor=Actor.of(request), case=case, contact=participant.contact)
    messages.success(
        request, _("%(name)s is no longer in the loop.") % {"name": participant.contact.full_name}
    )
    sees = Case.objects.visible_to(reader(request)).filter(pk=case.pk).exists()
    return redirect(case if sees else "cases:list")
