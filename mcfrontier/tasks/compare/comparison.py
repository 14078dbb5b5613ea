"""Comparison: a first study with each of the rest, on the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.atomic import check_folder, write_files
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import label, sentence
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.core.printable import html_table
from mcfrontier.core.version import versions
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.summary import Summary
from mcfrontier.sampling.plan import Sampler
from mcfrontier.tasks.compare.page import (
    attributed_rows,
    compact_rows,
    full_rows,
    headings,
    lines,
    plan_text,
    probability_text,
    row_json,
    scenario_json,
    total_cells,
    waterfall_lines,
)
from mcfrontier.tasks.compare.pairs import Pair
from mcfrontier.tasks.compare.plots import ComparisonPlots, drawing

if TYPE_CHECKING:
    import xarray as xr

JSON_FILE, PDF_FILE = "comparison.json", "comparison.pdf"


@dataclass(frozen=True, repr=False)
class Comparison:
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

    sampler: Sampler
    pairs: tuple[Pair, ...]
    findings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the studies, the first study first.

        Returns
        -------
        tuple of str
            At least two.

        Examples
        --------
        >>> mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64).names
        ('gpt4', 'deepseek-v3')
        """
        return (self.pairs[0].names[0], *(pair.names[1] for pair in self.pairs))

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings on the studies and on their pairs.

        Returns
        -------
        tuple of str
            One sentence each; empty if there is nothing to report.

        Examples
        --------
        >>> mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=100).notes[0]
        '100 draws rounded up to 128: a power of two for Sobol points'
        """
        return (*self.findings, *(note for pair in self.pairs for note in pair.notes))

    @property
    def plot(self) -> ComparisonPlots:
        """The waterfall of the report on Axes of matplotlib: ``found.plot.waterfall("energy", ax=None)``.

        Returns
        -------
        ComparisonPlots
            With the method `waterfall`, which returns the Axes.

        Examples
        --------
        >>> found = mcf.compare("gpt4", "palm", targets=["energy"], draws=64)
        >>> found.plot.waterfall("energy").get_ylim()[0]
        np.float64(0.0)
        """
        return ComparisonPlots(self.pairs)

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

    @extremes_allowed()
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
        folder = check_folder(folder)
        data, pictures = contents(self)
        pdf = typeset(Path(__file__).with_name("comparison.typ"), data, pictures)
        return write_files(folder, {JSON_FILE: f"{comparison_json(self)}\n".encode(), PDF_FILE: pdf})

    def __repr__(self) -> str:
        lines = [f"{row}: {first} {here}, {other} {there}" for row, first, other, here, there in self._rows()]
        return "\n  ".join([f"Comparison of {', '.join(self.names)}: medians", *lines])

    def _repr_html_(self) -> str:
        head = ("", "first", "other", "median of first", "median of other")
        return html_table(f"Comparison of {', '.join(self.names)}", head, self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        """The headlines of each pair: label, names of both studies, and their medians (of an event, probabilities)."""
        out = []
        for pair in self.pairs:
            for row in pair.headlines:
                each = pair.by_row[row]
                ends = [side.text(side.kind.central) for side in (each.first, each.other)]
                out.append((label(row), *pair.names, *ends))
        return out


def comparison_json(found: Comparison) -> str:
    """A comparison as JSON text, in the format that docs/compare.md describes. A number that is not finite is null."""
    plan = found.sampler
    content = {
        "format": FORMAT,
        "seed": plan.seed,
        "draws": plan.draws,
        "sampler": plan.kind,
        "versions": versions(),
        "notes": found.notes,
        "studies": [scenario_json(name, run.study) for name, run in zip(found.names, runs_of(found), strict=True)],
        "pairs": [
            {"first": pair.names[0], "other": pair.names[1], "targets": {row: row_json(pair, row) for row in pair.rows}}
            for pair in found.pairs
        ],
    }
    return json_text(content)


def runs_of(found: Comparison) -> list[RunCore]:
    """The run of each scenario, the first one first."""
    return [found.pairs[0].runs[0], *(pair.runs[1] for pair in found.pairs)]


def contents(found: Comparison) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The data of the PDF, and its figures as SVG by file name."""
    from mcfrontier.outputs.figures.waterfall import waterfall

    pictures: dict[str, bytes] = {}
    pairs: list[dict[str, Any]] = []
    for i, pair in enumerate(found.pairs):
        waterfalls: list[dict[str, Any]] = []
        for row in attributed_rows(pair):
            picture = f"waterfall-{i}-{len(waterfalls)}.svg"
            pictures[picture] = drawing(pair, row).svg()
            table = {"rows": waterfall_lines(pair, row), "total": total_cells(pair, row)}
            waterfalls.append({"name": sentence(label(row)), "picture": picture, **table})
        rows = [
            {"name": sentence(label(row)), "lines": lines(pair, row), "probability": probability_text(pair, row)}
            for row in full_rows(pair)
        ]
        head = {"names": pair.names, "heads": headings(pair)}
        pairs.append({**head, "rows": rows, "compact": compact_rows(pair), "waterfalls": waterfalls})
    return {
        "title": f"{found.names[0]} compared with {', '.join(found.names[1:])}",
        "studies": [
            [name, run.study.file.stated.title or "", run.study.file.digest]
            for name, run in zip(found.names, runs_of(found), strict=True)
        ],
        "notes": found.notes,
        "pairs": pairs,
        "caption": " ".join((waterfall.__doc__ or "").split()),
        "plan": plan_text(found.sampler),
    }, pictures
