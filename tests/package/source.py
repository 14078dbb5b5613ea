"""The package as syntax trees: what the tests of its structure read."""

import ast
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "mcfrontier"
SOURCES = sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module(path: Path) -> str:
    """The dotted name of a file's module: mcfrontier.core.units."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in SOURCES}


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, wherever the import stands: at the top, in a function, or for
    the sake of types alone."""
    return imported_by(tree(path))


def imported_by(syntax: ast.AST) -> set[str]:
    """The modules of the package that a syntax tree imports."""
    found = set()
    for part in ast.walk(syntax):
        if isinstance(part, ast.Import):
            found |= {name.name for name in part.names if name.name.split(".")[0] == "mcfrontier"}
        if isinstance(part, ast.ImportFrom):
            assert part.level == 0, "imports are written in full"
            if part.module and part.module.split(".")[0] == "mcfrontier":
                names = {f"{part.module}.{name.name}" for name in part.names}
                found |= {name if name in MODULES else part.module for name in names}
    return found
