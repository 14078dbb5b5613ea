"""The families, by one yardstick over one table."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mcfrontier.errors import InputError
from mcfrontier.families import FAMILIES

Z95 = stats.norm.ppf(0.95)


def family(kind, **words):
    return FAMILIES[kind](unit="1", source="a test", **words)


def log_normal(p5, p95):
    mu, sigma = (math.log(p5) + math.log(p95)) / 2, (math.log(p95) - math.log(p5)) / 2 / Z95
    return stats.lognorm(sigma, scale=math.exp(mu))


def pert(low, mode, high):
    a = 1 + 4 * (mode - low) / (high - low)
    return stats.beta(a, 6 - a, low, high - low)


class LogitNormal:
    """A normal through a logistic, as scipy has none."""

    def __init__(self, mu, sigma):
        self.normal = stats.norm(mu, sigma)

    def ppf(self, p):
        return 1 / (1 + np.exp(-self.normal.ppf(p)))

    def cdf(self, x):
        return self.normal.cdf(np.log(x) - np.log1p(-x))


def cut(whole, low, high):
    """A scipy distribution between two bounds, by the definition of a truncated one."""

    class Cut:
        def ppf(self, p):
            below, above = whole.cdf(low), whole.cdf(high)
            return whole.ppf(below + p * (above - below))

        def cdf(self, x):
            return (whole.cdf(x) - whole.cdf(low)) / (whole.cdf(high) - whole.cdf(low))

    return Cut()


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
    (family("lognormal", p5=2, p95=50, low=1, high=40), cut(log_normal(2, 50), 1, 40)),
    (family("triangular", low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
    (family("triangular", low=1, mode=1, high=5), stats.triang(0, 1, 4)),
    (family("triangular", low=1, mode=5, high=5), stats.triang(1, 1, 4)),
    (family("pert", low=1, mode=2, high=5), pert(1, 2, 5)),
    (family("pert", low=10_000, mode=15_000, high=45_000), pert(10_000, 15_000, 45_000)),
    (family("beta", alpha=2, beta=7), stats.beta(2, 7)),
    (family("beta", mean=0.2, sd=0.1), stats.beta(3, 12)),
    (family("beta", alpha=2, beta=7, low=0.1, high=0.5), cut(stats.beta(2, 7), 0.1, 0.5)),
    (family("logitnormal", p5=0.2, p95=0.8), LogitNormal(0, math.log(4) / Z95)),
]
NAMES = [f"{one.__struct_config__.tag}-{i}" for i, (one, _) in enumerate(TABLE)]
table = pytest.mark.parametrize(("stated", "known"), TABLE, ids=NAMES)

BODY = np.linspace(0.001, 0.999, 999)
TAILS = np.array([1e-9, 1e-7, 1e-5, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9])


def test_every_family_but_a_value_is_in_the_table():
    assert {one.__struct_config__.tag for one, _ in TABLE} | {"value"} == set(FAMILIES)


@table
def test_quantiles_are_scipys(stated, known):
    quantile = stated.distribution().quantile
    width = known.ppf(0.95) - known.ppf(0.05)
    np.testing.assert_allclose(quantile(BODY), known.ppf(BODY), rtol=1e-9, atol=1e-9 * width)
    np.testing.assert_allclose(quantile(TAILS), known.ppf(TAILS), rtol=1e-6, atol=1e-9 * width)


@table
def test_probabilities_are_scipys(stated, known):
    made = stated.distribution()
    x = known.ppf(BODY)
    np.testing.assert_allclose(made.cdf(x), BODY, rtol=1e-9)
    np.testing.assert_allclose(made.sf(x), 1 - BODY, rtol=1e-9)


@table
def test_both_tails_tell_the_same_distribution(stated, known):
    made = stated.distribution()
    np.testing.assert_allclose(made.upper_quantile(BODY), made.quantile(1 - BODY), rtol=1e-9)
    assert made.low <= made.quantile(1e-12) <= made.quantile(1 - 1e-12) <= made.high


@table
def test_quantiles_never_fall(stated, known):
    p = np.sort(np.random.default_rng(1).random(2000))
    assert (np.diff(stated.distribution().quantile(p)) >= 0).all()


def test_a_cut_far_out_keeps_its_digits():
    """P(X > 10 and X < 11) is 7.6e-24: counted from the lower tail it would be nothing."""
    made = family("normal", mean=0, sd=1, low=10, high=11).distribution()
    with mpmath.workdps(50):
        below, above = mpmath.ncdf(10), mpmath.ncdf(11)
        median = mpmath.findroot(lambda x: mpmath.ncdf(x) - (below + above) / 2, 10.07)
    assert made.median == pytest.approx(float(median), rel=1e-10)


def test_truncation_is_not_clipping():
    """Half a standard normal has its median at the 75th percentile of the whole one; a clipped one at 0."""
    half = family("normal", mean=0, sd=1, low=0).distribution()
    assert half.median == pytest.approx(stats.norm.ppf(0.75), rel=1e-12)
    assert half.quantile(np.float64(0.001)) > 0


def test_pert_has_its_published_figures():
    """Mean (low + 4 mode + high) / 6, and p5, p50, p95 of PERT(1, 2, 5)."""
    made = family("pert", low=1, mode=2, high=5).distribution()
    p = (np.arange(20_000) + 0.5) / 20_000
    assert made.quantile(p).mean() == pytest.approx(7 / 3, rel=1e-6)
    expected = [1.30576157, 2.25524068, 3.62963327]
    np.testing.assert_allclose(made.quantile(np.array([0.05, 0.5, 0.95])), expected, rtol=1e-8)


def test_a_value_is_what_it_says_everywhere():
    made = family("value", value=6).distribution()
    assert made.median == made.low == made.high == 6
    assert made.quantile(np.array([0.01, 0.99])).tolist() == [6, 6]


@given(st.floats(0.001, 0.9), st.floats(1.05, 50))
def test_a_beta_goes_through_its_two_percentiles(p5, factor):
    p95 = p5 + (0.999 - p5) * (1 - 1 / factor)
    try:
        made = family("beta", p5=p5, p95=p95).distribution()
    except InputError as refused:
        assert "logitnormal" in str(refused)
        return
    np.testing.assert_allclose(made.quantile(np.array([0.05, 0.95])), [p5, p95], rtol=1e-6)


@given(st.floats(1e-6, 1e12), st.floats(1.001, 1e6))
def test_a_lognormal_goes_through_its_two_percentiles(p5, factor):
    made = family("lognormal", p5=p5, p95=p5 * factor).distribution()
    np.testing.assert_allclose(made.quantile(np.array([0.05, 0.95])), [p5, p5 * factor], rtol=1e-9)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.01, 5))
def test_a_truncated_draw_stays_within_its_bounds(low, middle, width):
    made = family("normal", mean=middle, sd=3, low=low, high=low + width)
    try:
        x = made.distribution().quantile(np.array([1e-12, 0.3, 0.7, 1 - 1e-12]))
    except InputError as refused:
        assert "leave nothing" in str(refused)
        return
    assert ((x >= low) & (x <= low + width)).all()
