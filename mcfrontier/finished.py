"""A finished run, read back from its folder: what was asked and believed, its percentiles, its draws."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import file_digest
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.errors import InputError, suggest
from mcfrontier.results import Run, Summaries, Summary
from mcfrontier.wording import label, parts

FORMAT = 1  # of the files of a run
MANIFEST, PERCENTILES, DRAWS = "manifest.json", "percentiles.json", ("draws.nc", "draws.zarr")
AGAIN = "make the run again"
STEP = 2**16  # draws that are read at once, where the file has no chunks


class Format(msgspec.Struct, frozen=True):
    """What every file of a run says first, and by which versions it was made."""

    format: int
    versions: dict[str, str] = {}


class Manifest(msgspec.Struct, frozen=True):
    """What was asked, what was believed, and with which versions it was computed: see outputs/manifest.py. Older ones
    lack what has a default here."""

    study: str
    seed: int
    draws: int
    sampler: str
    method: str
    targets: list[str]
    set: dict[str, str]
    priors_sha256: str
    versions: dict[str, str]
    notes: list[str]
    correlation: dict[str, float]
    evidence: dict[str, Any]
    dimensions: dict[str, list[str]]
    inputs: dict[str, dict[str, Any]]
    draws_asked: int | None = None
    exact: bool = False
    own_model: bool = False
    page: dict[str, Any] = {}
    correlation_kind: str = "spearman"
    same: dict[str, str] = {}
    decision: dict[str, Any] | None = None
    disclosed: dict[str, dict[str, Any]] = {}
    formulas: dict[str, str] = {}
    capped: dict[str, float] = {}
    files: dict[str, str] = {}


class Percentiles(msgspec.Struct, frozen=True):
    """Statistics of every row: see outputs/percentiles.py."""

    integrated: dict[str, str]
    quantities: dict[str, dict[str, Any]]
    unstable_mean: list[str] = []


@dataclass(frozen=True)
class Finished:
    """A run as its folder keeps it. Rows, units and estimates are those of a Run. Files that are not as the run wrote
    them are refused, unless `edited_too`."""

    folder: Path
    manifest: Manifest
    percentiles: Percentiles
    edited_too: bool = False
    read: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> list[str]:
        """Every quantity, a many-valued one row by row: "energy", "price[A100]"."""
        return list(self.percentiles.quantities)

    def rows_of(self, names: Sequence[str]) -> list[str]:
        """The rows of some quantities, each named whole or by a row of it, in the order of the names."""
        return rows_of(self.owners, names, str(self.folder))

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """The rows that each name stands for: see owners_of."""
        return owners_of(self.rows)

    @property
    def targets(self) -> list[str]:
        """The rows of what was asked."""
        return self.rows_of(self.manifest.targets)

    @property
    def head(self) -> dict[str, str | int]:
        """What its files say first: which study, seed and draws."""
        return {word: getattr(self.manifest, word) for word in ("study", "seed", "draws")}

    @property
    def integrated(self) -> dict[str, str]:
        """The input that is integrated out of each row whose percentiles are surer so."""
        return self.percentiles.integrated

    @property
    def unstable(self) -> list[str]:
        """The rows whose mean is not to be told."""
        return self.percentiles.unstable_mean

    def is_event(self, row: str) -> bool:
        """Whether a row is told by its probability."""
        return "probability" in self.percentiles.quantities[row]

    def unit(self, row: str) -> str:
        """The unit of a row."""
        return self.percentiles.quantities[row]["unit"]

    def estimates(self, row: str, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Mean, sd and quantiles of a row in its unit, and the Monte Carlo error of each: two arrays (2 + levels,).
        Those that the folder tells are taken from it, all others from its draws."""
        _, values, errors = summary_at(self, row, levels)
        words = ("mean", "sd", *map(intervals.word, levels))
        return np.array([values[word] for word in words]), np.array([errors[word] for word in words])

    @cached_property
    def summary(self) -> Mapping[str, Summary]:
        """The statistics that the folder tells of every row."""
        return Summaries(self.percentiles.quantities, self.summarised)

    def summarised(self, row: str) -> Summary:
        """The statistics that the folder tells of a row."""
        told = self.percentiles.quantities[row]
        values, errors = (
            {word: number(each.get(word)) for word in told["mc_error"]} for each in (told, told["mc_error"])
        )
        return Summary(told["unit"], values, errors)

    def of_draws(self, row: str, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Mean, sd and quantiles of a row and their errors, by the draws alone."""
        if self.kept is None:
            there, wanted = ([word for word in self.summary[row].values if word[0] == "p"], map(intervals.word, levels))
            told = f"it tells {', '.join(there)}, and its draws, being many, were left out: no {', '.join(wanted)}"
            raise InputError(f"{self.folder}: {told}; {AGAIN} with --save-draws, or with fewer draws")
        draws = self.told(row)
        whole = np.isfinite(draws).sum() in (0, draws.size)  # or it is one number in some draws and none in others
        known = whole and self.summary[row].values["sd"] == 0
        return intervals.with_errors(draws[:1] if known else draws, levels)

    def told(self, row: str) -> np.ndarray:
        """The draws of a row in its own unit: shape (draws,)."""
        name = parts(row)[0]
        if name not in self.read:
            found = self.variables[name][0]  # of the one chain
            self.read[name] = np.asarray(found, float).reshape(len(found), -1)
        return self.read[name][:, self.rows_of([name]).index(row)]

    @property
    def kept(self) -> Path | None:
        """The file of its draws, if they were kept."""
        for name in DRAWS:
            if name in self.gone and not self.edited_too:
                raise InputError(f"{self.folder / name}: not there any more; {AGAIN}")
        return next((self.folder / name for name in DRAWS if (self.folder / name).exists()), None)

    @property
    def gone(self) -> list[str]:
        """The files that the run wrote and that are not there."""
        return [name for name in self.manifest.files if not (self.folder / name).exists()]

    @property
    def edited(self) -> list[str]:
        """The files that are there and not as the run wrote them."""
        return [
            name for name in self.manifest.files if name not in self.gone and changed(self.folder / name, self.manifest)
        ]

    @property
    def variables(self) -> Mapping[str, Any]:
        """What draws.nc or draws.zarr holds, as arrays (1, draws, dimensions...): given evidence, of what it left."""
        return [*self.groups.values()][-1]

    @property
    def step(self) -> int:
        """How many draws are best read at once, where all are not needed together."""
        chunks = self.variables[self.manifest.targets[0]].chunks
        return chunks[1] if chunks else min(STEP, self.manifest.draws)

    @cached_property
    def groups(self) -> dict[str, Mapping[str, Any]]:
        """The same by group, "prior" and, given evidence, "posterior"; nothing is read before it is asked for."""
        path = self.kept
        if path is None:
            told = f"{self.folder}: its draws were left out, being many; {AGAIN} with --save-draws, or with fewer draws"
            raise InputError(told)
        if not self.edited_too:
            check_whole(path, self.manifest)
        try:
            file = opened(path)
            found = {name: file[name] for name in ("prior", "posterior") if name == "prior" or name in file}
            names, last = {parts(row)[0] for row in self.rows}, [*found.values()][-1]
            missing = [name for name in names if any(name not in group for group in found.values())]
            short = [name for name in self.manifest.targets if last[name].shape[1] != self.manifest.draws]
        except (OSError, KeyError, ValueError) as problem:
            raise InputError(f"{path}: damaged, or not the draws of a run: {problem}; {AGAIN}") from None
        if missing or short:
            raise InputError(f"{path}: damaged, or of another run: {(*missing, *short)[0]} is not whole; {AGAIN}")
        return found


def spread_of(variable: Any) -> tuple[str, ...]:
    """The dimensions of a variable of draws, chain and draw first."""
    if hasattr(variable, "dims"):  # of HDF5, where they are scales that hang on it
        return tuple(each[0].name.rsplit("/", 1)[-1] for each in variable.dims)
    return tuple(variable.metadata.dimension_names)


def owners_of(rows: Iterable[str]) -> dict[str, list[str]]:
    """The rows that each name stands for, a quantity's for all of its rows and a row's for itself."""
    owners: dict[str, list[str]] = {}
    for row in rows:
        for name in {row, parts(row)[0]}:
            owners.setdefault(name, []).append(row)
    return owners


def rows_of(owners: Mapping[str, list[str]], names: Sequence[str], where: str) -> list[str]:
    """The rows of some quantities, each named whole or by a row of it, in the order of the names and each once. Tables
    print a blank after the comma between labels, so it may be written."""
    if any(name not in owners for name in names):
        printed = {label(name): name for name in owners if "[" in name}
        names = [name if name in owners else printed.get(label(name), name) for name in names]
    for name in names:
        if name not in owners:
            raise InputError(f"{where}: it has no quantity '{name}'{suggest(name, owners)}")
    return list(dict.fromkeys(row for name in names for row in owners[name]))


def summary_at(run: Run | Finished, row: str, levels: Sequence[float]) -> Summary:
    """Mean, sd and quantiles of a row. Those that a run's files tell are as they tell them, so that a run and its
    folder say the same; all others are of the draws alone."""
    unit, values, errors = run.summary[row]
    words = {intervals.word(level): level for level in levels}
    left = {word: level for word, level in words.items() if word not in values}
    if left:
        found = (dict(zip(("mean", "sd", *left), x.tolist(), strict=True)) for x in run.of_draws(row, [*left.values()]))
        values, errors = (of_draws | told for of_draws, told in zip(found, (values, errors), strict=True))
    heads = [word for word in ("probability", "mean", "sd") if word in values]
    return Summary(unit, *({word: each[word] for word in (*heads, *words)} for each in (values, errors)))


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


def finished(folder: str | Path, edited_too: bool = False) -> Finished:
    """The run in a folder, or an InputError where there is none, it is damaged, of another version or, unless told,
    edited."""
    folder = Path(folder)
    if os.path.isfile(folder):
        raise InputError(f"{folder}: not the folder of a run: it is a file; name the folder that `run` wrote")
    if not is_run(folder):
        beside = [path.as_posix() for path in neighbours(folder) if is_run(path)]
        what = "it has no manifest.json" if os.path.isdir(folder) else "there is no such folder"
        known = suggest(folder.as_posix(), beside) or f"; `run NAME --out {folder}` makes one"
        raise InputError(f"{folder}: not the folder of a run: {what}{known}")
    manifest = read(folder / MANIFEST, Manifest)
    if not edited_too and os.path.isfile(folder / PERCENTILES):
        check_whole(folder / PERCENTILES, manifest)
    return Finished(folder, manifest, read(folder / PERCENTILES, Percentiles), edited_too)


def digest(path: Path) -> str:
    """A hash of a file; of a folder, which has many, none."""
    if path.is_dir():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def changed(path: Path, manifest: Manifest) -> bool:
    """Whether a file is not as a run wrote it; runs of older versions do not tell."""
    return digest(path) != manifest.files.get(path.name, digest(path))


def check_whole(path: Path, manifest: Manifest) -> None:
    """Refuse a file that is not as a run wrote it."""
    if changed(path, manifest):
        raise InputError(f"{path}: damaged or edited, it is not as the run wrote it; {AGAIN}")


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
