"""The topics of a forum, and the same as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from accounts.permissions.visitors import sign_in_url
from accounts.scoping import Permitted
from forums.display import topic_rows
from forums.models import Forum, ForumQuerySet, Topic, TopicQuerySet
from records.filters import Filter
from records.forms.lists import Choices, ListForm
from records.listing import Column, Listing, Shown

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class TopicFilter(Filter):
    """``view``: ``unanswered``, ``mine``, or empty for all."""

    order = {"": "last_post_at"}

    def parts(self, rows: TopicQuerySet, reader: Permitted | None) -> list[TopicQuerySet]:
        """Pinned topics stand above all others, and not among them."""
        return [self.narrow(rows.unpinned() if self.shows_pinned else rows, reader)]

    def narrow(self, rows: TopicQuerySet, reader: Permitted | None) -> TopicQuerySet:
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
    def rows(reader: Permitted | None, slug: str) -> ForumQuerySet:
        return Forum.objects.visible_to(reader).filter(slug=slug)

    for forum in _asked(request.contact, "forum", rows, slug=forum_slug):
        return forum
    raise Http404


def _for_list(topics: TopicQuerySet, reader: Permitted | None) -> TopicQuerySet:
    return topics.for_list()


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

    def rows(reader: Permitted | None, forum: int) -> TopicQuerySet:
        topics = Topic.objects.visible_to(reader).filter(forum=forum)
        return topics.for_list().pinned().newest_first()

    return _asked(shown.request.contact, "pinned topics", rows, forum=shown.parent.pk)


def _asked(
    contact: Contact | None, shape: str, rows: Callable[..., models.QuerySet[M]], **values: Any
) -> list[M]:
    return rows_for(contact, shape, rows, **values) if contact else list(rows(None, **values))


TOPIC_LIST = Listing(
    name="forum",
    parent="forum",
    find_parent=_forum,
    form=TopicListForm,
    rows=_for_list,
    template="forums/forum_detail.html",
    of_page=_of_page,
    columns=COLUMNS,
)
