"""What a new case asks, offers and costs."""

import re
import uuid

import pytest
from django.urls import reverse

from cases.models import Case, CaseDesk, CaseParticipant, Deduction, Product, RequestField, RequestType
from tests.cases.factories import make_case, make_entitlement, pdf_upload, status
from tests.factories import make_contact, make_user

NEW = reverse("cases:new")


@pytest.fixture
def problem(db):
    return RequestType.objects.get(slug="problem")


@pytest.fixture
def ask(problem):
    """Add a question to the type "problem"; returns its name in the form."""

    def asked(label="Serial number", **fields):
        question = RequestField.objects.create(request_type=problem, label=label, **fields)
        return f"answer_{question.pk}"

    return asked


@pytest.fixture
def beacon(db):
    return Product.objects.create(name="Beacon", slug="beacon")


def new_case_data(**fields):
    return {
        "subject": "Logger shows E4",
        "request_type": str(RequestType.objects.get(slug="problem").pk),
        "priority": "normal",
        "description": "Since this morning.",
        "submission": str(uuid.uuid4()),
        **fields,
    }


def refused(browser, **fields):
    """The errors of the form; nothing was opened and the typed text is on the page."""
    page = browser.post(NEW, new_case_data(**fields))
    assert page.status_code == 200
    assert not Case.objects.exists()
    assert "Since this morning." in page.text
    return page.context["form"].errors


def opened(browser, **fields):
    response = browser.post(NEW, new_case_data(**fields))
    assert response.status_code == 302, response.context["form"].errors
    return Case.objects.get()


def priorities(page):
    return [value for value, _ in page.context["form"].fields["priority"].choices]


# Questions of the type


def test_each_type_asks_its_own_questions(sign_in, alice, ask, problem):
    serial, browser = ask(), sign_in(alice)
    assert f'name="{serial}"' not in browser.get(NEW).text
    page = browser.post(NEW, new_case_data(step="refresh"))
    assert f'name="{serial}"' in page.text
    assert page.context["form"].errors == {}
    assert 'value="Logger shows E4"' in page.text
    assert not Case.objects.exists()


def test_answers_are_kept_with_their_questions_in_order_and_empty_ones_left_out(sign_in, alice, ask):
    second = ask("Firmware", position=2)
    first = ask("Serial number", position=1)
    choice = ask("Where?", kind="choice", choices=["Freezer", "Truck"], position=3)
    number = ask("How many?", kind="number", position=4)
    day = ask("Since when?", kind="date", position=5)
    stands = ask("Is production affected?", kind="yes_no", position=6)
    ask("Anything else?", kind="long_text", position=7)
    answers = {
        first: "B-204",
        second: "4.2.1",
        choice: "Truck",
        number: "12.50",
        day: "2026-03-01",
        stands: "No",
    }
    assert opened(sign_in(alice), **answers).answers == [
        {"label": "Serial number", "value": "B-204"},
        {"label": "Firmware", "value": "4.2.1"},
        {"label": "Where?", "value": "Truck"},
        {"label": "How many?", "value": "12.50"},
        {"label": "Since when?", "value": "2026-03-01"},
        {"label": "Is production affected?", "value": "No"},
    ]


@pytest.mark.parametrize("kind", RequestField.Kind.values)
def test_a_required_question_must_be_answered(sign_in, alice, ask, kind):
    name = ask(kind=kind, is_required=True, choices=["A"] if kind == "choice" else [])
    assert list(refused(sign_in(alice))) == [name]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "x" * 251),
        ("text", "a\0b"),
        ("long_text", "x" * 5_001),
        ("choice", "Elsewhere"),
        ("choice", "A\0"),
        ("number", "many"),
        ("number", "1e999999"),
        ("number", "9" * 10_000),
        ("number", "NaN"),
        ("date", "yesterday"),
        ("date", "2026-02-31"),
        ("yes_no", "perhaps"),
    ],
)
def test_a_hostile_answer_is_refused_beside_its_question(sign_in, alice, ask, kind, value):
    name = ask(kind=kind, choices=["A"] if kind == "choice" else [])
    assert list(refused(sign_in(alice), **{name: value})) == [name]


def test_a_question_that_was_taken_back_meanwhile_does_no_harm(sign_in, alice, ask):
    name = ask(is_required=True)
    RequestField.objects.update(is_active=False)
    assert opened(sign_in(alice), **{name: "B-204", "answer_999999": "?"}).answers == []


