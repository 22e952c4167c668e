"""What rules come to, without a database: by a table, and by what holds for every set of rules."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Contact
from portal.site.configuration import Configuration
from portal.site.sitemap import ReadRule

VISITORS, SIGNED_IN, IT, FINANCE = 1, 2, 3, 4
EVERYBODY = frozenset({VISITORS, SIGNED_IN})


def holding(rules: dict[str, ReadRule]) -> Configuration:
    """A configuration of which the rules alone matter."""
    values: dict[str, Any] = {field.name: {} for field in fields(Configuration)}
    return Configuration(**{**values, "read_rules": rules, "visitor_role_ids": frozenset({VISITORS})})


def contact(*roles: int) -> Contact:
    person = Contact()
    person.role_ids = EVERYBODY | frozenset(roles)
    return person


READERS = {
    "visitor": None,
    "fresh": contact(),
    "it": contact(IT),
    "finance": contact(FINANCE),
    "both": contact(IT, FINANCE),
}


def only(*roles: int) -> ReadRule:
    return ReadRule(frozenset(roles))


def again(*roles: int) -> ReadRule:
    return ReadRule(frozenset(roles), reopens=True)


CONTACTS = {"fresh", "it", "finance", "both"}
TABLE: list[tuple[dict[str, ReadRule], dict[str, set[str]]]] = [
    ({}, {"/": CONTACTS, "/a/b/c/": CONTACTS}),
    ({"/": only(SIGNED_IN)}, {"/": CONTACTS, "/a/": CONTACTS}),
    ({"/": only(VISITORS)}, {"/": {*CONTACTS, "visitor"}, "/a/b/": {*CONTACTS, "visitor"}}),
    (
        {"/a/": only(VISITORS)},
        {"/": CONTACTS, "/a/": {*CONTACTS, "visitor"}, "/a/b/": {*CONTACTS, "visitor"}, "/ab/": CONTACTS},
    ),
    (
        {"/a/": only(IT)},
        {"/": CONTACTS, "/a/": {"it", "both"}, "/a/b/c/d/e/f/": {"it", "both"}, "/b/": CONTACTS},
    ),
    ({"/a/": only(IT, FINANCE)}, {"/a/": {"it", "finance", "both"}}),
    (
        {"/a/": only(IT), "/a/b/": only(FINANCE)},
        {"/a/": {"it", "both"}, "/a/b/": {"both"}, "/a/c/": {"it", "both"}},
    ),
    ({"/a/": only(IT), "/a/b/": only(VISITORS)}, {"/a/b/": {"it", "both"}}),
    (
        {"/a/": only(VISITORS), "/a/b/": only(FINANCE)},
        {"/a/": {*CONTACTS, "visitor"}, "/a/b/": {"finance", "both"}},
    ),
    ({"/a/": only()}, {"/": CONTACTS, "/a/": set(), "/a/b/": set()}),
    (
        {"/a/": only(), "/a/b/": again(IT)},
        {"/a/": set(), "/a/b/": {"it", "both"}, "/a/b/c/": {"it", "both"}, "/a/c/": set()},
    ),
    ({"/": only(IT), "/a/": again(SIGNED_IN)}, {"/": {"it", "both"}, "/a/": CONTACTS, "/a/b/": CONTACTS}),
    ({"/": only(IT), "/a/": again(VISITORS)}, {"/": {"it", "both"}, "/a/": {*CONTACTS, "visitor"}}),
    (
        {
            "/": only(IT),
            "/a/": again(SIGNED_IN),
            "/a/b/": only(FINANCE),
            "/a/b/c/d/": again(IT),
            "/a/b/c/d/e/": only(FINANCE),
        },
        {
            "/b/": {"it", "both"},
            "/a/": CONTACTS,
            "/a/b/": {"finance", "both"},
            "/a/b/c/": {"finance", "both"},
            "/a/b/c/d/": {"it", "both"},
            "/a/b/c/d/e/f/": {"both"},
        },
    ),
    (
        {"/cases/": only(IT)},
        {
            "/files/case/x/": {"it", "both"},
            "/files/invoice/x/": CONTACTS,
            "/cases/new/": {"it", "both"},
            "/CASES//new": {"it", "both"},
        },
    ),
    ({"/accounts/": only(IT)}, {"/accounts/login/": CONTACTS, "/ACCOUNTS/login/": {"it", "both"}}),
]


def opens(rules: dict[str, ReadRule], path: str) -> set[str]:
    """Who may read a page of an administrator's at the path."""
    held = holding(rules)
    contacts = {name for name, person in READERS.items() if person and held.may_open(path, person)}
    return contacts | ({"visitor"} if held.opens_to_visitors(path) else set())


@pytest.mark.parametrize(("rules", "expected"), TABLE)
def test_rules_come_to_what_the_table_says(rules: dict[str, ReadRule], expected: dict[str, set[str]]):
    assert {path: opens(rules, path) for path in expected} == expected


def test_what_visitors_may_open_everybody_may():
    for rules, expected in TABLE:
        assert all(opens(rules, path) >= CONTACTS for path in expected if "visitor" in opens(rules, path))


PATHS = st.lists(st.sampled_from("abc"), max_size=5).map(
    lambda parts: "/" + "".join(f"{part}/" for part in parts)
)
ROLES = st.frozensets(st.sampled_from([VISITORS, SIGNED_IN, IT, FINANCE]), max_size=3)
RULES = st.dictionaries(PATHS, st.builds(ReadRule, ROLES, st.booleans()), max_size=8)


@given(RULES, PATHS, ROLES, PATHS, ROLES)
def test_adding_a_rule_that_does_not_reopen_never_lets_a_signed_in_reader_in(
    rules, path, roles, added, added_roles
):
    if added in rules:
        return
    more = {**rules, added: ReadRule(added_roles)}
    reader = contact(*roles)
    assert holding(rules).may_open(path, reader) or not holding(more).may_open(path, reader)


@given(RULES, PATHS, PATHS, ROLES)
def test_adding_a_rule_lets_visitors_in_only_if_it_names_a_role_of_theirs(rules, path, added, added_roles):
    if added in rules:
        return
    more = {**rules, added: ReadRule(added_roles)}
    let_in = holding(more).opens_to_visitors(path) and not holding(rules).opens_to_visitors(path)
    assert VISITORS in added_roles or not let_in


def may_read(rules: dict[str, ReadRule], path: str, roles: frozenset[int]) -> bool:
    """The same question, answered step by step from the page upwards."""
    rule = rules.get(path)
    if rule and not rule.roles & roles:
        return False
    if path == "/" or (rule and rule.reopens):
        return True
    return may_read(rules, path.rstrip("/").rpartition("/")[0] + "/", roles)


@given(RULES, PATHS, ROLES)
def test_the_answer_is_that_of_going_up_page_by_page(rules, path, roles):
    reader = contact(*roles)
    assert holding(rules).may_open(path, reader) is may_read(rules, path, reader.role_ids)


@given(RULES, PATHS, ROLES, ROLES)
def test_another_role_never_closes_a_page(rules, path, roles, more):
    held = holding(rules)
    assert not held.may_open(path, contact(*roles)) or held.may_open(path, contact(*roles, *more))
