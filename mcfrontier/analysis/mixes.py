"""Inputs in two sets of draws, and mixed from both: in some randomisations from the one, in the others from the other.

Inputs that depend on each other are not mixed one by one: those that are not kept are drawn given those that are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mcfrontier import sampling
from mcfrontier.analysis import reuse
from mcfrontier.analysis.reuse import Key
from mcfrontier.dependence import Group, joined
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray


@dataclass(frozen=True)
class Sets:
    """The inputs that something is computed from: `values` of each in the first set and in the second, (dimensions...,
    draws) in base units, the same twice if it is known. `bits` of every uncertain input as in reuse.bits; those of a
    group that depends on each other have the bits of the group, in `ties` with its normal scores (16, rows, points) in
    both sets."""

    study: Study
    bits: Mapping[str, int]
    values: Mapping[str, tuple[Array, Array]]
    ties: Sequence[tuple[Group, Array, Array]]


def two_sets(study: Study, plan: Sampler, names: list[str], reached: Collection[str]) -> Sets:
    """Both sets of those inputs, of the uncertain ones of these names, that are reached."""
    groups = [group for group in study.dependence.groups if not reached.isdisjoint(group.names)]
    drawn = [study.inputs[n] for n in names if n in reached or any(n in group.names for group in groups)]
    at = []
    for prime in ("", "'"):
        own = {prior.name: sampling.points(plan, replace(prior, name=prior.name + prime)) for prior in drawn}
        at.append(joined(groups, own))
    values = {}
    for name, prior in study.inputs.items():
        if name in reached:  # both at once, since a table of quantiles costs the same for more draws
            x = study.place(prior, sampling.values(prior, together(at, name)))
            values[name] = (x, x) if prior.known else (x[..., : plan.draws], x[..., plan.draws :])
    alone = np.eye(len(names), dtype=bool)[:, None].repeat(RANDOMISATIONS, axis=1)
    bits = dict(zip(names, reuse.bits(alone), strict=True))
    ties = [(group, *(scores(group, each) for each in at)) for group in groups if len(group.names) > 1]
    for group, *_ in ties:
        bits |= dict.fromkeys(group.names, sum(bits[name] for name in group.names))
    return Sets(study, bits, values, ties)


def together(at: Sequence[Mapping[str, Array]], name: str) -> Array | None:
    """The probabilities of an input in one set after another; nothing if it is known."""
    return np.concatenate([each[name] for each in at], axis=-1) if name in at[0] else None


def of_part(sets: Sets, met: Collection[Key], part: slice) -> dict[Key, Array]:
    """A part of the draws of all inputs that are kept in every randomisation or in none, and those of a group in all
    ways in which it is met."""
    found = {}
    for name, both in sets.values.items():
        first, second = (x if x.shape[-1] == 1 else x[..., part] for x in both)
        found[name, 0] = second
        found[name, sets.bits.get(name, 0)] = first
    place = {name: i for i, name in enumerate(sets.bits)}
    points = slice(part.start // RANDOMISATIONS, part.stop // RANDOMISATIONS)
    for group, *both in sets.ties:
        ways = sorted({bits for name, bits in met if name in group.names and (name, bits) not in found})
        if not ways:
            continue
        kept = np.stack([reuse.kept(way, len(place))[:, [place[name] for name, _ in group.rows]] for way in ways])
        at = given_kept(group, *(each[..., points] for each in both), kept)
        for name in (name for name in group.names if name in sets.values):
            prior, rows = sets.study.inputs[name], at[[owner == name for owner, _ in group.rows]]
            x = sets.study.place(prior, sampling.values(prior, rows if prior.labels else rows[0]))
            x = x.reshape(*x.shape[:-1], len(ways), -1)
            found |= {(name, way): x[..., k, :] for k, way in enumerate(ways)}
    return found


def mixed(sets: Sets, key: Key, part: slice) -> Array:
    """A part of the draws of an input that is kept in some randomisations only and is tied to no other."""
    name, way = key
    own = sets.bits[name]
    kept = reuse.kept(way // (own & -own), 1)[:, 0]
    first, second = (x[..., part].reshape(*x.shape[:-1], -1, RANDOMISATIONS) for x in sets.values[name])
    return np.where(kept, first, second).reshape(*first.shape[:-2], -1)


def scores(group: Group, probabilities: Mapping[str, Array]) -> Array:
    """The normal scores of a group's rows: (16, rows, points)."""
    rows = [probabilities[name][i] if probabilities[name].ndim == 2 else probabilities[name] for name, i in group.rows]
    return np.moveaxis(special.ndtri(np.stack(rows)).reshape(len(rows), -1, RANDOMISATIONS), -1, 0)


def given_kept(group: Group, first: Array, second: Array, kept: Array) -> Array:
    """Probabilities (rows, draws) of a group, one way after another: of rows that are kept (ways, 16, rows) from the
    first set, of the others drawn given those.

    The other scores are those of the second set, moved by the regression on how far the kept ones of the first lie
    from the second's: a draw from the exact conditional distribution (Matheron's rule).
    """
    out = np.where(kept[..., None], first, second)  # (ways, 16, rows, points)
    patterns, which = np.unique(kept.reshape(-1, len(group.rows)), axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        if pattern.all() or not pattern.any():
            continue
        way, r = np.divmod(np.flatnonzero(which.ravel() == k), RANDOMISATIONS)
        own, rest = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        slopes = np.linalg.solve(group.matrix[np.ix_(own, own)], group.matrix[np.ix_(own, rest)]).T
        moved = second[r][:, rest]
        for one, slope in zip(own, slopes.T, strict=True):  # one after another: the same to the bit in any part
            moved += slope[:, None] * (first[r, one] - second[r, one])[:, None]
        out[way[:, None], r[:, None], rest] = moved
    return special.ndtr(out.transpose(2, 0, 3, 1)).reshape(len(group.rows), -1)
