"""A finished run, read back from its folder: what was asked and believed, its percentiles, its draws."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.errors import InputError, suggest
from mcfrontier.wording import parts

FORMAT = 1  # of the files of a run
MANIFEST, PERCENTILES, DRAWS = "manifest.json", "percentiles.json", ("draws.nc", "draws.zarr")
AGAIN = "make the run again"


class Format(msgspec.Struct, frozen=True):
    """What every file of a run says first, and by which versions it was made."""

    format: int
    versions: dict[str, str] = {}


class Manifest(msgspec.Struct, frozen=True):
    """What was asked, what was believed, and with which versions it was computed: see outputs/manifest.py."""

    study: str
    seed: int
    draws: int
    sampler: str
    method: str
    exact: bool
    targets: list[str]
    set: dict[str, str]
    priors_sha256: str
    versions: dict[str, str]
    notes: list[str]
    correlation: dict[str, float]
    evidence: dict[str, Any]
    dimensions: dict[str, list[str]]
    inputs: dict[str, dict[str, Any]]


class Percentiles(msgspec.Struct, frozen=True):
    """Statistics of every row: see outputs/percentiles.py."""

    integrated: dict[str, str]
    quantities: dict[str, dict[str, Any]]
    unstable_mean: list[str] = []


@dataclass(frozen=True)
class Finished:
    """A run as its folder keeps it. Rows, units and estimates are those of a Run."""

    folder: Path
    manifest: Manifest
    percentiles: Percentiles
    read: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> list[str]:
        """Every quantity, a many-valued one row by row: "energy", "price[A100]"."""
        return list(self.percentiles.quantities)

    def rows_of(self, names: Sequence[str]) -> list[str]:
        """The rows of some quantities, each named whole or by a row of it, in the order of the names."""
        for name in names:
            self.check(name)
        return [row for name in names for row in self.rows if name in (row, parts(row)[0])]

    @property
    def targets(self) -> list[str]:
        """The rows of what was asked."""
        return self.rows_of(self.manifest.targets)

    def check(self, name: str) -> None:
        """Refuse a quantity, or a row of one, that the run does not hold."""
        known = {*self.rows, *(parts(row)[0] for row in self.rows)}
        if name not in known:
            raise InputError(f"{self.folder}: it has no quantity '{name}'{suggest(name, known)}")

    def unit(self, row: str) -> str:
        """The unit of a row."""
        return self.percentiles.quantities[row]["unit"]

    def estimates(self, row: str, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Mean, sd and quantiles of a row in its unit, and the Monte Carlo error of each: two arrays (2 + levels,).
        Those that the folder tells are taken from it, all others from its draws."""
        told = self.percentiles.quantities[row]
        words = ("mean", "sd", *map(intervals.word, levels))
        if all(word in told for word in words):
            return tuple(np.array([number(each.get(word)) for word in words]) for each in (told, told["mc_error"]))
        draws = self.told(row)
        return intervals.with_errors(draws[:1] if told["sd"] == 0 else draws, levels)

    def told(self, row: str) -> np.ndarray:
        """The draws of a row in its own unit: shape (draws,)."""
        name = parts(row)[0]
        if name not in self.read:
            found = self.variables[name][0]  # of the one chain
            self.read[name] = np.asarray(found, float).reshape(len(found), -1)
        return self.read[name][:, self.rows_of([name]).index(row)]

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """What draws.nc or draws.zarr holds, as arrays (1, draws, dimensions...): given evidence, of what it left."""
        path = next((self.folder / name for name in DRAWS if (self.folder / name).exists()), None)
        if path is None:
            told = f"{self.folder}: its draws were left out, being many; {AGAIN} with --save-draws, or with fewer draws"
            raise InputError(told)
        try:
            file = opened(path)
            found = file["posterior" if "posterior" in file else "prior"]
            missing = [name for name in {parts(row)[0] for row in self.rows} if name not in found]
            short = [name for name in self.manifest.targets if found[name].shape[1] != self.manifest.draws]
        except (OSError, KeyError, ValueError) as problem:
            raise InputError(f"{path}: damaged, or not the draws of a run: {problem}; {AGAIN}") from None
        if missing or short:
            raise InputError(f"{path}: damaged, or of another run: {(*missing, *short)[0]} is not whole; {AGAIN}")
        return found


def opened(path: Path) -> Any:
    """A file of draws, by the library that reads it."""
    if path.suffix == ".nc":
        import h5py

        return h5py.File(path)
    try:
        import zarr
    except ImportError:
        raise InputError(f"{path}: to read it takes zarr; pip install 'mcfrontier[zarr]'") from None
    return zarr.open_group(path, mode="r")


def is_run(path: str | Path) -> bool:
    """Whether a path is the folder of a finished run."""
    return os.path.isfile(Path(path) / MANIFEST)


def finished(folder: str | Path) -> Finished:
    """The run in a folder, or an InputError where there is none, it is damaged, or of another version."""
    folder = Path(folder)
    if not is_run(folder):
        beside = [path.as_posix() for path in neighbours(folder) if is_run(path)]
        what = "it has no manifest.json" if os.path.isdir(folder) else "there is no such folder"
        known = suggest(folder.as_posix(), beside) or f"; `run NAME --out {folder}` makes one"
        raise InputError(f"{folder}: not the folder of a run: {what}{known}")
    return Finished(folder, read(folder / MANIFEST, Manifest), read(folder / PERCENTILES, Percentiles))


def neighbours(folder: Path) -> list[Path]:
    """What stands beside a folder, where runs may be meant."""
    try:
        return sorted(folder.parent.iterdir())
    except OSError:
        return []


def read(path: Path, kind: type[msgspec.Struct]) -> Any:
    """A JSON file of a run."""
    try:
        text = path.read_bytes()
        head = msgspec.json.decode(text, type=Format)
        if head.format != FORMAT:
            by = head.versions.get("mcfrontier", "another version")
            told = f"written by mcfrontier {by} in format {head.format}, and this version reads format {FORMAT}"
            raise InputError(f"{path}: {told}; {AGAIN}")
        return msgspec.json.decode(text, type=kind)
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}; {AGAIN}") from None
    except msgspec.MsgspecError as problem:
        raise InputError(f"{path}: damaged, or not of a run: {problem}; {AGAIN}") from None


def number(told: float | None) -> float:
    """A number of a JSON file, where null is one that is not finite."""
    return math.nan if told is None else told
