"""Distributions as quantile and distribution functions: standard ones, their transforms and truncations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
from scipy import special

from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.grid import normal_scores

Curve = Callable[[Array], Array]

EPSILON, SMALLEST_FLOAT = float(np.finfo(float).eps), float(np.nextafter(0, 1))
CELLS_PER_SD = 24  # of a table of a smooth quantile function over normal scores
MAX_T_QUANTILE = 1e150  # scipy's distribution function of t is wrong where the square of a value overflows


@dataclass(frozen=True, eq=False)
class Distribution:
    """A distribution of one variable.

    ppf, isf       quantile functions: x with P(X <= x) = p, and x with P(X > x) = q
    cdf, sf        distribution and survival function; like the former, each is accurate in its own tail
    low, high      the support
    tabulate       where the quantile functions are slow, so that a table of them over normal scores saves time, the
                   number of its cells per standard deviation that is accurate enough; otherwise 0
    source         where the table is more accurate for another distribution, that one and the increasing function of it
    components     of a mixture whose quantiles are slow: the weights of its components, and their ppf and isf as those
                   of all, (components, n)
    discontinuous  whether they may have jumps or kinks, as with discrete values or separate modes
    breakpoints    values between which the cdf is linear, if it is piecewise linear
    atoms          the values that have a probability of their own, in increasing order
    mean_exists    whether it has a mean; one that is infinite in double precision exists
    """

    ppf: Curve
    isf: Curve
    cdf: Curve
    sf: Curve
    low: float = -math.inf
    high: float = math.inf
    tabulate: int = 0
    source: tuple[Distribution, Curve] | None = None
    components: tuple[Array, Curve, Curve] | None = None
    discontinuous: bool = False
    breakpoints: Array | None = None
    atoms: Array = field(default_factory=lambda: np.empty(0))
    mean_exists: bool = True

    @cached_property
    def median(self) -> float:
        return float(self.ppf(np.array(0.5)))


def symmetric(ppf: Curve, cdf: Curve, mean_exists: bool = True) -> Distribution:
    """A distribution that is symmetric about 0."""
    return Distribution(ppf, lambda q: -ppf(q), cdf, lambda x: cdf(-x), mean_exists=mean_exists)


NORMAL = symmetric(normal_scores, special.ndtr)
UNIFORM = Distribution(
    ppf=lambda p: p,
    isf=lambda q: 1 - q,
    cdf=lambda x: np.clip(x, 0, 1),
    sf=lambda x: np.clip(1 - x, 0, 1),
    low=0.0,
    high=1.0,
)


def beta(a: float, b: float) -> Distribution:
    """The beta distribution on 0 to 1."""
    return Distribution(
        ppf=partial(special.betaincinv, a, b),
        isf=partial(special.betainccinv, a, b),
        cdf=lambda x: special.betainc(a, b, np.clip(x, 0, 1)),
        sf=lambda x: special.betaincc(a, b, np.clip(x, 0, 1)),
        low=0.0,
        high=1.0,
        tabulate=cells_at_end(min(a, b)),
    )


def gamma(a: float) -> Distribution:
    """The gamma distribution with shape a and scale 1."""
    return Distribution(
        ppf=partial(special.gammaincinv, a),
        isf=partial(special.gammainccinv, a),
        cdf=lambda x: special.gammainc(a, np.maximum(x, 0)),
        sf=lambda x: special.gammaincc(a, np.maximum(x, 0)),
        low=0.0,
        tabulate=cells_at_end(a),
    )


def cells_at_end(shape: float) -> int:
    """The cells of a table, as `tabulate`, where the density near an end is the distance from it, to the power of
    `shape` - 1; no table is accurate enough where that is nearly singular."""
    return 0 if shape < 0.5 else CELLS_PER_SD if shape < 1 else CELLS_PER_SD // 2


def student_t(df: float) -> Distribution:
    """Student's t with mean 0 and scale 1.

    Beyond MAX_T_QUANTILE, where scipy's functions end, P(X > x) is its limit df^(df/2) x^-df / (df B(df/2, 1/2)).
    """
    log_factor = math.log(df) * (df / 2 - 1) - float(special.betaln(df / 2, 0.5))

    def ppf(p: Array) -> Array:
        p = np.asarray(p, float)
        x = np.array(special.stdtrit(df, p))
        far = ~(np.abs(x) < MAX_T_QUANTILE)
        if far.any():
            with extremes_allowed():
                logs = np.log(np.minimum(p, 1 - p)[far])
                x[far] = np.sign(p[far] - 0.5) * np.exp((log_factor - logs) / df)
        return x[()]

    def cdf(x: Array) -> Array:
        x = np.asarray(x, float)
        p = np.array(special.stdtr(df, x))
        far = ~(np.abs(x) < MAX_T_QUANTILE) & np.isfinite(x)
        if far.any():
            tail = np.exp(log_factor - df * np.log(np.abs(x[far])))
            p[far] = np.where(x[far] < 0, tail, 1 - tail)
        return p[()]

    return symmetric(ppf, cdf, mean_exists=df > 1)


def triangular(peak: float) -> Distribution:
    """The triangular distribution on 0 to 1 with mode `peak`."""

    def areas(x: Array) -> tuple[Array, Array]:
        """The probabilities below and above x."""
        x = np.clip(x, 0, 1)
        below = x * x / peak if peak > 0 else x * 0.0
        above = (1 - x) ** 2 / (1 - peak) if peak < 1 else x * 0.0
        return np.where(x <= peak, below, 1 - above), np.where(x <= peak, 1 - below, above)

    return Distribution(
        ppf=lambda p: np.where(p <= peak, np.sqrt(p * peak), 1 - np.sqrt((1 - p) * (1 - peak))),
        isf=lambda q: np.where(q >= 1 - peak, np.sqrt((1 - q) * peak), 1 - np.sqrt(q * (1 - peak))),
        cdf=lambda x: areas(x)[0],
        sf=lambda x: areas(x)[1],
        low=0.0,
        high=1.0,
    )


def mapped(base: Distribution, forward: Curve, inverse: Curve) -> Distribution:
    """The distribution of forward(X), for an increasing function and its inverse. The mean must exist for both or for
    neither."""
    low, high, atoms = forward(np.array(base.low)), forward(np.array(base.high)), forward(base.atoms)
    source = base.source and (base.source[0], composed(forward, base.source[1]))
    components = base.components
    if components is not None:
        components = (components[0], composed(forward, components[1]), composed(forward, components[2]))
    from_atom = np.append(-math.inf, base.atoms)
    below_atom = np.append(np.nextafter(base.atoms, -math.inf), math.inf)

    def base_value(x: Array) -> Array:
        with np.errstate(divide="ignore"):  # an end of the support may map to infinity
            value = inverse(np.clip(x, low, high))
        if not atoms.size:
            return value
        passed = np.searchsorted(atoms, x, side="right")  # rounding moves no value across an atom
        return np.clip(value, from_atom[passed], below_atom[passed])

    return Distribution(
        ppf=lambda p: forward(base.ppf(p)),
        isf=lambda q: forward(base.isf(q)),
        cdf=lambda x: base.cdf(base_value(x)),
        sf=lambda x: base.sf(base_value(x)),
        low=float(low),
        high=float(high),
        tabulate=base.tabulate,
        source=source,
        components=components,
        discontinuous=base.discontinuous,
        atoms=atoms,
        mean_exists=base.mean_exists,
    )


def log_normal(mu: float, sigma: float) -> Distribution:
    """The distribution whose logarithm is normal with a mean and a standard deviation."""
    return mapped(NORMAL, lambda z: np.exp(mu + sigma * z), lambda x: (np.log(x) - mu) / sigma)


def composed(outer: Curve, inner: Curve) -> Curve:
    """The function outer(inner(x))."""
    return lambda x: outer(inner(x))


def location_scale(base: Distribution, location: float, scale: float) -> Distribution:
    """The distribution of location + scale X."""
    found = mapped(base, lambda x: location + scale * x, lambda x: (x - location) / scale)
    return found if base.breakpoints is None else replace(found, breakpoints=location + scale * base.breakpoints)


def on_interval(base: Distribution, low: float, high: float) -> Distribution:
    """A distribution on 0 to 1, mapped linearly to the range from `low` to `high`."""
    return location_scale(base, low, high - low)


def truncated(base: Distribution, low: float, high: float) -> Distribution:
    """The distribution of X given low <= X <= high.

    Probabilities are measured from the nearer tail, so that a truncation far out in a tail remains accurate.
    """
    low, high = max(low, base.low), min(high, base.high)
    # the probability of the value `low` itself is included
    start, end = np.array(np.nextafter(low, -math.inf) if base.discontinuous else low), np.array(high)
    below, above = base.cdf(start), base.sf(end)
    mass = base.cdf(end) - below if below < 0.5 else base.sf(start) - above
    if not mass > 0:
        raise InputError(f"low = {low:g} and high = {high:g} leave nothing of the distribution")

    def quantile(p: Array, q: Array) -> Array:
        return np.clip(by_nearer_end(base.ppf, base.isf, below + p * mass, above + q * mass), low, high)

    def cdf(x: Array) -> Array:
        x = np.clip(x, start, high)
        values: Array = np.clip(np.where(x < base.median, base.cdf(x) - below, mass - base.sf(x) + above) / mass, 0, 1)
        return values

    def sf(x: Array) -> Array:
        x = np.clip(x, start, high)
        values: Array = np.clip(np.where(x < base.median, mass - base.cdf(x) + below, base.sf(x) - above) / mass, 0, 1)
        return values

    source = base.source
    if source is not None:
        inner, forward = source
        first = inner.ppf(below) if below < 0.5 else inner.isf(base.sf(start))
        last = inner.isf(above) if above < 0.5 else inner.ppf(base.cdf(end))
        source = truncated(inner, float(first), float(last)), composed(lambda x: np.clip(x, low, high), forward)

    return Distribution(
        lambda p: quantile(p, 1 - p),
        lambda q: quantile(1 - q, q),
        cdf,
        sf,
        low,
        high,
        base.tabulate and max(base.tabulate, CELLS_PER_SD),
        source,
        discontinuous=base.discontinuous,
        breakpoints=None if base.breakpoints is None else np.unique(np.clip(base.breakpoints, low, high)),
        atoms=base.atoms[(base.atoms >= low) & (base.atoms <= high)],
        mean_exists=base.mean_exists or math.isfinite(high - low),
    )


def from_nearer_end(lower: Curve, upper: Curve) -> tuple[Curve, Curve]:
    """Quantile functions ppf and isf out of one that is accurate for p < 1/2 and one, of q = 1 - p, for the rest."""
    return lambda p: by_nearer_end(lower, upper, p, 1 - p), lambda q: by_nearer_end(lower, upper, 1 - q, q)


def by_nearer_end(lower: Curve, upper: Curve, p: Array, q: Array) -> Array:
    """The quantiles lower(p) for p < 1/2, upper(q) for the rest."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    out, is_lower = np.empty(p.shape), p < 0.5
    out[is_lower] = lower(p[is_lower])
    out[~is_lower] = upper(q[~is_lower])
    return out[()]


