import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Activity, Contact
from knowledgebase.headings import with_anchors
from knowledgebase.models import Article, ArticleFeedback
from knowledgebase.notices import tell_of_change
from lib.markdown import render

SAID = ("title", "summary", "body")
TAKEN_BACK = ("article.unpublished", "article.archived")
_WORD = re.compile(r"\w+")


@transaction.atomic
def write_article(*, actor: Actor, article: Article, at: datetime | None = None) -> Article:
    """Save a new or changed article with all that is derived from its text. Whether it is published does not
    change."""
    verb = "article.written" if article._state.adding else "article.changed"
    is_news = article.status == Article.Status.PUBLISHED and _says_something_else(article)
    article.body_html = with_anchors(render(article.body))
    article.title_length, article.body_length = (
        len(_WORD.findall(article.title)),
        len(_WORD.findall(article.body)),
    )
    article.updated_at = at or timezone.now()
    article.save()
    record_activity(actor=actor, verb=verb, record=article, is_internal=True)
    if is_news:
        tell_of_change(article)
    return article


@transaction.atomic
def publish_article(*, actor: Actor, article: Article, at: datetime | None = None) -> None:
    is_news = article.status != Article.Status.PUBLISHED and _changed_while_away(article)
    article.publish(at or timezone.now())
    record_activity(actor=actor, verb="article.published", record=article, is_internal=True)
    if is_news:
        tell_of_change(article)


def _says_something_else(article: Article) -> bool:
    """Than what is stored; a new article says nothing else than before."""
    same = {name: getattr(article, name) for name in SAID}
    stored = Article.objects.filter(pk=article.pk)
    return stored.exists() and not stored.filter(**same).exists()


def _changed_while_away(article: Article) -> bool:
    """Whether it has changed since readers last saw it."""
    log = Activity.objects.filter(record_type=article.record_type.name, record_id=str(article.pk))
    taken_back = log.filter(verb__in=TAKEN_BACK).order_by("-pk").values_list("pk", flat=True).first()
    return taken_back is not None and log.filter(verb="article.changed", pk__gt=taken_back).exists()


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
