"""What was answered once becomes an article for all, without what is the customer's own."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.actors import Actor
from cases.actions import add_internal_note
from knowledgebase.models import Article
from tests.cases.factories import desk_page, make_case, make_staff_reply
from tests.factories import make_user
from tests.knowledgebase.factories import make_category


@pytest.fixture
def case(alice, ada):
    case = make_case(
        alice,
        "Alice's gateway BTH-20871 is offline",
        description="Alice here, call +1 512 555 0141. It blinks.",
    )
    make_staff_reply(case, ada, "Hello Alice, press the button. Regards, Ada Byrne")
    add_internal_note(actor=Actor(user=ada), case=case, body="Acme has not paid.")
    return case


def drafted(browser, case, **fields):
    url = reverse("admin:cases_case_article", args=[case.pk])
    data = {
        "title": "Gateway of Alice",
        "category": make_category().pk,
        "submission": str(uuid.uuid4()),
        **fields,
    }
    return browser.post(url, {"messages": [message.pk for message in case.messages.all()[:2]], **data})


def test_a_draft_holds_question_and_answer_and_nothing_of_the_customer(sign_in, ada, case):
    response = drafted(sign_in(ada), case)
    article = Article.objects.get()
    assert response.url == reverse("admin:knowledgebase_article_change", args=[article.pk])
    assert (article.status, article.title, article.author) == ("draft", "Gateway of [name]", ada)
    assert article.body == (
        "## Question\n\n[name] here, call [phone number]. It blinks.\n\n## "
        "Answer\n\nHello [name], press the button. Regards, [name]"
    )
    assert case.messages.filter(visibility="internal", body__contains=response.url).exists()


def test_names_of_colleagues_and_of_other_staff_and_the_accounts_address_are_taken_out(
    sign_in, ada, alice, bob, acme, charlie
):
    make_user("mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True)
    acme.street, acme.postal_code, acme.city = "4100 Industrial Blvd", "78744", "Austin"
    acme.save()
    case = make_case(alice, description="Bob saw it at 4100 Industrial Blvd, 78744 Austin. Charlie did not.")
    make_staff_reply(case, ada, "Ask Mei.")
    page = drafted(sign_in(ada), case, title="Gateway")
    assert Article.objects.get().body == (
        "## Question\n\n[name] saw it at [address], [address]. Charlie did not.\n\n## Answer\n\nAsk [name]."
    )
    told = [str(message) for message in get_messages(page.wsgi_request)]
    assert any(
        "Removed: 2 × [name] (Bob, Mei), 2 × [address] (4100 Industrial Blvd, 78744 Austin)." in words
        for words in told
    )


def test_the_form_proposes_the_question_and_the_answers(sign_in, ada, case):
    form = sign_in(ada).get(reverse("admin:cases_case_article", args=[case.pk])).context["form"]
    assert form["title"].value() == "[name]'s gateway [number] is offline"
    assert form["messages"].value() == [message.pk for message in case.messages.all()[:2]]


def test_an_internal_note_can_never_be_chosen(sign_in, ada, case):
    note = case.messages.get(visibility="internal")
    page = sign_in(ada).get(reverse("admin:cases_case_article", args=[case.pk]))
    assert "Acme has not paid." not in page.text
    assert drafted(sign_in(ada), case, messages=[note.pk]).status_code == 200
    assert not Article.objects.exists()


def test_a_double_click_makes_one_draft(sign_in, ada, case):
    submission = str(uuid.uuid4())
    category = make_category()
    for _ in range(2):
        drafted(sign_in(ada), case, submission=submission, category=category.pk)
    assert Article.objects.count() == 1


def test_two_articles_of_the_same_title_have_two_addresses(sign_in, ada, case):
    category = make_category()
    for _ in range(2):
        drafted(sign_in(ada), case, category=category.pk)
    assert Article.objects.values("slug").distinct().count() == 2


def test_agents_who_may_write_no_articles_make_none(sign_in, case):
    agent = make_user("agent@portal.example", is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename__in=("view_case", "change_case")))
    browser = sign_in(agent)
    assert drafted(browser, case).status_code == 403
    assert "Create article" not in browser.get(desk_page(case)).text
