"""The buttons on a contact's page, and the questions before those that take something away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import deactivate_contact, invite_contact, reactivate_contact, resend_invitation
from accounts.actions.reset_access import AccessToReset, reset_access
from accounts.actions.sessions import end_sessions
from accounts.actions.sign_ins import unlock_user
from accounts.admin.base import actor_of, acts, asks, back_to, confirm, require_repair, row_of, tell
from accounts.models import Contact, Invitation
from lib.admin_parts import Admin, AdminPart


def invite_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    """Send the open invitation again, with a new code, or make one."""
    contact = row_of(model_admin, request, pk)
    actor, waiting = actor_of(request), Invitation.objects.open().filter(contact=contact).first()

    def send() -> None:
        if waiting:
            resend_invitation(actor=actor, invitation=waiting)
        else:
            invite_contact(actor=actor, contact=contact)

    tell(request, send, _("The invitation is being sent to %(email)s.") % {"email": contact.email})
    return back_to(contact)


def unlock_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    contact = row_of(model_admin, request, pk)
    require_repair(request, contact.user)
    if contact.user:
        unlock_user(actor=actor_of(request), user=contact.user)
        messages.success(request, _("%(name)s can sign in again.") % {"name": contact})
    return back_to(contact)


def reactivate_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    contact = row_of(model_admin, request, pk)
    if not contact.is_active:
        done = _("%(name)s is active again. Check the roles.") % {"name": contact}
        tell(request, lambda: reactivate_contact(actor=actor_of(request), contact=contact), done)
    return back_to(contact)


def deactivate_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    contact = row_of(model_admin, request, pk)
    if request.method == "POST":
        if contact.is_active:
            done = _("%(name)s is deactivated.") % {"name": contact}
            tell(request, lambda: deactivate_contact(actor=actor_of(request), contact=contact), done)
        return back_to(contact)
    told = [
        _("%(name)s loses access immediately. Cases and all other records are kept.") % {"name": contact},
        _("The same person's contacts in other accounts are not affected."),
    ]
    return confirm(
        model_admin,
        request,
        contact,
        _("Deactivate %(name)s") % {"name": contact},
        consequences=told,
        button=_("Deactivate"),
    )


def end_sessions_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    contact = row_of(model_admin, request, pk)
    require_repair(request, contact.user)
    if request.method == "POST":
        ended = end_sessions(actor=actor_of(request), user=contact.user) if contact.user else 0
        messages.success(
            request, ngettext("One session is ended.", "%(n)d sessions are ended.", ended) % {"n": ended}
        )
        return back_to(contact)
    told = [
        _("%(name)s is signed out of every browser immediately and can sign in again at any time.")
        % {"name": contact},
        _("This ends the person's sessions in all their accounts."),
    ]
    return confirm(
        model_admin,
        request,
        contact,
        _("End the sessions of %(name)s") % {"name": contact},
        consequences=told,
        button=_("End sessions"),
    )


def reset_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    contact = row_of(model_admin, request, pk)
    require_repair(request, contact.user)
    if request.method == "POST":
        done = _("Access has been reset. A new invitation is being sent to %(email)s.") % {
            "email": contact.email
        }
        tell(request, lambda: reset_access(actor=actor_of(request), contact=contact), done)
        return back_to(contact)
    told = consequences(contact, AccessToReset.of(contact))
    return confirm(
        model_admin,
        request,
        contact,
        _("Reset portal access of %(name)s") % {"name": contact},
        consequences=told,
        button=_("Reset portal access"),
    )


def consequences(contact: Contact, access: AccessToReset) -> list[str]:
    """Exactly what a reset will do, in sentences."""
    told = [*_of_the_user(access)] if access.user else []
    if access.invitations:
        told.append(
            ngettext(
                "One open invitation is revoked.", "%(n)d open invitations are revoked.", access.invitations
            )
            % {"n": access.invitations}
        )
    if access.is_locked:
        told.append(_("The lock after failed password attempts is removed."))
    told.append(
        _(
            "A new invitation is sent to %(email)s. Anyone who can read that mailbox gets access, so check "
            "the address first."
        )
        % {"email": contact.email}
    )
    return [*told, *_of_other_contacts(access)]


def _of_the_user(access: AccessToReset) -> list[str]:
    sessions, browsers, ids = access.sessions, access.browsers, access.identities
    return [
        _("%(email)s currently signs in as this contact. That password stops working.")
        % {"email": access.user},
        ngettext("One session is ended.", "%(n)d sessions are ended.", sessions) % {"n": sessions},
        _("External identities to be removed: %(names)s") % {"names": ", ".join(ids) or _("none")},
        _("Second factors to be removed: %(names)s")
        % {"names": ", ".join(str(one.label) for one in access.second_factors) or _("none")},
        ngettext("One remembered browser is forgotten.", "%(n)d remembered browsers are forgotten.", browsers)
        % {"n": browsers},
    ]


def _of_other_contacts(access: AccessToReset) -> list[str]:
    """The sign-in is the person's, not the account's: they lose and regain it everywhere."""
    return [
        _(
            "%(email)s is also %(contact)s at %(account)s and cannot sign in there either until they set a "
            "new password or connect an identity. If someone else controls %(email)s, reset that contact "
            "too."
        )
        % {"email": access.user, "contact": contact, "account": contact.account or _("no account")}
        for contact in access.other_contacts
    ]


BUTTONS = AdminPart(
    (
        acts("invite", invite_view),
        acts("unlock", unlock_view),
        acts("reactivate", reactivate_view),
        asks("reset_access", reset_view),
        asks("end_sessions", end_sessions_view),
        asks("deactivate", deactivate_view),
    )
)
