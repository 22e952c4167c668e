"""Who reads which article, and what its pages show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import RecordPermission, WebRole
from knowledgebase.actions import archive_article
from knowledgebase.models import Article
from tests.factories import make_contact
from tests.knowledgebase.factories import make_article, make_category, make_draft

LIST = "/knowledgebase/"


@pytest.fixture
def article(db):
    category = make_category("Gateways", slug="gateways")
    return make_article(
        "Pair a Beacon with a Tidegate",
        "Hold the **button**.",
        slug="pair-a-beacon",
        category=category,
        products=["Beacon"],
    )


@pytest.fixture
def role(db):
    return WebRole.objects.create(name="Pilot customers")


def test_a_contact_reads_a_published_article(article, alice, sign_in):
    page = sign_in(alice).get(article.get_absolute_url()).text
    assert ">Pair a Beacon with a Tidegate</h1>" in page
    assert "<strong>button</strong>" in page
    assert "Beacon</li>" in page
    assert 'href="/knowledgebase/category/gateways/"' in page


@pytest.mark.parametrize(
    "address", [LIST, "/knowledgebase/category/gateways/", "/knowledgebase/pair-a-beacon/"]
)
def test_a_visitor_is_asked_to_sign_in(article, visitor, address):
    response = visitor.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_contact_cannot_read_a_draft(alice, sign_in):
    draft = make_draft("Secret plans")
    browser = sign_in(alice)
    assert browser.get(draft.get_absolute_url()).status_code == 404
    assert "Secret plans" not in browser.get(LIST).text
    assert "Secret plans" not in browser.get(draft.category.get_absolute_url()).text


def test_a_contact_cannot_read_an_archived_article(article, alice, sign_in):
    browser = sign_in(alice)
    assert browser.get(article.get_absolute_url()).status_code == 200
    archive_article(actor=SYSTEM, article=article)
    assert browser.get(article.get_absolute_url()).status_code == 404


def test_a_contact_cannot_read_articles_without_the_permission(article, alice, sign_in):
    RecordPermission.objects.filter(record_type="article").delete()
    browser = sign_in(alice)
    assert browser.get(LIST).status_code == 403
    assert browser.get(article.category.get_absolute_url()).status_code == 404
    assert browser.get(article.get_absolute_url()).status_code == 404


def test_staff_without_a_contact_cannot_open_the_list(article, ada, sign_in):
    browser = sign_in(ada)
    assert browser.get(LIST).status_code == 403
    assert browser.get(article.get_absolute_url()).status_code == 404


def test_only_its_audience_sees_a_category_and_its_articles(role, alice, charlie, sign_in):
    category = make_category("Pilot programme", role)
    article = make_article("Try the new firmware", "Only for pilots.", category=category)
    charlie.roles.add(role)
    pages = [LIST, f"{LIST}?q=firmware", category.get_absolute_url(), article.get_absolute_url()]

    pilot, stranger = sign_in(charlie), sign_in(alice)
    assert all("Try the new firmware" in pilot.get(page).text for page in pages)
    assert [stranger.get(page).status_code for page in pages] == [200, 200, 404, 404]
    assert not any("Try the new firmware" in stranger.get(page).text for page in pages)
    assert not any("Pilot programme" in stranger.get(page).text for page in pages)


def test_a_role_taken_away_closes_a_category_at_once(role, charlie, sign_in):
    article = make_article(category=make_category("Pilot programme", role))
    charlie.roles.add(role)
    browser = sign_in(charlie)
    assert browser.get(article.get_absolute_url()).status_code == 200
    charlie.roles.clear()
    assert browser.get(article.get_absolute_url()).status_code == 404


def test_the_list_shows_categories_in_order_with_their_latest_articles(alice, sign_in):
    second, first = make_category("Second shelf", position=2), make_category("First shelf", position=1)
    make_category("Empty shelf")
    now = timezone.now()
    for age in range(7):
        make_article(f"Aged {age} days", category=first, at=now - timedelta(days=age))
    make_article("Lonely", category=second, at=now - timedelta(days=30))

    response = sign_in(alice).get(LIST)
    shelves = [
        (shelf.name, [article["title"] for article in shelf.top_articles])
        for shelf in response.context["categories"]
    ]
    assert shelves == [
        ("First shelf", ["Aged 0 days", "Aged 1 days", "Aged 2 days", "Aged 3 days", "Aged 4 days"]),
        ("Second shelf", ["Lonely"]),
    ]
    assert "Empty shelf" not in response.text


def test_a_contact_sees_an_empty_knowledge_base_explained(alice, sign_in):
    assert "No articles yet" in sign_in(alice).get(LIST).text


def test_a_contact_pages_through_a_category(alice, sign_in):
    category = make_category()
    now = timezone.now()
    for age in range(30):
        make_article(f"Article aged {age:02}", category=category, at=now - timedelta(days=age))
    browser = sign_in(alice)
    page = browser.get(category.get_absolute_url()).context["page"]
    assert page.rows[0].title == "Article aged 00"
    assert not page.newer_url
    older = browser.get(category.get_absolute_url() + page.older_url).context["page"]
    assert [row.title for row in older.rows] == [f"Article aged {age}" for age in range(25, 30)]


def test_a_contact_sees_an_empty_category_explained(alice, sign_in):
    assert "No articles yet" in sign_in(alice).get(make_category().get_absolute_url()).text


def test_related_articles_of_the_same_product_come_first(article, alice, sign_in):
    shelf, now = article.category, timezone.now()
    make_article("Of another shelf", at=now, products=["Beacon"])
    make_draft("Unfinished", at=now, products=["Beacon"], category=shelf)
    for number in range(4):
        make_article(f"Newer {number}", at=now - timedelta(days=number), category=shelf)
    make_article("Same product", at=now - timedelta(days=9), products=["Beacon"], category=shelf)

    related = sign_in(alice).get(article.get_absolute_url()).context["article"].related
    assert [other["title"] for other in related] == ["Same product", "Newer 0", "Newer 1", "Newer 2"]


def test_a_contact_is_offered_a_case_only_with_the_permission_to_open_one(article, alice, sign_in):
    browser = sign_in(alice)
    assert "Still need help?" in browser.get(article.get_absolute_url()).text
    RecordPermission.objects.filter(record_type="case").delete()
    assert "Still need help?" not in browser.get(article.get_absolute_url()).text


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_cost_the_same_however_many_articles(rows, alice, sign_in, django_assert_max_num_queries):
    """Besides session, user, contact and configuration: two queries for a list, one for an article."""
    category = make_category(slug="shelf")
    articles = [make_article(f"Calibrate probe {number}", category=category) for number in range(rows)]
    for number in range(rows):
        make_article(category=make_category(f"Other {number}"))
    browser = sign_in(alice)
    browser.get(LIST)
    for address, ceiling in [
        (LIST, 6),
        (f"{LIST}?q=probe", 5),
        (f"{LIST}?q=zebra", 6),
        (category.get_absolute_url(), 6),
        (articles[0].get_absolute_url(), 5),
    ]:
        with django_assert_max_num_queries(ceiling):
            assert browser.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", [LIST, "/knowledgebase/category/gateways/", "/knowledgebase/pair-a-beacon/"]
)
def test_pages_are_only_for_reading(article, alice, sign_in, address):
    assert sign_in(alice).post(address).status_code == 405


def test_a_contact_without_an_account_reads_too(article, sign_in):
    assert sign_in(make_contact("Greta", None)).get(article.get_absolute_url()).status_code == 200


def test_lists_are_read_off_an_index_in_their_order(alice):
    """On large tables too: nothing is sorted."""
    articles = Article.objects.visible_to(alice).without_text()
    shelf = make_category()
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )
    latest, of_shelf = (
        articles.latest_first()[:6].explain(),
        articles.filter(category=shelf).latest_first()[:26].explain(),
    )
    assert "Index Scan using knowledgebase_article_latest" in latest
    assert "Index Scan using knowledgebase_article_category" in of_shelf
    assert "Sort" not in latest + of_shelf
