"""A conversation as its page shows it. Written out here and not in a template: twenty messages would cost
half of the page's time there."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import time_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lib.icons import icon
from lib.moments import ago, ago_for_reader
from records.display.conversation import Entry


def conversation_rows(entries: Iterable[Entry], *, can_quote: bool, new_since: str) -> SafeString:
    """``<li>`` elements for ``<ol class="conversation">``. ``new_since``: when the reader looked last, in
    words."""
    rows = _Rows(can_quote, new_since)
    return format_html_join("\n", "{}{}", (rows.row(entry) for entry in entries))


class _Rows:
    """What rows share is looked up, escaped and written once: to escape a word costs as much as a row's
    pattern."""

    def __init__(self, can_quote: bool, new_since: str) -> None:
        self.can_quote, self.new_since, self.ago = can_quote, new_since, ago_for_reader()
        self.edit, self.quote, self.all = _("Edit"), _("Quote"), _("Show all")
        self.avatar, self.head, self.escaped = cache(avatar), cache(head), cache(escape)
        self.nothing = escape("")

    def row(self, entry: Entry) -> tuple[SafeString, SafeString]:
        return (
            self.divider() if entry.is_first_new else self.nothing,
            self.message(entry) if entry.is_message else event(entry),
        )

    def divider(self) -> SafeString:
        words = _("New since %(time)s") % {"time": self.new_since}
        return format_html('<li class="conversation-new" id="new"><span>{}</span></li>\n', words)

    def message(self, entry: Entry) -> SafeString:
        marks = {"is_mine": entry.is_mine, "is_new": entry.is_new, "is_edited": entry.is_edited}
        return format_html(
            '<li><article class="message{}" id="{}">{}<div class="message-box">'
            '<header class="message-head">{}{}</header><div class="message-body{}">{}'
            '<div class="prose" dir="auto">{}</div>{}</div>{}{}{}</div></article></li>',
            self.escaped(self.kind(entry)), entry.anchor,
            self.avatar(entry.initials, is_staff=entry.is_staff),
            self.head(entry.actor, entry.role_label, **marks), self.ago(entry.time),
            *self.body(entry), folded(entry) or self.nothing, files(entry) or self.nothing, self.tools(entry),
        )  # fmt: skip

    def kind(self, entry: Entry) -> str:
        if entry.is_internal:
            return " message-staff message-note"
        return " message-staff" if entry.is_staff else " message-mine" if entry.is_mine else ""

    def body(self, entry: Entry) -> tuple[object, ...]:
        """Class, switch, text and label of its box. The conversation has marked ``body_html`` as clean; what
        is not marked is escaped."""
        if not entry.is_long:
            return self.nothing, self.nothing, entry.body_html, self.nothing
        switch = format_html(
            '<input class="unfold visually-hidden" type="checkbox" id="{}-all" autocomplete="off">',
            entry.anchor,
        )
        label = format_html(
            '<label class="btn btn-sm" for="{}-all">{}<span>{}</span></label>',
            entry.anchor, icon("chevron-down"), self.all,
        )  # fmt: skip
        return " message-long", switch, entry.body_html, label

    def tools(self, entry: Entry) -> SafeString:
        editing = self.editing(entry) if entry.edit_url else self.nothing
        if not self.can_quote:
            return format_html('<p class="message-tools">{}</p>', editing) if editing else editing
        return format_html(
            '<p class="message-tools">{}<button class="btn btn-quiet btn-sm" type="button" hidden '
            'data-quote="{}" data-author="{}">{}</button></p>',
            editing, entry.body, self.escaped(entry.actor), self.escaped(self.quote),
        )  # fmt: skip

    def editing(self, entry: Entry) -> SafeString:
        link = format_html(
            '<a class="btn btn-quiet btn-sm" href="{}">{}{}</a>', entry.edit_url, icon("pencil"), self.edit
        )
        if not entry.edit_until:
            return link
        until = _("until %(time)s") % {"time": time_format(localtime(entry.edit_until))}
        return format_html("{}<span>{}</span>", link, until)


def avatar(initials: str, *, is_staff: bool) -> SafeString:
    brand = " avatar-brand" if is_staff else ""
    return format_html('<span class="avatar{}" aria-hidden="true">{}</span>', brand, initials)


def head(actor: str, role: str, *, is_mine: bool, is_new: bool, is_edited: bool) -> SafeString:
    """Who says it, and what there is to know of it but for the time."""
    return format_html(
        '<h2 class="message-author"><bdi>{}</bdi>{}</h2>{}{}{}',
        actor,
        format_html(' <span class="fw-normal">({})</span>', _("you")) if is_mine else "",
        format_html("<span>{}</span> ", role) if role else "",
        format_html('<span class="message-new">{}</span> ', _("New")) if is_new else "",
        format_html("<span>({})</span> ", _("changed")) if is_edited else "",
    )


def folded(entry: Entry) -> str:
    """Of a mail what its program put around the words: as it stood, and no markup."""
    if not entry.folded:
        return ""
    return format_html(
        '<details class="message-folded"><summary>{}</summary><div dir="auto">{}</div></details>',
        _("Show quoted text"), entry.folded,
    )  # fmt: skip


def files(entry: Entry) -> str:
    context: dict[str, Any] = {"attachments": entry.attachments}
    return render_to_string("components/attachment_list.html", context) if entry.attachments else ""


def event(entry: Entry) -> SafeString:
    """What else happened, between the messages."""
    return format_html(
        '<li class="timeline-item"><span class="timeline-icon">{}</span>'
        '<div class="timeline-body"><strong>{}</strong> {} {}</div></li>',
        icon(entry.icon), entry.actor, entry.text, ago(entry.time),
    )  # fmt: skip