def find_crossing(curve: Curve, target: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Array:
    """Find where an increasing curve reaches each target between `low` and `high`, to double precision.

    At a jump over the target, the result is the upper side of the jump; where the curve is not below the target at
    `low`, it is `low`. Method: Chandrupatla (1997), inverse quadratic steps where they are safe, bisection elsewhere.
    """
    y, start, end = (np.array(x, float) for x in np.broadcast_arrays(target, low, high))
    out, shape = end.ravel(), y.shape
    y, start, end = y.ravel(), start.ravel(), end.ravel()
    with np.errstate(invalid="ignore"):
        f_start, f_end = curve(start) - y, curve(end) - y
    out[~(f_start < 0)] = start[~(f_start < 0)]
    active = np.flatnonzero((f_start < 0) & (f_end > 0))  # the targets not yet found
    y, smallest = y[active], np.maximum(1e-30 * (end[active] - start[active]), SMALLEST_FLOAT)
    a, b, fa, fb = end[active], start[active], f_end[active], f_start[active]  # a: last point; the crossing is between
    c, fc, t = b, fb, np.full(active.shape, 0.5)
    while active.size:
        x = a + t * (b - a)
        fx = curve(x) - y
        same_sign = (fx >= 0) == (fa >= 0)
        b, fb, c, fc = (np.where(same_sign, *pair) for pair in ((b, a), (fb, fa), (a, b), (fa, fb)))
        a, fa = x, fx
        width = np.abs(b - a)
        tolerance = 2 * EPSILON * np.minimum(np.abs(a), np.abs(b)) + smallest
        done = (width <= 2 * tolerance) | (fa == 0) | ~np.isfinite(x)
        out[active[done]] = np.where(fa >= 0, a, b)[done]
        with np.errstate(all="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            edge = np.minimum(tolerance / width, 0.5)
            t = np.clip(np.where(safe & np.isfinite(step), step, 0.5), edge, 1 - edge)
        state = (active, y, smallest, a, b, c, fa, fb, fc, t)
        active, y, smallest, a, b, c, fa, fb, fc, t = (each[~done] for each in state)
    return out.reshape(shape)[()]


def check_share(distribution: Distribution, scale: float = 1.0) -> None:
    """Refuse a share whose support exceeds 0 to 1; `scale` converts the distribution to base units."""
    low, high = distribution.low * scale, distribution.high * scale
    if low == high and not 0 <= low <= 1:
        remedy = (
            f"; if it is in percent, write it as {low / 100:g}, or with its unit, %"
            if scale == 1 and 2 <= low <= 100
            else ""
        )
        raise InputError(f"a share must stay within 0 and 1, and {low:g} does not{remedy}")
    if low < 0 or high > 1:
        raise InputError(
            f"a share must stay within 0 and 1, this one ranges from {low:g} to {high:g}; truncate it with low and "
            "high, use a beta, pert or logitnormal, or state it in %"
        )
