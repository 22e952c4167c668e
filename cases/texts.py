"""Text blocks on its pages that administrators may change."""

from django.utils.translation import gettext_lazy as _

from records.texts import Snippet

TEXTS = (
    Snippet(
        "case-new-intro",
        _("Above the form to open a case"),
        _("Tell us what you need. Everyone who works on the case can see what you write here."),
    ),
    Snippet(
        "cases-empty",
        _("No case has been opened (on the cases page and the home page)"),
        _("If you have a question or something does not work, open a case and track its progress here."),
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
)
