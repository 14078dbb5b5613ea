"""Distribution families, checked against reference distributions in one table."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from mcfrontier.core.errors import InputError
from mcfrontier.distributions import tables
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.study import entry

Z95 = stats.norm.ppf(0.95)


def family(kind, unit="1", **words):
    """An entry of a priors file."""
    stated = {"family": kind, "unit": unit, "source": "a test", **words}
    return entry.entry_of(entry.table(stated, "a test"), "a test")


def log_normal(p5, p95):
    mu, sigma = (math.log(p5) + math.log(p95)) / 2, (math.log(p95) - math.log(p5)) / 2 / Z95
    return stats.lognorm(sigma, scale=math.exp(mu))


def pert(low, mode, high):
    a = 1 + 4 * (mode - low) / (high - low)
    return stats.beta(a, 6 - a, low, high - low)


class LogitNormal:
    """A logit-normal, which scipy does not have."""

    def __init__(self, mu, sigma):
        self.normal = stats.norm(mu, sigma)

    def ppf(self, p):
        return 1 / (1 + np.exp(-self.normal.ppf(p)))

    def cdf(self, x):
        return self.normal.cdf(np.log(x) - np.log1p(-x))


class Mapped:
    """A distribution of scipy after an increasing function."""

    def __init__(self, base, forward, inverse):
        self.base, self.forward, self.inverse = base, forward, inverse

    def ppf(self, p):
        return self.forward(self.base.ppf(p))

    def cdf(self, x):
        return self.base.cdf(self.inverse(x))


def predictive(values):
    """The predictive distribution of one more value of a normal sample."""
    return stats.t(len(values) - 1, np.mean(values), np.std(values, ddof=1) * math.sqrt(1 + 1 / len(values)))


def rows(values):
    """The rows of a table in which each is a group by itself."""
    return {"labels": [f"{x}" for x in values], "values": values, "groups": [""] * len(values), "cells": {}}


class Metalog:
    """Keelin's metalog, fitted to percentiles by least squares as in the paper."""

    def __init__(self, percentiles, terms):
        p = np.array(list(percentiles))
        self.weights = np.linalg.lstsq(self.columns(p, terms), np.array(list(percentiles.values())), rcond=None)[0]

    @staticmethod
    def columns(p, terms):
        odds, c = np.log(p / (1 - p)), p - 0.5
        return np.stack([p**0, odds, c * odds, c, c**2, c**2 * odds, c**3, c**3 * odds][:terms], axis=-1)

    def ppf(self, p):
        return self.columns(np.asarray(p, float), len(self.weights)) @ self.weights

    def cdf(self, x):
        return bisected(self.ppf, np.asarray(x, float), 1e-15, 1 - 1e-15)


class Mixed:
    """A mixture from its definition."""

    def __init__(self, parts, weights):
        self.parts, self.weights = parts, np.array(weights) / sum(weights)

    def cdf(self, x):
        return sum(weight * part.cdf(x) for part, weight in zip(self.parts, self.weights, strict=True))

    def ppf(self, p):
        ends = np.array([part.ppf(p) for part in self.parts])
        return bisected(self.cdf, np.asarray(p, float), ends.min(axis=0), ends.max(axis=0))


class Sample:
    """The distribution of a sample, with numpy's quantiles."""

    def __init__(self, values):
        self.values = np.sort(values)

    def ppf(self, p):
        return np.quantile(self.values, p)

    def cdf(self, x):
        return np.interp(x, self.values, np.linspace(0, 1, len(self.values)))


class Counted:
    """Discrete values with their probabilities, in increasing order."""

    def __init__(self, chances):
        self.values, self.upto = np.array(list(chances)), np.cumsum(list(chances.values()))

    def ppf(self, p):
        return self.values[np.searchsorted(self.upto, p)]

    def cdf(self, x):
        return np.append(0, self.upto)[np.searchsorted(self.values, x, side="right")]


def bisected(curve, target, low, high):
    """Solve an increasing function for a target by bisection."""
    low, high = np.broadcast_to(low, target.shape), np.broadcast_to(high, target.shape)
    for _ in range(100):
        middle = (low + high) / 2
        under = curve(middle) < target
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


