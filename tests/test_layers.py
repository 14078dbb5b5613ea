"""The floors of the house: imports only go down."""

import ast
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

FLOORS = [
    {"__main__"},
    {"cli"},
    {"verification", "exports"},
    {"outputs"},
    {"figures", "reproduce", "comparison", "scoring", "solution"},
    {"finished", "guards", "ledger", "trials"},
    {"study"},
    {"results", "checks", "conditions"},
    {"analysis"},
    {"engine"},
    {"sampling", "dependence"},
    {"priors"},
    {"entries"},
    {"others"},
    {"tables"},
    {"files"},
    {"model"},
    {"families", "graph", "words"},
    {"mixtures"},
    {"betas", "metalogs", "samples", "skewnormals"},
    {"family"},
    {"quantiles"},
    {"distributions", "loops", "memory", "writing"},
    {"wording", "units"},
    {"errors"},
]
HEIGHT = {name: height for height, floor in enumerate(reversed(FLOORS)) for name in floor}
SOURCES = sorted((ROOT / "mcfrontier").rglob("*.py"))


def topic(path):
    """The room a file belongs to: the package below mcfrontier, or the module."""
    parts = path.relative_to(ROOT / "mcfrontier").with_suffix("").parts
    return parts[0]


def imports(path):
    """The rooms that a file imports, but for what is imported for the sake of types."""
    tree = ast.parse(path.read_text())
    for part in ast.walk(tree):
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
            part.body = []
    for part in ast.walk(tree):
        if isinstance(part, ast.ImportFrom) and part.module and part.module.split(".")[0] == "mcfrontier":
            below = part.module.split(".")[1:2]
            yield from below or [name.name for name in part.names if name.name in HEIGHT]


def test_every_file_has_a_floor():
    assert {topic(path) for path in SOURCES} == {*HEIGHT, "__init__"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path):
    if topic(path) == "__init__":
        return  # the door of the house: it opens on every floor, late
    for room in imports(path):
        # late ways up: a Run and a Comparison can write themselves, and what a page takes from another study asks it
        late = {("results", "outputs"), ("comparison", "outputs"), ("others", "study")}
        itself = (topic(path), room) in late
        assert itself or room == topic(path) or HEIGHT[room] < HEIGHT[topic(path)], f"{topic(path)} imports {room}"


def test_the_model_imports_the_decorator_alone():
    for path in (ROOT / "mcfrontier/model").glob("*.py"):
        lines = [line for line in path.read_text().splitlines() if re.match(r"\s*(from|import) ", line)]
        assert set(lines) <= {"from mcfrontier.graph import node", "import numpy as np", "from scipy import special"}, (
            path.name
        )


def test_no_formula_holds_a_number_about_the_world():
    """What a formula holds is true by definition: 1, 10, a doubling, the end of a 90 % interval."""
    for path in (ROOT / "mcfrontier/model").glob("*.py"):
        for part in ast.walk(ast.parse(path.read_text())):
            if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
                assert part.value in (0, 1, 2, 10, 0.95), (path.name, part.value)


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_has_nothing_to_say(command):
    ended = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
