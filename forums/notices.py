"""Who is told by mail that somebody replied."""

from django.db import transaction
from django.urls import reverse

from accounts.actions import queue_mail
from accounts.actors import Actor
from accounts.models import Contact
from forums.models import Post, Topic
from lib.jobs import defer
from records.actions.following import has_muted, may_be_told, receivers

TELL_FOLLOWERS = "forums.tasks.tell_followers"


def tell_of_reply(topic: Topic, post: Post, actor: Actor) -> None:
    """The topic's author at once; followers, who may be many, by a job."""
    _mail_author(topic, post, actor)
    defer(TELL_FOLLOWERS, post_id=post.pk)


@transaction.atomic
def mail_followers(*, post_id: int) -> None:
    """Everyone who follows the topic and may still read it, but for its author and whoever wrote the post.
    What was deleted in the meantime is told to nobody."""
    post = Post.objects.select_related("topic__forum", "author_contact").filter(pk=post_id).first()
    if post is None:
        return
    for contact in receivers(post.topic):
        if contact.pk != post.topic.author_contact_id and not _wrote(contact, post):
            _mail_contact(contact, post.topic, post)


def _wrote(contact: Contact, post: Post) -> bool:
    """As this contact, or as another of the same person."""
    author = post.author_contact
    if author is None:
        return contact.user_id is not None and contact.user_id == post.author_user_id
    return contact.pk == author.pk or (contact.user_id is not None and contact.user_id == author.user_id)


def _mail_author(topic: Topic, post: Post, actor: Actor) -> None:
    """Unless they wrote the post themselves, have muted the topic or may no longer read it. Staff read in the
    administration."""
    contact, staff = topic.author_contact, topic.author_user
    if actor.user and actor.user.pk == (contact.user_id if contact else topic.author_user_id):
        return
    if contact and may_be_told(contact, topic) and not has_muted(contact, topic):
        _mail_contact(contact, topic, post)
    elif staff and staff.is_active:
        url = reverse("admin:forums_topic_change", args=[topic.pk])
        _mail(staff.email, topic, post, name=staff.get_short_name(), url=url, is_own=True)


def _mail_contact(contact: Contact, topic: Topic, post: Post) -> None:
    _mail(
        contact.email,
        topic,
        post,
        name=contact.first_name,
        url=topic.url_of_latest(post),
        is_own=contact.pk == topic.author_contact_id,
        stop_url=f"{topic.get_absolute_url()}#follow",
    )


def _mail(to: str, topic: Topic, post: Post, **context: object) -> None:
    queue_mail(event="forums/reply", to=to, context={"topic": topic, "post": post, **context})
