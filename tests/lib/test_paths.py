"""Addresses inside the portal, written in one way only."""

import pytest

from lib.paths import branch, is_path, normalize


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("cases", "/cases/"),
        ("/Cases", "/cases/"),
        ("//cases///new", "/cases/new/"),
        ("/cases/new/", "/cases/new/"),
    ],
)
def test_a_path_is_written_in_one_way(path, normal):
    assert normalize(path) == normal
    assert normalize(normal) == normal


@pytest.mark.parametrize("path", ["/", "/help/", "/help/returns-2026/", "Help", "/1/"])
def test_a_path_has_letters_digits_and_hyphens(path):
    assert is_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/../",
        "/a/./b/",
        "/a b/",
        "/ä/",
        "/a?b/",
        "/a#b/",
        "/-a/",
        "/a%2fb/",
        "/a\\b/",
        "https://a/",
        "/a\n/",
        "/a_b/",
    ],
)
def test_anything_else_is_no_path(path):
    assert not is_path(path)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("/", ["/"]),
        ("/a/", ["/", "/a/"]),
        ("/a/b/c", ["/", "/a/", "/a/b/", "/a/b/c/"]),
        ("//A//b", ["/", "/a/", "/a/b/"]),
        ("/a/../b/", ["/", "/a/", "/a/../", "/a/../b/"]),
    ],
)
def test_a_branch_goes_from_the_root_down(path, steps):
    assert list(branch(path)) == steps
