"""Quantile functions of families whose parameters differ between draws, as parameters that name quantities do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.distributions.counts import Binomial, Count, NegativeBinomial, Poisson, count_quantiles
from mcfrontier.distributions.family import is_percentile, join_keys, probability_of
from mcfrontier.distributions.grid import normal_scores

Quantile = Callable[..., Array]  # of probabilities, and the parameters; NaN where one is outside its range


def positive(x: Array) -> Array:
    """Numbers, NaN where they are not above 0."""
    return np.where(np.asarray(x) > 0, x, np.nan)


def count(kind: type[Count], p: Array, *parameters: Array) -> Array:
    """Quantiles of a count."""
    return count_quantiles(kind, p, 1 - p, parameters)


def normal(p: Array, mean: Array, sd: Array) -> Array:
    """Quantiles of a normal."""
    x: Array = mean + positive(sd) * normal_scores(p)
    return x


def log_normal(p: Array, mu: Array, sigma: Array) -> Array:
    """Quantiles of a lognormal."""
    return np.exp(normal(p, mu, sigma))


def log_normal_of_moments(p: Array, mean: Array, sd: Array) -> Array:
    """Quantiles of a lognormal with a mean and a standard deviation."""
    variance = np.log1p((positive(sd) / positive(mean)) ** 2)
    return log_normal(p, np.log(mean) - variance / 2, np.sqrt(variance))


def gamma(p: Array, shape: Array, scale: Array) -> Array:
    """Quantiles of a gamma."""
    upper = special.gammainccinv(positive(shape), np.where(p < 0.5, np.nan, 1 - p))
    x: Array = positive(scale) * np.where(p < 0.5, special.gammaincinv(positive(shape), p), upper)
    return x


def gamma_of_moments(p: Array, mean: Array, sd: Array) -> Array:
    """Quantiles of a gamma with a mean and a standard deviation."""
    return gamma(p, (positive(mean) / positive(sd)) ** 2, sd**2 / mean)


def uniform(p: Array, low: Array, high: Array) -> Array:
    """Quantiles of a uniform."""
    x: Array = low + positive(high - low) * p
    return x


def through(levels: tuple[float, float], logs: bool, p: Array, *values: Array) -> Array:
    """Quantiles of the normal, or the lognormal, with two percentiles."""
    low, high = (np.log(positive(x)) if logs else x for x in values)
    scores = special.ndtri(np.array(levels))
    sd = (high - low) / (scores[1] - scores[0])
    mean = low - sd * scores[0]
    return log_normal(p, mean, sd) if logs else normal(p, mean, sd)


FORMS: dict[str, dict[tuple[str, ...], Quantile]] = {
    "normal": {("mean", "sd"): normal},
    "lognormal": {("mean", "sd"): log_normal_of_moments, ("mu", "sigma"): log_normal},
    "gamma": {("mean", "sd"): gamma_of_moments, ("shape", "scale"): gamma},
    "uniform": {("low", "high"): uniform},
    "poisson": {("mean",): partial(count, Poisson)},
    "negative-binomial": {("mean", "dispersion"): partial(count, NegativeBinomial)},
    "binomial": {("trials", "chance"): partial(count, Binomial)},
}
BY_PERCENTILES = {"normal": False, "lognormal": True}  # whether of logarithms


def may_name(family: str, key: str) -> bool:
    """Whether a key of a family may name a quantity."""
    return any(key in form for form in FORMS.get(family, ())) or (family in BY_PERCENTILES and is_percentile(key))


def form_of(family: str, keys: Collection[str]) -> tuple[tuple[str, ...], Quantile] | None:
    """The parameters among some keys, in order, and the quantile function that takes them; None if they are no form."""
    stated = [key for key in keys if may_name(family, key)]
    for form, quantile in FORMS[family].items():
        if {*form} == {*stated}:
            return form, quantile
    if family in BY_PERCENTILES and len(stated) == 2 and all(map(is_percentile, stated)):
        first, last = sorted(stated, key=probability_of)
        return (first, last), partial(through, (probability_of(first), probability_of(last)), BY_PERCENTILES[family])
    return None


def choices(family: str) -> str:
    """The forms of a family as text."""
    forms = [join_keys(form) for form in FORMS[family]]
    return ", or ".join(["two percentiles"] * (family in BY_PERCENTILES) + forms)
