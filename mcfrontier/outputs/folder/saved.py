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
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import label, split_row
from mcfrontier.core.kinds import PROBABILITY, QuantityKind, kind_of
from mcfrontier.outputs.folder.draws_file import Groups, dimensions_of_labels, read_groups
from mcfrontier.outputs.folder.files import DRAWS, MANIFEST, PERCENTILES, RUN_AGAIN, number_or_nan, read_json
from mcfrontier.outputs.folder.manifest import Manifest, changed, check_unchanged
from mcfrontier.outputs.folder.percentiles import Percentiles, summary_at
from mcfrontier.runs.core import dataset, unknown
from mcfrontier.runs.summary import Summaries, Summary

if TYPE_CHECKING:
    import xarray as xr

CHUNK_DRAWS = 2**16  # draws read at a time from a file without chunks


@dataclass(frozen=True)
class RunFolder:
    """A saved run. Files that differ from what the run wrote are refused, unless `allow_edited`."""

    folder: Path
    manifest: Manifest
    percentiles: Percentiles
    allow_edited: bool = False

    @property
    def rows(self) -> list[str]:
        """The rows of every quantity: "energy", "price[A100]"."""
        return list(self.percentiles.quantities)

    def rows_of(self, names: Sequence[str]) -> list[str]:
        """The rows of some names, each a quantity or a row, in the order of the names."""
        return rows_of(self.owners, names, str(self.folder))

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """The rows that each name stands for: see `owners_of`."""
        return owners_of(self.rows)

    @property
    def targets(self) -> list[str]:
        """The rows of the targets."""
        return self.rows_of(self.manifest.targets)

    @property
    def head(self) -> dict[str, str | int]:
        """The study, seed and number of draws, which every file of the run begins with."""
        return {key: getattr(self.manifest, key) for key in ("study", "seed", "draws")}

    @property
    def integrated(self) -> dict[str, str]:
        """The input that is integrated out of each row with a conditional estimate."""
        return self.percentiles.integrated

    @property
    def unstable(self) -> list[str]:
        """The rows whose mean is not to be reported."""
        return self.percentiles.unstable_mean

    def kind(self, row: str) -> QuantityKind:
        """The kind of a row."""
        return kind_of(self.unit(row), event=PROBABILITY in self.percentiles.quantities[row])

    def unit(self, row: str) -> str:
        """The unit of a row."""
        unit: str = self.percentiles.quantities[row]["unit"]
        return unit

    def estimates(self, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in its unit, and the Monte Carlo error of each: two arrays (2 + levels,).
        Those that the folder states are taken from it, all others are computed from its draws."""
        _, values, errors = self.summary_at(row, levels)
        words = ("mean", "sd", *map(estimates.quantile_name, levels))
        return np.array([values[word] for word in words]), np.array([errors[word] for word in words])

    def summary_at(self, row: str, levels: Sequence[float]) -> Summary:
        """Mean, sd and quantiles of a row at some levels, with their errors."""
        return summary_at(self.summary[row], levels, partial(self.from_draws, row))

    @cached_property
    def summary(self) -> Mapping[str, Summary]:
        """The statistics in percentiles.json by row."""
        return Summaries(self.percentiles.quantities, self._stated_summary)

    def _stated_summary(self, row: str) -> Summary:
        """The statistics of a row in percentiles.json."""
        stated = self.percentiles.quantities[row]
        values, errors = (
            {word: number_or_nan(each.get(word)) for word in stated["mc_error"]}
            for each in (stated, stated["mc_error"])
        )
        return Summary(stated["unit"], values, errors)

    def from_draws(self, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row and their errors, from the draws alone."""
        if self.draws_path is None:
            known = [word for word in self.summary[row].values if word[0] == "p"]
            asked = map(estimates.quantile_name, levels)
            problem = f"it has {', '.join(known)}, but not its draws, which {', '.join(asked)} would need"
            raise InputError(f"{self.folder}: {problem}; {RUN_AGAIN} with --save-draws, or with fewer draws")
        draws = self.samples(row)
        all_or_none = np.isfinite(draws).sum() in (0, draws.size)  # else it is one number in some draws, none in others
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
            stored = self.variables[name][0]  # of the one chain
            self.loaded[name] = np.asarray(stored, float).reshape(len(stored), -1)
        return self.loaded[name][:, self.rows_of([name]).index(row)]

    def check_row(self, row: str) -> None:
        """Refuse a row that the run does not have."""
        if not isinstance(row, str) or row not in self.percentiles.quantities:
            raise unknown(row, self.rows)

    @cached_property
    def dimensions_of(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of each quantity: those whose labels its rows are named by."""
        names = dict.fromkeys(split_row(row)[0] for row in self.rows)
        return {
            name: dimensions_of_labels([split_row(row)[1] for row in self.owners[name]], self.manifest.dimensions)
            for name in names
        }

    @cached_property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity along `draw`, in its unit."""
        stored = self.variables
        attrs = {
            name: {word: str(stored[name].attrs.get(word, "")) for word in ("unit", "about")}
            for name in self.dimensions_of
        }

        def draws_last(name: str) -> Array:
            return np.moveaxis(np.asarray(stored[name][0], float), 0, -1)

        count = self.manifest.draws
        return dataset(self.dimensions_of, self.manifest.dimensions, attrs, draws_last, draw=np.arange(count))

    def draws_of(self, name: str) -> xr.DataArray:
        """The draws of a quantity, or of a row of one, along `draw`."""
        if name in [*self.dimensions_of]:
            return self.draws[name]
        self.check_row(name)
        quantity = split_row(name)[0]
        own = self.dimensions_of[quantity]
        shape = [len(self.manifest.dimensions[each]) for each in own]
        index = np.unravel_index(self.owners[quantity].index(name), shape)
        return self.draws[quantity].isel(dict(zip(own, index, strict=True))).rename(name)

    def statistics(
        self, quantities: str | Sequence[str] | None, levels: Sequence[float], kept: slice, **places: Sequence[Any]
    ) -> xr.Dataset:
        """Statistics of some quantities along `figure`, "value" and "mc_error", and one further dimension.

        Parameters
        ----------
        quantities : str, sequence of str or None
            The targets if None.
        levels : sequence of float
            The levels of the quantiles.
        kept : slice
            Which of mean, sd and the quantiles are returned.
        **places : sequence
            The further dimension and its coordinates.
        """
        names = [quantities] if isinstance(quantities, str) else list(quantities or self.manifest.targets)
        for name in names:
            if name not in self.dimensions_of:
                raise unknown(name, self.dimensions_of)
        own = {name: self.dimensions_of[name] for name in names}
        attrs = {name: {"unit": self.unit(self.owners[name][0])} for name in own}

        def of(name: str) -> Array:
            return np.array([self.estimates(row, levels) for row in self.owners[name]])[:, :, kept]

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
        """The files that the run wrote and that are not there any more."""
        return [name for name in self.manifest.files if not (self.folder / name).exists()]

    @property
    def edited_files(self) -> list[str]:
        """The files that are there, but differ from what the run wrote."""
        there = [name for name in self.manifest.files if name not in self.missing_files]
        return [name for name in there if changed(self.folder / name, self.manifest)]

    @property
    def variables(self) -> Mapping[str, Any]:
        """The arrays (1, draws, dimensions...) of draws.nc or draws.zarr: given evidence, of the posterior."""
        return [*self.groups.values()][-1]

    @property
    def chunk_draws(self) -> int:
        """The number of draws to read at a time where not all are needed together."""
        chunks = self.variables[self.manifest.targets[0]].chunks
        draws: int = chunks[1] if chunks else min(CHUNK_DRAWS, self.manifest.draws)
        return draws

    @cached_property
    def groups(self) -> Groups:
        """The arrays by group, "prior" and, given evidence, "posterior"; each is read when it is indexed."""
        path = self.draws_path
        if path is None:
            problem = "its draws were not saved, being many"
            raise InputError(f"{self.folder}: {problem}; {RUN_AGAIN} with --save-draws, or with fewer draws")
        if not self.allow_edited:
            check_unchanged(path, self.manifest)
        quantities = list(dict.fromkeys(split_row(row)[0] for row in self.rows))
        return read_groups(path, quantities, self.manifest.targets, self.manifest.draws)


def owners_of(rows: Iterable[str]) -> dict[str, list[str]]:
    """The rows that each name stands for: the name of a quantity for all of its rows, the name of a row for itself."""
    owners: dict[str, list[str]] = {}
    for row in rows:
        for name in {row, split_row(row)[0]}:
            owners.setdefault(name, []).append(row)
    return owners


def rows_of(owners: Mapping[str, list[str]], names: Sequence[str], where: str) -> list[str]:
    """The rows of some names, each a quantity or a row, in the order of the names, without repetition. A name may
    have a space after the comma between labels, as tables print it.

    Raises
    ------
    InputError
        For an unknown name; `where` begins the message.
    """
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
    """Read the run in a folder.

    Raises
    ------
    InputError
        If there is none, or it is damaged, of another format or, unless `allow_edited`, edited.
    """
    folder = Path(folder)
    if os.path.isfile(folder):
        raise InputError(f"{folder}: not the folder of a run: it is a file; name the folder that `run` wrote")
    if not is_run(folder):
        runs = [path.as_posix() for path in neighbours(folder) if is_run(path)]
        problem = "it has no manifest.json" if os.path.isdir(folder) else "there is no such folder"
        hint = suggest(folder.as_posix(), runs) or f"; `run NAME --out {folder}` makes one"
        raise InputError(f"{folder}: not the folder of a run: {problem}{hint}")
    manifest = read_json(folder / MANIFEST, Manifest)
    if not allow_edited and os.path.isfile(folder / PERCENTILES):
        check_unchanged(folder / PERCENTILES, manifest)
    return RunFolder(folder, manifest, read_json(folder / PERCENTILES, Percentiles), allow_edited)


def neighbours(folder: Path) -> list[Path]:
    """The files and folders beside a folder, where runs may be meant."""
    try:
        return sorted(folder.parent.iterdir())
    except OSError:
        return []
