"""Mails about articles that are followed."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import OutgoingMail
from knowledgebase.actions import archive_article, publish_article, unpublish_article, write_article
from knowledgebase.models import Article
from records.actions.following import follow
from tests.factories import grant
from tests.knowledgebase.factories import make_article


@pytest.fixture
def article(alice) -> Article:
    """Alice follows it."""
    article = make_article("Reset the gateway")
    follow(contact=alice, record=article)
    return article


def change(article: Article, body: str = "Hold the button for ten seconds.") -> None:
    article = Article.objects.get(pk=article.pk)
    article.body = body
    write_article(actor=SYSTEM, article=article)


def told() -> list[str]:
    return list(OutgoingMail.objects.filter(event="knowledgebase/changed").values_list("to", flat=True))


def test_a_follower_is_told_of_a_changed_article_and_how_to_stop(alice, article, run_jobs, settings):
    change(article)
    run_jobs()
    mail = OutgoingMail.objects.get()
    address = f"{settings.BASE_URL}{article.get_absolute_url()}"
    assert (mail.to, mail.subject) == (alice.email, "Article updated: Reset the gateway")
    assert f"Read the article: {address}\n" in mail.text
    assert f"because you follow this article. To stop: {address}#follow" in mail.text
    assert f'href="{address}#follow"' in mail.html
    assert "Read the article" in mail.html


def test_nobody_is_told_where_nothing_was_changed(article, run_jobs):
    change(article, body=article.body)
    publish_article(actor=SYSTEM, article=article)
    unpublish_article(actor=SYSTEM, article=article)
    publish_article(actor=SYSTEM, article=article)
    run_jobs()
    assert told() == []


@pytest.mark.parametrize("take_back", [unpublish_article, archive_article])
def test_what_was_changed_while_it_was_taken_back_is_told_when_it_is_published(
    alice, article, run_jobs, take_back
):
    take_back(actor=SYSTEM, article=article)
    change(article)
    run_jobs()
    assert told() == []
    publish_article(actor=SYSTEM, article=Article.objects.get(pk=article.pk))
    run_jobs()
    assert told() == [alice.email]


def test_a_new_article_is_told_to_nobody(alice, run_jobs):
    make_article()
    run_jobs()
    assert told() == []


def test_a_follower_who_may_no_longer_read_it_is_told_nothing(bob, article, run_jobs):
    """Decided when the mail is written, not when the article is changed."""
    change(article)
    article.category.audience.add(grant(bob, "case", "account", "read"))
    run_jobs()
    assert told() == []


def test_an_article_that_is_taken_back_at_once_is_told_to_nobody(article, run_jobs):
    change(article)
    unpublish_article(actor=SYSTEM, article=article)
    run_jobs()
    assert told() == []
