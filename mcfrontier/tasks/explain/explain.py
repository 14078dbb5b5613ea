"""What a quantity of a study is made of: its formula, its tree of needs, and the shares of its inputs in its spread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mcfrontier.analysis.sensitivity import shapley
from mcfrontier.analysis.sensitivity.pick_freeze import DesignBlocks
from mcfrontier.analysis.sensitivity.variance import Shares
from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import amount, label, split_row
from mcfrontier.core.printable import echo
from mcfrontier.runs import recipe, sensitivity
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.load import load
from mcfrontier.runs.summary import Summary

DRAWS, POINTS = 2**13, 2**10  # of the percentiles, and of each block of the shares
NUMBER = re.compile(r"([^ /]+(?: × 10\S+)?)(.*)")  # a formatted number and its unit
MAX_NAMES = 3  # rows that a message lists


@dataclass(frozen=True)
class Need:
    """A quantity in the tree of needs of another.

    name, row  the quantity, and its row; "" where the other depends on several of its rows
    depth      the number of steps from the quantity that is explained
    rows       the number of its rows on which the other depends
    repeated   whether its own needs are listed above
    """

    name: str
    row: str
    depth: int
    rows: int
    repeated: bool


@dataclass(frozen=True)
class Explanation:
    """A row of a quantity, its tree of needs, itself first, and the shares of its inputs; None where it is known."""

    run: RunCore
    row: str
    needs: list[Need]
    shares: Shares | None

    def summary(self, row: str) -> Summary:
        """The percentiles of a row, or its probability."""
        return summary(self.run)[row]

    @property
    def name(self) -> str:
        """The quantity."""
        return self.run.rows[self.row][0]

    def described(self, name: str) -> dict[str, Any]:
        """The formula of a node with its remarks, or the family of an input with its source."""
        study = self.run.study
        if name in study.inputs:
            prior = study.inputs[name]
            entry = prior.entry
            words = {"family": entry.__struct_config__.tag, "source": entry.source, "note": entry.note}
            return {"unit": entry.unit, **words, "file": prior.where}
        node = study.nodes[name]
        return {"unit": node.unit, "formula": node.formula, "about": node.about, "remarks": node.remarks}

    @property
    def content(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return {
            "study": self.run.study.name,
            "quantity": self.name,
            "draws": self.run.sampler.draws,
            "needs": [
                {"name": need.row or need.name, "depth": need.depth, "rows": need.rows, "repeated": need.repeated}
                | self.described(need.name)
                | (self.statistics(need.row) if need.row else {})
                for need in self.needs
            ],
            "shares": None
            if self.shares is None
            else {**self.shares.attrs, "inputs": [{"name": n, "share": x, "mc_error": e} for n, x, e in self.by_input]},
        }

    def statistics(self, row: str) -> dict[str, Any]:
        """The statistics of a row with their Monte Carlo errors, as JSON values."""
        found = self.summary(row)
        words = found.kind.statistics
        return {word: found.values[word] for word in words} | {"mc_error": {word: found.errors[word] for word in words}}

    @property
    def by_input(self) -> list[tuple[str, float, float]]:
        """The shares of the inputs with their standard errors, the largest first."""
        found = self.shares
        if found is None:
            return []
        behind = {split_row(each)[0] for each in sensitivity.inputs_behind(self.run, self.row)}
        figures, errors = (each["share"].tolist() for each in (found.figures, found.errors))
        return [each for each in zip(found.inputs, figures, errors, strict=True) if split_row(each[0])[0] in behind]


def explain(source: str, row: str, depth: int | None = None, as_of: date | None = None) -> Explanation:
    """Explain a quantity of a study, or a row of it, with its needs down to the inputs or to a depth."""
    name = split_row(row)[0]
    study = load(source, as_of=as_of)
    if name not in study.quantities:
        study = load(source, targets=(*study.targets, name), as_of=as_of)
    rows = [each for each, (owner, _) in study.rows.items() if owner == name]
    if row not in rows and len(rows) > 1:
        listed = ", ".join(rows[:MAX_NAMES])
        raise InputError(f"{echo(row)}: {name} has {len(rows)} rows; name one, such as {listed}")
    row = rows[0] if row == name else row
    run = recipe.run(study, draws=None if study.evidence else DRAWS)
    run.check_row(row)
    return Explanation(run, row, list(needs_of(run, row, depth)), shares_of(run, row))


@extremes_allowed()
def shares_of(run: RunCore, row: str, evaluated: dict[str, DesignBlocks] | None = None) -> Shares | None:
    """The Shapley shares of the inputs in the variance of a row; None where it is known.

    `evaluated` keeps the blocks of each quantity for its next row.
    """
    if not run.varies(row):
        return None
    name, evaluated = run.rows[row][0], {} if evaluated is None else evaluated
    if name not in evaluated:
        evaluated[name] = sensitivity.blocks(run, shapley.design, name, POINTS)
    return sensitivity.shares(run, row, evaluated=evaluated[name])


def needs_of(run: RunCore, row: str, most: int | None) -> Iterator[Need]:
    """A row and what it needs, depth first; the needs of a quantity are listed once."""
    study, dimensions = run.study, list(run.study.file.dimensions)
    name, index = run.rows[row]
    at = {each: index[dimensions.index(each)] for each in study.dimensions_of[name]}
    seen: set[str] = set()

    def walk(name: str, depth: int, at: dict[str, int]) -> Iterator[Need]:
        own = [
            row
            for row in run.known_rows(name)
            if all(run.rows[row][1][dimensions.index(d)] == at[d] for d in study.dimensions_of[name] if d in at)
        ]
        repeated = name in seen and name in study.nodes
        yield Need(name, own[0] if len(own) == 1 else "", depth, len(own), repeated)
        seen.add(name)
        if name in study.inputs or repeated or depth == most:
            return
        node = study.nodes[name]
        inner = {dimension: place for dimension, place in at.items() if dimension != node.along}
        for need in node.needs:
            yield from walk(need, depth + 1, inner)

    return walk(name, 0, at)


def lines(found: Explanation, width: int) -> Iterator[str]:
    """An explanation as lines of text."""
    about = found.described(found.name)
    unit = about["unit"]
    if "formula" in about:
        yield f"{found.row} = {about['formula']}  [{unit}]"
        yield f"{about['about']} {about['remarks']}".strip()
    else:
        yield f"{found.row}: {about['family']}  [{unit}; {about['file']}]"
        yield f"source: {about['source']}"
        yield from [f"note: {about['note']}"] * bool(about["note"])
    yield ""
    yield "Its needs: median and 90 % interval"
    for need in found.needs:
        yield from tree_lines(found, need, width)
    if found.shares is None:
        return
    spread = "the variance of its logarithm" if found.shares.scale == "log" else "its variance"
    yield ""
    yield f"Shares of the inputs in {spread}, with their standard errors"
    for name, share, error in found.by_input:
        if share > error:
            text = f"{amount(share, 'share', error, 2)} ± {amount(error, 'share', digits=1)}"
            yield f"  {label(name)}".ljust(width - len(text)) + text
    yield from [f"not reliable: {found.shares.warning}"] * bool(found.shares.warning)


def tree_lines(found: Explanation, need: Need, width: int) -> Iterator[str]:
    """A quantity of the tree, on two lines where one is too short."""
    about = found.described(need.name)
    kind = f" ({about['family']})" if "family" in about else ", see above" if need.repeated else ""
    left = f"{'  ' * need.depth}{label(need.row or need.name)}{kind}"
    if not need.row:
        right = f"{need.rows} rows"
    else:
        of = found.summary(need.row)
        right = interval_text([of.text(word) for word in of.kind.statistics])
    if len(left) + 2 + len(right) <= width:
        yield left + right.rjust(width - len(left))
    else:
        yield left
        yield right.rjust(width)


def interval_text(texts: Sequence[str]) -> str:
    """Formatted percentiles as an interval, with their unit once where it is the same; one text for a known value.

    >>> interval_text(["41.8 million chip-hours", "59.4 million chip-hours", "87.9 million chip-hours"])
    '59.4 million chip-hours (41.8 to 87.9)'
    """
    if len({*texts}) == 1:
        return texts[0]
    low, middle, high = texts
    units = {match[2] for each in texts if (match := NUMBER.fullmatch(each))}
    if len(units) == 1:
        low, high = (each.removesuffix(*units) for each in (low, high))
    return f"{middle} ({low} to {high})"
