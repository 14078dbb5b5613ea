"""Comparison: studies on the same draws; and `compare`, which makes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.api import displays
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import label
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs.load import Day, Model, Source
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.runs.summary import Summary
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare.compare import ComparisonResult, compare_studies

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, repr=False)
class Comparison(ComparisonResult):
    """Studies on the same draws, the first compared with each of the others, from `compare`.

    Parameters
    ----------
    sampler : Sampler
        The sampling plan of all studies: `kind`, `seed`, `draws`.
    pairs : tuple of Pair
        The first study with each of the others: `names`, `rows` in common, and `by_row`, the summaries of each row.
    findings : tuple of str
        Warnings on the studies, one sentence each.

    Examples
    --------
    >>> found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost"], draws=64)
    >>> waterfall = found.waterfall("acquisition_cost")
    >>> round(float(waterfall.bar.sum() / waterfall.total), 9)
    1.0
    """

    @property
    def difference(self) -> xr.Dataset:
        """The difference of each shared row, another study minus the first, draw by draw.

        Returns
        -------
        xarray.Dataset
            Each row over `other`, `figure` ("value", "mc_error") and `statistic` ("p5", "p50", "p95"; of an event
            "probability" alone), in the unit of the first.

        Examples
        --------
        >>> found = mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=64)
        >>> found.difference["energy"].dims
        ('other', 'figure', 'statistic')
        """
        return self._dataset("difference")

    @property
    def ratio(self) -> xr.Dataset:
        """The ratio of each shared row, another study over the first, draw by draw.

        Returns
        -------
        xarray.Dataset
            As `difference`, in the unit "1"; not a number where a ratio has no meaning, as of dates.

        Examples
        --------
        >>> mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=64).ratio["energy"].attrs["unit"]
        '1'
        """
        return self._dataset("ratio")

    @property
    def first_above(self) -> xr.Dataset:
        """The probability that the first study lies above another; equal draws do not count.

        Returns
        -------
        xarray.Dataset
            Each row over `other` and `figure` ("value", "mc_error"), in the unit "1".

        Examples
        --------
        >>> found = mcf.compare("gpt4", set={"energy": "1 MWh"}, targets=["energy"], draws=64)
        >>> float(found.first_above["energy"].sel(figure="value")[0])
        1.0
        """
        return self._dataset("above")

    def _dataset(self, word: str) -> xr.Dataset:
        """One field of `RowPair` for every row that all pairs share."""
        import xarray as xr

        rows = [row for row in self.pairs[0].rows if all(row in pair.rows for pair in self.pairs)]
        if "other" in rows:
            raise InputError("other: the name of a dimension of comparisons; rename the quantity")
        coords: dict[str, Any] = {"other": list(self.names[1:]), "figure": ["value", "mc_error"]}
        over: tuple[str, ...] = ("other", "figure")
        if word != "above":
            events = any(pair.by_row[row].kind is EVENT for pair in self.pairs for row in rows)
            over, coords["statistic"] = ("other", "figure", "statistic"), [*SUMMARY_STATISTICS, *[PROBABILITY] * events]
        arrays = {}
        for row in rows:
            figures = [getattr(pair.by_row[row], word) for pair in self.pairs]
            unit = "1" if word == "above" else figures[0].unit
            values = [
                [[part.get(name, np.nan) for name in coords["statistic"]] for part in (each.values, each.errors)]
                if isinstance(each, Summary)
                else each[:2]
                for each in figures
            ]
            arrays[row] = xr.DataArray(np.array(values), dims=over, attrs={"unit": unit})
        return xr.Dataset(arrays, coords)

    def waterfall(self, target: str, other: str | None = None) -> xr.Dataset:
        """Attribute the difference between two studies to the inputs that differ.

        Bars are Shapley values of the medians (of an event, of the probabilities) of all hybrids of the two studies.

        Parameters
        ----------
        target : str
            A row that the two studies share.
        other : str, optional
            Name of the study to compare with the first; the second by default.

        Returns
        -------
        xarray.Dataset
            Over `input`, the largest first: `bar` with `mc_error` and `order_error` (the error of evaluating some
            orders only), in the unit of the target; bars sum to the difference of the medians. `factor` with
            `factor_error`; factors multiply to the ratio of the medians. Attributes `first`, `other`, `total`,
            `total_error`, `ratio`, `ratio_error`, `unit`, `statistic`.

        Raises
        ------
        InputError
            When the study or the row is not compared here.

        Examples
        --------
        >>> found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost"], draws=64)
        >>> found.waterfall("acquisition_cost").input.values.tolist()
        ['gpu_price']
        """
        import xarray as xr

        other = self.names[1] if other is None else other
        if not isinstance(other, str) or other not in self.names[1:]:
            raise InputError(f"{other}: not compared here{suggest(str(other), self.names[1:])}")
        pair = next(pair for pair in self.pairs if pair.names[1] == other)
        if not isinstance(target, str) or target not in pair.waterfalls:
            raise InputError(f"{target}: no waterfall of it here{suggest(str(target), pair.waterfalls)}")
        found = pair.waterfalls[target]
        arrays = {"bar": found.bars, "mc_error": found.errors, "order_error": found.order_errors}
        arrays |= {"factor": found.factors, "factor_error": found.factor_errors}
        attrs: dict[str, object] = {"first": found.ends[0], "other": found.ends[1], "total": found.total[0]}
        attrs |= {"total_error": found.total[1], "ratio": found.ratio[0], "ratio_error": found.ratio[1]}
        attrs |= {"unit": pair.runs[0].unit(target), "statistic": pair.by_row[target].central}
        return xr.Dataset({name: ("input", x) for name, x in arrays.items()}, {"input": found.names}, attrs)

    def write(self, folder: str | Path) -> list[Path]:
        """Write comparison.json and comparison.pdf into a folder.

        Parameters
        ----------
        folder : str or Path
            Created if it does not exist.

        Returns
        -------
        list of Path
            The two files; both are complete before any is moved into the folder.

        Raises
        ------
        InputError
            When the folder cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=64).write(folder)
        >>> [file.name for file in files]
        ['comparison.json', 'comparison.pdf']
        """
        from mcfrontier.tasks.compare.page import write

        return write(self, folder)

    def __repr__(self) -> str:
        lines = [f"{row}: {first} {here}, {other} {there}" for row, first, other, here, there in self._rows()]
        return "\n  ".join([f"Comparison of {', '.join(self.names)}: medians", *lines])

    def _repr_html_(self) -> str:
        head = ("", "first", "other", "median of first", "median of other")
        return displays.table(f"Comparison of {', '.join(self.names)}", head, self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        """The headlines of each pair: label, names of both studies, and their medians (of an event, probabilities)."""
        out = []
        for pair in self.pairs:
            for row in pair.headlines:
                each = pair.by_row[row]
                ends = [side.text(side.kind.central) for side in (each.first, each.other)]
                out.append((label(row), *pair.names, *ends))
        return out


def compare(
    *sources: Source | Study,
    model: Model | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    nested_seed: int | None = None,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Compare a study with others, or with itself after some quantities are pinned.

    Parameters
    ----------
    *sources : str, Path, mapping or Study
        As in `run`: two or more, or one and `set`. Money is converted to the price year of the first.
    model : module or sequence of functions, optional
        The model of all studies, as in `run`.
    targets : sequence of str, optional
        Quantities to compare; by default the targets that all studies have in common.
    draws : int, optional
        Number of draws of each study; 16,384 by default, fewer where a quantity has many rows.
    seed : int, default 1
        As in `run`; an input has the same draws in all studies.
    nested_seed : int, optional
        As in `run`.
    sampler : str, default "sobol"
        As in `run`.
    set : mapping, optional
        Quantities to pin: of a single study this makes the second one, of several it applies to all.
    as_of : date or str, optional
        As in `load`.
    progress : callable, optional
        Wraps an iterable of steps and reports progress.

    Returns
    -------
    Comparison
        Differences, ratios, probabilities, and the attribution of differences to inputs.

    Raises
    ------
    InputError
        When a study, a target or another argument cannot be used: one line with the place, the problem and the remedy.

    Examples
    --------
    >>> mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64).names
    ('gpt4', 'deepseek-v3')
    """
    found = compare_studies(sources, model, targets, draws, seed, nested_seed, sampler, set, as_of, progress)
    return Comparison(found.sampler, found.pairs, found.findings)
