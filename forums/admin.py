from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.http import PortalRequest
from forums import actions
from forums.forms import body_field
from forums.models import Forum, Post, Topic
from lib import markdown
from lib.admin_columns import moment
from lib.admin_pickers import PICKERS
from lib.admin_places import Place
from lib.admin_start import Figure
from lib.submissions import SubmissionForm

LATEST_POSTS = 10


def _staff(request: HttpRequest) -> Actor:
    return Actor.staff(cast("PortalRequest", request))


@admin.register(Forum)
class ForumAdmin(admin.ModelAdmin[Forum]):
    place = Place("content", 4, gettext_lazy("Forums"), "chat-dots")
    list_display = (
        "name",
        "position",
        "staff_only_topics",
        "topic_count",
        "post_count",
        moment("last_post_at", gettext_lazy("last post")),
    )
    list_editable = ("position",)
    list_filter = ("staff_only_topics", "audience")
    search_fields = ("name", "description")
    prepopulated_fields = {"slug": ("name",)}
    formfield_overrides = PICKERS
    view_on_site = False  # staff read here; the portal shows forums to contacts


class TopicAdminForm(forms.ModelForm[Topic], SubmissionForm):
    """A new topic needs its first post; an existing one takes a reply."""

    body = body_field(gettext_lazy("Text"), rows=12)

    class Meta:
        model = Topic
        fields = ("forum", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["body"].required, self.fields["body"].label = False, _("Reply")


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin[Topic]):
    """Staff open topics here, reply below the latest posts, and moderate by the actions of the list."""

    place = Place("content", 5, gettext_lazy("Forum topics"), "chat-square-text")
    start_figures = (
        Figure(
            gettext_lazy("Topics without a reply"), 31, lambda _at: Topic.objects.waiting_for_reply(),
            "author_contact__isnull=False&is_locked__exact=0&reply_count=0",
        ),
    )  # fmt: skip
    form = TopicAdminForm
    exclude = ("submission",)  # of the row; the form has its own
    list_display = (
        "title",
        "forum",
        "author_name",
        "reply_count",
        "is_pinned",
        "is_locked",
        "is_answered",
        "last_post_at",
    )
    list_filter = ("forum", "is_answered", "is_pinned", "is_locked")
    search_fields = ("title", "author_contact__last_name", "author_contact__email", "author_user__email")
    date_hierarchy = "created_at"
    show_full_result_count = False
    view_on_site = False
    actions = ("pin", "unpin", "lock", "unlock")
    readonly_fields = ("opened", "is_pinned", "is_locked", "is_answered", "latest_posts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return Topic.objects.with_authors().select_related("forum")

    def get_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("forum", "title", "body", "submission")
        state = ("opened", "is_pinned", "is_locked", "is_answered", "latest_posts")
        return ("forum", "title", *state, "body", "submission")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        return ("forum", *self.readonly_fields) if obj else ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Moderating changes topics, so it needs the right to change them."""
        found = super().get_actions(request)
        if self.has_change_permission(request):
            return found
        return {name: action for name, action in found.items() if name not in self.actions}

    def save_model(self, request: HttpRequest, obj: Topic, form: Any, change: bool) -> None:
        actor, body, number = _staff(request), form.cleaned_data["body"], form.cleaned_data["submission"]
        text = {"body": body, "submission": number}
        if not change:
            opened = actions.open_topic(actor=actor, forum=obj.forum, title=obj.title, **text)
            obj.pk, obj.slug = opened.pk, opened.slug
            return
        if "title" in form.changed_data:
            actions.rename_topic(actor=actor, topic=obj, title=form.cleaned_data["title"])
        if body:
            actions.write_reply(actor=actor, topic=obj, **text)

    def delete_model(self, request: HttpRequest, obj: Topic) -> None:
        actions.delete_topic(actor=_staff(request), topic=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset:
            self.delete_model(request, topic)

    @admin.display(description=gettext_lazy("opened"))
    def opened(self, topic: Topic) -> str:
        return _("%(name)s, %(account)s") % {
            "name": topic.author_name,
            "account": topic.author_company or _("Staff"),
        }

    @admin.display(description=gettext_lazy("latest posts"))
    def latest_posts(self, topic: Topic) -> SafeString:
        latest = topic.posts.for_reading().reverse()[:LATEST_POSTS]
        rows = [
            (
                reverse("admin:forums_post_change", args=[post.pk]),
                post.author_name,
                post.author_company,
                markdown.cleaned(post.body_html),
            )
            for post in reversed(latest)
        ]
        posts = format_html_join(
            "", '<p><a href="{}"><strong>{}</strong></a> {}</p><blockquote>{}</blockquote>', rows
        )
        all_posts = reverse("admin:forums_post_changelist") + f"?topic__id__exact={topic.pk}"
        return format_html(
            '<div>{}<p><a href="{}">{}</a></p></div>', posts, all_posts, _("All posts of this topic")
        )

    @admin.action(description=gettext_lazy("Pin to the top"))
    def pin(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset.filter(is_pinned=False):
            actions.pin_topic(actor=_staff(request), topic=topic)

    @admin.action(description=gettext_lazy("Unpin"))
    def unpin(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset.filter(is_pinned=True):
            actions.pin_topic(actor=_staff(request), topic=topic, is_pinned=False)

    @admin.action(description=gettext_lazy("Close for replies from customers"))
    def lock(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset.filter(is_locked=False):
            actions.lock_topic(actor=_staff(request), topic=topic)

    @admin.action(description=gettext_lazy("Reopen for replies"))
    def unlock(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset.filter(is_locked=True):
            actions.lock_topic(actor=_staff(request), topic=topic, is_locked=False)


@admin.register(Post)
class PostAdmin(admin.ModelAdmin[Post]):
    """To find, correct and remove posts. New ones are written on the topic's page."""

    place = Place("work", 3, gettext_lazy("Moderation"), "flag")
    list_display = (
        "excerpt",
        "topic",
        "author_name",
        "author_company",
        moment("created_at", gettext_lazy("written")),
        "is_answer",
    )
    list_filter = ("is_answer", "topic__forum")
    search_fields = (
        "body",
        "topic__title",
        "author_contact__last_name",
        "author_contact__email",
        "author_user__email",
    )
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("mark_answer", "unmark_answer")
    fields = ("topic", "author_name", "author_company", "created_at", "edited_at", "is_answer", "body")
    readonly_fields = ("topic", "author_name", "author_company", "created_at", "edited_at", "is_answer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return (
            super()
            .get_queryset(request)
            .select_related("topic__forum", "author_contact__account", "author_user")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Posts are deleted one by one: an opening post must not go without its topic."""
        found = super().get_actions(request)
        allowed = self.actions if self.has_change_permission(request) else ()
        return {name: action for name, action in found.items() if name in allowed}

    def save_model(self, request: HttpRequest, obj: Post, form: Any, change: bool) -> None:
        if "body" in form.changed_data:
            actions.edit_post(actor=_staff(request), post=obj, body=form.cleaned_data["body"])

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        post = self.get_object(request, object_id)
        if post and post.is_opening:
            messages.error(request, _("This is the first post of the topic. Delete the topic instead."))
            return redirect("admin:forums_topic_change", post.topic_id)
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        actions.delete_post(actor=_staff(request), post=obj)

    @admin.display(description=gettext_lazy("text"))
    def excerpt(self, post: Post) -> str:
        return " ".join(post.body.split())[:80]

    @admin.action(description=gettext_lazy("Mark as the answer"))
    def mark_answer(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        for post in queryset.filter(is_opening=False):
            actions.mark_answer(actor=_staff(request), post=post)

    @admin.action(description=gettext_lazy("Unmark as the answer"))
    def unmark_answer(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        for post in queryset.filter(is_answer=True):
            actions.unmark_answer(actor=_staff(request), topic=post.topic)
