"""What the log and the list of mails call things: ``case.status_changed`` is "Case: status changed"."""

from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from accounts.scoping import record_type_named

SUBJECTS = {
    "second_factor": gettext_lazy("Second factor"),
    "policy": gettext_lazy("Sign-in policy"),
    "mail": gettext_lazy("Mail"),
    "user": gettext_lazy("Sign-in"),
    "text": gettext_lazy("Wording"),
    "network": gettext_lazy("Allowed network"),
    "role": gettext_lazy("Customer role"),
    "procrastinatejob": gettext_lazy("Background job"),
}
"""Where the first part of a verb is no word of the people who read it."""


def verb_words(verb: str) -> str:
    """The words of a verb of the log, or of the event that a mail tells."""
    subject, dot, deed = verb.partition(".")
    told = gettext(deed.replace("_", " ")) if dot else ""
    return f"{record_words(subject)}: {told}" if told else capfirst(gettext(verb.replace("_", " ")))


def record_words(name: str) -> str:
    """What records of this type, or the model behind it, are called."""
    kind = name.rpartition(".")[2]
    return str(SUBJECTS.get(kind) or capfirst(gettext(kind.replace("_", " ")))) if kind else ""


def type_words(name: str) -> str:
    """As a heading: the label of the type, where it is one of records."""
    kind = record_type_named(name)
    return str(kind.label) if kind else record_words(name)