def test_what_was_answered_for_another_type_comes_back_with_that_type(sign_in, alice, ask):
    name, browser = ask(), sign_in(alice)
    question = str(RequestType.objects.get(slug="question").pk)
    page = browser.post(NEW, new_case_data(step="refresh", request_type=question, **{name: 'B-"204"'}))
    assert f'<input type="hidden" name="{name}" value="B-&quot;204&quot;">' in page.text
    page = browser.post(NEW, new_case_data(step="refresh", **{name: "B-204"}))
    assert page.context["form"][name].value() == "B-204"


@pytest.mark.parametrize("name", ["request_type", "product"])
@pytest.mark.parametrize("value", ["", "999999", "9" * 40, "x", "1\0", "-1"])
def test_a_choice_that_does_not_exist_is_refused(sign_in, alice, name, value):
    if name == "product" and not value:
        return
    browser = sign_in(alice)
    assert list(refused(browser, **{name: value})) == [name]
    assert browser.post(NEW, new_case_data(step="refresh", **{name: value})).status_code == 200


@pytest.mark.parametrize("name", ["subject", "description"])
@pytest.mark.parametrize("value", ["", " ", "a\0b", "x" * 20_001])
def test_subject_and_description_are_checked(sign_in, alice, name, value):
    page = sign_in(alice).post(NEW, new_case_data(**{name: value}))
    assert list(page.context["form"].errors) == [name]
    assert not Case.objects.exists()


def test_what_is_missing_is_said_in_plain_words(sign_in, alice):
    page = sign_in(alice).post(NEW, new_case_data(subject="", description=""))
    assert page.context["form"].errors == {
        "subject": ["Enter a subject."],
        "description": ["Describe what happened."],
    }


# Words of others


@pytest.mark.parametrize("kind", RequestField.Kind.values)
def test_what_administrators_wrote_of_a_question_is_text(sign_in, alice, ask, kind):
    ask(
        '<i>Serial</i> "no" & more',
        help_text="Starts with <b>SN</b>, <2 h & '>",
        kind=kind,
        choices=["<u>one</u>"],
    )
    page = sign_in(alice).post(NEW, new_case_data(step="refresh")).text
    assert [tag for tag in ("<i>Serial", "<b>SN", "<2 h", "<u>one") if tag in page] == []
    assert "&lt;i&gt;Serial&lt;/i&gt; &quot;no&quot; &amp; more" in page
    assert "Starts with &lt;b&gt;SN&lt;/b&gt;, &lt;2 h &amp; &#x27;&gt;" in page


def test_names_of_contracts_products_types_and_people_are_text(sign_in, alice, acme, problem):
    """``Premium <2h`` once swallowed what came after it."""
    make_entitlement(acme, name="Premium <2h & <b>more", priorities=["low", "normal"])
    Product.objects.create(name="<u>Beacon", slug="beacon")
    RequestType.objects.filter(pk=problem.pk).update(name="<i>Problem")
    make_contact("<s>Nora", acme)
    page = sign_in(alice).get(f"{NEW}?form=yes").text
    assert [tag for tag in ("<2h", "<b>more", "<u>", "<i>Problem", "<s>") if tag in page] == []
    assert "Priorities included in Premium &lt;2h &amp; &lt;b&gt;more." in page
    assert "&lt;u&gt;Beacon" in page
    assert "&lt;i&gt;Problem" in page


# Priority


def test_the_priorities_are_those_of_the_contract(sign_in, alice, acme, beacon):
    make_entitlement(acme, priorities=["low", "normal"])
    make_entitlement(acme, name="Beacon Gold", product=beacon, priorities=["high", "urgent"])
    browser = sign_in(alice)
    page = browser.get(NEW)
    assert priorities(page) == ["low", "normal"]
    assert "Priorities included in Premium." in page.text
    page = browser.post(NEW, new_case_data(step="refresh", product=beacon.pk))
    assert priorities(page) == ["high", "urgent"]
    assert page.context["form"]["priority"].value() == "high"


def test_without_a_contract_the_desk_says_which_priorities(sign_in, alice):
    browser = sign_in(alice)
    assert priorities(browser.get(NEW)) == ["low", "normal", "high", "urgent"]
    CaseDesk.objects.update(priorities=["normal", "low"])
    assert priorities(browser.get(NEW)) == ["low", "normal"]


def test_a_priority_that_the_contract_does_not_include_is_refused(sign_in, alice, acme):
    make_entitlement(acme, priorities=["low", "normal"])
    browser = sign_in(alice)
    assert refused(browser, priority="urgent") == {
        "priority": ["Your support contract does not include this priority."]
    }
    assert "priority" in refused(browser, priority="x\0")


