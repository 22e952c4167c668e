"""Saved replies and macros as buttons: one press puts the text in, and chooses what is to happen with it."""

import json
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from cases.admin.case_page.options import Options
from cases.display.saved_replies import fill
from cases.models import Case, Priority


def reply_buttons(options: Options, case: Case, agent: User) -> SafeString:
    """``<li>`` elements. Without a script each sends the form, which comes back with the text in it."""
    rows = (
        (reply["pk"], json.dumps(filled_in(reply, case, agent)), reply["title"], _effects(reply, options))
        for reply in options.replies
    )
    return format_html_join(
        "",
        '<li><button class="menu-entry" type="submit" name="insert" value="{}" data-reply="{}">'
        "{}{}</button></li>",
        rows,
    )


def filled_in(reply: dict[str, Any], case: Case, agent: User) -> dict[str, Any]:
    """What the composer holds afterwards."""
    return {
        "text": fill(reply["body"], case=case, agent=agent),
        "visibility": "internal" if reply["is_note"] else "customer",
        "status": reply["then_status"] or "",
        "priority": reply["then_priority"],
        "queue": str(reply["then_queue"] or ""),
        "assigns_me": reply["assigns_me"],
    }


def _effects(reply: dict[str, Any], options: Options) -> str:
    """What else happens, in words."""
    statuses = {row["pk"]: row["label"] for row in options.statuses}
    queues = {row["pk"]: row["label"] for row in options.queues}
    words = [
        _("Internal note") if reply["is_note"] else "",
        statuses.get(reply["then_status"], ""),
        str(dict(Priority.choices).get(reply["then_priority"], "")),
        queues.get(reply["then_queue"], ""),
        _("assign to me") if reply["assigns_me"] else "",
    ]
    shown = " · ".join(filter(None, words))
    return format_html("<small>{}</small>", shown) if shown else ""