def percentile_keys(known, *levels):
    """The percentile keys of a reference distribution."""
    return {f"p{level:g}".replace(".", "_"): known.ppf(level / 100) for level in levels}


def truncated(whole, low, high):
    """A distribution truncated to two bounds, from the definition."""

    class Truncated:
        def ppf(self, p):
            below, above = whole.cdf(low), whole.cdf(high)
            return whole.ppf(below + p * (above - below))

        def cdf(self, x):
            return (whole.cdf(x) - whole.cdf(low)) / (whole.cdf(high) - whole.cdf(low))

    return Truncated()


def below_51(y):
    return 51 - np.exp(-y)


def logs_below_51(x):
    return -np.log(51 - x)


T4, GAMMA, SKEWED = stats.t(4, 3, 2), stats.gamma(2.5, scale=3), stats.skewnorm(4, 3, 2)
THREE_PERCENTILES, SEVEN_PERCENTILES = (
    {0.1: 35, 0.5: 50, 0.9: 75},
    {0.05: 1, 0.1: 2, 0.25: 4, 0.5: 7, 0.75: 12, 0.9: 20, 0.95: 27},
)
LOGS, LOGS_BELOW, LOGITS = (
    {0.1: 0, 0.5: math.log(3), 0.9: math.log(20)},
    {0.1: -math.log(20), 0.5: -math.log(3), 0.9: 0},
    {p: special.logit((x - 30) / 60) for p, x in THREE_PERCENTILES.items()},
)
SEVEN_KEYS = {f"p{100 * p:g}": x for p, x in SEVEN_PERCENTILES.items()}
SEPARATED_PARTS = [{"family": "normal", "mean": 0, "sd": 1}, {"family": "normal", "mean": 20, "sd": 3}]
SIMILAR_PARTS = [{"family": "lognormal", "mu": 1, "sigma": 0.5}, {"family": "gamma", "shape": 2.5, "scale": 3}]
SAMPLE_VALUES = [3.0, 1.5, 9.0, 4.0, 4.5, 2.0]
MEMBERS = np.linspace(1, 2, 12) ** 2

