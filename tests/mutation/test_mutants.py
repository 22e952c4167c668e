"""A gate that has moved on without its mutant would be tested by nothing."""

from pathlib import Path

import pytest

from tests.mutation import mutants
from tests.mutation.mutant import Mutant

ROOT = Path(__file__).parent.parent.parent


def test_every_mutant_can_still_be_put_in():
    stale = []
    for mutant in mutants.everything():
        source = (ROOT / mutant.file).read_text()
        try:
            compile(mutant.put_into(source), mutant.file, "exec")
        except (ValueError, SyntaxError) as error:
            stale.append(f"{mutant.gate}: {error}")
    assert stale == []


@pytest.mark.parametrize("source", ["f(a, b)", "f(\n    a,\n    b,\n)"])
def test_lines_may_be_broken_anywhere(source):
    assert Mutant("", "", "f(a, b)", "None", ()).put_into(f"x = {source} + 1") == "x = None + 1"
