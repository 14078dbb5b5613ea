"""Names are the field's words: identifiers of the package and of its tests, read from their syntax trees."""

import ast

import pytest

from tests.conftest import ROOT

PRIVATE = {
    "told", "said", "held", "foremost", "falls", "fallen", "surer", "sharp", "freeze", "worth", "brief", "others",
}  # fmt: skip
VAGUE_CONSTANTS = {"MOST", "FEW", "FIRST", "MANY", "FEWEST", "LEAST", "ENOUGH", "KEPT", "HELD", "WIDE", "SMALL"}
FILES = sorted([*(ROOT / "mcfrontier").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


def names(syntax):
    """The names that a syntax tree defines or uses, but for texts and the standard library's gc.freeze."""
    for part in ast.walk(syntax):
        if isinstance(part, ast.Attribute) and ast.unparse(part) == "gc.freeze":
            continue
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.arg | ast.keyword) and part.arg:
            yield part.arg
        elif isinstance(part, ast.alias):
            yield from (part.name.split(".")[-1], part.asname or "")


def private(name):
    """Whether a name has a part that only this project would understand."""
    return "pick_freeze" not in name.lower() and bool(PRIVATE & set(name.lower().split("_")))


@pytest.mark.parametrize("name", ["told_rows", "_HELD", "run_worth", "Sharp", "others"])
def test_a_private_word_in_a_name_is_found(name):
    assert private(name)


@pytest.mark.parametrize("name", ["pick_freeze_rows", "worthless", "household", "briefly"])
def test_a_word_that_only_contains_one_is_no_fault(name):
    assert not private(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_has_a_private_word_as_a_part(path):
    found = {name for name in names(ast.parse(path.read_text(encoding="utf-8"))) if private(name)}
    parts = path.relative_to(ROOT).with_suffix("").parts
    assert found | {part for part in parts if private(part)} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_constant_says_of_what(path):
    for part in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
        found = {
            name.id for each in targets if each is not None for name in ast.walk(each) if isinstance(name, ast.Name)
        }
        assert not found & VAGUE_CONSTANTS
