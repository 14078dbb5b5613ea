"""Where priors files are: by path, in ./priors, or shipped with the package; and their TOML, read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from mcfrontier.errors import InputError, suggest


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
            found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def find(name: str) -> tuple[Path, list[Path]]:
    """The file of a study, and the folders that its `extends` may lead into."""
    path = Path(name)
    if path.is_dir():
        inside = sorted(path.glob("*.toml"))
        runnable = [file for file in inside if "targets" in parse(file)]
        if len(runnable) != 1:
            what = ", ".join(file.stem for file in runnable) or "none"
            raise InputError(f"{name}: a folder with one study was expected, it has {what}; name the file")
        path = runnable[0]
    elif not path.is_file() and path.with_suffix(".toml").is_file() and len(path.parts) > 1:
        path = path.with_suffix(".toml")
    if path.is_file():
        return path, [path.parent, *(f for f in folders() if f.resolve() != path.parent.resolve())]
    for folder in folders():
        path = inside_of(folder, name)
        if path is not None:
            return path, folders()
    if name.endswith(".toml") or "/" in name:
        raise InputError(f"{name}: there is no such file")
    raise InputError(f"{name}: there is no such study{suggest(name, runnable_names())}")


def runnable_names() -> list[str]:
    """The names of the priors files that say what to answer."""
    return [name for name, path in studies().items() if re.search(r"^targets\s*=", path.read_text(), re.M)]


def inside_of(folder: Path, name: str) -> Path | None:
    """The file a name stands for in a folder, never one outside it."""
    path = folder / f"{name}.toml"
    if not path.resolve().is_relative_to(folder.resolve()):
        return None
    return path if path.is_file() else None


def name_of(path: Path, roots: list[Path]) -> str:
    """What a study is called: its path below the folder it was found in."""
    for root in roots:
        if path.resolve().is_relative_to(root.resolve()):
            return path.resolve().relative_to(root.resolve()).with_suffix("").as_posix()
    return path.stem


def shown(path: Path) -> str:
    """A path as messages tell it: short, and without the machine where it can be."""
    for base, prefix in ((shipped(), "priors"), (Path.cwd(), "")):
        if path.resolve().is_relative_to(base.resolve()):
            return (Path(prefix) / path.resolve().relative_to(base.resolve())).as_posix()
    return path.as_posix()


def parse(path: Path) -> dict[str, Any]:
    """The TOML of a file; what is broken is told by line and column."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise InputError(f"{shown(path)}: not TOML: {problem}") from None
    except UnicodeDecodeError as problem:
        raise InputError(f"{shown(path)}: not UTF-8 text, at byte {problem.start}") from None
    except OSError as problem:
        raise InputError(f"{shown(path)}: cannot be read: {problem.strerror}") from None
