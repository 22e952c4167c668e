"""How staff write, preview and publish."""

import pytest
from django.urls import reverse

from accounts.models import Activity, User
from knowledgebase.models import Article, ArticleFeedback
from tests.knowledgebase.factories import make_article, make_category, make_draft

ARTICLES = "admin:knowledgebase_article_changelist"


@pytest.fixture
def desk(ada, sign_in):
    return sign_in(ada)


def typed(category, **changes):
    return {
        "title": "Pair a Beacon",
        "slug": "pair-a-beacon",
        "category": str(category.pk),
        "summary": "",
        "body": "## Steps\n\nHold the button.",
        "products": "Beacon, Tidegate",
        "author": "",
        **changes,
    }


def test_an_editor_writes_a_draft(desk, ada):
    response = desk.post(reverse("admin:knowledgebase_article_add"), typed(make_category()))
    assert response.status_code == 302
    article = Article.objects.get()
    assert article.status == Article.Status.DRAFT
    assert article.body_html.startswith('<h2 id="section-steps">')
    assert article.products == ["Beacon", "Tidegate"]
    assert Activity.objects.get(verb="article.written").actor == ada


def test_an_editor_changes_a_published_article(desk):
    article = make_article()
    desk.post(
        reverse("admin:knowledgebase_article_change", args=[article.pk]),
        typed(article.category, body="New text"),
    )
    article.refresh_from_db()
    assert article.status == Article.Status.PUBLISHED
    assert article.body_html.strip() == "<p>New text</p>"


def test_an_editor_is_told_that_an_address_is_taken(desk):
    page = desk.post(reverse("admin:knowledgebase_article_add"), typed(make_category(), slug="category"))
    assert "reserved for categories" in page.text
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("action", "status"), [("publish", "published"), ("unpublish", "draft"), ("archive", "archived")]
)
def test_an_editor_publishes_and_takes_back(desk, action, status):
    article = make_draft() if action == "publish" else make_article()
    desk.post(reverse(ARTICLES), {"action": action, "_selected_action": [article.pk]})
    article.refresh_from_db()
    assert article.status == status
    assert (
        Activity.objects.filter(record_id=article.pk).order_by("-pk")[0].verb.startswith(f"article.{action}")
    )


def test_an_editor_previews_a_draft(desk):
    draft = make_draft("Soon to come", "Some **bold** text.")
    preview = reverse("admin:knowledgebase_article_preview", args=[draft.pk])
    assert preview in desk.get(reverse("admin:knowledgebase_article_change", args=[draft.pk])).text
    page = desk.get(preview).text
    assert "<strong>bold</strong>" in page
    assert "Was this helpful?" not in page


def test_a_customer_cannot_preview(alice, sign_in):
    preview = reverse("admin:knowledgebase_article_preview", args=[make_draft().pk])
    assert sign_in(alice).get(preview).status_code in (302, 403)


def test_staff_without_the_permission_cannot_preview(desk, ada):
    User.objects.filter(pk=ada.pk).update(is_superuser=False)
    assert desk.get(reverse("admin:knowledgebase_article_preview", args=[make_draft().pk])).status_code == 403


def test_an_editor_finds_articles_by_text_and_sees_the_votes(desk, alice, bob):
    article = make_article("Probes", "About zirconium.")
    make_article("Gateways", "About radio.")
    ArticleFeedback.objects.create(article=article, contact=alice, is_helpful=True)
    ArticleFeedback.objects.create(article=article, contact=bob, is_helpful=False, comment="Too short")
    page = desk.get(reverse(ARTICLES), {"q": "zirconium"})
    rows = page.context["cl"].result_list
    assert [(row.title, row.helpful_count, row.not_helpful_count) for row in rows] == [("Probes", 1, 1)]
    assert "Too short" in desk.get(reverse("admin:knowledgebase_articlefeedback_changelist")).text


def test_feedback_cannot_be_edited(desk, alice):
    feedback = ArticleFeedback.objects.create(article=make_article(), contact=alice, is_helpful=True)
    url = reverse("admin:knowledgebase_articlefeedback_change", args=[feedback.pk])
    assert desk.get(url).status_code == 200
    assert desk.post(url, {"is_helpful": ""}).status_code == 403
    assert desk.get(reverse("admin:knowledgebase_articlefeedback_add")).status_code == 403


def test_an_editor_gives_a_category_an_audience(desk):
    category = make_category()
    page = desk.get(reverse("admin:knowledgebase_category_change", args=[category.pk]))
    assert page.status_code == 200
    assert "Portal User Manager" in page.text
