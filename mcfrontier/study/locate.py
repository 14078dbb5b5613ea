"""Locating priors files, by path, in ./priors or among those shipped with the package, and parsing their TOML."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mcfrontier.core import atomic, limits
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.printable import echo
from mcfrontier.core.reading import check_confined, read_text
from mcfrontier.study import toml_text

SHIPPED = "mcfrontier/priors"  # the name in messages of the folder shipped with the package
OWN = Path("priors")  # the folder of the user's own priors
DOCUMENTS = "documents"  # the folder in priors with the figures of source documents; its files are no priors files
WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
MIN_STEM = 4  # letters that a word shares with a longer one, of which it is the beginning


def shipped(name: str = "priors") -> Path:
    """A folder shipped with the package, by default that of priors: inside the wheel, or beside the source."""
    package = Path(__file__).parent.parent
    inside = package / f"_{name}"
    return inside if inside.is_dir() else package.parent / name


def folders() -> list[Path]:
    """The folders in which names are looked up: ./priors, then the shipped one."""
    if not OWN.is_dir() or OWN.resolve() == shipped().resolve():
        return [shipped()]
    check_confined(OWN)
    return [OWN, shipped()]


def studies() -> dict[str, Path]:
    """Every priors file by name; a file of ./priors replaces the shipped one of the same name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.rglob("*.toml")):
            if DOCUMENTS not in path.relative_to(folder).parts:
                found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def documents() -> list[Path]:
    """The files with figures of source documents; one of ./priors replaces the shipped one of the same name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in (folder / DOCUMENTS).glob("*.toml"):
            found.setdefault(path.name, path)
    return [found[name] for name in sorted(found)]


def find(name: str) -> tuple[Path, list[Path]]:
    """Find the file of a study, and the folders in which its `extends` are looked up; refused where there is none.

    The name is a path, with a slash or the ending .toml; or a bare word, which is first looked up as the name of a
    study and then as a file or folder in the working directory.
    """
    if not name.strip():
        raise InputError("the name of a study is empty; `list` shows all")
    looks_like_a_path = "/" in name or os.sep in name or name.endswith(".toml")
    named = inside_any(folders(), name)
    given = None if named and not looks_like_a_path else file_at(Path(name))
    if given:
        return given, [given.parent, *(f for f in folders() if f.resolve() != given.parent.resolve())]
    if named:
        return named, own_folder_first(named, folders())
    places = [Path(name)] if looks_like_a_path else [folder / f"{name}.toml" for folder in folders()]
    if odd := next((place for place in places if os.path.lexists(place)), None):
        raise InputError(f"{odd}: not a file of its folder, but a folder, a device or a link out of it; name another")
    if looks_like_a_path:
        raise InputError(f"{echo(name)}: there is no such file")
    known = suggest(name, runnable()) or "; `list` shows all"
    raise InputError(f"{echo(name)}: there is no such study{known}")


def own_folder_first(path: Path, roots: list[Path]) -> list[Path]:
    """The folders, that of a file first: what the file extends is looked up beside it first."""
    return sorted(roots, key=lambda root: not path.resolve().is_relative_to(root.resolve()))


def file_at(path: Path) -> Path | None:
    """The priors file at a path: the path itself, with .toml appended, or the only study in a folder."""
    for file in (path, Path(f"{path}.toml")):
        check_confined(file)
        if os.path.isfile(file):  # unlike Path.is_file, it never raises
            return file
    if not os.path.isdir(path):
        return None
    inside = [file for file in sorted(path.glob("*.toml")) if has_targets(file)]
    if not inside and os.path.isfile(path / "manifest.json"):
        raise InputError(f"{path}: a saved run, not a study; name the study")
    if len(inside) != 1:
        what = ", ".join(file.stem for file in inside) or "none"
        raise InputError(f"{path}: a folder with one study is expected, and this one has {what}; name the file")
    return inside[0]


def has_targets(path: Path) -> bool:
    """Whether a priors file has targets, so that it can be run; False if it cannot be read."""
    try:
        return "targets" in parse(path)
    except InputError:
        return False


class Heading(NamedTuple):
    """A study that can be run: its name, its title and question, and its file."""

    name: str
    title: str
    question: str
    file: Path


def headings() -> tuple[list[Heading], list[str]]:
    """The headings of the files that can be run, whose other content is not checked, and the problems of those that
    cannot be read."""
    found, problems = [], []
    for name, path in studies().items():
        try:
            content = parse(path)
            title, question = (text_at(path, content, key) for key in ("title", "question"))
        except InputError as problem:
            problems.append(str(problem))
            continue
        if "targets" in content:
            found.append(Heading(name, title, question, path))
    return found, problems


def matching(headings: Sequence[Heading], query: str) -> list[Heading]:
    """The headings that have a word of a query, by the rarity of the words that they have, those of the name twice."""
    wanted = dict.fromkeys(words(query))
    if not wanted:
        return [*headings]
    texts = [(words(each.name), words(f"{each.title} {each.question}")) for each in headings]
    scores = [0.0] * len(headings)
    for word in wanted:
        hits = [2 * has(name, word) + has(rest, word) for name, rest in texts]
        weight = math.log((1 + len(headings)) / (1 + sum(map(bool, hits))))
        scores = [score + weight * hit for score, hit in zip(scores, hits, strict=True)]
    order = sorted(range(len(headings)), key=lambda i: (-scores[i], len(texts[i][0])))
    return [headings[i] for i in order if scores[i] > 0]


def words(text: str) -> list[str]:
    """The words and numbers of a text."""
    return WORD.findall(text.casefold())


def has(known: Sequence[str], word: str) -> bool:
    """Whether a word is among others, or begins one of them, or has one as its beginning."""
    return any(
        word == each or (min(len(word), len(each)) >= MIN_STEM and (word.startswith(each) or each.startswith(word)))
        for each in known
    )


def text_at(path: Path, content: dict[str, Any], key: str) -> str:
    """The text of a key of a file, which may be left out."""
    text = content.get(key, "")
    if not isinstance(text, str):
        raise InputError(f"{display_path(path)}: {key}: a text is expected; put it in quotes")
    with located(display_path(path)):
        toml_text.check_text(key, text, limits.TITLE_LENGTH)
    return text


def runnable() -> dict[str, Path]:
    """The priors files that can be run, by name."""
    return {name: path for name, path in studies().items() if has_targets(path)}


def files_by_entry() -> dict[str, tuple[str, list[str]]]:
    """The unit of each entry and the names of the priors files that state it, first those without targets, which other
    files extend; the unit is that of the first file that states one."""
    found: list[tuple[bool, str, str, str]] = []
    for name, path in studies().items():
        try:
            content = parse(path)
        except InputError:
            continue
        inputs = content.get("inputs")
        for entry, stated in inputs.items() if isinstance(inputs, dict) else ():
            unit = stated.get("unit") if isinstance(stated, dict) else None
            found.append(("targets" in content, name, entry, unit if isinstance(unit, str) else ""))
    files: dict[str, tuple[str, list[str]]] = {}
    for _, name, entry, unit in sorted(found, key=lambda each: each[0]):
        known, names = files.setdefault(entry, (unit, []))
        files[entry] = (known or unit, [*names, name])
    return files


def inside_of(folder: Path, name: str, ending: str = ".toml") -> Path | None:
    """The file of a name in a folder; None where there is none, or where it lies outside the folder."""
    path = folder / f"{name}{ending}"
    return path if os.path.isfile(path) and path.resolve().is_relative_to(folder.resolve()) else None


def inside_any(roots: Iterable[Path], name: str, ending: str = ".toml") -> Path | None:
    """The file of a name in the first of some folders that has it."""
    return next((path for root in roots if (path := inside_of(root, name, ending))), None)


def data_file(name: str, roots: Iterable[Path]) -> Path:
    """The CSV file of a name in the priors folders; refused where there is none."""
    if (path := inside_any(roots, name, "")) is None:
        raise InputError(f"file: there is no '{name}' in the priors folders; put it beside the study or in ./priors")
    return path


def new_file(path: str | Path, option: str) -> Path:
    """The path of a priors file that is to be written; refused where it cannot be, or where there is a file."""
    path = atomic.check_file(path, option)
    if path.suffix != ".toml":
        raise InputError(f"{option} {echo(path)}: the name of a priors file ends in .toml")
    if os.path.lexists(path):
        raise InputError(f"{path}: this file exists and is not overwritten; choose another name, or delete it")
    return path


def study_name(path: Path, roots: list[Path]) -> str:
    """The name of a study: its path relative to the folder in which it was found, without the ending."""
    for root in roots:
        if path.resolve().is_relative_to(root.resolve()):
            return path.resolve().relative_to(root.resolve()).with_suffix("").as_posix()
    return path.stem


def display_path(path: Path) -> str:
    """A path as messages write it: relative to the working directory or to the package where possible."""
    path, here = path.resolve(), Path.cwd()
    if path.is_relative_to(shipped().resolve()):
        folder = "priors" if OWN.resolve() == shipped().resolve() else SHIPPED
        return (Path(folder) / path.relative_to(shipped().resolve())).as_posix()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def portable_path(displayed: str) -> str:
    """A displayed path as results store it: independent of the installation and of the working directory."""
    return displayed.replace(SHIPPED, "priors", 1) if displayed.startswith(SHIPPED) else displayed


def parse(path: Path) -> dict[str, Any]:
    """Parse a TOML file. The message of an error gives line and column, and a remedy for common mistakes."""
    with located(display_path(path)):
        return toml_text.loads(read_text(path, limits.PRIORS_FILE_BYTES))
