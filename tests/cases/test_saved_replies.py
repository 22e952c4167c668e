"""Saved replies are filled in with what the case has, and never with what nobody knows."""

import pytest
from django.urls import reverse

from cases.display.saved_replies import filled
from cases.models import Product, SavedReply
from tests.cases.factories import make_case
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


def test_a_reply_with_an_unknown_placeholder_is_refused_with_those_that_are_known(sign_in, ada):
    url = reverse("admin:cases_savedreply_add")
    page = sign_in(ada).post(
        url, {"title": "Hello", "body": "Hello {firstname}, {vorname} {number}", "is_active": "on"}
    )
    assert not SavedReply.objects.exists()
    words = "Unknown placeholders: {firstname}, {vorname}. You can use: {first_name}, {number}, {subject}, {agent}, {product}."  # noqa: E501
    assert page.context["adminform"].form.errors["body"] == [words]
    assert "Hello {firstname}" in page.text
    sign_in(ada).post(url, {"title": "Hello", "body": "Hello {first_name} {}", "is_active": "on"})
    assert SavedReply.objects.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your {product} is fine.", "Your is fine."),
        ("About {product}.", "About."),
        ("{product} is fine", "is fine"),
        ("Line\n{product} two", "Line\ntwo"),
        ("Of {first_name} {product}, {product} {first_name}.", "Of Alice, Alice."),
        ("{first_name} {product}.", "Alice."),
        ("a {product} {product} b", "a b"),
        ("No  change  {first_name}", "No  change  Alice"),
    ],
)
def test_what_the_case_has_not_leaves_no_double_space(case, ada, text, expected):
    result = filled(text, case=case, agent=ada)
    assert result.text == expected
    assert result.missing == (("product",) if "{product}" in text else ())


def test_nothing_is_missing_where_the_case_has_it(case, ada):
    case.product = Product(name="Beacon", slug="beacon")
    assert filled("{product}", case=case, agent=ada).missing == ()