TABLE = [
    (family("uniform", low=2, high=5), stats.uniform(2, 3)),
    (family("loguniform", low=1e-3, high=1e4), stats.loguniform(1e-3, 1e4)),
    (family("normal", mean=3, sd=2), stats.norm(3, 2)),
    (family("normal", p5=3 - 2 * Z95, p95=3 + 2 * Z95), stats.norm(3, 2)),
    (family("normal", p10=-1, p50=3), stats.norm(3, 4 / stats.norm.ppf(0.9))),
    (family("normal", mean=3, sd=2, low=0, high=4), stats.truncnorm(-1.5, 0.5, 3, 2)),
    (family("normal", mean=0, sd=1, low=1.5), stats.truncnorm(1.5, np.inf)),
    (family("lognormal", p5=2, p95=50), log_normal(2, 50)),
    (family("lognormal", mu=1, sigma=0.5), stats.lognorm(0.5, scale=math.e)),
    (family("lognormal", mean=4, sd=3), stats.lognorm(math.sqrt(math.log1p(9 / 16)), scale=4 / math.sqrt(25 / 16))),
    (family("lognormal", p5=2, p95=50, low=1, high=40), truncated(log_normal(2, 50), 1, 40)),
    (family("triangular", low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
    (family("triangular", low=1, mode=1, high=5), stats.triang(0, 1, 4)),
    (family("triangular", low=1, mode=5, high=5), stats.triang(1, 1, 4)),
    (family("pert", low=1, mode=2, high=5), pert(1, 2, 5)),
    (family("pert", low=10_000, mode=15_000, high=45_000), pert(10_000, 15_000, 45_000)),
    (family("beta", alpha=2, beta=7), stats.beta(2, 7)),
    (family("beta", mean=0.2, sd=0.1), stats.beta(3, 12)),
    (family("beta", alpha=2, beta=7, low=0.1, high=0.5), truncated(stats.beta(2, 7), 0.1, 0.5)),
    (family("logitnormal", p5=0.2, p95=0.8), LogitNormal(0, math.log(4) / Z95)),
    (family("normal", p2_5=stats.norm.ppf(0.025), p66=stats.norm.ppf(0.66)), stats.norm()),
    (
        family("lognormal", p0_1=math.exp(stats.norm.ppf(0.001)), p99_9=math.exp(stats.norm.ppf(0.999))),
        stats.lognorm(1),
    ),
    (family("student-t", df=4, mean=3, scale=2), T4),
    (family("student-t", df=4, **percentile_keys(T4, 1, 60)), T4),
    (family("student-t", df=4, mean=3, scale=2, low=0, high=9), truncated(T4, 0, 9)),
    (family("student-t", df=1, mean=0, scale=1), stats.cauchy()),
    (family("gamma", shape=2.5, scale=3), GAMMA),
    (family("gamma", mean=7.5, sd=math.sqrt(22.5)), GAMMA),
    (family("gamma", **percentile_keys(GAMMA, 5, 97.5)), GAMMA),
    (family("gamma", shape=2.5, scale=3, high=10), truncated(GAMMA, 0, 10)),
    (family("gamma", shape=0.3, scale=3), stats.gamma(0.3, scale=3)),
    (family("skew-normal", location=3, scale=2, shape=4), SKEWED),
    (family("skew-normal", location=3, scale=2, shape=-4), stats.skewnorm(-4, 3, 2)),
    (family("skew-normal", location=3, scale=2, shape=0), stats.norm(3, 2)),
    (family("skew-normal", **percentile_keys(SKEWED, 10, 50, 90)), SKEWED),
    (family("skew-normal", location=3, scale=2, shape=4, low=4), truncated(SKEWED, 4, np.inf)),
    (family("metalog", p10=35, p50=50, p90=75), Metalog(THREE_PERCENTILES, 3)),
    (family("metalog", p10=1, p50=3, p90=20, low=0), Mapped(Metalog(LOGS, 3), np.exp, np.log)),
    (family("metalog", p10=31, p50=48, p90=50, high=51), Mapped(Metalog(LOGS_BELOW, 3), below_51, logs_below_51)),
    (
        family("metalog", p10=35, p50=50, p90=75, low=30, high=90),
        Mapped(Metalog(LOGITS, 3), lambda y: 30 + 60 * special.expit(y), lambda x: special.logit((x - 30) / 60)),
    ),
    (family("poisson", mean=3.2), stats.poisson(3.2)),
    (family("poisson", mean=0.2), stats.poisson(0.2)),
    (family("poisson", mean=1e6), stats.poisson(1e6)),
    (family("poisson", mean=5, low=2, high=9), truncated(stats.poisson(5), 1, 9)),
    (family("negative-binomial", mean=7, dispersion=0.5), stats.nbinom(2, 1 / 4.5)),
    (family("negative-binomial", mean=8, dispersion=20), stats.nbinom(1 / 20, 1 / 161)),
    (family("binomial", trials=20, chance=0.3), stats.binom(20, 0.3)),
    (family("binomial", trials=100_000, chance=0.001), stats.binom(100_000, 0.001)),
    (family("metalog", **SEVEN_KEYS), Metalog(SEVEN_PERCENTILES, 5)),
    (family("metalog", terms=4, **SEVEN_KEYS), Metalog(SEVEN_PERCENTILES, 4)),
    (family("metalog", terms=7, **SEVEN_KEYS), Metalog(SEVEN_PERCENTILES, 7)),
    (family("mixture", parts=SEPARATED_PARTS, weights=[3, 1]), Mixed([stats.norm(), stats.norm(20, 3)], [3, 1])),
    (family("mixture", parts=SIMILAR_PARTS), Mixed([stats.lognorm(0.5, scale=math.e), GAMMA], [1, 1])),
    (
        family("mixture", parts=SIMILAR_PARTS, low=2, high=9),
        truncated(Mixed([stats.lognorm(0.5, scale=math.e), GAMMA], [1, 1]), 2, 9),
    ),
    (family("empirical", values=SAMPLE_VALUES), Sample(SAMPLE_VALUES)),
    (family("empirical", values=SAMPLE_VALUES, low=2.5, high=8), truncated(Sample(SAMPLE_VALUES), 2.5, 8)),
    (family("reference", sample=rows(MEMBERS.tolist())), Mapped(predictive(np.log(MEMBERS)), np.exp, np.log)),
    (
        family("reference", sample=rows(MEMBERS[:4].tolist()), low=0.5, high=20),
        truncated(Mapped(predictive(np.log(MEMBERS[:4])), np.exp, np.log), 0.5, 20),
    ),
    (
        family("reference", "%", sample=rows((20 * MEMBERS).tolist())),
        Mapped(
            predictive(special.logit(MEMBERS / 5)), lambda y: 100 * special.expit(y), lambda x: special.logit(x / 100)
        ),
    ),
    (family("price", chip="A", what="chip", mu=0.2, sigma=0.4), stats.lognorm(0.4, scale=math.exp(0.2))),
    (family("discrete", values=[5, 1, 2], weights=[4, 1, 2]), Counted({1: 1 / 7, 2: 2 / 7, 5: 4 / 7})),
    (family("discrete", values=[5, 1, 2]), Counted({1: 1 / 3, 2: 1 / 3, 5: 1 / 3})),
]
NAMES = [f"{one.__struct_config__.tag}-{i}" for i, (one, _) in enumerate(TABLE)]
table = pytest.mark.parametrize(("stated", "known"), TABLE, ids=NAMES)

BODY_LEVELS = np.linspace(0.001, 0.999, 999)
TAIL_LEVELS = np.array([1e-9, 1e-7, 1e-5, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9])


def test_every_univariate_family_is_in_the_table():
    without = {name for name, kind in FAMILIES.items() if name in ("value", "study") or kind.joint}
    assert {one.__struct_config__.tag for one, _ in TABLE} | without == set(FAMILIES)


@table
def test_quantiles_equal_scipys(stated, known):
    quantile = stated.distribution().ppf
    width = known.ppf(0.95) - known.ppf(0.05)
    np.testing.assert_allclose(quantile(BODY_LEVELS), known.ppf(BODY_LEVELS), rtol=1e-9, atol=1e-9 * width)
    np.testing.assert_allclose(quantile(TAIL_LEVELS), known.ppf(TAIL_LEVELS), rtol=1e-6, atol=1e-9 * width)


@table
def test_probabilities_equal_scipys(stated, known):
    made = stated.distribution()
    x = known.ppf(BODY_LEVELS)
    np.testing.assert_allclose(made.cdf(x), known.cdf(x), rtol=1e-9)
    np.testing.assert_allclose(made.sf(x), 1 - known.cdf(x), rtol=1e-9, atol=1e-15)


@table
def test_both_tails_are_consistent(stated, known):
    made = stated.distribution()
    np.testing.assert_allclose(made.isf(BODY_LEVELS), made.ppf(1 - BODY_LEVELS), rtol=1e-9)
    assert made.low <= made.ppf(1e-12) <= made.ppf(1 - 1e-12) <= made.high


@table
def test_quantiles_never_decrease(stated, known):
    p = np.sort(np.random.default_rng(1).random(2000))
    assert (np.diff(stated.distribution().ppf(p)) >= 0).all()


def test_truncation_in_the_far_tail_keeps_its_precision():
    """P(10 < X < 11) is 7.6e-24: computed from the lower tail it would be 0."""
    made = family("normal", mean=0, sd=1, low=10, high=11).distribution()
    with mpmath.workdps(50):
        below, above = mpmath.ncdf(10), mpmath.ncdf(11)
        median = mpmath.findroot(lambda x: mpmath.ncdf(x) - (below + above) / 2, 10.07)
    assert made.median == pytest.approx(float(median), rel=1e-10)


def test_truncation_is_not_clipping():
    """A standard normal truncated at 0 has its median at the 75th percentile; a clipped one at 0."""
    half = family("normal", mean=0, sd=1, low=0).distribution()
    assert half.median == pytest.approx(stats.norm.ppf(0.75), rel=1e-12)
    assert half.ppf(np.float64(0.001)) > 0


def test_pert_matches_its_published_figures():
    """Mean (low + 4 mode + high) / 6, and p5, p50, p95 of PERT(1, 2, 5)."""
    made = family("pert", low=1, mode=2, high=5).distribution()
    p = (np.arange(20_000) + 0.5) / 20_000
    assert made.ppf(p).mean() == pytest.approx(7 / 3, rel=1e-6)
    expected = [1.30576157, 2.25524068, 3.62963327]
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.5, 0.95])), expected, rtol=1e-8)


