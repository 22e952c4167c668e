import uuid
from typing import Self
from urllib.parse import urlencode

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, WebRole
from accounts.permissions.audiences import is_meant_for
from accounts.scoping import Permitted, Privilege, RecordType, ScopedQuerySet, can
from lib.search import alike, every_word, vector_of
from records.models import Authored, Written
from records.models.marking import mute_of

TOPIC = RecordType("topic", _("Topics"))
"""Not a type of its own to grant: who may read a forum may read its topics."""


class ForumQuerySet(ScopedQuerySet["Forum"]):
    def permitted_to(self, privilege: Privilege, contact: Permitted | None) -> Self:
        """Forums without an audience, and those whose audience ``contact`` belongs to, if a role permits
        it."""
        audience = Forum.audience.through.objects.filter(forum=models.OuterRef("pk"))
        return super().permitted_to(privilege, contact).filter(is_meant_for(contact, audience))


class Forum(models.Model):
    """A place for topics of one kind. The counters and ``last_*`` are kept by forums.actions."""

    record_type = RecordType(
        "forum", _("Forums"), privileges=("read", "create"),
        through=_("Topics and posts, with their authors' names and companies, "
    "follow their forum and its audience."),
    )  # fmt: skip

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    icon = models.SlugField(
        _("icon"),
        max_length=40,
        default="chat-square-text",
        help_text=_("An icon name from Bootstrap Icons."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    audience = models.ManyToManyField(
        WebRole, verbose_name=_("audience"), blank=True, related_name="+",
        help_text=_(
            "If blank, everyone who may read forums. Otherwise, only contacts with one of these roles."
        ),
    )  # fmt: skip
    staff_only_topics = models.BooleanField(
        _("only staff can open topics"), default=False, help_text=_("Customers can still reply.")
    )  # fmt: skip
    topic_count = models.PositiveIntegerField(_("topics"), default=0, editable=False)
    post_count = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    last_topic = models.ForeignKey(
        "Topic",
        verbose_name=_("latest topic"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    last_post_at = models.DateTimeField(_("last post"), null=True, editable=False)

    objects = ForumQuerySet.as_manager()

    class Meta:
        verbose_name = _("forum")
        verbose_name_plural = _("forums")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("forums:forum", args=[self.slug])

    def accepts_topic_from(self, contact: Contact | None) -> bool:
        return not self.staff_only_topics and can(contact, "create", self)

    def is_public(self) -> bool:
        """Whether visitors read it, so that everybody sees who writes what."""
        return Forum.objects.visible_to(None).filter(pk=self.pk).exists()

    def recount(self) -> None:
        """Work the counters out from the topics, after some of them or of their posts have gone."""
        totals = self.topics.aggregate(
            topics=models.Count("pk"), replies=models.Sum("reply_count", default=0)
        )
        latest = self.topics.newest_first().first()
        self.topic_count, self.post_count = totals["topics"], totals["topics"] + totals["replies"]
        self.last_topic, self.last_post_at = latest, latest.last_post_at if latest else None
        self.save(update_fields=["topic_count", "post_count", "last_topic", "last_post_at"])


IN_LIST = (
    "title",
    "slug",
    "created_at",
    "last_post_at",
    "last_post_by",
    "reply_count",
    "is_pinned",
    "is_locked",
    "is_answered",
    "author_contact__first_name",
    "author_contact__last_name",
    "author_contact__email",
    "author_contact__account__name",
    "author_user__first_name",
    "author_user__last_name",
    "author_user__email",
)


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, contact: Permitted | None) -> Self:
        return self.filter(forum__in=Forum.objects.visible_to(contact))

    def waiting_for_reply(self) -> Self:
        """Customers' topics that nobody has answered yet."""
        return self.filter(author_contact__isnull=False, is_locked=False, reply_count=0)

    def with_authors(self) -> Self:
        return self.select_related("author_contact__account", "author_user")

    def for_list(self) -> Self:
        return self.with_authors().only(*IN_LIST)

    def with_openness(self) -> Self:
        """Load in the same query whether visitors read the topic, so that its authors can be told."""
        public = Forum.objects.visible_to(None).filter(pk=models.OuterRef("forum"))
        return self.annotate(is_public=models.Exists(public))

    def with_follow(self, contact: Contact | None) -> Self:
        """Load in the same query whether the contact follows or has muted the topic."""
        return self.annotate(is_muted=mute_of(contact, TOPIC.name)) if contact else self

    def newest_first(self) -> Self:
        """By last activity."""
        return self.order_by("-last_post_at", "-pk")

    def alike(self, text: str) -> Self:
        """Those whose title has any of the words, the best first."""
        return alike(self.newest_first(), "title", text, among=500)

    def matching(self, text: str) -> Self:
        """Those in whose title are all of these words, or such as begin with them."""
        words = every_word(text)
        return self.annotate(words=vector_of("title")).filter(words=words) if words else self.none()

    def pinned(self) -> Self:
        return self.filter(is_pinned=True)

    def unpinned(self) -> Self:
        return self.filter(is_pinned=False)

    def unanswered(self) -> Self:
        return self.filter(is_answered=False)

    def opened_by(self, contact: Permitted | None) -> Self:
        return self.filter(author_contact=contact.pk) if contact else self.none()


class Topic(Authored):
    """A discussion. Its first post opens it; ``reply_count`` and ``last_*`` are kept by forums.actions."""

    POSTS_PER_PAGE = 20

    forum = models.ForeignKey(Forum, verbose_name=_("forum"), on_delete=models.PROTECT, related_name="topics")
    title = models.CharField(_("title"), max_length=150)
    slug = models.SlugField(_("address"), max_length=80)
    created_at = models.DateTimeField(_("opened"), default=timezone.now)
    last_post_at = models.DateTimeField(_("last post"), default=timezone.now)
    last_post_by = models.CharField(_("last post by"), max_length=250)
    reply_count = models.PositiveIntegerField(_("replies"), default=0)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_locked = models.BooleanField(_("closed"), default=False, help_text=_("Customers can no longer reply."))
    is_answered = models.BooleanField(_("answered"), default=False)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = TopicQuerySet.as_manager()

    is_public: bool
    """Loaded by ``with_openness``."""
    is_muted: bool | None
    """Loaded by ``with_follow``."""

    class Meta(Authored.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-last_post_at", "-id"]
        indexes = [
            models.Index(
                fields=["forum", "-is_pinned", "-last_post_at", "-id"], name="forums_topic_pinned_first"
            ),
            models.Index(fields=["forum", "-last_post_at", "-id"], name="forums_topic_newest_first"),
            models.Index(
                fields=["forum", "-last_post_at", "-id"],
                condition=models.Q(is_answered=False),
                name="forums_topic_unanswered",
            ),
            models.Index(
                fields=["author_contact", "forum", "-last_post_at", "-id"], name="forums_topic_of_author"
            ),
            models.Index(fields=["-last_post_at", "-id"], name="forums_topic_newest_anywhere"),
            GinIndex(vector_of("title"), name="forums_topic_search"),
        ]
        constraints = [
            *Authored.Meta.constraints,
            models.UniqueConstraint(fields=["forum", "submission"], name="forums_topic_sent_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("forums:detail", args=[self.forum.slug, self.pk, self.slug])

    @property
    def record_type(self) -> RecordType:
        return TOPIC

    @property
    def last_page(self) -> int:
        return self.reply_count // self.POSTS_PER_PAGE + 1

    def url_of_latest(self, post: "Post") -> str:
        """Where a post among the latest is read."""
        page = "?" + urlencode({"page": self.last_page}) if self.last_page > 1 else ""
        return f"{self.get_absolute_url()}{page}#post-{post.pk}"

    def accepts_reply_from(self, contact: Contact | None) -> bool:
        return not self.is_locked and can(contact, "create", self.forum)

    def lets_choose_answer(self, contact: Contact | None) -> bool:
        """The question's author knows which reply was the answer."""
        return contact is not None and contact.pk == self.author_contact_id

    def opens_with(self, title: str, body: str) -> bool:
        """Whether these words made the topic, and not others that were sent from the same page before."""
        return self.title == title and self.posts.filter(is_opening=True, body=body).exists()

    def rename(self, title: str) -> None:
        self.title, self.slug = title, slug_of(title)


def slug_of(title: str) -> str:
    """A title's words for the address; titles in other scripts have none that fit."""
    return slugify(title)[:80].strip("-") or "topic"


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, contact: Permitted | None) -> Self:
        return self.filter(topic__forum__in=Forum.objects.visible_to(contact))

    def in_order(self) -> Self:
        return self.order_by("created_at", "pk")

    def replies(self) -> Self:
        return self.filter(is_opening=False)

    def for_reading(self) -> Self:
        """With authors, oldest first, and without the Markdown they were written in."""
        return self.select_related("author_contact__account", "author_user").defer("body").in_order()


class Post(Written):
    topic = models.ForeignKey(
        Topic, verbose_name=_("topic"), on_delete=models.CASCADE, related_name="posts", db_index=False
    )
    body = models.TextField(_("text"), max_length=20_000, help_text=_("Markdown."))
    is_opening = models.BooleanField(_("first post of the topic"), default=False, editable=False)
    is_answer = models.BooleanField(_("answer"), default=False, editable=False)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta(Written.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["topic", "created_at", "id"], name="forums_post_in_order"),
            models.Index(fields=["-created_at", "-id"], name="forums_post_newest_first"),
        ]
        constraints = [
            *Written.Meta.constraints,
            models.UniqueConstraint(fields=["topic", "submission"], name="forums_post_sent_once"),
            models.UniqueConstraint(
                fields=["topic"], condition=models.Q(is_answer=True), name="forums_post_one_answer_a_topic"
            ),
            models.UniqueConstraint(
                fields=["topic"], condition=models.Q(is_opening=True), name="forums_post_one_opening_a_topic"
            ),
            models.CheckConstraint(
                condition=~models.Q(is_opening=True, is_answer=True), name="forums_post_opening_is_no_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.topic}"
