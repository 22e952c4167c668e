import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from knowledgebase.headings import with_anchors
from knowledgebase.models import Article, ArticleFeedback
from lib.markdown import render

_WORD = re.compile(r"\w+")


@transaction.atomic
def write_article(*, actor: Actor, article: Article, at: datetime | None = None) -> Article:
    """Save a new or changed article with all that is derived from its text. Whether it is published does not
    change."""
    verb = "article.written" if article._state.adding else "article.changed"
    article.body_html = with_anchors(render(article.body))
    article.title_length, article.body_length = (
        len(_WORD.findall(article.title)),
        len(_WORD.findall(article.body)),
    )
    article.updated_at = at or timezone.now()
    article.save()
    record_activity(actor=actor, verb=verb, record=article, is_internal=True)
    return article


@transaction.atomic
def publish_article(*, actor: Actor, article: Article, at: datetime | None = None) -> None:
    article.publish(at or timezone.now())
    record_activity(actor=actor, verb="article.published", record=article, is_internal=True)


@transaction.atomic
def unpublish_article(*, actor: Actor, article: Article) -> None:
    article.take_back(Article.Status.DRAFT)
    record_activity(actor=actor, verb="article.unpublished", record=article, is_internal=True)


@transaction.atomic
def archive_article(*, actor: Actor, article: Article) -> None:
    article.take_back(Article.Status.ARCHIVED)
    record_activity(actor=actor, verb="article.archived", record=article, is_internal=True)


@transaction.atomic
def give_feedback(
    *,
    actor: Actor,
    contact: Contact,
    article: Article,
    is_helpful: bool,
    comment: str = "",
    at: datetime | None = None,
) -> ArticleFeedback:
    """Keep what ``contact`` thinks of the article now, in place of what they said before."""
    answer = {"is_helpful": is_helpful, "comment": comment, "created_at": at or timezone.now()}
    feedback, _ = ArticleFeedback.objects.update_or_create(article=article, contact=contact, defaults=answer)
    record_activity(
        actor=actor, verb="article.rated", record=article, is_internal=True, is_helpful=is_helpful
    )
    return feedback
