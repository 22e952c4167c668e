"""The topics of a forum, and the same as a file."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.permissions.visitors import sign_in_url
from accounts.scoping import Permitted
from forums.display import topic_rows
from forums.models import Forum, Topic, TopicQuerySet
from records.filters import Filter
from records.forms.lists import Choices, ListForm
from records.listing import Column, Listing, Shown


@dataclass(frozen=True)
class TopicFilter(Filter):
    """``view``: ``unanswered``, ``mine``, or empty for all."""

    order = {"": "last_post_at"}

    def parts(self, rows: TopicQuerySet, reader: Contact | None) -> list[TopicQuerySet]:
        """Pinned topics stand above all others, and not among them."""
        return [self.narrow(rows.unpinned() if self.shows_pinned else rows, reader)]

    def narrow(self, rows: TopicQuerySet, reader: Contact | None) -> TopicQuerySet:
        if self.view == "unanswered":
            rows = rows.unanswered()
        elif self.view == "mine":
            rows = rows.opened_by(reader)
        return rows.matching(self.q) if self.q else rows

    @property
    def shows_pinned(self) -> bool:
        return not (self.view or self.q)


class TopicListForm(ListForm):
    views = [("", _("All topics")), ("unanswered", _("Unanswered")), ("mine", _("My topics"))]
    makes = TopicFilter

    @property
    def tabs(self) -> Choices:
        """A visitor has opened none."""
        return [tab for tab in self.views if self.reader or tab[0] != "mine"]


COLUMNS: list[Column[Topic]] = [
    Column(_("Title"), "title"),
    Column(_("Opened by"), "author_name"),
    Column(_("Company"), "author_company"),
    Column(_("Opened"), "created_at", is_moment=True),
    Column(_("Last post"), "last_post_at", is_moment=True),
    Column(_("Last post by"), "last_post_by"),
    Column(_("Replies"), "reply_count"),
    Column(_("Answered"), lambda topic, _reader: gettext("Yes") if topic.is_answered else gettext("No")),
]


def _forum(request: PortalRequest, forum_slug: str) -> models.Model:
    return get_object_or_404(Forum.objects.visible_to(request.contact), slug=forum_slug)


def _with_authors(topics: TopicQuerySet, reader: Permitted | None) -> TopicQuerySet:
    return topics.with_authors()


def _of_page(shown: Shown[Topic]) -> dict[str, Any]:
    forum, contact, pinned = shown.parent, shown.request.contact, _pinned(shown)
    return {
        "forum": forum,
        "heading": forum.name,
        "pinned": pinned,
        "rows": topic_rows([*pinned, *shown.page.rows], forum),
        "can_open_topic": forum.accepts_topic_from(contact),
        "sign_in_url": sign_in_url(shown.request),
        "crumbs": [(gettext("Forums"), reverse("forums:list")), (forum.name, "")],
        **({"tabs": []} if forum.staff_only_topics else {}),
    }


def _pinned(shown: Shown[Topic]) -> list[Topic]:
    """On the first page."""
    if not isinstance(shown.filter, TopicFilter) or not shown.filter.shows_pinned or shown.page.newer_url:
        return []
    topics = Topic.objects.visible_to(shown.request.contact).filter(forum=shown.parent)
    return list(topics.with_authors().pinned().newest_first())


TOPIC_LIST = Listing(
    name="forum",
    parent="forum",
    find_parent=_forum,
    form=TopicListForm,
    rows=_with_authors,
    template="forums/forum_detail.html",
    of_page=_of_page,
    columns=COLUMNS,
    is_compiled=False,
)
