"""An address is what it says, in one spelling, or it is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address

from lib.mail_addresses import MailAddressFormField, mail_address, mail_domain, or_as_typed
from tests.hostile_addresses import HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_be_read_as_another_address_is_refused(text):
    with pytest.raises(ValidationError):
        mail_address(text)
    with pytest.raises(ValidationError):
        MailAddressFormField().clean(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Alice@ACME.example", "alice@acme.example"),
        ("  alice@acme.example\n", "alice@acme.example"),
        ("o'brien+news@acme.example", "o'brien+news@acme.example"),
        ("bounce=alice?x@acme.example", "bounce=alice?x@acme.example"),
        ("root@localhost", "root@localhost"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("info@BÜCHER.example", "info@xn--bcher-kva.example"),
        ("alice@ａｃｍｅ.example", "alice@acme.example"),
        ("alice@ac\u200bme。example", "alice@acme.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
    ],
)
def test_an_address_has_one_spelling_which_is_mailed_as_it_stands(text, address):
    assert (mail_address(text), or_as_typed(text)) == (address, address)
    assert mail_address(address) == address
    assert sanitize_address(address, "utf-8") == address


def test_an_address_that_grows_too_long_in_ascii_is_refused():
    assert len(mail_address("x" * 60 + "@" + "ä.x" * 5 + ".example")) < 254
    with pytest.raises(ValidationError):
        mail_address("x" * 60 + "@" + "ä." * 30 + "example")


def test_a_domain_that_is_none_is_left_for_its_reader_to_see():
    assert mail_domain("Nonsense ü..") == "nonsense ü.."
    assert or_as_typed(" Not an Address ") == "not an address"
