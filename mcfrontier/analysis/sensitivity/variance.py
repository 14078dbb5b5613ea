"""Shares of a target's variance by input: what Sobol' indices and Shapley shares have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.sensitivity import surrogate
from mcfrontier.analysis.sensitivity.pick_freeze import DesignBlocks, Target
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study
from mcfrontier.study.values import evaluate, expand

SCALES = ("log", "raw")
CONSTANT_TOLERANCE = 1e-13  # relative range of a target that is constant up to rounding
SHARE_TOLERANCE = 1e-12  # shares below it are rounding errors of an input that cancels out
TAIL_LEVELS = 2.0 ** -np.arange(12, 51, 2)  # probabilities at which the tails of inputs are evaluated
WARNING_SHARE = 0.1  # threshold of a warning: for the variance in tails, its error, and the errors of the shares
UNDEFINED = (
    "whether it has a value depends on several inputs together, so its variance cannot be split; use first_order"
)


@dataclass(frozen=True)
class Shares:
    """Shares of a target's variance, the largest input first.

    figures and errors: (inputs,) by name, "first" and "total", or "share"; scale: "log" or "raw"; sd: the standard
    deviation of the run's draws on it, in orders of magnitude or in the target's unit; points: the number in each
    block, of which `non_finite` are left out because a value is not finite; warning: why the shares are unreliable, or
    why there are none (`refused`).
    """

    inputs: list[str]
    figures: dict[str, Array]
    errors: dict[str, Array]
    scale: str
    sd: float
    points: int
    non_finite: int
    warning: str
    refused: bool = False

    @property
    def attrs(self) -> dict[str, object]:
        """The attributes of the data set of the shares."""
        return {
            "scale": self.scale,
            "sd": self.sd,
            "points": self.points,
            "lost": self.non_finite,
            "warning": self.warning,
        }


def shares(blocks: DesignBlocks, row: str, requested: str | None, x: Array, tails: Array, draws: Array) -> Shares:
    """Estimate the shares of the variance of a row.

    Parameters
    ----------
    row : its name, for messages
    requested : the scale, "log" or "raw", or None for the one that suits
    x : the row in the blocks, (blocks, points)
    tails : the row far out in the tails of each input: see `tail_values`
    draws : the draws of the run
    """
    design, inputs, points = blocks.design, blocks.inputs, blocks.points
    scale = scale_of(requested, row, x, draws)
    if scale == "log":  # shares are independent of the base, and the natural logarithm is the fastest
        with np.errstate(all="ignore"):
            x, tails, draws = (np.log(each) for each in (x, tails, draws))
    valid = np.asarray(np.isfinite(x[:2]).all(axis=0))
    finite = x if valid.all() else x[:, valid]
    if refused := not np.isfinite(finite).all():
        inputs = []
    if refused or constant(finite, scale):
        nothing = np.full((len(design.names), len(inputs)), 0.0 if finite.size else np.nan)
        figures, errors, sd, text = nothing, nothing, 0.0, UNDEFINED if refused else ""
    else:
        figures, errors = ratio(*design.variances(target_of(blocks, x, valid)))
        figures, errors = (np.where(np.abs(figures) < SHARE_TOLERANCE, 0.0, each) for each in (figures, errors))
        sd, text = math.sqrt(finite_variance(draws)), warning(x, tails, inputs, errors, points)
    sd = sd / math.log(10) if scale == "log" else sd
    order = np.argsort(-figures[-1], kind="stable")
    by_name, errors_by_name = (dict(zip(design.names, each[:, order], strict=True)) for each in (figures, errors))
    lost = int(valid.size - valid.sum())
    return Shares([inputs[i] for i in order], by_name, errors_by_name, scale, sd, points, lost, text, refused)


def target_of(blocks: DesignBlocks, x: Array, valid: Array) -> Target:
    """Split a target (blocks, points) into a surrogate and a remainder, less the mean.

    Points that are not `valid` in A and in B count for nothing. Since the rest may be on a part of the range of an
    input, they have no surrogate.
    """
    x = np.ascontiguousarray(np.where(valid, x, 0.0).reshape(len(x), -1, RANDOMISATIONS).swapaxes(1, 2))
    valid = valid.reshape(-1, RANDOMISATIONS).T
    known, variance = surrogate.NONE, x[:2].var()
    if valid.all() and np.mean((x[:2] - x[:2].mean()) ** 4) < surrogate.MAX_KURTOSIS * variance**2:
        effect = [i for i in blocks.independent if np.mean((x[2 + i] - x[0]) ** 2) > SHARE_TOLERANCE * variance]
        known = surrogate.fit({i: blocks.independent[i] for i in effect}, x[0], x[1])
    at = np.array([known.values(from_a) + np.zeros_like(x[0]) for from_a in blocks.design.from_a])
    remainder = x - at
    if any(after.var() > surrogate.MAX_REMAINDER * before.var() for after, before in zip(remainder, x, strict=True)):
        known, at, remainder = surrogate.NONE, np.zeros_like(x), x
    mean = remainder[:2].sum(axis=(0, 2)) / np.maximum(2 * valid.sum(axis=1), 1)
    return Target(at, np.where(valid, remainder - mean[:, None], 0.0), known)


def scale_of(requested: str | None, row: str, *values: Array) -> str:
    """The scale of a target: the requested one, or "log" where all finite values are positive. An unknown scale is
    refused, and "log" where not all values are positive."""
    if requested is not None and (not isinstance(requested, str) or requested not in SCALES):
        raise InputError(f"scale = {requested!r}: known are log and raw")
    positive = all(x.min(initial=np.inf) > 0 or (finite_of(x) > 0).all() for x in values)
    if requested == "log" and not positive:
        raise InputError(f'{row}: scale = "log" needs a target whose draws are all above 0; use scale = "raw"')
    return requested or ("log" if positive else "raw")


def constant(x: Array, scale: str) -> bool:
    """Whether a target is constant up to rounding."""
    if not x.size:
        return True
    low, high = x.min(), x.max()
    return bool(high - low <= CONSTANT_TOLERANCE * max(abs(low), abs(high), 1.0 if scale == "log" else 0.0))


def ratio(numerator: Array, denominator: Array) -> tuple[Array, Array]:
    """The ratio of two sums (..., 16) over all randomisations, and its standard error; 0 where the denominator is 0."""
    with np.errstate(all="ignore"):
        total = denominator.sum(axis=-1)
        whole = np.where(total > 0, numerator.sum(axis=-1) / total, 0.0)
        parts = np.where(denominator > 0, numerator / denominator, 0.0)
    return whole, estimates.standard_error(whole, np.moveaxis(parts, -1, 0))


def finite_of(x: Array) -> Array:
    """The finite values: the array itself if all are, else (finite,)."""
    finite = np.isfinite(x)
    return x if finite.all() else x[finite]


def finite_variance(x: Array) -> float:
    """The variance of the finite values; 0 where there are none."""
    x = finite_of(x)
    return float(x.var()) if x.size else 0.0


def tail_values(study: Study) -> dict[str, Array]:
    """All quantities at the medians of the inputs, then with one input at a time far out in its tails.

    The last axis has 1 + inputs * 2 * levels values, or 1 where nothing varies; inputs in alphabetical order.
    """
    priors = sorted(study.uncertain, key=lambda prior: prior.name)
    levels = np.concatenate([TAIL_LEVELS, 1 - TAIL_LEVELS])
    at = {}
    for i, prior in enumerate(priors):
        p = np.full(1 + len(priors) * levels.size, 0.5)
        p[1 + i * levels.size : 1 + (i + 1) * levels.size] = levels
        at[prior.name] = np.broadcast_to(p, (len(prior.labels), p.size)) if prior.labels else p
    given = {
        prior.name: expand(study, prior, at_probabilities(prior, at.get(prior.name))) for prior in study.inputs.values()
    }
    return evaluate(study, given)


def at_probabilities(prior: Prior, p: Array | None) -> Array:
    """The values of an input at probabilities, without regard to the randomisations of a reference."""
    if p is None or prior.entry.joint:
        return streams.values(prior, p)
    first = np.atleast_2d(p)[0]  # all rows have the same probabilities; equal rows share one function
    values = {id(row): row.curve(first) for row in {id(row): row for row in prior.quantiles}.values()}
    rows = [values[id(row)] for row in prior.quantiles]
    return np.stack(rows) if prior.labels else rows[0]


def tail_variance(tails: Array, points: int) -> Array:
    """The approximate contribution to a target's variance of draws of each input rarer than one in `points`: (inputs,).

    The squared distance from the centre, integrated over the probabilities of both tails in steps of a factor of
    four. It shows an infinite variance, which draws may not.
    """
    with np.errstate(all="ignore"):
        squares = (tails[1:].reshape(-1, 2, TAIL_LEVELS.size) - tails[0]) ** 2
    rare = ~np.isnan(squares) & (1 / points > TAIL_LEVELS)
    values: Array = np.where(rare, squares * TAIL_LEVELS * math.log(4), 0.0).sum(axis=(1, 2))
    return values


def warning(x: Array, tails: Array, inputs: list[str], errors: Array, points: int) -> str:
    """Why shares of a target's variance are unreliable; "" where they are not."""
    texts = []
    matrices = x[:2].reshape(2, -1, RANDOMISATIONS)
    variance, parts = finite_variance(matrices), matrices.var(axis=(0, 1))
    if not np.isfinite(parts).all():
        parts = np.array([finite_variance(matrices[..., r]) for r in range(RANDOMISATIONS)])
    rare = tail_variance(tails, points)
    if rare.size and rare.max() > WARNING_SHARE * variance:
        name = inputs[int(rare.argmax())]
        texts.append(f"much of its variance, which may be infinite, lies in draws of {name} rarer than 1 in {points:,}")
    error = np.std(parts, ddof=1) / math.sqrt(RANDOMISATIONS)
    if error > WARNING_SHARE * variance:
        texts.append(f"the standard error of its variance is {100 * error / variance:.0f} %")
    if errors.max() > WARNING_SHARE:
        texts.append(f"the errors of the shares reach {errors.max():.2f}")
    return "; ".join(texts)
