"""Draws of the inputs in the matrices A and B of a pick-freeze design, and in mixtures of both.

Inputs that depend on each other are not mixed one by one: those that are not from A are sampled given those that are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from mcfrontier.analysis.sensitivity import evaluation_plan
from mcfrontier.analysis.sensitivity.evaluation_plan import Key
from mcfrontier.core.arrays import Array
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.correlation import Group, correlate
from mcfrontier.study.study import Study
from mcfrontier.study.values import expand


@dataclass(frozen=True)
class DependentScores:
    """A group of dependent inputs, and the normal scores of its rows in A and in B: (16, rows, points) each."""

    group: Group
    a: Array
    b: Array


@dataclass(frozen=True)
class Matrices:
    """The inputs in the matrices A and B.

    values: each input in A and in B, (dimensions..., draws) in base units, the same twice if it is known; masks: the
    bits of every uncertain input, as in `evaluation_plan.bit_masks`; inputs of a dependent group share its bits;
    independent: the probabilities in A and in B of each input with one row that depends on no other, (16, points).
    """

    study: Study
    masks: Mapping[str, int]
    values: Mapping[str, tuple[Array, Array]]
    dependent: Sequence[DependentScores]
    independent: Mapping[str, tuple[Array, Array]]


def sample_matrices(study: Study, plan: Sampler, names: list[str], reached: Collection[str]) -> Matrices:
    """Sample A and B for the inputs that are `reached`; `names` are all uncertain inputs. The points of B are those of
    streams whose names have a prime."""
    groups = [group for group in study.dependence.groups if any(name in reached for name in group.names)]
    sampled = [study.inputs[n] for n in names if n in reached or any(n in group.names for group in groups)]
    at = []
    for prime in ("", "'"):
        own = {prior.name: streams.points(plan, prior, prime) for prior in sampled}
        at.append(correlate(groups, own))
    values = {}
    for name, prior in study.inputs.items():
        if name in reached:  # A and B at once, since a table of quantiles costs the same for more draws
            p = None if prior.known else np.concatenate([each[name] for each in at], axis=-1)
            x = expand(study, prior, streams.values(prior, p))
            values[name] = (x, x) if prior.known else (x[..., : plan.draws], x[..., plan.draws :])
    alone = np.eye(len(names), dtype=bool)[:, None].repeat(RANDOMISATIONS, axis=1)
    masks = dict(zip(names, evaluation_plan.bit_masks(alone), strict=True))
    a, b = at
    dependent = [
        DependentScores(group, group_scores(group, a), group_scores(group, b))
        for group in groups
        if len(group.names) > 1
    ]
    for each in dependent:
        masks |= dict.fromkeys(each.group.names, sum(masks[name] for name in each.group.names))
    in_group = {name for each in dependent for name in each.group.names}
    single = [prior.name for prior in sampled if not prior.labels and prior.name not in in_group]
    by_net = {n: (a[n].reshape(-1, RANDOMISATIONS).T, b[n].reshape(-1, RANDOMISATIONS).T) for n in single}
    return Matrices(study, masks, values, dependent, by_net)


def inputs_of_part(matrices: Matrices, used: Collection[Key], part: slice) -> dict[Key, Array]:
    """A part of the draws of all inputs that are from one matrix in all randomisations, and of the inputs of dependent
    groups in all mixtures that are `used`."""
    found = {}
    for name, both in matrices.values.items():
        in_a, in_b = (x if x.shape[-1] == 1 else x[..., part] for x in both)
        found[name, 0] = in_b
        found[name, matrices.masks.get(name, 0)] = in_a
    place = {name: i for i, name in enumerate(matrices.masks)}
    points = slice(part.start // RANDOMISATIONS, part.stop // RANDOMISATIONS)
    for each in matrices.dependent:
        group = each.group
        masks = sorted({mask for name, mask in used if name in group.names and (name, mask) not in found})
        if not masks:
            continue
        columns = [place[name] for name, _ in group.rows]
        from_a = np.stack([evaluation_plan.inputs_from_a(mask, len(place))[:, columns] for mask in masks])
        at = conditional_probabilities(group, each.a[..., points], each.b[..., points], from_a)
        for name in (name for name in group.names if name in matrices.values):
            prior, rows = matrices.study.inputs[name], at[[owner == name for owner, _ in group.rows]]
            x = expand(matrices.study, prior, streams.values(prior, rows if prior.labels else rows[0]))
            x = x.reshape(*x.shape[:-1], len(masks), -1)
            found |= {(name, mask): x[..., k, :] for k, mask in enumerate(masks)}
    return found


def mixed_input(matrices: Matrices, key: Key, part: slice) -> Array:
    """A part of the draws of an independent input that is from A in some randomisations and from B in the rest."""
    name, mask = key
    own = matrices.masks[name]
    from_a = evaluation_plan.inputs_from_a(mask // (own & -own), 1)[:, 0]
    in_a, in_b = (x[..., part].reshape(*x.shape[:-1], -1, RANDOMISATIONS) for x in matrices.values[name])
    return np.where(from_a, in_a, in_b).reshape(*in_a.shape[:-2], -1)


def group_scores(group: Group, probabilities: Mapping[str, Array]) -> Array:
    """The normal scores of a group's rows: (16, rows, points)."""
    rows = [np.atleast_2d(probabilities[name])[i] for name, i in group.rows]
    return np.moveaxis(special.ndtri(np.stack(rows)).reshape(len(rows), -1, RANDOMISATIONS), -1, 0)


def conditional_probabilities(group: Group, a: Array, b: Array, from_a: Array) -> Array:
    """Sample the rows of a dependent group that are not from A given those that are.

    The scores of the rest are those of B, plus the regression on the difference between A and B of the scores that are
    from A: an exact draw from the conditional distribution (Matheron's rule).

    Parameters
    ----------
    a, b : (16, rows, points), normal scores
    from_a : (mixtures, 16, rows)

    Returns
    -------
    Probabilities (rows, mixtures * points * 16), one mixture after another.
    """
    scores = np.where(from_a[..., None], a, b)  # (mixtures, 16, rows, points)
    patterns, which = np.unique(from_a.reshape(-1, len(group.rows)), axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        if pattern.all() or not pattern.any():
            continue
        mixture, r = np.divmod(np.flatnonzero(which.ravel() == k), RANDOMISATIONS)
        own, rest = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        slopes = np.linalg.solve(group.matrix[np.ix_(own, own)], group.matrix[np.ix_(own, rest)]).T
        conditional = b[r][:, rest]
        for one, slope in zip(own, slopes.T, strict=True):  # one by one: the same to the bit in any part of the draws
            conditional += slope[:, None] * (a[r, one] - b[r, one])[:, None]
        scores[mixture[:, None], r[:, None], rest] = conditional
    values: Array = special.ndtr(scores.transpose(2, 0, 3, 1)).reshape(len(group.rows), -1)
    return values
