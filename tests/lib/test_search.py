"""Texts and queries are split alike: whatever stands on the screen finds what it stands in."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from cases.actions import reply_to_case
from cases.models import Case
from cases.models.case_queryset import numbers_in
from lib.search import normalised
from tests.cases.factories import make_case
from tests.forums.factories import make_forum, make_topic
from tests.knowledgebase.factories import make_article

NORMAL = {
    "Zürich": "Zurich",
    "Café": "Cafe",
    "Cafe\u0301": "Cafe",
    "Straße": "Strasse",
    "GROẞ": "GROSS",
    "Łódź": "Lodz",
    "Ærøskøbing": "AEroskobing",
    "İstanbul, ısı": "Istanbul isi",
    "Đà Nẵng": "Da Nang",
    "œuvre": "oeuvre",
    "HL-200/5": "HL 200 5",
    "C:\\_temp\\x.log": "C temp x log",
    "alice@acme.example": "alice acme example",
    "don't, don’t": "don t don t",
    "ﬁne ① ½ m²": "fine 1 1 2 m 2",
    "ＡＢＣ－１２３": "ABC 123",
    "温度計が故障": "温 度 計 が 故 障",
    "ﾎﾟﾝﾌﾟ": "ポ ン プ",
    "펌프": "펌 프",
    "เสีย": "เ สี ย",
    "علی\u200cرضا": "علیرضا",
    "مُحَمَّد": "محمد",
    "שָׁלוֹם": "שלום",
    "ёлка йод": "елка иод",
    "Ελλάδα;": "Ελλαδα",
    "a\u00adb 🚀c": "ab c",
    "«x»…—y": "x y",
}


@pytest.mark.parametrize(("text", "words"), NORMAL.items())
def test_a_text_is_normalised(text, words):
    assert " ".join(normalised(text).split()) == words


LETTERS = st.text(
    st.one_of(
        st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cn", "Co"]),
        st.characters(min_codepoint=0x3000, max_codepoint=0xFFEF, exclude_categories=["Cs", "Cn", "Co"]),
        st.sampled_from("éüßŁ-/._温度ポกำ펌\u200c\u0301\u3099 🚀"),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LETTERS)
def test_the_database_normalises_alike(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_words(%s)", [text])
        assert cursor.fetchone()[0] == normalised(text)


FOUND = [
    ("Sensor HL-200/5 drift", ["Sensor HL-200/5 drift", "HL-200/5", "200", "hl 200", "HL-20", "5"]),
    ("pump/valve", ["valve", "pump", "pump/valve", "val"]),
    ("温度計が故障しました", ["故障", "温度計", "温度計が故障しました", "しました"]),
    ("펌프고장 신고", ["고장", "펌프", "신고"]),
    ("เครื่องปั๊มเสีย", ["ปั๊ม", "เสีย"]),
    ("水泵坏了", ["水泵", "坏"]),
    ("Messe Zürich", ["Zurich", "zürich", "ZÜRICH", "zuri"]),
    ("Café Ärger", ["cafe", "Café", "Cafe\u0301", "arger"]),
    ("Łódź, Straße 5", ["lodz", "strasse", "Strasse 5"]),
    ("Größe über Øresund", ["grosse", "uber", "oresund", "Größe"]),
    ("C:\\_temp\\pump_log.txt", ["pump_log", "temp", "log.txt", "C:\\_temp", "pump"]),
    ("firmware v4.2.1-rc3", ["4.2.1", "v4.2", "rc3", "4.2.1-rc3"]),
    ("mail alice@acme.example", ["alice@acme.example", "acme", "@acme.example", "alice"]),
    ("https://portal.example/a?id=99817", ["99817", "portal.example", "id=99817"]),
    ("[ERROR]: #timeout (E-42)", ["ERROR", "[ERROR]:", "timeout", "E-42", "(e-42)"]),
    ("Customer's “pump’s” noise", ["customer's", "pump's", "pump’s", "“pump"]),
    ("علی\u200cرضا پمپ", ["علیرضا", "علی\u200cرضا"]),
    ("насос сломан ёмкость", ["насос", "емкость", "Ёмкость"]),
    ("Αντλία χαλασμένη", ["αντλια", "Αντλία"]),
    ("ＡＢＣ－１２３", ["ABC-123", "abc", "123"]),
    ("HL200 and E42a", ["HL-200", "hl 200", "E-42", "42", "HL2"]),
    ("10×20 mm²", ["20", "10×20", "mm2"]),
    ("SN*4711*A", ["4711", "SN*4711*A", "sn 4711"]),
    ("P/N 00-12.34_56", ["12.34", "00-12.34_56", "56"]),
    ("Pumps are running", ["pump", "running", "run"]),
]


def test_what_stands_in_a_subject_finds_the_case(member, subtests, alice):
    make_case(alice, subject="Something else")
    for text, all_words in FOUND:
        with member(text):
            case = make_case(alice, subject=text)
            for words in all_words:
                with subtests.test(f"{text}: {words}"):
                    assert list(Case.objects.matching(words)) == [case]


def test_what_was_answered_and_said_is_found_alike(member, alice):
    for text, all_words in FOUND:
        with member(text):
            answer = {"label": "What", "value": f'Line "1"\n{text}\t'}
            answered = make_case(alice, subject="One", answers=[answer])
            said = make_case(alice, subject="Two")
            reply_to_case(
                actor=Actor(user=alice.user, contact=alice), case=said, body=f"Hello,\n{text}.\nBye"
            )
            for one in all_words[:2]:
                assert {*Case.objects.matching(one)} == {answered, said}, one


def test_articles_and_topics_are_found_alike(member, sign_in, alice):
    browser, forum = sign_in(alice), make_forum()
    for text, all_words in FOUND:
        with member(text):
            make_article(text, "Nothing.")
            make_topic(forum, alice, text)
            page = browser.get("/search/", {"q": all_words[0]})
            found = {
                group.heading: [hit.line.title for hit in group.hits] for group in page.context["groups"]
            }
            assert found["Articles"] == [text]
            assert found["Discussions"] == [text]


NAMED = {
    "C-10073": ["C-10073"],
    "c-10073": ["C-10073"],
    "#C-10073": ["C-10073"],
    "[C-10073]": ["C-10073"],
    "Case C-10073": ["C-10073"],
    "C-10073.": ["C-10073"],
    "10073": ["C-10073"],
    "#10073": ["C-10073"],
    "case 10073?": ["C-10073"],
    "Re: [C-10073] Pump fails": ["C-10073"],
    "AW: Fwd: C-10073: pump": ["C-10073"],
    "“C-10073”, «C-10074»": ["C-10073", "C-10074"],
    "https://portal.example/cases/C-10073/": ["C-10073"],
    "(C-10073)": ["C-10073"],
    "C-10073/C-10074": ["C-10073", "C-10074"],
    "Fall C-10073，谢谢": ["C-10073"],
    "pump 10073": [],
    "ABC-10073": [],
    "C-": [],
    "C-x": [],
    "C-" + "1" * 30: [],
    "": [],
}


@pytest.mark.parametrize(("text", "numbers"), NAMED.items())
def test_a_number_is_known_however_it_stands_on_the_screen(text, numbers):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    "around", ["#{}", "[{}]", "Case {}", "{}.", "Re: [{}] Pump", "({})", "{},", "case: {}"]
)
def test_a_case_is_found_by_its_number(sign_in, alice, ada, around):
    case = make_case(alice)
    make_case(alice)
    sought = around.format(case.number)
    assert list(Case.objects.matching(sought)) == [case]
    page = sign_in(alice).get("/search/", {"q": sought})
    assert [hit.line.url for group in page.context["groups"] for hit in group.hits] == [
        case.get_absolute_url()
    ]


NO_WORDS = ["", " ", "///", "🚀", "\0", "'", "\\", ":*", "& | !", "<->", "\u200c", "-" * 500, "a:*b"]


def test_what_has_no_words_finds_nothing_and_breaks_nothing(member, sign_in, alice):
    make_case(alice, subject="Something")
    browser = sign_in(alice)
    for text in NO_WORDS:
        with member(ascii(text)):
            assert browser.get("/search/", {"q": text}).status_code == 200
            assert not Case.objects.matching(text).exists()
