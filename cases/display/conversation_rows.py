"""A conversation as its page shows it. Written out here and not in a template: twenty messages would cost
half of the page's time there."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import time_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.display.conversation import Entry
from lib.icons import icon
from lib.moments import ago


def conversation_rows(entries: Iterable[Entry], *, can_quote: bool, new_since: str) -> SafeString:
    """``<li>`` elements for ``<ol class="conversation">``. ``new_since``: when the reader looked last, in
    words."""
    rows = _Rows(can_quote, new_since)
    return mark_safe("\n".join([rows.row(entry) for entry in entries]))


class _Rows:
    """Words that all rows share are looked up once."""

    def __init__(self, can_quote: bool, new_since: str) -> None:
        self.can_quote, self.new_since = can_quote, new_since
        self.you, self.new, self.changed = escape(_("you")), escape(_("New")), escape(_("changed"))
        self.edit, self.quote, self.all = escape(_("Edit")), escape(_("Quote")), escape(_("Show all"))

    def row(self, entry: Entry) -> str:
        return f"{self.divider() if entry.is_first_new else ''}{self.message(entry) if entry.is_message else event(entry)}"  # noqa: E501

    def divider(self) -> str:
        words = escape(_("New since %(time)s") % {"time": self.new_since})
        return f'<li class="conversation-new" id="new"><span>{words}</span></li>\n'

    def message(self, entry: Entry) -> str:
        return (
            f'<li><article class="message{self.kind(entry)}" id="{entry.anchor}">'
            f'<span class="avatar{" avatar-brand" if entry.is_staff else ""}" '
            f'aria-hidden="true">{escape(entry.initials)}</span>'
            f"<div "
            f'class="message-box">{self.head(entry)}{self.body(entry)}{files(entry)}{self.tools(entry)}</div></article></li>'
        )

    def kind(self, entry: Entry) -> str:
        return " message-staff" if entry.is_staff else " message-mine" if entry.is_mine else ""

    def head(self, entry: Entry) -> str:
        facts = [
            f"<span>{escape(entry.role_label)}</span>" if entry.role_label else "",
            f'<span class="message-new">{self.new}</span>' if entry.is_new else "",
            f"<span>({self.changed})</span>" if entry.is_edited else "",
            ago(entry.time),
        ]
        you = f' <span class="fw-normal">({self.you})</span>' if entry.is_mine else ""
        author = f'<h2 class="message-author"><bdi>{escape(entry.actor)}</bdi>{you}</h2>'
        return f'<header class="message-head">{author}{" ".join(fact for fact in facts if fact)}</header>'

    def body(self, entry: Entry) -> str:
        """``body_html`` was cleaned when it was written."""
        prose = f'<div class="prose" dir="auto">{entry.body_html}</div>'
        return (
            f'<div class="message-body message-long">{self.folded(entry, prose)}</div>'
            if entry.is_long
            else f'<div class="message-body">{prose}</div>'
        )

    def folded(self, entry: Entry, prose: str) -> str:
        switch = f"{entry.anchor}-all"
        button = (
            f'<label class="btn btn-sm" for="{switch}">{icon("chevron-down")}<span>{self.all}</span></label>'
        )
        return f'<input class="unfold visually-hidden" type="checkbox" id="{switch}" autocomplete="off">{prose}{button}'  # noqa: E501

    def tools(self, entry: Entry) -> str:
        found = [self.editing(entry)] if entry.edit_url else []
        if self.can_quote:
            said = f'data-quote="{escape(entry.body)}" data-author="{escape(entry.actor)}"'
            found.append(
                f'<button class="btn btn-quiet btn-sm" type="button" hidden {said}>{self.quote}</button>'
            )
        return f'<p class="message-tools">{"".join(found)}</p>' if found else ""

    def editing(self, entry: Entry) -> str:
        until = (
            f"<span>{escape(_('until %(time)s') % {'time': time_format(localtime(entry.edit_until))})}</span>"
            if entry.edit_until
            else ""
        )
        return f'<a class="btn btn-quiet btn-sm" href="{escape(entry.edit_url)}">{icon("pencil")}{self.edit}</a>{until}'  # noqa: E501


def files(entry: Entry) -> str:
    context: dict[str, Any] = {"attachments": entry.attachments}
    return render_to_string("components/attachment_list.html", context) if entry.attachments else ""


def event(entry: Entry) -> str:
    """As components/timeline_item.html draws it."""
    return (
        f'<li class="timeline-item"><span class="timeline-icon">{icon(entry.icon)}</span>'
        f'<div class="timeline-body"><strong>{escape(entry.actor)}</strong> '
        f"{escape(entry.text)} {ago(entry.time)}</div></li>"
    )
