"""Was this helpful?"""

import pytest
from django.urls import reverse

from accounts.models import Activity
from knowledgebase.models import ArticleFeedback
from tests.knowledgebase.factories import make_article, make_draft


@pytest.fixture
def article(db):
    return make_article("Pair a Beacon")


def feedback_url(article):
    return reverse("knowledgebase:feedback", args=[article.slug])


def test_a_contact_says_that_an_article_helped(article, alice, sign_in):
    browser = sign_in(alice)
    assert "Was this helpful?" in browser.get(article.get_absolute_url()).text
    response = browser.post(feedback_url(article), {"is_helpful": "yes"}, follow=True)
    assert response.redirect_chain == [(f"{article.get_absolute_url()}#feedback", 302)]
    assert "You found this helpful" in response.text
    assert ArticleFeedback.objects.get().contact == alice
    assert Activity.objects.filter(verb="article.rated", actor=alice.user, is_internal=True).exists()


def test_a_contact_changes_their_mind_and_keeps_one_voice(article, alice, bob, sign_in):
    browser = sign_in(alice)
    sign_in(bob).post(feedback_url(article), {"is_helpful": "yes"})
    browser.post(feedback_url(article), {"is_helpful": "yes"})
    page = browser.post(
        feedback_url(article), {"is_helpful": "no", "comment": "Step 2 is missing."}, follow=True
    ).text
    assert "You did not find this helpful" in page
    assert "Step 2 is missing.</textarea>" in page
    voices = ArticleFeedback.objects.order_by("contact").values_list("contact", "is_helpful", "comment")
    assert list(voices) == [(alice.pk, False, "Step 2 is missing."), (bob.pk, True, "")]


def test_a_comment_that_is_too_long_is_not_lost(article, alice, sign_in):
    comment = "word " * 500
    page = sign_in(alice).post(feedback_url(article), {"is_helpful": "no", "comment": comment}).text
    assert "error-summary" in page
    assert comment.strip() in page
    assert not ArticleFeedback.objects.exists()


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_an_answer_is_yes_or_no(article, alice, sign_in, answer):
    response = sign_in(alice).post(
        feedback_url(article), {"is_helpful": answer, "comment": "Typed with care"}
    )
    assert response.status_code == 200
    assert "Typed with care" in response.text
    assert not ArticleFeedback.objects.exists()


def test_a_contact_cannot_judge_a_draft(alice, sign_in):
    draft = make_draft()
    assert sign_in(alice).post(feedback_url(draft), {"is_helpful": "yes"}).status_code == 404
    assert not ArticleFeedback.objects.exists()


def test_staff_without_a_contact_cannot_judge(article, ada, sign_in):
    assert sign_in(ada).post(feedback_url(article), {"is_helpful": "yes"}).status_code == 404


def test_a_visitor_cannot_judge(article, visitor):
    response = visitor.post(feedback_url(article), {"is_helpful": "yes"})
    assert response["Location"].startswith(reverse("account_login"))
    assert not ArticleFeedback.objects.exists()


def test_feedback_is_not_given_by_a_link(article, alice, sign_in):
    assert sign_in(alice).get(feedback_url(article), {"is_helpful": "yes"}).status_code == 405
