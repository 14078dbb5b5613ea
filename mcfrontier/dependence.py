"""Inputs that depend on each other: a Gaussian copula over the points of the sampler.

Each row of an input has a normal score; the scores of rows that depend on each other are mixed by a triangular matrix
so that they have the stated correlations, and are probabilities again. The marginals stay what they are, and rows that
nothing is said of keep their draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from mcfrontier.distributions import Array
from mcfrontier.errors import InputError, located
from mcfrontier.priors import Correlations, Prior

LARGEST = 0.1  # change of a correlation that is repaired without being asked
ROUNDS = 2000


@dataclass(frozen=True)
class Group:
    """Rows that depend on each other: (input, row) of each, and the correlations of their normal scores."""

    rows: tuple[tuple[str, int], ...]
    matrix: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs, in the order of their rows."""
        return tuple(dict.fromkeys(name for name, _ in self.rows))


@dataclass(frozen=True)
class Dependence:
    """The groups of rows that depend on each other, and what was repaired."""

    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()

    def group_of(self, name: str) -> Group | None:
        """The group that an input is in."""
        return next((group for group in self.groups if name in group.names), None)


def dependence(stated: Correlations, priors: Sequence[Prior], where: str) -> Dependence:
    """The groups of some inputs, those that are known left out."""
    drawn = {prior.name: prior for prior in priors if not prior.known}
    pairs = {pair: normal(value, stated.kind) for pair, value in stated.pairs.items() if set(pair) <= drawn.keys()}
    paths = {name: prior.entry.autocorrelation for name, prior in drawn.items()}
    tied = [set(pair) for pair, value in pairs.items() if value] + [
        {name} for name, value in paths.items() if value is not None
    ]
    groups, notes = [], []
    for names in joined_sets(tied):
        members = [drawn[name] for name in sorted(names)]
        with located(f"{where}: correlation"):
            group, told = group_of(members, pairs, paths, stated.kind)
        groups.append(group)
        notes += told
    return Dependence(tuple(groups), tuple(notes))


def normal(value: float, kind: str) -> float:
    """A correlation as that of normal scores: Spearman's is 6 / pi arcsin(rho / 2) of it."""
    return value if kind == "normal" else 2 * math.sin(math.pi * value / 6)


def joined_sets(sets: Iterable[set[str]]) -> list[set[str]]:
    """Sets that share a member, made one."""
    whole: list[set[str]] = []
    for one in sets:
        touching = [other for other in whole if other & one]
        whole = [other for other in whole if not other & one] + [one.union(*touching)]
    return sorted(whole, key=min)


def group_of(
    members: list[Prior], pairs: Mapping[tuple[str, str], float], paths: Mapping[str, float | None], kind: str
) -> tuple[Group, list[str]]:
    """The rows of some inputs with their correlations, made possible where they are not."""
    rows = [(prior.name, i) for prior in members for i in range(max(1, len(prior.labels)))]
    along = {prior.name: prior.entry.by if prior.labels else None for prior in members}
    steps = {name: 0.0 if paths[name] is None else normal(paths[name], kind) for name in along}

    def between(one: tuple[str, int], other: tuple[str, int]) -> float:
        (a, i), (b, j) = one, other
        if a == b:
            return 1.0 if i == j else steps[a] ** abs(i - j)
        value = pairs.get((a, b), pairs.get((b, a), 0.0))
        if along[a] is None or along[b] is None or along[a] != along[b] or i == j:
            return value
        return value * math.sqrt(max(0.0, steps[a] * steps[b])) ** abs(i - j)

    matrix = np.array([[between(one, other) for other in rows] for one in rows])
    possible = nearest(matrix)
    change = np.abs(possible - matrix)
    i, j = np.unravel_index(change.argmax(), change.shape)
    told = f"{rows[i][0]} ~ {rows[j][0]}"
    if change[i, j] > LARGEST:
        raise InputError(
            f"no draws have these correlations at once; the nearest possible ones change {told} by {change[i, j]:.2f}, "
            f"more than {LARGEST}: bring them nearer to 0"
        )
    notes = []
    if change[i, j] > 1e-6:
        notes = [
            f"correlation: no draws have all that is stated at once; repaired, {told} by {change[i, j]:.2g} at most"
        ]
    return Group(tuple(rows), possible), notes


def nearest(matrix: Array) -> Array:
    """The nearest correlation matrix, itself where it is one: Higham (2002), alternating projections."""
    least = 1e-8
    if np.linalg.eigvalsh(matrix)[0] > least:
        return matrix
    y, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(ROUNDS):
        r = y - correction
        values, vectors = np.linalg.eigh(r)
        x = (vectors * np.maximum(values, least)) @ vectors.T
        correction = x - r
        before, y = y, x.copy()
        np.fill_diagonal(y, 1.0)
        if np.abs(y - before).max() < 1e-12:
            break
    values, vectors = np.linalg.eigh(y)  # what rounding leaves below zero
    x = (vectors * np.maximum(values, least)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(x))
    return x * scale[:, None] * scale


def joined(groups: Iterable[Group], probabilities: dict[str, Array]) -> dict[str, Array]:
    """Probabilities (..., draws) of each input's rows, those of a group mixed so that they depend on each other."""
    out = dict(probabilities)
    for group in groups:
        factor = np.linalg.cholesky(group.matrix)
        own = np.stack([row_of(probabilities[name], i) for name, i in group.rows])
        scores = special.ndtri(own)
        # row by row, for a product of matrices may round otherwise in a larger block
        mixed = special.ndtr(np.stack([sum(f * z for f, z in zip(row, scores, strict=True) if f) for row in factor]))
        alone = np.abs(np.tril(factor, -1)).max(axis=1) == 0  # such a row keeps its draws to the bit
        made = np.where(alone[:, None], own, mixed)
        for name in group.names:
            rows = [made[k] for k, (owner, _) in enumerate(group.rows) if owner == name]
            out[name] = np.stack(rows) if probabilities[name].ndim == 2 else rows[0]
    return out


def row_of(probabilities: Array, i: int) -> Array:
    """The probabilities of one row."""
    return probabilities[i] if probabilities.ndim == 2 else probabilities
