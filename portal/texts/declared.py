"""Every text block of the customers' pages that administrators can change, with its default. They see them in
this order.

``{title}`` and the like stand for values that the template hands over; ``values`` names them.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Kind(Enum):
    LINE = "line"
    """Stands in a paragraph of the template: emphasis and links, no lists or headings."""
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class Snippet:
    name: str
    where: Words
    """What it is and where it is shown, for administrators."""
    default: Words
    values: tuple[str, ...] = ()
    kind: Kind = Kind.LINE


GROUPS: tuple[tuple[Words, tuple[Snippet, ...]], ...] = (
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
    (
        _("Cases"),
        (
            Snippet(
                "case-new-intro",
                _("Above the form to open a case"),
                _("Tell us what you need. Everyone who works on the case can see what you write here."),
            ),
            Snippet(
                "cases-empty",
                _("No case has been opened (on the cases page and the home page)"),
                _(
                    "If you have a question or something does not work, open a case and track its progress "
                    "here."
                ),
            ),
            Snippet(
                "cases-empty-resolved",
                _("No case is resolved"),
                _("Resolved and cancelled cases are kept here, including their conversations."),
            ),
            Snippet(
                "cases-nothing-found",
                _("No case matches a search"),
                _("Try different words, or view all cases."),
            ),
        ),
    ),
    (
        _("Invoices"),
        (
            Snippet(
                "invoices-empty",
                _("No invoice was issued"),
                _("Your invoices will appear here, with a PDF and the balance due."),
            ),
            Snippet(
                "invoices-nothing-found",
                _("No invoice matches a search"),
                _("Try fewer characters of the number, or view all invoices."),
            ),
        ),
    ),
    (
        _("Knowledge base"),
        (
            Snippet(
                "articles-empty",
                _("No article is published"),
                _("Guides and answers will appear here as they are published."),
            ),
            Snippet(
                "category-empty",
                _("A category without articles"),
                _("Articles in this category will appear here as they are published."),
            ),
            Snippet(
                "articles-nothing-found",
                _("No article matches, for people who may open a case"),
                _("Try fewer or different words, or contact us and we will help you."),
            ),
            Snippet(
                "articles-nothing-found-short",
                _("No article matches, for everyone else"),
                _("Try fewer or different words."),
            ),
        ),
    ),
    (
        _("Forums"),
        (
            Snippet(
                "forums-intro",
                _("Above the forums"),
                _("Ask other people who use our products, and share what you know."),
            ),
            Snippet(
                "forums-empty",
                _("There is no forum"),
                _("Once we open a forum, customers and partners can help each other here."),
            ),
            Snippet(
                "forums-without-posts",
                _("No posts in any forum"),
                _("There are no posts yet. Open a forum and start the first topic."),
            ),
            Snippet(
                "forum-empty",
                _("A forum without topics"),
                _("Be the first to ask a question or share what worked for you."),
            ),
            Snippet(
                "forum-empty-staff-opens",
                _("A forum without topics, where only staff can open topics"),
                _("Our staff open the topics in this forum. You can reply to them."),
            ),
            Snippet(
                "forum-empty-own",
                _("My topics in a forum: none"),
                _("Topics you start appear under this tab."),
            ),
            Snippet(
                "forum-empty-unanswered",
                _("Unanswered topics in a forum: none"),
                _("Topics appear here until a reply is marked as the answer."),
            ),
        ),
    ),
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
"""By where in the portal they are shown."""

DECLARED = {snippet.name: snippet for _group, group in GROUPS for snippet in group}
