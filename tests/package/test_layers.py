"""The layers of the package: imports only go down, those for types and those inside functions included."""

import ast
import re

import pytest

from tests.package.source import MODULES, PACKAGE, SOURCES, imported, imported_by, module

FLOORS = {
    "core": 1,
    "distributions": 2,
    "graph": 2,
    "model": 3,
    "study": 3,
    "sampling": 4,
    "analysis": 5,
    "runs": 6,
    "outputs": 7,
    "tasks": 8,
    "agent": 9,
    "api": 10,
    "cli": 11,
    "__init__": 12,
    "__main__": 12,
}


def folder(name):
    """The folder that a module belongs to, and of a task its own: "study", "tasks.solve"."""
    parts = name.split(".")[1:] or ["__init__"]
    return ".".join(parts[:2]) if parts[0] == "tasks" else parts[0]


def floor(name):
    """The floor of a module."""
    return FLOORS[folder(name).split(".")[0]]


def faults(name, imports):
    """The imports of a module that do not go down."""
    elsewhere = [other for other in imports if folder(other) != folder(name)]
    facade = {"mcfrontier.core.version"}  # __init__ is what every import of the package passes through
    return [other for other in elsewhere if floor(other) >= floor(name) and other not in facade]


def test_the_folders_are_those_of_the_plan():
    found = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found == set(FLOORS) - {"__init__", "__main__"}
    assert {path.name for path in PACKAGE.iterdir() if path.is_file()} == {
        "__init__.py",
        "__main__.py",
        "manifest.schema.json",
        "percentiles.schema.json",
        "priors.schema.json",
        "py.typed",
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module(path))
def test_imports_go_down(path):
    assert faults(module(path), imported(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from mcfrontier.runs.core import RunCore",
        "import mcfrontier.runs.core",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mcfrontier.runs.core import RunCore",
        "def late():\n    from mcfrontier.runs import core",
    ],
    ids=["plain", "whole module", "for types alone", "inside a function"],
)
def test_an_import_that_goes_up_is_found(text):
    assert faults("mcfrontier.analysis.estimates.tails", imported_by(ast.parse(text))) == ["mcfrontier.runs.core"]


def test_a_task_that_imports_another_is_found():
    assert faults("mcfrontier.tasks.solve.solve", {"mcfrontier.tasks.compare.compare"})


def test_no_modules_import_each_other_in_a_circle():
    """Files without an import left to follow are taken away until none are left."""
    left = {name: imported(path) - {name} for name, path in MODULES.items()}
    while ends := {name for name, imports in left.items() if not imports & left.keys()}:
        left = {name: imports for name, imports in left.items() if name not in ends}
    assert left == {}


def test_the_model_imports_the_decorator_alone():
    for path in (PACKAGE / "model").rglob("*.py"):
        lines = [line for line in path.read_text().splitlines() if re.match(r"\s*(from|import) ", line)]
        assert set(lines) <= {"from mcfrontier.graph import node", "import numpy as np", "from scipy import special"}, (
            path.name
        )


def test_no_formula_holds_a_number_about_the_world():
    """What a formula holds is true by definition: 1, 10, a doubling, the end of a 90 % interval."""
    for path in (PACKAGE / "model").rglob("*.py"):
        for part in ast.walk(ast.parse(path.read_text())):
            if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
                assert part.value in (0, 1, 2, 10, 0.95), (path.name, part.value)
