"""Every text block of the customers' pages that administrators can change, with its default: those of the
shell, and between them those that features declare. Administrators see them in this order.

``{title}`` and the like stand for values that the template hands over; ``values`` names them.
"""

from functools import cache

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from records.surfaces import surfaces
from records.texts import Snippet, Words

Group = tuple[Words, tuple[Snippet, ...]]

FIRST: tuple[Group, ...] = (
    (
        _("Signing in"),
        (
            Snippet("sign-in-intro", _("Above the sign-in form"), "{tagline}", values=("tagline",)),
            Snippet(
                "sign-up-intro",
                _("Above the registration form"),
                _("Use your work email address. We will send you a link to confirm it."),
            ),
            Snippet(
                "sign-in-help",
                _("Below the sign-in form, when people cannot register themselves"),
                _("New here? Your company's portal user manager or our support team can give you access."),
            ),
            Snippet(
                "registration-closed",
                _("Registration is closed"),
                _("New registrations are closed at the moment. If you need access, contact us."),
            ),
            Snippet(
                "registration-by-invitation",
                _("Registration needs an invitation"),
                _(
                    "This portal is by invitation only. Ask a colleague who already uses it to invite you, "
                    "or contact us."
                ),
            ),
            Snippet(
                "registration-without-password",
                _("Registration is through an identity provider"),
                _(
                    "You cannot register with a password here. Go to the sign-in page and choose one of "
                    "the options there."
                ),
            ),
            Snippet(
                "password-reset-intro",
                _("Above the form to reset a password"),
                _(
                    "Enter the email address you sign in with. We will send you a link to choose a new "
                    "password."
                ),
            ),
            Snippet(
                "sign-in-switched-off",
                _("A deactivated user tries to sign in"),
                _("Ask the colleague who manages portal users at your company, or contact us."),
            ),
        ),
    ),
    (
        _("Invitations"),
        (
            Snippet(
                "invitation-code-intro",
                _("Above the field for an invitation code"),
                _("Copy the code from your invitation email, or open the link in it."),
            ),
            Snippet(
                "invitation-note",
                _("Below an invitation"),
                _("Not for you? Ignore it. The invitation stays with the person it is for."),
            ),
            Snippet(
                "invitation-gone",
                _("An invitation that no longer works"),
                _(
                    "It was already used, was revoked, has expired, or was replaced by a newer one. We can "
                    "send you a new link."
                ),
            ),
            Snippet(
                "invitation-new-link",
                _("Above the form to request a new link"),
                _("Enter the email address that was invited. We will send a new link to it."),
            ),
        ),
    ),
    (
        _("Home"),
        (
            Snippet(
                "home-greeting",
                _("Heading on the home page"),
                _("Hello {name}, how can we help?"),
                values=("name",),
            ),
            Snippet(
                "home-welcome",
                _("Below the heading on the home page"),
                "{tagline}",
                values=("tagline", "name"),
            ),
            Snippet(
                "home-without-contact",
                _("Home page of a user without a contact"),
                _(
                    "Ask the colleague who manages portal users at your company, or contact us, to get "
                    "access."
                ),
            ),
        ),
    ),
)
LAST: tuple[Group, ...] = (
    (
        _("Users"),
        (
            Snippet(
                "users-nothing-found",
                _("No colleague matches a search"),
                _("Try different words, or view everyone."),
            ),
            Snippet(
                "join-requests-empty",
                _("No requests to join"),
                _(
                    "When someone with an email address at your company asks to join, you can approve or "
                    "decline the request here."
                ),
            ),
            Snippet(
                "join-without-company",
                _("No company has the domain of the address"),
                _(
                    "There is no other company with the domain of your email address. To join a company, "
                    "ask the colleague who manages its portal users to invite you."
                ),
            ),
        ),
    ),
    (
        _("Search"),
        (
            Snippet(
                "search-start",
                _("Before the first search"),
                _("Enter a question, a case or invoice number, or a few words."),
            ),
            Snippet(
                "search-nothing-found",
                _("Nothing was found"),
                _("Try fewer or different words. If you do not find an answer, contact us."),
            ),
        ),
    ),
    (
        _("Access denied"),
        (
            Snippet(
                "page-refused",
                _("A page that requires a role the reader does not have"),
                _(
                    "This page requires a role that you do not have. Ask the colleague who manages portal "
                    "users at your company, or contact us."
                ),
            ),
            Snippet(
                "network-refused",
                _("The reader's network is not allowed"),
                _(
                    "It is available only from certain networks, and yours is not one of them. If you are "
                    "traveling or at home, connect to your company network (VPN) and try again."
                ),
            ),
        ),
    ),
    (
        _("Everywhere"),
        (
            Snippet("footer-note", _("In the footer of every page"), ""),
            Snippet("mail-footer", _("Below every email"), "", values=("title", "address")),
        ),
    ),
)


def groups() -> list[Group]:
    """By where in the portal they are shown."""
    of_features = (
        (apps.get_app_config(surface.model._meta.app_label).verbose_name, surface.texts)
        for surface in surfaces()
        if surface.texts
    )
    return [*FIRST, *of_features, *LAST]


@cache
def declared() -> dict[str, Snippet]:
    return {snippet.name: snippet for _heading, group in groups() for snippet in group}
