"""What may answer a customer before they open a case."""

import pytest
from django.urls import reverse

from accounts.models import RecordPermission, WebRole
from cases.models import Case
from records.actions.following import receivers
from tests.cases.factories import make_case, status
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_topic
from tests.knowledgebase.factories import make_article, make_category, make_draft
from tests.portal.factories import restrict

SUGGEST = reverse("search_suggest")
SCRIPT = {"HX-Request": "true"}


def suggested(browser, words="gateway"):
    """Kind → titles."""
    page = browser.get(SUGGEST, {"q": words, "for": "help"}, headers=SCRIPT)
    assert page.status_code == 200
    return {str(group.heading): [hit.line.title for hit in group.hits] for group in page.context["groups"]}


def test_articles_discussions_and_open_cases_are_suggested(sign_in, alice, ivan, fiona):
    make_article("Replace a gateway", "Switch the **gateway** off.")
    make_topic(make_forum(), fiona, "Which gateway for a ship?")
    make_case(alice, "Our gateway is offline")
    assert suggested(sign_in(ivan), "my gateways blink") == {
        "Articles": ["Replace a gateway"],
        "Open cases": ["Our gateway is offline"],
        "Discussions": ["Which gateway for a ship?"],
    }


def test_a_few_of_each_kind_are_enough_and_cost_four_queries_at_most(
    sign_in, alice, django_assert_max_num_queries
):
    forum = make_forum()
    for number in range(7):
        make_article(f"Gateway {number}")
        make_topic(forum, alice, f"Gateway {number}?")
        make_case(alice, f"Gateway {number} is offline")
    browser = sign_in(alice)
    with django_assert_max_num_queries(4 + 4):
        found = suggested(browser)
    assert {name: len(titles) for name, titles in found.items()} == {
        "Open cases": 3,
        "Articles": 5,
        "Discussions": 3,
    }


def test_the_best_comes_first(sign_in, alice):
    make_case(alice, "Gateway offline")
    make_case(alice, "Gateway is slow")
    assert suggested(sign_in(alice), "gateway offline")["Open cases"] == [
        "Gateway offline",
        "Gateway is slow",
    ]


def test_nothing_is_suggested_that_may_not_be_seen(sign_in, alice, fiona, charlie, ada):
    finance = WebRole.objects.get(name="Portal Finance User")
    make_draft("Unfinished gateway")
    make_article("Gateway prices", category=make_category("Prices", finance))
    private = make_forum("Finance forum")
    private.audience.set([finance])
    make_topic(private, fiona, "Gateway discounts")
    make_case(fiona, "Gateway invoice")
    for person in (alice, charlie, ada, make_contact("Paul", None)):
        assert suggested(sign_in(person)) == {}
    assert len(suggested(sign_in(fiona))) == 3


def test_closed_cases_and_those_of_other_accounts_are_not_suggested(sign_in, alice, bob, charlie):
    closed = make_case(alice, "Gateway was offline")
    closed.move_to(status("resolved"), now=closed.created_at)
    closed.save()
    make_case(charlie, "Gateway of Globex")
    grant(bob, "case", "global", "read")
    assert suggested(sign_in(alice)) == suggested(sign_in(bob)) == {}


def test_without_permission_to_read_nothing_is_suggested(sign_in, alice):
    make_article("Replace a gateway")
    make_case(alice, "Gateway offline")
    RecordPermission.objects.all().delete()
    assert suggested(sign_in(alice)) == {}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/cases/", "Open cases"), ("/knowledgebase/", "Articles"), ("/forums/", "Discussions")],
)
def test_a_page_rule_takes_its_kind_out_of_the_suggestions(sign_in, alice, fiona, path, kind):
    make_article("Replace a gateway")
    make_topic(make_forum(), fiona, "Which gateway?")
    make_case(alice, "Gateway offline")
    browser = sign_in(alice)
    everything = suggested(browser)
    assert len(everything) == 3
    restrict(path, "Portal Finance User")
    assert suggested(browser) == {name: titles for name, titles in everything.items() if name != kind}
    may_open = "Open a case anyway" in browser.get(SUGGEST, {"q": "gateway", "for": "help"}).text
    assert may_open is (path != "/cases/")


@pytest.mark.parametrize(
    "words",
    ["", "ga", "  ", "the and of", "%", "gate\0way", "x" * 201, "'\"<script>alert(1)</script>", "& | ! :*"],
)
def test_too_little_and_odd_words_suggest_nothing(sign_in, alice, words):
    make_article("Replace a gateway")
    assert suggested(sign_in(alice), words) == {}


@pytest.mark.parametrize(
    "query", ["q=%ED%A0%80%FF%FE", "q=gateway&q=x&for=help&for=%00", "for=" + "x" * 500, "q=gateway&for=%00"]
)
def test_an_odd_address_is_no_error(sign_in, alice, query):
    for headers in ({}, SCRIPT):
        assert sign_in(alice).get(f"{SUGGEST}?{query}", headers=headers).status_code == 200


def test_titles_and_snippets_are_shown_as_text(sign_in, alice, bob):
    make_article("Gateway <b>bold</b>", "The gateway `<script>alert(1)</script>`")
    make_case(alice, "Gateway <img src=x>")
    page = sign_in(alice).get(SUGGEST, {"q": "gateway"}, headers=SCRIPT).text
    assert "<script>" not in page
    assert "<b>bold" not in page
    assert "<img" not in page
    assert "<mark>" in page


def test_a_colleagues_case_is_followed_instead_with_one_click_and_the_own_one_is_not(sign_in, alice, ivan):
    case = make_case(alice, "Gateway offline")
    own = make_case(ivan, "Gateway battery")
    browser = sign_in(ivan)
    page = browser.get(SUGGEST, {"q": "gateway", "for": "help"}, headers=SCRIPT).text
    address = reverse("cases:follow", args=[case.number])
    assert f'formaction="{address}"' in page
    assert reverse("cases:follow", args=[own.number]) not in page
    assert browser.post(address, {"follow": "yes"}).url == case.get_absolute_url()
    assert ivan in receivers(case)


def test_without_scripts_the_search_comes_first_and_carries_the_subject(sign_in, alice):
    article, browser = make_article("Replace a gateway"), sign_in(alice)
    first = browser.get(reverse("cases:new")).text
    assert "What is it about?" in first
    assert f'action="{SUGGEST}"' in first
    page = browser.get(SUGGEST, {"q": "gateway & more", "for": "help"})
    assert page.text.count("<h1") == 1
    assert f'href="{article.get_absolute_url()}"' in page.text
    onward = f"{reverse('cases:new')}?subject=gateway+%26+more&form=yes"
    assert onward.replace("&form", "&amp;form") in page.text
    form = browser.get(onward)
    assert form.context["form"]["subject"].value() == "gateway & more"
    assert "What is it about?" not in form.text


def test_without_an_answer_the_page_says_so_and_leads_on(sign_in, alice):
    page = sign_in(alice).get(SUGGEST, {"q": "zebra", "for": "help"}).text
    assert "No results" in page
    assert "Open a case" in page
    assert not Case.objects.exists()


def test_whoever_cannot_open_cases_is_not_led_there(sign_in, alice):
    RecordPermission.objects.filter(record_type="case").update(can_create=False)
    assert "?subject=" not in sign_in(alice).get(SUGGEST, {"q": "gateway", "for": "help"}).text