def test_a_value_is_constant():
    made = family("value", value=6).distribution()
    assert made.median == made.low == made.high == 6
    assert made.ppf(np.array([0.01, 0.99])).tolist() == [6, 6]


@given(st.floats(0.001, 0.9), st.floats(1.05, 50))
def test_a_beta_passes_through_its_two_percentiles(p5, factor):
    p95 = p5 + (0.999 - p5) * (1 - 1 / factor)
    try:
        made = family("beta", p5=p5, p95=p95).distribution()
    except InputError as refused:
        assert "logitnormal" in str(refused)
        return
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.95])), [p5, p95], rtol=1e-6)


@given(st.floats(1e-6, 1e12), st.floats(1.001, 1e6))
def test_a_lognormal_passes_through_its_two_percentiles(p5, factor):
    made = family("lognormal", p5=p5, p95=p5 * factor).distribution()
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.95])), [p5, p5 * factor], rtol=1e-9)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.01, 5))
def test_a_truncated_draw_stays_within_its_bounds(low, middle, width):
    made = family("normal", mean=middle, sd=3, low=low, high=low + width)
    try:
        x = made.distribution().ppf(np.array([1e-12, 0.3, 0.7, 1 - 1e-12]))
    except InputError as refused:
        assert "leave nothing" in str(refused)
        return
    assert ((x >= low) & (x <= low + width)).all()