# What it costs


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": 8}, "This case uses 1 of 8 remaining cases of Premium."),
        ({"amount": 1}, "This case uses the last remaining case of Premium."),
        (
            {"amount": 8, "consumed_on": "resolving"},
            "When resolved, this case uses 1 of 8 remaining cases of Premium.",
        ),
        (
            {"amount": "7.50", "unit": "hours"},
            "Time spent on this case is deducted from Premium: 7.50 hours remain.",
        ),
    ],
)
def test_what_a_case_costs_is_said_before_it_is_sent(sign_in, alice, acme, fields, words):
    make_entitlement(acme, **fields)
    assert words in sign_in(alice).get(NEW).text


def test_nothing_is_said_about_costs_where_nothing_was_bought(sign_in, alice, charlie, globex):
    make_entitlement(globex)
    page = sign_in(alice).get(NEW)
    assert page.context["cost"] is None
    assert "Premium" not in page.text


def test_a_contract_that_is_used_up_may_be_overdrawn(sign_in, alice, acme):
    make_entitlement(acme, amount=1)
    make_case(alice)
    browser = sign_in(alice)
    page = browser.get(NEW)
    assert "Premium is used up. You can still open this case" in page.text
    assert "Open case" in page.text
    browser.post(NEW, new_case_data())
    assert Deduction.objects.count() == 2


def test_a_contract_that_is_used_up_takes_no_case_and_the_page_says_whom_to_ask(sign_in, alice, acme):
    acme.account_manager = make_user("maria@portal.example", first_name="Maria", last_name="Lopez")
    acme.save()
    make_entitlement(acme, amount=1, limit="restrict")
    make_case(alice)
    browser = sign_in(alice)
    page = browser.get(NEW)
    assert "no more cases can be opened. Please contact Maria Lopez, maria@portal.example." in page.text
    assert "Open case" not in page.text
    page = browser.post(NEW, new_case_data(subject="Typed with care"))
    assert page.context["form"].non_field_errors() == [
        "Your support contract is used up. Please contact your account manager."
    ]
    assert 'value="Typed with care"' in page.text
    assert Case.objects.count() == 1


def test_a_contract_that_is_used_up_is_said_once_before_anything_is_asked(sign_in, alice, acme):
    make_entitlement(acme, amount=1, limit="restrict")
    make_case(alice)
    browser = sign_in(alice)
    for page in (browser.get(NEW).text, browser.post(NEW, new_case_data(step="refresh")).text):
        assert page.count("no more cases can be opened") == 1
        assert page.index("no more cases can be opened") < page.index('name="subject"')
    assert browser.post(NEW, new_case_data()).text.count("used up") == 1


def test_another_product_may_still_be_covered(sign_in, alice, acme, beacon):
    make_entitlement(acme, amount=1, limit="restrict")
    make_case(alice)
    make_entitlement(acme, name="Beacon Gold", product=beacon, amount=3)
    browser = sign_in(alice)
    assert "Open case" not in browser.get(NEW).text
    page = browser.post(NEW, new_case_data(step="refresh", product=beacon.pk))
    assert "1 of 3 remaining cases of Beacon Gold" in page.text
    assert "Open case" in page.text


def test_without_a_contract_no_case_where_the_desk_wants_one(sign_in, alice):
    CaseDesk.objects.update(needs_entitlement=True)
    browser = sign_in(alice)
    assert "No support contract covers this." in browser.get(NEW).text
    assert "__all__" in refused(browser)


# Colleagues


def test_colleagues_are_kept_in_the_loop(sign_in, alice, bob, fiona, charlie):
    browser = sign_in(alice)
    page = browser.get(NEW).text
    assert bob.email in page
    assert charlie.email not in page
    case = opened(browser, participants=[bob.pk, fiona.pk])
    assert set(case.participants.values_list("contact", flat=True)) == {bob.pk, fiona.pk}


def test_nobody_but_an_active_colleague_can_be_kept_in_the_loop(sign_in, alice, bob, charlie):
    away = make_contact("Away", alice.account, is_active=False)
    browser = sign_in(alice)
    for hostile in (charlie.pk, alice.pk, away.pk, 999999, "9" * 40, "x", "1\0"):
        assert list(refused(browser, participants=[bob.pk, hostile])) == ["participants"]
    assert not CaseParticipant.objects.exists()


def test_an_individual_customer_is_not_asked_for_colleagues(sign_in, alice, bob):
    paul = make_contact("Paul", None)
    browser = sign_in(paul)
    assert "Keep colleagues" not in browser.get(NEW).text
    assert opened(browser, participants=[bob.pk]).participants.count() == 0


