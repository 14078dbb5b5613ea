"""Where priors files are: by path, in ./priors, or shipped with the package; and their TOML, read."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from mcfrontier.errors import InputError, suggest

SHIPPED = "mcfrontier/priors"  # how messages tell the folder that came with the package
DOCUMENTS = "documents"  # the folder in priors with what source documents say, which are no priors files


def shipped() -> Path:
    """The priors that came with the package: inside the wheel, or beside the source."""
    package = Path(__file__).parent
    inside = package / "_priors"
    return inside if inside.is_dir() else package.parent / "priors"


def folders() -> list[Path]:
    """The folders that names are looked up in: ./priors, then the shipped ones."""
    here = Path("priors")
    return [here, shipped()] if here.is_dir() and here.resolve() != shipped().resolve() else [shipped()]


def studies() -> dict[str, Path]:
    """Every priors file that can be named, by name; a file of ./priors hides the shipped one of its name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.rglob("*.toml")):
            if DOCUMENTS not in path.relative_to(folder).parts:
                found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def documents() -> list[Path]:
    """The files that say what source documents say; one of ./priors hides the shipped one of its name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in (folder / DOCUMENTS).glob("*.toml"):
            found.setdefault(path.name, path)
    return [found[name] for name in sorted(found)]


def find(name: str) -> tuple[Path, list[Path]]:
    """The file of a study, and the folders that its `extends` may lead into.

    What looks like a path is one. A bare word is first a name, and then a file or folder of that name.
    """
    looks_like_a_path = "/" in name or os.sep in name or name.endswith(".toml")
    named = next((path for folder in folders() if (path := inside_of(folder, name))), None)
    given = None if named and not looks_like_a_path else at(Path(name))
    if given:
        return given, [given.parent, *(f for f in folders() if f.resolve() != given.parent.resolve())]
    if named:
        return named, home_first(named, folders())
    if looks_like_a_path:
        raise InputError(f"{name[:200]}: there is no such file")
    known = suggest(name, runnable()) or "; `list` names them all"
    raise InputError(f"{name[:200]}: there is no such study{known}")


def home_first(path: Path, roots: list[Path]) -> list[Path]:
    """Folders with the one that a file stands in first: what it takes in is looked for beside it."""
    return sorted(roots, key=lambda root: not path.resolve().is_relative_to(root.resolve()))


def at(path: Path) -> Path | None:
    """The priors file that a path stands for: itself, itself with .toml, or the one study of a folder."""
    for file in (path, Path(f"{path}.toml")):
        if exists(file):
            return file
    if not os.path.isdir(path):
        return None
    inside = [file for file in sorted(path.glob("*.toml")) if asks(file)]
    if not inside and exists(path / "manifest.json"):
        raise InputError(f"{path}: a run that is finished; name the study")
    if len(inside) != 1:
        what = ", ".join(file.stem for file in inside) or "none"
        raise InputError(f"{path}: a folder with one study was expected, it has {what}; name the file")
    return inside[0]


def exists(path: Path) -> bool:
    """Whether there is a file; a name that no file can have has none."""
    return os.path.isfile(path)  # which, unlike Path.is_file, never raises


def asks(path: Path) -> bool:
    """Whether a priors file has targets, so that it can be run; not if it cannot be read."""
    try:
        return "targets" in parse(path)
    except InputError:
        return False


def runnable() -> dict[str, Path]:
    """The priors files that can be named and run, by name."""
    return {name: path for name, path in studies().items() if asks(path)}


def inside_of(folder: Path, name: str, ending: str = ".toml") -> Path | None:
    """The file a name stands for in a folder, never one outside it."""
    path = folder / f"{name}{ending}"
    return path if exists(path) and path.resolve().is_relative_to(folder.resolve()) else None


def name_of(path: Path, roots: list[Path]) -> str:
    """What a study is called: its path below the folder it was found in."""
    for root in roots:
        if path.resolve().is_relative_to(root.resolve()):
            return path.resolve().relative_to(root.resolve()).with_suffix("").as_posix()
    return path.stem


def shown(path: Path) -> str:
    """A path as messages tell it: short, and without the machine where it can be."""
    path, here = path.resolve(), Path.cwd()
    if path.is_relative_to(shipped().resolve()):
        folder = "priors" if Path("priors").resolve() == shipped().resolve() else SHIPPED
        return (Path(folder) / path.relative_to(shipped().resolve())).as_posix()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def kept(shown_path: str) -> str:
    """A shown path as results keep it: the same wherever the package is and the user stands."""
    return shown_path.replace(SHIPPED, "priors", 1) if shown_path.startswith(SHIPPED) else shown_path


def parse(path: Path) -> dict[str, Any]:
    """The TOML of a file; what is broken is told by line and column, and how to mend the likeliest mistakes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InputError(f"{shown(path)}: not TOML: {problem}{mend(text, str(problem))}") from None
    except UnicodeDecodeError as problem:
        raise InputError(f"{shown(path)}: not UTF-8 text, at byte {problem.start}") from None
    except OSError as problem:
        raise InputError(f"{shown(path)}: cannot be read: {problem.strerror}") from None


def mend(text: str, problem: str) -> str:
    """What to do about a line that is not TOML, where it can be guessed."""
    place = re.search(r"at line (\d+)", problem)
    line = text.splitlines()[int(place[1]) - 1] if place else ""
    if re.search(r"=\s*-?\d+,\d", line):
        return "; write 10_000, not 10,000"
    return "; put text in quotes" if re.search(r"=\s*[^\W\d]", line) else ""