@given(st.integers(1, 99), st.integers(1, 99))
def test_any_two_percentiles_define_the_same_normal(one, other):
    if one == other:
        return
    made = family("normal", **percentile_keys(stats.norm(5, 3), one, other)).distribution()
    np.testing.assert_allclose(made.ppf(BODY_LEVELS), stats.norm(5, 3).ppf(BODY_LEVELS), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("word", ["p0", "p100", "p05", "p5_0", "p5_", "p0_0", "p101", "p5_50"])
def test_each_level_has_one_key_and_the_ends_have_none(word):
    with pytest.raises(InputError, match=f"unknown key '{word}'"):
        family("normal", p50=1, **{word: 2})


def test_the_table_of_each_family_matches_its_quantile_function():
    """Within 1e-7 of the width, or of the distance from the median where that is larger, and within 1e-8 of the width
    between p5 and p95 where the quantile function is smooth."""
    words = np.random.default_rng(2).integers(0, 1 << 52, 20_000, dtype=np.uint64)
    words = np.concatenate([words, tables.to_points(np.array(TAIL_LEVELS)).words])
    p = tables.to_probability(words)
    for stated, _ in TABLE:
        made = stated.distribution()
        exact, width = made.ppf(p), np.ptp(made.ppf(np.array([0.05, 0.95])))
        found = tables.quantile_table(made)(tables.Points(words))
        with np.errstate(invalid="ignore"):  # infinite values are infinite in both
            miss = np.where(exact == found, 0.0, np.abs(found - exact)) / width
            far = np.maximum(1, np.where(np.isfinite(exact), np.abs(exact - made.median), 0) / width)
        assert (miss / far).max() <= 1.2e-7, stated
        assert made.discontinuous or miss[(p > 0.05) & (p < 0.95)].max() <= 1e-8, stated


def test_a_metalog_of_three_percentiles_matches_a_reference():
    """Computed independently: for {35, 50, 75} at p10, p50 and p90, p5 is 30.736466 and p95 84.339343."""
    made = family("metalog", p10=35, p50=50, p90=75).distribution()
    np.testing.assert_allclose(made.ppf(np.array([0.1, 0.5, 0.9])), [35, 50, 75], rtol=1e-12)
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.95])), [30.736466, 84.339343], atol=5e-7)


