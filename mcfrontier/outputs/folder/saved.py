"""A saved run, read back from its folder: its manifest, its percentiles, its draws."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.probability import INTERVAL_WORDS
from mcfrontier.core import memory
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import Array
from mcfrontier.core.atomic import is_replacing, read_together, settle, stamp
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import label, split_row
from mcfrontier.core.kinds import QuantityKind
from mcfrontier.outputs.folder.draws_file import dimensions_of_labels, read_groups
from mcfrontier.outputs.folder.files import DRAWS, MANIFEST, PERCENTILES, RUN_AGAIN, damaged, number_or_nan, read_json
from mcfrontier.outputs.folder.layout import NO_DRAWS, Contents, Groups, StoredDraws, Variable
from mcfrontier.outputs.folder.manifest import Manifest, changed, check_unchanged
from mcfrontier.outputs.folder.percentiles import Percentiles, summary_at
from mcfrontier.runs.core import dataset, unknown
from mcfrontier.runs.summary import Summaries, Summary

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class RunFolder:
    """A saved run. Files that were edited since the run are refused, unless `allow_edited`."""

    folder: Path
    manifest: Manifest
    percentiles: Percentiles
    allow_edited: bool = False
    stamp: tuple[int, ...] | None = None  # of manifest.json

    @property
    def rows(self) -> list[str]:
        """The rows of every quantity: "energy", "price[A100]"."""
        return list(self.percentiles.quantities)

    def rows_of(self, names: Sequence[str]) -> list[str]:
        """The rows of some names, each a quantity or a row, in the order of the names."""
        return rows_of(self.rows, names, str(self.folder))

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """The rows of each name: see `owners_of`."""
        return owners_of(self.rows)

    @property
    def targets(self) -> list[str]:
        """The rows of the targets."""
        return self.rows_of(self.manifest.targets)

    @property
    def head(self) -> dict[str, str | int]:
        """The study, seed and number of draws, which every file of the run begins with."""
        return {key: getattr(self.manifest, key) for key in ("study", "seed", "draws")}

    def kind(self, row: str) -> QuantityKind:
        """The kind of a row."""
        return self.summary[row].kind

    def unit(self, row: str) -> str:
        """The unit of a row."""
        unit: str = self.percentiles.quantities[row]["unit"]
        return unit

    def estimates(self, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in its unit, and their Monte Carlo errors: two arrays (2 + levels,)."""
        _, values, errors = self.summary_at(row, levels)
        words = ("mean", "sd", *map(estimates.quantile_name, levels))
        return np.array([values[word] for word in words]), np.array([errors[word] for word in words])

    def summary_at(self, row: str, levels: Sequence[float]) -> Summary:
        """Mean, sd and quantiles of a row at some levels, with their errors."""
        return summary_at(self.summary[row], levels, partial(self.from_draws, row))

    @cached_property
    def summary(self) -> Mapping[str, Summary]:
        """The statistics in percentiles.json by row."""

        def stated(row: str) -> Summary:
            found = self.percentiles.quantities[row]
            errors = {word: number_or_nan(error) for word, error in found["mc_error"].items()}
            words = [word for word in found if word in errors or word in INTERVAL_WORDS]
            return Summary(found["unit"], {word: number_or_nan(found[word]) for word in words}, errors)

        return Summaries(self.percentiles.quantities, stated)

    def from_draws(self, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row and their errors, from the draws alone."""
        if self.draws_path is None:
            known = [word for word in self.summary[row].values if word[0] == "p"]
            requested = map(estimates.quantile_name, levels)
            problem = f"it has {', '.join(known)}, but not its draws, which {', '.join(requested)} would need"
            raise InputError(f"{self.folder}: {problem}; {RUN_AGAIN} with --save-draws")
        draws = self.samples(row)
        all_or_none = np.isfinite(draws).sum() in (0, draws.size)  # some draws alone may be finite, and equal
        certain = all_or_none and self.summary[row].values["sd"] == 0
        return estimates.with_errors(draws[:1] if certain else draws, levels)

    @cached_property
    def loaded(self) -> dict[str, Array]:
        """The draws read so far, by quantity: shape (draws, rows)."""
        return {}

    def samples(self, row: str) -> Array:
        """The draws of a row in its own unit: shape (draws,)."""
        name = split_row(row)[0]
        if name not in self.loaded:
            memory.check_bytes(8 * self.manifest.draws_left * len(self.owners[name]), f"{self.folder}: {name}")
            stored = self.variables[name].read()[0]  # of the one chain
            self.check_same_run()
            self.loaded[name] = stored.reshape(len(stored), -1)
        return self.loaded[name][:, self.owners[name].index(row)]

    def check_row(self, row: str) -> None:
        """Refuse a row that the run does not have."""
        if not isinstance(row, str) or row not in self.percentiles.quantities:
            raise unknown(row, self.rows)

    @cached_property
    def dimensions_of(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of each quantity: those whose labels its rows are named by."""
        return {
            name: dimensions_of_labels([split_row(row)[1] for row in self.owners[name]], self.manifest.dimensions)
            for name in self.quantities
        }

    @property
    def quantities(self) -> list[str]:
        """The names of the quantities."""
        return list(dict.fromkeys(split_row(row)[0] for row in self.rows))

    @cached_property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity along `draw`, in its unit."""
        stored, count = self.variables, self.manifest.draws_left
        memory.check_bytes(8 * count * len(self.rows), f"{self.folder}: its draws")
        attrs = {name: {"unit": each.variable.unit, "about": each.variable.about} for name, each in stored.items()}

        def draws_last(name: str) -> Array:
            found: Array = np.moveaxis(stored[name].read()[0], 0, -1)
            self.check_same_run()
            return found

        return dataset(self.dimensions_of, self.manifest.dimensions, attrs, draws_last, draw=np.arange(count))

    def draws_of(self, name: str) -> xr.DataArray:
        """The draws of a quantity, or of a row of one, along `draw`."""
        if isinstance(name, str) and name in self.quantities:
            return self.draws[name]
        self.check_row(name)
        quantity = split_row(name)[0]
        own = self.dimensions_of[quantity]
        shape = [len(self.manifest.dimensions[each]) for each in own]
        index = np.unravel_index(self.owners[quantity].index(name), shape)
        return self.draws[quantity].isel(dict(zip(own, index, strict=True))).rename(name)

    def statistics(
        self, quantities: str | Sequence[str] | None, levels: Sequence[float], part: slice, **places: Sequence[Any]
    ) -> xr.Dataset:
        """Statistics of quantities, by default the targets, over `figure` ("value", "mc_error") and one more dimension.

        `part` selects from mean, sd and the quantiles at `levels`.
        """
        names = listed("quantities", self.manifest.targets if quantities is None else quantities)
        for name in names:
            if not isinstance(name, str) or name not in self.dimensions_of:
                raise unknown(name, self.dimensions_of)
        own = {name: self.dimensions_of[name] for name in names}
        attrs = {name: {"unit": self.unit(self.owners[name][0])} for name in own}

        def of(name: str) -> Array:
            return np.array([self.estimates(row, levels) for row in self.owners[name]])[:, :, part]

        return dataset(own, self.manifest.dimensions, attrs, of, figure=["value", "mc_error"], **places)

    @property
    def draws_path(self) -> Path | None:
        """The file of the draws; None if the run did not write one."""
        for name in DRAWS:
            if name in self.missing_files and not self.allow_edited:
                raise InputError(f"{self.folder / name}: not there any more; {RUN_AGAIN}")
        return next((self.folder / name for name in DRAWS if (self.folder / name).exists()), None)

    @property
    def missing_files(self) -> list[str]:
        """The files that the run wrote and that no longer exist."""
        return [name for name in self.manifest.files if not (self.folder / name).exists()]

    @property
    def edited_files(self) -> list[str]:
        """The files that exist, but were edited since the run."""
        there = [name for name in self.manifest.files if name not in self.missing_files]
        return [name for name in there if changed(self.folder / name, self.manifest)]

    @property
    def variables(self) -> Mapping[str, StoredDraws]:
        """The draws of each quantity in draws.nc or draws.zarr: given evidence or conditions, of the posterior."""
        return [*self.groups.values()][-1]

    @property
    def draws_as(self) -> str:
        """The type of the draws in their file; NO_DRAWS if the run did not write one."""
        return NO_DRAWS if self.draws_path is None else next(iter(self.variables.values())).dtype

    @property
    def chunk_draws(self) -> int:
        """The number of draws to read at a time where not all are needed together."""
        return min(self.variables[self.quantities[0]].chunk, self.manifest.draws_left)

    @cached_property
    def groups(self) -> Groups:
        """The draws by group, "prior" and, given evidence or conditions, "posterior"; checked, and read on demand."""
        path = self.draws_path
        if path is None:
            raise InputError(f"{self.folder}: its draws were not saved; {RUN_AGAIN} with --save-draws")
        try:
            if not self.allow_edited:
                check_unchanged(path, self.manifest)
            variables = [
                Variable(name, own, self.unit(self.owners[name][0]), "") for name, own in self.dimensions_of.items()
            ]
            counts = {"prior": self.manifest.draws}
            if self.manifest.evidence or self.manifest.given:
                counts["posterior"] = self.manifest.draws_left
            found: Groups = {}
            for group, draws in counts.items():
                found |= read_groups(path, Contents((group,), variables, draws, self.manifest.dimensions))
        except InputError:
            self.check_same_run()
            raise
        self.check_same_run()
        return found

    def check_same_run(self) -> None:
        """Refuse a folder in which another run was written since its manifest was read."""
        if self.stamp and (is_replacing(self.folder) or stamp(self.folder / MANIFEST) != self.stamp):
            raise InputError(f"{self.folder}: another run was written there in the meantime; give the command again")


def owners_of(rows: Iterable[str]) -> dict[str, list[str]]:
    """The rows by name: all rows of a quantity by its name, and each row by its own."""
    owners: dict[str, list[str]] = {}
    for row in rows:
        for name in {row, split_row(row)[0]}:
            owners.setdefault(name, []).append(row)
    return owners


def rows_of(rows: Iterable[str], names: Sequence[str], where: str) -> list[str]:
    """The rows of some names, each a quantity or a row, in the order of the names, without repetition.

    A name may have a space after the comma between labels, as tables print it. `where` begins the message on an unknown
    name.
    """
    owners = owners_of(rows)
    if any(name not in owners for name in names):
        printed = {label(name): name for name in owners if "[" in name}
        names = [name if name in owners else printed.get(label(name), name) for name in names]
    for name in names:
        if name not in owners:
            raise InputError(f"{where}: it has no quantity '{name}'{suggest(name, owners)}")
    return list(dict.fromkeys(row for name in names for row in owners[name]))


def is_run(path: str | Path) -> bool:
    """Whether a path is the folder of a saved run."""
    return os.path.isfile(Path(path) / MANIFEST)


def read_folder(folder: str | Path, allow_edited: bool = False) -> RunFolder:
    """Read the run in a folder. Refuse one that is damaged, of another format or, unless `allow_edited`, edited."""
    folder = Path(folder)
    if os.path.isfile(folder):
        raise InputError(f"{folder}: not the folder of a run: it is a file; name the folder that `run` wrote")
    settle(folder)
    if not is_run(folder):
        runs = [path.as_posix() for path in neighbours(folder) if is_run(path)]
        problem = "it has no manifest.json" if os.path.isdir(folder) else "there is no such folder"
        hint = suggest(folder.as_posix(), runs) or f"; `run NAME --out {folder}` makes one"
        if is_run(Path("reports") / folder):
            hint = f"; did you mean 'reports/{folder.as_posix()}'?"
        raise InputError(f"{folder}: not the folder of a run: {problem}{hint}")
    return read_together(folder, MANIFEST, partial(read_files, folder, allow_edited))


def read_files(folder: Path, allow_edited: bool) -> RunFolder:
    """Read the files of a run, but for the draws."""
    manifest = read_json(folder / MANIFEST, Manifest)
    if not allow_edited and os.path.isfile(folder / PERCENTILES):
        check_unchanged(folder / PERCENTILES, manifest)
    percentiles = read_json(folder / PERCENTILES, Percentiles)
    run = RunFolder(folder, manifest, percentiles, allow_edited, stamp(folder / MANIFEST))
    check_agreement(run)
    return run


def check_agreement(run: RunFolder) -> None:
    """Refuse percentiles of another run than that of the manifest."""
    path, quantities = run.folder / PERCENTILES, dict.fromkeys(run.quantities)
    for key, value in run.head.items():
        if getattr(run.percentiles, key) != value:
            raise damaged(path, f"its {key} is not that of {MANIFEST}")
    for target in (target for target in run.manifest.targets if target not in quantities):
        raise damaged(path, f"it has no quantity {target!r}, a target of {MANIFEST}")
    for name in quantities:
        if not name.isidentifier():
            raise damaged(path, f"{name!r} is not the name of a quantity")
        if len({run.unit(row) for row in run.owners[name]}) > 1:
            raise damaged(path, f"the rows of {name} have different units")
    try:
        run.dimensions_of  # noqa: B018 - raises ValueError if labels are not those of dimensions
    except ValueError as problem:
        raise damaged(path, problem) from None


def neighbours(folder: Path) -> list[Path]:
    """The files and folders beside a folder, where runs may be meant."""
    try:
        return sorted(folder.parent.iterdir())
    except OSError:
        return []
