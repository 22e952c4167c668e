"""Who is told by mail that an article has changed."""

from django.db import transaction

from accounts.actions import queue_mail
from knowledgebase.models import Article
from lib.jobs import defer
from records.actions.following import receivers

TELL_FOLLOWERS = "knowledgebase.tasks.tell_followers"


def tell_of_change(article: Article) -> None:
    """Followers may be many, so a job tells them."""
    defer(TELL_FOLLOWERS, article_id=article.pk)


@transaction.atomic
def mail_followers(*, article_id: int) -> None:
    """Everyone who follows the article and may still read it: nobody, if it has been taken back."""
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        return
    for contact in receivers(article):
        context = {"name": contact.first_name, "article": article}
        queue_mail(event="knowledgebase/changed", to=contact.email, context=context)