@pytest.mark.parametrize(("count", "shown"), [(12, False), (13, True)])
def test_among_many_colleagues_one_can_be_looked_for(sign_in, alice, acme, count, shown):
    for number in range(count):
        make_contact(f"Colleague{number}", acme)
    assert ("data-filter" in sign_in(alice).get(NEW).text) is shown


# Follow-ups


@pytest.fixture
def closed_case(alice):
    case = make_case(alice, "Freezer alarm")
    case.move_to(status("resolved"), now=case.created_at)
    case.save()
    return case


def test_a_follow_up_begins_with_what_is_known_and_keeps_the_link(sign_in, alice, closed_case):
    browser = sign_in(alice)
    page = browser.get(NEW, {"follows": closed_case.number.lower()})
    assert f"This case is a follow-up to {closed_case.number}" in page.text
    assert page.context["form"]["subject"].value() == "Freezer alarm"
    browser.post(NEW, new_case_data(follows=closed_case.number))
    assert Case.objects.latest("pk").follows_up == closed_case


def test_a_case_that_is_open_or_not_visible_is_not_followed_up(sign_in, alice, fiona, charlie, closed_case):
    open_case = make_case(alice, "Still open")
    for person, number in (
        (charlie, closed_case.number),
        (fiona, closed_case.number),
        (alice, open_case.number),
        (alice, "C-\0"),
    ):
        browser = sign_in(person)
        page = browser.get(NEW, {"follows": number})
        assert page.status_code == 200
        assert "follow-up to" not in page.text
        assert "Freezer alarm" not in page.text
        browser.post(NEW, new_case_data(follows=number.replace("\0", "")))
        assert Case.objects.latest("pk").follows_up is None


# Sending


def test_a_script_that_sends_the_files_is_told_where_to_go(sign_in, alice):
    response = sign_in(alice).post(NEW, new_case_data(uploads=[pdf_upload()]), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == Case.objects.get().get_absolute_url()


def test_a_damaged_file_is_said_beside_the_files(sign_in, alice):
    errors = refused(
        sign_in(alice), uploads=[pdf_upload("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 broken")]
    )
    assert list(errors) == ["uploads"]


def test_a_kind_of_file_that_is_not_taken_is_named_and_what_is_taken_is_said(sign_in, alice):
    errors = refused(sign_in(alice), uploads=[pdf_upload("evil.exe", b"MZ")])
    [words] = errors["uploads"]
    assert words.startswith("evil.exe cannot be sent. Accepted types: png, jpg, ")
    assert words.endswith(
        "xlsx, pptx, odt, ods, mp4, txt, log, csv, json, eml. Send anything else in a .zip file."
    )


def test_parameters_given_twice_are_no_error(sign_in, alice):
    response = sign_in(alice).post(
        NEW, new_case_data(subject=["One", "Two"], priority=["low", "high"], step=["refresh", ""])
    )
    assert response.status_code == 302
    assert Case.objects.get().subject == "Two"


@pytest.mark.parametrize(
    "query", ["subject=%00", "subject=%ED%A0%80", "follows=%00", "form=%00", "subject=" + "x" * 3000]
)
def test_an_odd_address_is_no_error(sign_in, alice, query):
    assert sign_in(alice).get(f"{NEW}?{query}").status_code == 200


def test_the_page_costs_the_same_for_many_colleagues_products_and_questions(
    sign_in, alice, acme, ask, django_assert_max_num_queries
):
    make_entitlement(acme)
    browser, data = sign_in(alice), new_case_data(step="refresh")
    for number in range(20):
        make_contact(f"Colleague{number}", acme)
        Product.objects.create(name=f"Product {number}", slug=f"product-{number}")
        ask(f"Question {number}")
    for ask_page in (lambda: browser.get(NEW), lambda: browser.post(NEW, data)):
        with django_assert_max_num_queries(14):
            assert len(re.findall("Colleague[0-9]+ ", ask_page().text)) == 20


def test_another_case_from_a_page_that_was_sent_is_not_dropped(sign_in, alice):
    browser, data = sign_in(alice), new_case_data()
    browser.post(NEW, data)
    page = browser.post(NEW, {**data, "description": "The gateway is silent, too."})
    assert "was already sent from this page" in page.text
    again = str(page.context["form"]["submission"].value())
    browser.post(NEW, {**data, "description": "The gateway is silent, too.", "submission": again})
    assert Case.objects.count() == 2
