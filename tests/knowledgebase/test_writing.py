"""How the text of an article becomes a page."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Activity
from knowledgebase.actions import publish_article, unpublish_article, write_article
from knowledgebase.models import Article
from tests.knowledgebase.factories import make_article, make_category, make_draft


def test_headings_get_addresses_and_a_table_of_contents(alice, sign_in):
    body = "## Before you start\n\n## Pair & *check*\n\n### Details\n\n## Before you start\n\n## 日本語\n\n## 中文"  # noqa: E501
    article = make_article(body=body)
    sections = [(section.anchor, section.title) for section in article.sections]
    assert sections == [
        ("section-before-you-start", "Before you start"),
        ("section-pair-check", "Pair & check"),
        ("section-before-you-start-2", "Before you start"),
        ("section", "日本語"),
        ("section-2", "中文"),
    ]
    page = sign_in(alice).get(article.get_absolute_url()).text
    assert '<h2 id="section-pair-check">Pair &amp; <em>check</em></h2>' in page
    assert '<h3 id="section-details">Details</h3>' in page
    assert '<a href="#section-pair-check">Pair &amp; check</a>' in page


def test_a_short_article_has_no_table_of_contents(alice, sign_in):
    article = make_article(body="## One\n\n## Two")
    assert "On this page" not in sign_in(alice).get(article.get_absolute_url()).text


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "## <img src=x onerror=alert(1)>",
        '## "><svg onload=alert(1)>\n\n## a\n\n## b',
        "[link](javascript:alert(1))",
        "```\n<h2><script>alert(1)</script></h2>\n```",
    ],
)
def test_text_cannot_smuggle_in_a_script(attack, alice, sign_in):
    article = make_article(body=attack)
    page = sign_in(alice).get(article.get_absolute_url()).text
    assert not any(
        piece in page for piece in ["<script>alert", "<img src=x", "<svg onload", 'href="javascript:']
    )


def test_writing_counts_the_words_and_notes_who_wrote(ada):
    article = Article(
        title="Reset a gateway",
        slug="reset",
        body="Hold the button\nfor ten seconds.",
        category=make_category(),
    )
    write_article(actor=Actor(user=ada), article=article)
    article.title = "Reset a Tidegate gateway"
    write_article(actor=Actor(user=ada), article=article)
    article.refresh_from_db()
    assert (article.title_length, article.body_length) == (4, 6)
    assert list(Activity.objects.order_by("pk").values_list("verb", "actor")) == [
        ("article.written", ada.pk),
        ("article.changed", ada.pk),
    ]
    assert all(Activity.objects.values_list("is_internal", flat=True))


@pytest.mark.django_db
def test_publishing_again_keeps_the_first_date():
    written, published, again = (timezone.now() - timedelta(days=days) for days in (9, 8, 1))
    article = make_draft(at=written)
    publish_article(actor=SYSTEM, article=article, at=published)
    unpublish_article(actor=SYSTEM, article=article)
    publish_article(actor=SYSTEM, article=article, at=again)
    article.refresh_from_db()
    assert (article.published_at, article.updated_at) == (published, published)


@pytest.mark.django_db
def test_an_article_cannot_take_the_address_of_the_categories():
    article = make_draft()
    article.slug = "category"
    with pytest.raises(ValidationError, match="reserved for categories"):
        article.full_clean()
    with pytest.raises(IntegrityError, match="knowledgebase_article_slug_is_not_taken_by_categories"):
        write_article(actor=SYSTEM, article=article)


@pytest.mark.django_db
def test_an_article_cannot_be_published_without_a_date():
    article = make_draft()
    with pytest.raises(IntegrityError, match="knowledgebase_article_published_has_a_date"):
        Article.objects.filter(pk=article.pk).update(status=Article.Status.PUBLISHED)
