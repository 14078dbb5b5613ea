"""Dependent inputs: a Gaussian copula over the points of the sampler.

Each row of an input has a normal score. The scores of the rows of a dependent group are multiplied by the Cholesky
factor of their correlation matrix and converted back to probabilities. The marginal distributions are unchanged, and
rows without a stated correlation keep their draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

from mcfrontier.core import limits
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.study.prior import Prior
from mcfrontier.study.schema import Correlations

MAX_PAIRS = 6  # pairs that a message lists
MAX_REPAIR = 0.1  # largest change of a correlation by which an inconsistent matrix is repaired
MAX_ITERATIONS = 2000  # of the alternating projections
MIN_EIGENVALUE = 1e-8  # of a correlation matrix


@dataclass(frozen=True)
class Group:
    """A dependent group: (input, row) of each of its rows, and the correlation matrix of their normal scores."""

    rows: tuple[tuple[str, int], ...]
    matrix: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs of the group, in the order of their rows."""
        return tuple(dict.fromkeys(name for name, _ in self.rows))


@dataclass(frozen=True)
class Dependence:
    """The dependent groups of a study, and a note for each correlation matrix that was repaired."""

    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()

    def group_of(self, name: str) -> Group | None:
        """The group of an input; None where it is independent."""
        return next((group for group in self.groups if name in group.names), None)


def dependence(stated: Correlations, priors: Sequence[Prior], where: str) -> Dependence:
    """The dependent groups of some inputs, without those of known value; `where` is the place in messages."""
    uncertain = {prior.name: prior for prior in priors if not prior.known}
    pairs = {
        pair: normal_correlation(value, stated.kind)
        for pair, value in stated.pairs.items()
        if set(pair) <= uncertain.keys()
    }
    steps = {
        name: normal_correlation(prior.entry.autocorrelation, stated.kind)
        for name, prior in uncertain.items()
        if prior.entry.autocorrelation is not None
    }
    dependent = [set(pair) for pair, value in pairs.items() if value] + [{name} for name in steps]
    groups, notes = [], []
    for names in merge_sets(dependent):
        members = [uncertain[name] for name in sorted(names)]
        with located(f"{where}: correlation"):
            group, repairs = group_of(members, pairs, steps)
        groups.append(group)
        notes += repairs
    return Dependence(tuple(groups), tuple(notes))


def normal_correlation(value: float, kind: str) -> float:
    """The correlation r of normal scores: for Spearman's rho, 2 sin(pi rho / 6)."""
    return value if kind == "normal" else 2 * math.sin(math.pi * value / 6)


def merge_sets(sets: Iterable[set[str]]) -> list[set[str]]:
    """The unions of sets that share members."""
    merged: list[set[str]] = []
    for one in sets:
        touching = [other for other in merged if other & one]
        merged = [other for other in merged if not other & one] + [one.union(*touching)]
    return sorted(merged, key=min)


def group_of(
    members: list[Prior], pairs: Mapping[tuple[str, str], float], steps: Mapping[str, float]
) -> tuple[Group, list[str]]:
    """The dependent group of some inputs, its correlation matrix repaired where it is inconsistent.

    `pairs` are the correlations of normal scores between inputs, `steps` those of each row of an input with the next.
    """
    rows = [(prior.name, i) for prior in members for i in range(max(1, len(prior.labels)))]
    if len(rows) > limits.CORRELATED_ROWS:
        raise InputError(f"{len(rows):,} rows depend on each other; the limit is {limits.CORRELATED_ROWS:,}")
    along = {prior.name: prior.entry.by if prior.labels else None for prior in members}

    def between(one: tuple[str, int], other: tuple[str, int]) -> float:
        (a, i), (b, j) = one, other
        if a == b:
            return 1.0 if i == j else steps.get(a, 0.0) ** abs(i - j)
        value = pairs.get((a, b), pairs.get((b, a), 0.0))
        if along[a] is None or along[b] is None or along[a] != along[b] or i == j:
            return value
        return value * math.sqrt(max(0.0, steps.get(a, 0.0) * steps.get(b, 0.0))) ** abs(i - j)

    matrix = np.array([[between(one, other) for other in rows] for one in rows])
    possible = nearest_correlation(matrix)
    change = np.abs(possible - matrix)
    i, j = np.unravel_index(change.argmax(), change.shape)
    pair, unstated = f"{rows[i][0]} ~ {rows[j][0]}", unstated_pairs([prior.name for prior in members], pairs)
    if change[i, j] > MAX_REPAIR:
        raise InputError(
            f"the stated correlations are inconsistent; the nearest consistent ones change {pair} by "
            f"{change[i, j]:.2f}, more than {MAX_REPAIR}: move them towards 0{unstated}"
        )
    notes = []
    if change[i, j] > 1e-6:
        notes = [
            f"correlation: the stated values are inconsistent; repaired, {pair} by {change[i, j]:.2g} at most{unstated}"
        ]
    return Group(tuple(rows), possible), notes


def unstated_pairs(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> str:
    """The end of a message with the pairs of a group whose correlation is not stated and counts as 0."""
    found = [f"{a} ~ {b}" for a, b in combinations(names, 2) if (a, b) not in pairs and (b, a) not in pairs]
    more = f" and {len(found) - MAX_PAIRS} more pairs" if len(found) > MAX_PAIRS else ""
    return f"; {', '.join(found[:MAX_PAIRS])}{more}, not stated, count as 0" if found else ""


def nearest_correlation(matrix: Array) -> Array:
    """The nearest correlation matrix, by alternating projections (Higham 2002); a valid one is unchanged."""
    if np.linalg.eigvalsh(matrix)[0] > MIN_EIGENVALUE:
        return matrix
    y, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(MAX_ITERATIONS):
        r = y - correction
        x = positive_definite(r)
        correction = x - r
        before, y = y, x.copy()
        np.fill_diagonal(y, 1.0)
        if np.abs(y - before).max() < 1e-12:
            break
    x = positive_definite(y)  # rounding may leave some eigenvalues below zero
    scale = 1 / np.sqrt(np.diag(x))
    values: Array = x * scale[:, None] * scale
    return values


def positive_definite(matrix: Array) -> Array:
    """The nearest symmetric matrix without eigenvalues below MIN_EIGENVALUE."""
    values, vectors = np.linalg.eigh(matrix)
    result: Array = (vectors * np.maximum(values, MIN_EIGENVALUE)) @ vectors.T
    return result


def correlate(groups: Iterable[Group], probabilities: dict[str, Array]) -> dict[str, Array]:
    """Correlate the independent probabilities of the inputs of some groups: shape (draws,), or (labels, draws) for an
    input with rows."""
    out = dict(probabilities)
    for group in groups:
        factor = np.linalg.cholesky(group.matrix)
        own = np.stack([np.atleast_2d(probabilities[name])[i] for name, i in group.rows])
        scores = special.ndtri(own)
        # row by row, since a matrix product may round differently in blocks of another size
        mixed = special.ndtr(np.stack([sum(f * z for f, z in zip(row, scores, strict=True) if f) for row in factor]))
        alone = np.abs(np.tril(factor, -1)).max(axis=1) == 0  # such a row keeps its draws exactly
        made = np.where(alone[:, None], own, mixed)
        for name in group.names:
            rows = [made[k] for k, (owner, _) in enumerate(group.rows) if owner == name]
            out[name] = np.stack(rows) if probabilities[name].ndim == 2 else rows[0]
    return out
