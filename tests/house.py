"""Which packages make up the house, and who may import whom: computed from INSTALLED_APPS, where alone a
feature is named.

``python -m tests.house`` prints the packages (for mypy), ``python -m tests.house layers`` checks the imports.
"""

import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import importlinter.api  # noqa: F401 -- sets up what its contracts stand on
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import Contract

from tests.settings import INSTALLED_APPS

ROOT = Path(__file__).parent.parent
SHELL, FLOORS, GROUND = "portal", ("records", "accounts"), "lib"


def folder(package: str) -> Path:
    return ROOT.joinpath(*package.split("."))


INSTALLED = [app for app in INSTALLED_APPS if folder(app).is_dir()]
FEATURES = [app for app in INSTALLED if app not in (SHELL, *FLOORS)]
"""With the example of the test suite, where it is installed."""
PACKAGES = [SHELL, *FEATURES, *FLOORS, GROUND]
SHIPPED = [package for package in PACKAGES if not package.startswith("tests.")]


def contracts() -> list[Contract]:
    def contract(kind: type[Contract], name: str, **options: Any) -> Contract:
        return kind(name, {"root_packages": PACKAGES}, options)

    return [
        contract(
            LayersContract,
            "The shell stands on features, these on records, records on accounts, accounts on the ground",
            layers=[SHELL, " | ".join(FEATURES), *FLOORS, GROUND],
        ),
        contract(
            LayersContract,
            "Inside an app: urls, views, surface, forms, display, actions, models",
            containers=[*FEATURES, *FLOORS],
            layers=[f"({room})" for room in "urls views surface forms display actions models".split()],
        ),
        contract(AcyclicSiblingsContract, "No two rooms of a house lean on each other", ancestors=PACKAGES),
    ]


def imports() -> grimp.ImportGraph:
    """Of all packages, and of the suite's own that the example feature lies in."""
    roots = {package.partition(".")[0] for package in PACKAGES}
    return grimp.build_graph(*sorted(roots), exclude_type_checking_imports=True, cache_dir=None)


def broken(graph: grimp.ImportGraph) -> Iterator[tuple[Contract, Any]]:
    """The contracts that these imports break, and how."""
    for contract in contracts():
        check = contract.check(graph=deepcopy(graph), verbose=False)
        if not check.kept:
            yield contract, check


def check_layers() -> int:
    found = list(broken(imports()))
    for contract, check in found:
        print(f"BROKEN: {contract.name}\n")  # noqa: T201
        contract.render_broken_contract(check)
    print(f"{len(found)} of {len(contracts())} contracts on imports are broken.")  # noqa: T201
    return len(found)


if __name__ == "__main__":
    if sys.argv[1:] == ["layers"]:
        sys.exit(check_layers())
    print(*SHIPPED)  # noqa: T201
