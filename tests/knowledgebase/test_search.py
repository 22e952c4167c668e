"""What the search box finds, and how it shows it."""

import pytest

from accounts.models import RecordPermission
from knowledgebase.models import Article
from tests.knowledgebase.factories import make_article, make_draft


@pytest.fixture
def browser(alice, sign_in):
    return sign_in(alice)


def found(browser, words):
    response = browser.get("/knowledgebase/", {"q": words})
    assert response.status_code == 200
    return [article.title for article in response.context["results"]]


def page(browser, words):
    return browser.get("/knowledgebase/", {"q": words}).text


def test_a_question_finds_articles_with_any_of_its_words_the_title_first(browser):
    make_article("Change the battery", "Open the lid of the logger.")
    make_article(
        "Store a logger", "Take the battery out before winter. A battery is a battery: batteries leak."
    )
    make_article("Read an invoice", "Totals and taxes.")
    assert found(browser, "How do I replace batteries?") == ["Change the battery", "Store a logger"]


def test_equal_matches_come_in_a_lasting_order(browser):
    titles = [make_article("Calibration", "The same text.").title for _ in range(3)]
    ids = [article.pk for article in browser.get("/knowledgebase/?q=calibration").context["results"]]
    assert titles == ["Calibration"] * 3
    assert ids == sorted(ids)


def test_a_snippet_marks_the_words(browser):
    filler = "Nothing to see. " * 60
    make_article(
        "Storage", f"{filler}Remove **both** batteries & keep them dry. {filler}", summary="About storage."
    )
    shown = page(browser, "battery")
    assert "… Nothing to see. Remove both <mark>batteries</mark> &amp; keep them dry. Nothing" in shown
    assert "**both**" not in shown


def test_a_snippet_shows_the_passage_with_most_of_the_words(browser):
    filler = "Nothing to see. " * 60
    make_article("Storage", f"A battery is inside. {filler}## Winter\n\nStore the **battery**. {filler}")
    assert "Winter <mark>Store</mark> the <mark>battery</mark>. Nothing" in page(browser, "store battery")


def test_a_title_match_shows_the_summary(browser):
    make_article("Batteries", "Nothing else.", summary="All about <b>power</b>.")
    assert "All about &lt;b&gt;power&lt;/b&gt;." in page(browser, "battery")


def test_a_snippet_is_escaped(browser):
    make_article("Code", "The probe says `<script>alert(1)</script>` and &lt;b&gt; now.")
    shown = page(browser, "probe")
    assert "&lt;script&gt;alert" in shown
    assert "<script>alert" not in shown
    assert "<b>" not in shown


def test_words_are_shown_escaped(browser):
    shown = page(browser, "<script>alert(1)</script>")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_drafts_are_not_found(browser):
    make_draft("Zirconium probes")
    assert found(browser, "zirconium") == []


@pytest.mark.parametrize("words", ["zebra", "the of and", "???", "' OR 1=1 --", "a:* & !b", "\\", "é" * 200])
def test_a_search_without_hits_suggests_to_open_a_case(browser, words):
    make_article("Pair a Beacon")
    shown = page(browser, words)
    assert "No articles found for" in shown
    assert "Try fewer or different words, or contact us" in shown
    assert "Recently updated" in shown


def test_a_search_without_hits_offers_no_case_without_the_permission(browser):
    RecordPermission.objects.filter(record_type="case").delete()
    assert "contact us and we will help" not in page(browser, "zebra")


@pytest.mark.parametrize("words", ["a\x00b", "x" * 201])
def test_words_that_cannot_be_searched_for_are_refused_with_a_reason(browser, words):
    response = browser.get("/knowledgebase/", {"q": words})
    assert response.status_code == 200
    assert response.context["form"].errors["q"]
    assert "error-summary" in response.text


def test_only_the_best_twenty_are_shown(browser):
    for _ in range(22):
        make_article("Calibration")
    assert len(found(browser, "calibration")) == 20


def test_an_edited_article_is_found_by_its_new_words(alice):
    """The generated column follows title and text without being written."""
    article = make_article("Pair a Beacon")
    Article.objects.filter(pk=article.pk).update(title="Pair a Fathom")
    results = Article.objects.visible_to(alice).search("fathom")[:5]
    assert [(result.title, result.get_absolute_url()) for result in results] == [
        ("Pair a Fathom", article.get_absolute_url())
    ]
