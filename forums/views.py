from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.page_rights import only_for
from accounts.permissions.visitors import open_to_visitors, sign_in_url
from forums import actions
from forums.forms import ReplyForm, TopicForm
from forums.models import Forum, Post, Topic
from forums.surface import TOPICS
from records.actions.messages import READ_ONLY
from records.display.following import follow_button

NEWEST = 6


@dataclass(frozen=True)
class PageLink:
    """To one page of posts; without an address it is a gap where pages are left out."""

    number: str
    url: str
    is_current: bool


@open_to_visitors("forum")
@require_safe
@only_for("read", Forum)
def forum_list(request: PortalRequest) -> HttpResponse:
    forums = Forum.objects.visible_to(request.contact).select_related("last_topic")
    newest = Topic.objects.visible_to(request.contact).select_related("forum").newest_first()[:NEWEST]
    return render(request, "forums/forum_list.html", {"forums": forums, "newest": newest})


@require_http_methods(["GET", "HEAD", "POST"])
def topic_new(request: PortalRequest, forum_slug: str) -> HttpResponse:
    forum = _forum(request, forum_slug)
    form = TopicForm(request.POST if request.method == "POST" else None)
    if not forum.accepts_topic_from(request.contact):
        return _refused_topic(request, forum, form)
    if form.is_valid() and (topic := _opened(request, forum, form)):
        if topic.opens_with(form.cleaned_data["title"], form.cleaned_data["body"]):
            messages.success(
                request, _("Your topic has been posted. You will get an email when someone replies.")
            )
            return redirect(topic)
        form.renew()
    return _new_topic_page(request, forum, form)


def _refused_topic(request: PortalRequest, forum: Forum, form: TopicForm) -> HttpResponse:
    """With the words, for they may have been typed while a topic was still welcome."""
    if not form.is_bound:
        raise PermissionDenied
    form.is_valid()
    form.add_error(None, actions.NO_TOPICS)
    return _new_topic_page(request, forum, form, status=403)


def _opened(request: PortalRequest, forum: Forum, form: TopicForm) -> Topic | None:
    try:
        return actions.open_topic(actor=Actor.of(request), forum=forum, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _new_topic_page(
    request: PortalRequest, forum: Forum, form: TopicForm, *, status: int = 200
) -> HttpResponse:
    crumbs = [_root(), (forum.name, forum.get_absolute_url()), (_("New topic"), "")]
    context = {"forum": forum, "form": form, "crumbs": crumbs, "is_public": forum.is_public()}
    return render(request, "forums/topic_new.html", context, status=status)


@open_to_visitors("forum")
@require_safe
def topic_detail(request: PortalRequest, forum_slug: str, pk: int, slug: str) -> HttpResponse:
    topic = _topic(request, pk)
    if request.path != topic.get_absolute_url():
        return redirect(topic, permanent=True)
    return _topic_page(request, topic, ReplyForm())


@require_POST
def reply(request: PortalRequest, forum_slug: str, pk: int, slug: str) -> HttpResponse:
    topic = _topic(request, pk)
    form = ReplyForm(request.POST)
    if not topic.accepts_reply_from(request.contact):
        return _refused(request, topic, form)
    if form.is_valid() and (post := _replied(request, topic, form)):
        if post.body == form.cleaned_data["body"]:
            messages.success(request, _("Your reply has been posted."))
            return redirect(post.topic.url_of_latest(post))
        form.renew()
    return _topic_page(request, topic, form)


def _refused(request: PortalRequest, topic: Topic, form: ReplyForm) -> HttpResponse:
    """With the words, for they may have been typed while a reply was still welcome."""
    form.is_valid()
    form.add_error(None, actions.CLOSED if topic.is_locked else READ_ONLY)
    return _topic_page(request, topic, form, status=403)


def _replied(request: PortalRequest, topic: Topic, form: ReplyForm) -> Post | None:
    try:
        return actions.write_reply(actor=Actor.of(request), topic=topic, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None


@require_POST
def mark_answer(request: PortalRequest, forum_slug: str, pk: int, slug: str, post_pk: int) -> HttpResponse:
    topic = _topic(request, pk)
    post = get_object_or_404(topic.posts.replies(), pk=post_pk)
    if not topic.lets_choose_answer(request.contact):
        raise PermissionDenied
    actions.mark_answer(actor=Actor.of(request), post=post)
    messages.success(request, _("Marked as the answer. Thank you for helping other readers find it."))
    return redirect(topic)


@require_POST
def unmark_answer(request: PortalRequest, forum_slug: str, pk: int, slug: str) -> HttpResponse:
    topic = _topic(request, pk)
    if not topic.lets_choose_answer(request.contact):
        raise PermissionDenied
    actions.unmark_answer(actor=Actor.of(request), topic=topic)
    messages.success(request, _("The topic is marked as unanswered again."))
    return redirect(topic)


def _forum(request: PortalRequest, slug: str) -> Forum:
    return get_object_or_404(Forum.objects.visible_to(request.contact), slug=slug)


def _topic(request: PortalRequest, pk: int) -> Topic:
    topics = Topic.objects.visible_to(request.contact).select_related("forum").with_openness()
    return get_object_or_404(topics.with_follow(request.contact), pk=pk)


def _root() -> tuple[str, str]:
    return _("Forums"), reverse("forums:list")


def _topic_page(request: PortalRequest, topic: Topic, form: ReplyForm, *, status: int = 200) -> HttpResponse:
    """The posts of one page; after a reply with errors, the last one."""
    page = _page_of_posts(topic, topic.last_page if form.is_bound else request.GET.get("page", 1))
    context = {
        "topic": topic,
        "page": page,
        "pages": list(_page_links(page)),
        "earlier_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "later_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "answer": next((post for post in page if post.is_answer), None),
        "form": form,
        "reader_id": request.contact.pk if request.contact else 0,
        "can_reply": form.is_bound or topic.accepts_reply_from(request.contact),
        "sign_in_url": sign_in_url(request),
        "follow": follow_button(TOPICS, topic, request.contact) if request.contact else None,
        "can_mark_answer": topic.lets_choose_answer(request.contact),
        "crumbs": [_root(), (topic.forum.name, topic.forum.get_absolute_url())],
    }
    return render(request, "forums/topic_detail.html", context, status=status)


def _page_of_posts(topic: Topic, number: Any) -> Page[Post]:
    """The topic's counter spares the count; a number that is none, or too high, is the first or the last
    page."""
    paginator = Paginator(topic.posts.for_reading(), topic.POSTS_PER_PAGE)
    paginator.count = topic.reply_count + 1
    return paginator.get_page(number)


def _page_links(page: Page[Post]) -> Iterator[PageLink]:
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        yield PageLink(
            str(number), f"?page={number}" if isinstance(number, int) else "", number == page.number
        )
