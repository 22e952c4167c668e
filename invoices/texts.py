"""Text blocks on its pages that administrators may change."""

from django.utils.translation import gettext_lazy as _

from records.texts import Snippet

TEXTS = (
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
)