def test_a_metalog_with_an_end_passes_through_percentiles_that_one_without_cannot():
    """Percentiles 1, 2 and 50, whose logarithms a metalog fits; its upper tail is a power of the odds with the exponent
    s of its slope there, so that its mean exists where s < 1."""
    with pytest.raises(InputError, match="state its end, such as low = 0"):
        family("metalog", p10=1, p50=2, p90=50).distribution()
    made = family("metalog", p10=1, p50=2, p90=50, low=0).distribution()
    np.testing.assert_allclose(made.ppf(np.array([0.1, 0.5, 0.9])), [1, 2, 50], rtol=1e-12)
    assert 0 < made.ppf(np.array(1e-12)) < 0.1
    q = np.array([1e-40, 1e-44])
    slope = np.diff(np.log(made.isf(q)))[0] / np.diff(np.log(1 / q))[0]
    assert slope > 1
    assert not made.mean_exists
    assert family("metalog", p10=1, p50=3, p90=20, low=0, high=90).distribution().mean_exists


def test_whole_numbers_have_exactly_their_probability():
    """The points of a table change from each number to the next where the distribution function says, to 50 of 2^52."""
    for stated, _ in TABLE:
        if stated.__struct_config__.tag not in ("poisson", "negative-binomial", "binomial"):
            continue
        made = stated.distribution()
        k = made.atoms[:200]
        ends = np.round(made.cdf(k[:-1]) * 2.0**52)
        inside = (ends > 1e6) & (ends < 2.0**52 - 1e6)
        table = tables.quantile_table(made)
        for shift in (-50, 50):
            found = table(tables.Points((ends[inside] + shift).astype(np.uint64)))
            np.testing.assert_array_equal(found, k[:-1][inside] + (shift > 0))


@pytest.mark.parametrize("level", [1, 5, 10, 25])
def test_three_terms_are_accepted_within_keelins_bound(level):
    """Keelin (2016): for a symmetric triple, the share r = (middle - low) / (high - low) must exceed
    (1 - 1.66711 (1/2 - alpha)) / 2."""
    bound = (1 - 1.66711 * (0.5 - level / 100)) / 2
    for r, taken in ((bound - 1e-4, False), (bound + 1e-4, True), (1 - bound - 1e-4, True), (1 - bound + 1e-4, False)):
        stated = family("metalog", **{f"p{level}": 0, "p50": r, f"p{100 - level}": 1})
        if taken:
            assert (np.diff(stated.distribution().ppf(BODY_LEVELS)) > 0).all()
            continue
        with pytest.raises(InputError, match=r"metalog of 3 terms .* terms = 2, .*or take a lognormal"):
            stated.distribution()


def test_too_many_metalog_terms_are_rejected_with_a_feasible_number():
    """Two separated groups of percentiles: the density of four and of five terms would be negative."""
    words = {"p5": 1, "p25": 2, "p50": 7, "p75": 12, "p95": 12.5}
    for terms in (4, 5):
        with pytest.raises(InputError, match="not positive everywhere; take terms = 3, "):
            family("metalog", terms=terms, **words).distribution()
    assert (np.diff(family("metalog", terms=3, **words).distribution().ppf(BODY_LEVELS)) > 0).all()


@pytest.mark.parametrize("terms", [2, 3, 4, 5, 6])
def test_a_metalog_through_logistic_percentiles_is_the_logistic(terms):
    """The first two terms alone are a logistic: the mean 3 and 2 ln(p / (1 - p))."""
    words = percentile_keys(stats.logistic(3, 2), 2.5, 10, 33, 50, 80, 97.5)
    made = family("metalog", terms=terms, **words).distribution()
    np.testing.assert_allclose(made.ppf(BODY_LEVELS), stats.logistic(3, 2).ppf(BODY_LEVELS), rtol=1e-9, atol=1e-9)


