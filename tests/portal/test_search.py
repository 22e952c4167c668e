"""One search box over everything; each kind of hit is asked through its own record gate."""

import pytest

from accounts.models import WebRole
from tests.cases.factories import make_case
from tests.forums.factories import make_forum, make_topic
from tests.invoices.factories import make_draft, make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.knowledgebase.factories import make_draft as make_draft_article


def found(browser, words):
    """Kind → titles of the hits."""
    page = browser.get("/search/", {"q": words})
    assert page.status_code == 200
    return {str(group.heading): [hit.line.title for hit in group.hits] for group in page.context["groups"]}


def test_a_visitor_is_sent_to_sign_in(visitor):
    assert visitor.get("/search/?q=probe").url == "/accounts/login/?next=/search/%3Fq%3Dprobe"


def test_one_word_finds_hits_of_every_kind(sign_in, fiona, acme):
    make_article("Clean the probe")
    make_case(fiona, "Probe drifts")
    make_topic(make_forum(), fiona, "Which probe for rivers?")
    make_invoice(acme, number="T-1", purchase_order="PROBE-7")
    browser = sign_in(fiona)
    assert found(browser, "probe") == {
        "Articles": ["Clean the probe"],
        "Cases": ["Probe drifts"],
        "Discussions": ["Which probe for rivers?"],
        "Invoices": ["T-1"],
    }
    for url in (fiona.cases.get().get_absolute_url(), acme.invoices.get().get_absolute_url()):
        assert f'href="{url}"' in browser.get("/search/?q=probe").text


def test_a_case_is_found_by_its_readers_only(sign_in, alice, ivan, fiona, charlie, ada):
    case = make_case(alice, "Probe drifts")
    for words in ("probe", case.number, case.number.lower()):
        for reader in (alice, ivan):
            assert found(sign_in(reader), words) == {"Cases": ["Probe drifts"]}
        for stranger in (fiona, charlie, ada):
            assert found(sign_in(stranger), words) == {}


def test_an_invoice_is_found_by_its_readers_only(sign_in, alice, fiona, charlie, acme):
    make_invoice(acme, number="T-77")
    make_draft(acme, purchase_order="T-77-draft")
    assert found(sign_in(fiona), "T-77") == {"Invoices": ["T-77"]}
    for stranger in (alice, charlie):
        assert found(sign_in(stranger), "T-77") == {}


def test_drafts_and_what_is_for_others_are_not_found(sign_in, alice, fiona):
    finance = WebRole.objects.get(name="Portal Finance User")
    make_draft_article("Unfinished probe")
    make_article("Probe prices", category=make_category("Prices", finance))
    forum = make_forum()
    forum.audience.add(finance)
    make_topic(forum, fiona, "Probe discounts")
    assert found(sign_in(alice), "probe") == {}
    assert found(sign_in(fiona), "probe") == {
        "Articles": ["Probe prices"],
        "Discussions": ["Probe discounts"],
    }


def test_a_hit_is_text_and_nothing_else(sign_in, alice):
    make_case(alice, "<script>alert(1)</script> probe")
    page = sign_in(alice).get("/search/", {"q": "probe"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("query", ["", "q=", "q=%20%20", "words=probe"])
def test_without_words_the_page_asks_for_some(sign_in, alice, query):
    page = sign_in(alice).get(f"/search/?{query}").text
    assert "What are you looking for?" in page


def test_no_hits_lead_to_a_new_case(sign_in, alice):
    page = sign_in(alice).get("/search/", {"q": "zeppelin"}).text
    assert "No results" in page
    assert 'href="/cases/new/"' in page
    assert 'value="zeppelin"' in page


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=a%00b",
        "q=" + "x" * 10_000,
        "q=%ED%A0%80",
        "q=%FF",
        "q=%27%3B--",
        "q=%25",
        "q=(%26|!)",
        "q=%5C",
        "q=%3A*",
    ],
)
def test_odd_words_do_no_harm(sign_in, alice, query):
    make_case(alice, "Probe drifts")
    page = sign_in(alice).get(f"/search/?{query}")
    assert page.status_code == 200
    assert "Probe drifts" not in page.text


def test_searching_is_not_posted(sign_in, alice):
    assert sign_in(alice).post("/search/", {"q": "probe"}).status_code == 405


@pytest.mark.parametrize("rows", [1, 8])
def test_searching_costs_the_same_for_few_hits_and_for_many(
    sign_in, fiona, acme, django_assert_max_num_queries, rows
):
    forum = make_forum()
    for n in range(rows):
        make_article(f"Probe {n}")
        make_case(fiona, f"Probe {n}")
        make_topic(forum, fiona, f"Probe {n}")
        make_invoice(acme, purchase_order=f"Probe {n}")
    browser = sign_in(fiona)
    browser.get("/search/?q=probe")
    with django_assert_max_num_queries(8):
        browser.get("/search/?q=probe")
