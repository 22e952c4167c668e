"""The topics of a forum as rows. Written out here and not in a template: 25 rows would cost most of the
page's time there."""

from collections.abc import Iterable
from functools import cache

from django.urls import reverse
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forums.models import Forum, Topic
from lib.icons import icon
from lib.moments import ago_for_reader
from records.display.conversation_rows import avatar
from records.display.rows import badge


def topic_rows(topics: Iterable[Topic], forum: Forum) -> SafeString:
    """``<li>`` elements for ``<ul class="rows">``; topics of one forum, as ``for_list`` loads them."""
    rows = _Rows(forum)
    return format_html_join(
        "\n",
        '<li class="rows-item topic-row">{}<div class="rows-main"><a class="rows-title" href="{}">{}</a>'
        '<div class="rows-meta"><span>{}</span><span>{}{}</span></div></div>'
        '<div class="rows-side">{}<span class="forum-replies">{}{}'
        '<span class="visually-hidden"> {}</span></span></div></li>',
        (rows.parts(topic) for topic in topics),
    )


class _Rows:
    """What rows share is looked up and written once."""

    def __init__(self, forum: Forum) -> None:
        self.list_url = reverse("forums:forum", args=[forum.slug])
        self.ago, self.reply, self.nothing = ago_for_reader(), icon("reply"), escape("")
        self.avatar, self.badges = cache(avatar), cache(badges)
        self.staff = _("staff")

    def parts(self, topic: Topic) -> tuple[object, ...]:
        return (
            self.avatar(topic.author_initials, is_staff=topic.is_by_staff),
            f"{self.list_url}{topic.pk}-{topic.slug}/",
            topic.title,
            self.author(topic),
            _("last reply by %(name)s") % {"name": topic.last_post_by} + ", " if topic.reply_count else "",
            self.ago(topic.last_post_at),
            self.badges(topic.is_pinned, topic.is_locked, topic.is_answered),
            self.reply,
            topic.reply_count,
            ngettext("reply", "replies", topic.reply_count),
        )

    def author(self, topic: Topic) -> str:
        if topic.is_by_staff:
            return f"{topic.author_name} ({self.staff})"
        return ", ".join(filter(None, (topic.author_name, topic.author_company)))


def badges(is_pinned: bool, is_locked: bool, is_answered: bool) -> SafeString:
    shown = (
        (is_pinned, "pinned", _("Pinned")),
        (is_locked, "locked", _("Closed")),
        (is_answered, "answered", _("Answered")),
    )
    return format_html_join("", "{}", ((badge(value, label),) for flag, value, label in shown if flag))