def test_far_tails_keep_their_precision():
    """The quantile function and the CDF are inverses down to 1e-250 in both tails."""
    far = 10.0 ** -np.array([3.0, 30, 250])
    for kind, words in (
        ("metalog", {"p10": 35, "p50": 50, "p90": 75}),
        ("gamma", {"shape": 2.5, "scale": 3}),
        ("skew-normal", {"location": 0, "scale": 1, "shape": 4}),
        ("mixture", {"parts": SEPARATED_PARTS}),
    ):
        made = family(kind, **words).distribution()
        np.testing.assert_allclose(made.cdf(made.ppf(far)), far, rtol=1e-9)
        np.testing.assert_allclose(made.sf(made.isf(far)), far, rtol=1e-9)


@pytest.mark.parametrize(("shape", "z"), [(0.5, -3), (3, -1), (3, -6), (10, -2), (100, -0.1), (1000, -0.03)])
def test_the_thin_tail_of_a_skew_normal_is_exact(shape, z):
    """P(Z <= -h) = exp(-h^2 (1 + a^2) / 2) / pi times the integral of exp(-u) / (h^2 x (1 + x^2)) over u above 0, where
    x^2 = a^2 + 2 u / h^2: the closed form of the difference that cancels."""
    made = family("skew-normal", location=0, scale=1, shape=shape).distribution()
    with mpmath.workdps(40):
        h, a = mpmath.mpf(-z), mpmath.mpf(shape)
        inner = [lambda u: mpmath.sqrt(a * a + 2 * u / h**2)]
        total = mpmath.quad(
            lambda u: mpmath.exp(-u) / (h * h * inner[0](u) * (1 + inner[0](u) ** 2)), [0, 1e-3, 1, 10, 60, 200]
        )
        known = mpmath.exp(-h * h * (1 + a * a) / 2) * total / mpmath.pi
        assert float(made.cdf(np.float64(z)) / known) == pytest.approx(1, abs=1e-11)


@settings(max_examples=15)
@given(st.floats(-8, 8), st.sampled_from([(10, 50, 90), (5, 50, 95), (25, 50, 75), (2.5, 30, 99)]))
def test_a_skew_normal_passes_through_its_three_percentiles(shape, levels):
    known = family("skew-normal", location=5, scale=3, shape=shape).distribution()
    p = np.array(levels) / 100
    x = known.ppf(p)
    words = {f"p{level:g}".replace(".", "_"): value for level, value in zip(levels, x, strict=True)}
    np.testing.assert_allclose(family("skew-normal", **words).distribution().ppf(p), x, rtol=1e-9)


def test_percentiles_too_skewed_for_a_skew_normal_are_rejected():
    """The half-normal is the limit of skewness: its p10, p50, p90 are 0.12566, 0.67449, 1.64485."""
    lean = (1.6448536 - 0.6744898) / (0.6744898 - 0.1256613)
    assert family("skew-normal", p10=0, p50=1, p90=1 + lean * 0.99).distribution().median == pytest.approx(1)
    with pytest.raises(InputError, match="too skewed for a skew normal; a metalog"):
        family("skew-normal", p10=0, p50=1, p90=1 + lean * 1.01).distribution()


@given(st.floats(1e-6, 1e6), st.floats(1.001, 1e4), st.sampled_from([(5, 95), (10, 50), (2.5, 97.5), (60, 61)]))
def test_a_gamma_passes_through_its_two_percentiles(low, factor, levels):
    words = {f"p{level:g}".replace(".", "_"): x for level, x in zip(levels, (low, low * factor), strict=True)}
    try:
        made = family("gamma", **words).distribution()
    except InputError as refused:
        assert "a lognormal has" in str(refused)
        return
    np.testing.assert_allclose(made.ppf(np.array(levels) / 100), [low, low * factor], rtol=1e-9)


def test_a_gamma_of_shape_one_is_an_exponential():
    made = family("gamma", shape=1, scale=4).distribution()
    np.testing.assert_allclose(made.ppf(BODY_LEVELS), -4 * np.log1p(-BODY_LEVELS), rtol=1e-12)
