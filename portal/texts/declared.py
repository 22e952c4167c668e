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
                _("Above the form to create a sign-in"),
                _("Use your work e-mail address. We send you a link to confirm that it is yours."),
            ),
            Snippet(
                "sign-in-help",
                _("Below the sign-in form, where people cannot register themselves"),
                _("New here? Your company's portal user manager, or our support, can give you access."),
            ),
            Snippet(
                "registration-closed",
                _("Registration is closed"),
                _("Nobody new can register at the moment. If you need access, write to us."),
            ),
            Snippet(
                "registration-by-invitation",
                _("Registration needs an invitation"),
                _(
                    "This portal is open to invited people. Ask a colleague who already "
                    "uses it to invite you, or write to us."
                ),
            ),
            Snippet(
                "registration-without-password",
                _("Registration happens with an identity provider"),
                _(
                    "Nobody registers with a password here. Go to the sign-in page "
                    "and choose one of the buttons there."
                ),
            ),
            Snippet(
                "password-reset-intro",
                _("Above the form to reset a password"),
                _("Type the e-mail address you sign in with. We send you a link to choose a new password."),
            ),
            Snippet(
                "sign-in-switched-off",
                _("Somebody signs in who was deactivated"),
                _("Ask the colleague who manages portal users at your company, or write to us."),
            ),
        ),
    ),
    (
        _("Invitations"),
        (
            Snippet(
                "invitation-code-intro",
                _("Above the field for an invitation code"),
                _("Copy the code from your invitation e-mail, or just open the link in it."),
            ),
            Snippet(
                "invitation-note",
                _("Below an invitation"),
                _("Not for you? Then do nothing: the invitation stays with the person it is for."),
            ),
            Snippet(
                "invitation-gone",
                _("An invitation that does not work any more"),
                _(
                    "It was used already, it was withdrawn, it is too old, or a newer "
                    "one replaced it. We can send you a new link."
                ),
            ),
            Snippet(
                "invitation-new-link",
                _("Above the form to ask for a new link"),
                _("Tell us the e-mail address that was invited, and we send a new link there."),
            ),
        ),
    ),
    (
        _("Home"),
        (
            Snippet(
                "home-greeting",
                _("The heading at home"),
                _("Hello {name}, how can we help?"),
                values=("name",),
            ),
            Snippet("home-welcome", _("Below the heading at home"), "{tagline}", values=("tagline", "name")),
            Snippet(
                "home-without-contact",
                _("Home of somebody whose sign-in belongs to no contact"),
                _(
                    "Ask the colleague who manages portal users at your company, "
                    "or write to us, and we connect it."
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
                _("Tell us what you need. Everyone who works on it sees what you write here."),
            ),
            Snippet(
                "cases-empty",
                _("Nobody has opened a case (on the page of cases and at home)"),
                _(
                    "When you have a question or something does not work, open a "
                    "case. You see here what happens with it."
                ),
            ),
            Snippet(
                "cases-empty-resolved",
                _("No case is resolved"),
                _("Cases that are resolved or cancelled are kept here, with everything that was said."),
            ),
            Snippet(
                "cases-nothing-found",
                _("No case matches a search"),
                _("Try other words, or look at all cases."),
            ),
        ),
    ),
    (
        _("Invoices"),
        (
            Snippet(
                "invoices-empty",
                _("No invoice was issued"),
                _("When we send you an invoice, you find it here, with its PDF and what is left to pay."),
            ),
            Snippet(
                "invoices-nothing-found",
                _("No invoice matches a search"),
                _("Try fewer characters of the number, or look among all invoices."),
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
                _("Articles of this category will appear here as they are published."),
            ),
            Snippet(
                "articles-nothing-found",
                _("No article matches, for people who may open a case"),
                _("Try fewer or other words, or tell us about it and we will help you."),
            ),
            Snippet(
                "articles-nothing-found-short",
                _("No article matches, for everyone else"),
                _("Try fewer or other words."),
            ),
        ),
    ),
    (
        _("Forums"),
        (
            Snippet(
                "forums-intro",
                _("Above the forums"),
                _("Ask other people who use our products, and share what you found out."),
            ),
            Snippet(
                "forums-empty",
                _("There is no forum"),
                _("As soon as we open one, customers and partners help each other here."),
            ),
            Snippet(
                "forums-without-posts",
                _("Nobody has written in any forum"),
                _("Nobody has written anything yet. Open a forum and start the first topic."),
            ),
            Snippet(
                "forum-empty",
                _("A forum without topics"),
                _("Be the first: ask a question, or tell others what worked for you."),
            ),
            Snippet(
                "forum-empty-staff-opens",
                _("A forum without topics, which only staff open"),
                _("Our staff open the topics of this forum. You can reply to them."),
            ),
            Snippet(
                "forum-empty-own",
                _("My topics in a forum: none"),
                _("What you start here, you find again under this tab."),
            ),
            Snippet(
                "forum-empty-unanswered",
                _("Unanswered topics in a forum: none"),
                _("Topics appear here until their author marks a reply as the answer."),
            ),
        ),
    ),
    (
        _("Users"),
        (
            Snippet(
                "users-nothing-found",
                _("No colleague matches a search"),
                _("Try other words, or look at everyone."),
            ),
            Snippet(
                "join-requests-empty",
                _("Nobody asks to join"),
                _("When somebody with an address of your company asks to join, you decide here."),
            ),
            Snippet(
                "join-without-company",
                _("No company has the domain of the address"),
                _(
                    "No company that you do not belong to already has the domain of "
                    "your address. For another one, ask the "
                    "colleague who manages its portal users to invite you."
                ),
            ),
        ),
    ),
    (
        _("Search"),
        (
            Snippet(
                "search-start",
                _("Before anything was searched"),
                _("Write a question, a case or invoice number, or a few words."),
            ),
            Snippet(
                "search-nothing-found",
                _("Nothing was found"),
                _("Try fewer or other words. If you do not find an answer, ask us."),
            ),
        ),
    ),
    (
        _("Refusals"),
        (
            Snippet(
                "page-refused",
                _("A page that needs a role which the reader does not have"),
                _(
                    "It needs a role that you do not have. Ask the colleague who manages "
                    "portal users at your company, or write to us."
                ),
            ),
            Snippet(
                "network-refused",
                _("The reader's network is not allowed"),
                _(
                    "It answers only from certain networks, and yours is not one of them. "
                    "If you are travelling or at home, connect to your company network (VPN) and try again."
                ),
            ),
        ),
    ),
    (
        _("Everywhere"),
        (
            Snippet("footer-note", _("In the footer of every page"), ""),
            Snippet("mail-footer", _("Below every mail"), "", values=("title", "address")),
        ),
    ),
)
"""By where in the portal they are shown."""

DECLARED = {snippet.name: snippet for _group, group in GROUPS for snippet in group}
