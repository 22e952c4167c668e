"""What mails about a case say, besides what was written."""

import pytest

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import reply_to_case
from lib.absolute_links import absolute_links, absolute_links_in_markdown
from tests.cases.factories import make_case, make_staff_reply, pdf_upload
from tests.stage import shared

PAGE = "https://portal.example/cases/C-1/"


@shared
def case(alice):
    return make_case(alice)


def mail(event="reply"):
    return OutgoingMail.objects.get(event=f"cases/{event}")


def test_a_link_to_an_article_leads_there_from_the_mail(case, ada, settings):
    make_staff_reply(
        case, ada, "See [Reset](/knowledgebase/reset/?a=1&b=2) and [the docs](https://docs.example/x)."
    )
    address = f"{settings.BASE_URL}/knowledgebase/reset/"
    assert f'href="{address}?a=1&amp;b=2"' in mail().html
    assert 'href="https://docs.example/x"' in mail().html
    assert f"[Reset]({address}?a=1&b=2) and [the docs](https://docs.example/x)" in mail().text


def test_staff_get_links_that_lead_somewhere_too(case, ada, alice, settings):
    type(case).objects.update(assigned_to=ada)
    reply_to_case(
        actor=Actor(user=alice.user, contact=alice), case=case, body="As in [this one](/cases/C-1/)"
    )
    assert f"({settings.BASE_URL}/cases/C-1/)" in mail("reply_for_staff").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](/b)", "[a](https://portal.example/b)"),
        ("[a](</b>)", "[a](<https://portal.example/b>)"),
        ('[a](/b "Title")', '[a](https://portal.example/b "Title")'),
        ("[a](#message-7)", "[a](https://portal.example/cases/C-1/#message-7)"),
        ("[a]\n\n[a]: /b", "[a]\n\n[a]: https://portal.example/b"),
        ("[a](mailto:x@y.example)", "[a](mailto:x@y.example)"),
        ("[a](//[)", "[a](//[)"),
        ("Either/or, f(/x)", "Either/or, f(/x)"),
    ],
)
def test_links_in_a_text_become_absolute_and_all_else_stays(text, expected):
    assert absolute_links_in_markdown(text, PAGE) == expected


def test_links_in_html_become_absolute_and_stay_escaped():
    html = '<p>href="/no"</p><a href="/b?c=&quot;&amp;d" rel="nofollow">x</a>'
    assert (
        absolute_links(html, PAGE)
        == '<p>href="/no"</p><a href="https://portal.example/b?c=&quot;&amp;d" rel="nofollow">x</a>'
    )


def test_the_mail_names_the_files(case, ada):
    make_staff_reply(case, ada, uploads=[pdf_upload("one.pdf"), pdf_upload("two.pdf")])
    assert "Files in the case: one.pdf, two.pdf" in mail().text
    assert "Files in the case: one.pdf, two.pdf" in mail().html


def test_a_mail_without_files_names_none(case, ada):
    make_staff_reply(case, ada)
    assert "Files in the case" not in mail().text + mail().html


@pytest.mark.parametrize(
    ("mailbox", "words"),
    [
        ("cases@support.example", "Please reply to this email or in the portal."),
        ("", "Please reply in the portal."),
    ],
)
def test_the_customer_is_asked_to_answer_where_they_can(case, ada, settings, mailbox, words):
    settings.MAIL_IN_ADDRESS = mailbox
    make_staff_reply(case, ada, status="waiting")
    assert words in mail().text
    assert words in mail().html
