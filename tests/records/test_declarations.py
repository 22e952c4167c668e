"""Whatever the shell asks of a feature must be declared: what is missing is named here."""

import pytest
from django.urls import NoReverseMatch
from django.utils.module_loading import import_string

from accounts.models import Account, Contact
from accounts.scoping import record_types
from records.surfaces import surface_named, surfaces

WITHOUT_SURFACE = {"account"}
"""Shown nowhere by itself."""
WITHOUT_SAMPLE = {"contact"}
"""Made by the accounts themselves."""
WITHOUT_DEMO = {"accounts"}
"""Its people are whom all parts refer to."""
NOT_SEARCHED = {"contact", "entitlement", "forum"}
NOT_TOLD = {"entitlement", "article", "forum", "topic"}
"""Whose news the home page does not tell."""


def test_every_type_of_record_that_can_be_granted_has_a_surface():
    assert {kind.name for kind in record_types()} - {
        surface.name for surface in surfaces()
    } == WITHOUT_SURFACE


@pytest.mark.parametrize("surface", surfaces(), ids=lambda surface: surface.name)
def test_a_surface_says_what_the_shell_needs(surface):
    missing = {
        "sample": surface.sample is None and surface.name not in WITHOUT_SAMPLE,
        "search": surface.search is None and surface.name not in NOT_SEARCHED,
        "events": not surface.events and surface.name not in NOT_TOLD,
        "waiting_badge": bool(surface.waiting) and surface.waiting_badge is None,
    }
    assert [name for name, is_missing in missing.items() if is_missing] == []
    assert surface_named(surface.name) is surface


@pytest.mark.parametrize("surface", surfaces(), ids=lambda surface: surface.name)
def test_its_sample_can_be_made_and_has_a_line_and_an_address(
    surface, acme: Account, alice: Contact, admin_client
):
    if surface.sample is None:
        return
    record = surface.sample(acme, alice)
    line = surface.line(record, alice)
    assert line.title
    assert line.url.startswith("/")
    assert str(getattr(record, surface.key))


def test_each_feature_has_a_part_of_the_demo_that_can_be_loaded():
    parts = {surface.model._meta.app_label: surface.demo for surface in surfaces() if surface.demo}
    assert parts.keys() == {surface.model._meta.app_label for surface in surfaces()} - WITHOUT_DEMO
    assert all(callable(import_string(part)) for part in parts.values())


def test_the_codes_of_mails_tell_types_apart():
    codes = [surface.talk.code for surface in surfaces() if surface.talk]
    assert len(codes) == len(set(codes))
    assert all(code.isalpha() and code.islower() and len(code) <= 3 for code in codes)


@pytest.mark.parametrize("surface", surfaces(), ids=lambda surface: surface.name)
def test_its_list_has_an_address(surface):
    try:
        assert surface.url(surface.list_name)
    except NoReverseMatch:
        assert surface.listing is not None
        assert surface.listing.parent
