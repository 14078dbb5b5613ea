"""What share of a target's variance comes from which input: what all ways to tell it have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.analysis.freeze import Blocks
from mcfrontier.errors import InputError
from mcfrontier.sampling import RANDOMISATIONS

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
SCALES = ("log", "raw")
NOISE = 1e-13  # width, in parts of the whole, of what is constant but for rounding
ROUNDING = 1e-12  # a share below it is what rounding leaves of an input that cancels out
LEVELS = 2.0 ** -np.arange(12, 51, 2)  # probabilities of the tails that are looked into
UNSURE = 0.1  # of the variance in tails, of its error and of the shares' errors: above it they are warned of


@dataclass(frozen=True)
class Shares:
    """Shares of a target's variance, the largest input first.

    figures and errors: (inputs,) by name, "first" and "total", or "share". `scale` is "log" or "raw"; `sd` the
    standard deviation of the run's draws on it, in orders of magnitude or in the target's unit; `points` those of each
    block, of which `lost` were left out because a draw was not finite. `warning` says why the shares are not to be
    trusted, if so.
    """

    inputs: list[str]
    figures: dict[str, Array]
    errors: dict[str, Array]
    scale: str
    sd: float
    points: int
    lost: int
    warning: str

    @property
    def attrs(self) -> dict[str, object]:
        """What is told beside the shares."""
        return {word: getattr(self, word) for word in ("scale", "sd", "points", "lost", "warning")}


def shares(blocks: Blocks, row: str, asked: str | None, x: Array, far: Array, draws: Array) -> Shares:
    """The shares of a row from its values in the blocks (blocks, points), those `far` out in the tails and those of
    the run, on the scale that is asked for or that suits."""
    way, inputs, points = blocks.way, blocks.inputs, blocks.points
    scale = scale_of(asked, row, x, draws)
    if scale == "log":  # shares are the same of any logarithm, and this one is the fastest
        with np.errstate(all="ignore"):
            x, far, draws = (np.log(each) for each in (x, far, draws))
    finite = finite_of(x)
    if constant(finite, scale):
        nothing = np.full((len(way.names), len(inputs)), 0.0 if finite.size else np.nan)
        figures, errors, lost, sd, told = nothing, nothing, 0, 0.0, ""
    else:
        figures, errors, lost = way.tell(x)
        figures, errors = (np.where(np.abs(each) < ROUNDING, 0.0, each) for each in (figures, errors))
        sd, told = math.sqrt(finite_variance(draws)), warning(x, far, inputs, errors, points)
    sd = sd / math.log(10) if scale == "log" else sd
    order = np.argsort(-figures[-1], kind="stable")
    found = (dict(zip(way.names, each[:, order], strict=True)) for each in (figures, errors))
    return Shares([inputs[i] for i in order], *found, scale, sd, points, lost, told)


def scale_of(asked: str | None, row: str, *seen: Array) -> str:
    """The scale for a target: the logarithm where all that was seen of it is positive, unless another is asked for."""
    if asked not in (None, *SCALES):
        raise InputError(f"scale = {asked!r}: known are log and raw")
    positive = all(x.min(initial=np.inf) > 0 or (finite_of(x) > 0).all() for x in seen)
    if asked == "log" and not positive:
        raise InputError(f'{row}: scale = "log" takes a target whose draws are all above 0; take scale = "raw"')
    return asked or ("log" if positive else "raw")


def constant(x: Array, scale: str) -> bool:
    """Whether nothing but rounding moves a target."""
    if not x.size:
        return True
    low, high = x.min(), x.max()
    return high - low <= NOISE * max(abs(low), abs(high), 1.0 if scale == "log" else 0.0)


def ratio(above: Array, below: Array) -> tuple[Array, Array]:
    """The ratio of two sums (..., 16) over all randomisations, and its standard error; 0 where nothing is below."""
    with np.errstate(all="ignore"):
        whole = np.where(below.sum(axis=-1) > 0, above.sum(axis=-1) / below.sum(axis=-1), 0.0)
        parts = np.where(below > 0, above / below, 0.0)
    return whole, intervals.error(whole, np.moveaxis(parts, -1, 0))


def finite_of(x: Array) -> Array:
    """The draws that are finite: all of them as they lie, or a row of those that are."""
    finite = np.isfinite(x)
    return x if finite.all() else x[finite]


def finite_variance(x: Array) -> float:
    """The variance of the draws that are finite; 0 where there are none."""
    x = finite_of(x)
    return float(x.var()) if x.size else 0.0


def tails(study: Study) -> dict[str, Array]:
    """All quantities at the medians of the inputs, and with one at a time far out in its tails: a last axis of
    1 + inputs * 2 * levels, or 1 where nothing varies."""
    priors = sorted(study.drawn, key=lambda prior: prior.name)
    steps = np.concatenate([LEVELS, 1 - LEVELS])
    at = {}
    for i, prior in enumerate(priors):
        p = np.full(1 + len(priors) * steps.size, 0.5)
        p[1 + i * steps.size : 1 + (i + 1) * steps.size] = steps
        at[prior.name] = np.broadcast_to(p, (len(prior.labels), p.size)) if prior.labels else p
    return study.evaluate(study.at(at))


def beyond(far: Array, points: int) -> Array:
    """About what each input adds to a target's variance by draws rarer than one of so many: (inputs,).

    The squared distance from the centre, integrated over the probabilities of both tails in steps of a factor of
    four. A variance that is infinite shows here; in draws it may never be seen.
    """
    with np.errstate(all="ignore"):
        off = (far[1:].reshape(-1, 2, LEVELS.size) - far[0]) ** 2
    rare = ~np.isnan(off) & (1 / points > LEVELS)
    return np.where(rare, off * LEVELS * math.log(4), 0.0).sum(axis=(1, 2))


def warning(x: Array, far: Array, inputs: list[str], errors: Array, points: int) -> str:
    """Why shares of a target's variance are not to be trusted; nothing where they are."""
    told = []
    two = x[:2].reshape(2, -1, RANDOMISATIONS)
    whole, sixteen = finite_variance(two), two.var(axis=(0, 1))
    if not np.isfinite(sixteen).all():
        sixteen = [finite_variance(two[..., r]) for r in range(RANDOMISATIONS)]
    rare = beyond(far, points)
    if rare.size and rare.max() > UNSURE * whole:
        name = inputs[int(rare.argmax())]
        told.append(f"much of its variance, which may be infinite, lies in draws of {name} rarer than 1 in {points:,}")
    error = np.std(sixteen, ddof=1) / math.sqrt(RANDOMISATIONS)
    if error > UNSURE * whole:
        told.append(f"its variance is known to {100 * error / whole:.0f} % only")
    if errors.max() > UNSURE:
        told.append(f"the errors of the shares reach {errors.max():.2f}")
    return "; ".join(told)
