"""Limits that keep the package readable: raise one only with a reason."""

import ast

import pytest

from tests.package.source import PACKAGE, SOURCES, module, tree

FILES, LINES, FUNCTION_LINES, METHODS = 20, 350, 60, 15
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def does_work(method):
    """Whether a method is more than one line that delegates, its docstring aside."""
    body = method.body[1:] if ast.get_docstring(method) else method.body
    return len(body) > 1 or any(isinstance(part, ast.If | ast.For | ast.While | ast.Try) for part in body)


def test_a_folder_holds_at_most_20_files():
    for folder in (PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__")):
        assert sum(path.is_file() and path.suffix != ".so" for path in folder.iterdir()) <= FILES, folder


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module(path))
def test_a_file_its_functions_and_its_classes_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES
    for part in ast.walk(tree(path)):
        if isinstance(part, FUNCTIONS):
            own = part.end_lineno - part.lineno + 1 - len((ast.get_docstring(part, clean=False) or "").splitlines())
            assert own <= FUNCTION_LINES, part.name
        if isinstance(part, ast.ClassDef):
            assert sum(isinstance(each, FUNCTIONS) and does_work(each) for each in part.body) <= METHODS, part.name
