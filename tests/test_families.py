"""The families, by one yardstick over one table."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mcfrontier import entries, quantiles
from mcfrontier.errors import InputError
from mcfrontier.families import FAMILIES

Z95 = stats.norm.ppf(0.95)


def family(kind, unit="1", **words):
    """An entry as a priors file states it."""
    stated = {"family": kind, "unit": unit, "source": "a test", **words}
    return entries.entry_of(entries.table(stated, "a test"), "a test")


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


class Metalog:
    """Keelin's sum of terms, least squares through percentiles, as the paper writes it."""

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
    """A mixture by its definition."""

    def __init__(self, parts, weights):
        self.parts, self.weights = parts, np.array(weights) / sum(weights)

    def cdf(self, x):
        return sum(weight * part.cdf(x) for part, weight in zip(self.parts, self.weights, strict=True))

    def ppf(self, p):
        ends = np.array([part.ppf(p) for part in self.parts])
        return bisected(self.cdf, np.asarray(p, float), ends.min(axis=0), ends.max(axis=0))


class Sample:
    """A sample's own distribution, as numpy has it."""

    def __init__(self, values):
        self.values = np.sort(values)

    def ppf(self, p):
        return np.quantile(self.values, p)

    def cdf(self, x):
        return np.interp(x, self.values, np.linspace(0, 1, len(self.values)))


class Counted:
    """Some values with their chances, in rising order."""

    def __init__(self, chances):
        self.values, self.upto = np.array(list(chances)), np.cumsum(list(chances.values()))

    def ppf(self, p):
        return self.values[np.searchsorted(self.upto, p)]

    def cdf(self, x):
        return np.append(0, self.upto)[np.searchsorted(self.values, x, side="right")]


def bisected(curve, target, low, high):
    """Where a rising curve comes to a target, by halving."""
    low, high = np.broadcast_to(low, target.shape), np.broadcast_to(high, target.shape)
    for _ in range(100):
        middle = (low + high) / 2
        under = curve(middle) < target
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


def through(known, *levels):
    """The percentile words of a distribution's own percentiles."""
    return {f"p{level:g}".replace(".", "_"): known.ppf(level / 100) for level in levels}


def cut(whole, low, high):
    """A scipy distribution between two bounds, by the definition of a truncated one."""

    class Cut:
        def ppf(self, p):
            below, above = whole.cdf(low), whole.cdf(high)
            return whole.ppf(below + p * (above - below))

        def cdf(self, x):
            return (whole.cdf(x) - whole.cdf(low)) / (whole.cdf(high) - whole.cdf(low))

    return Cut()


T4, GAMMA, SKEWED = stats.t(4, 3, 2), stats.gamma(2.5, scale=3), stats.skewnorm(4, 3, 2)
THREE, SEVEN = {0.1: 35, 0.5: 50, 0.9: 75}, {0.05: 1, 0.1: 2, 0.25: 4, 0.5: 7, 0.75: 12, 0.9: 20, 0.95: 27}
SEVEN_WORDS = {f"p{100 * p:g}": x for p, x in SEVEN.items()}
TWO_MODES = [{"family": "normal", "mean": 0, "sd": 1}, {"family": "normal", "mean": 20, "sd": 3}]
NEAR = [{"family": "lognormal", "mu": 1, "sigma": 0.5}, {"family": "gamma", "shape": 2.5, "scale": 3}]
VALUES = [3.0, 1.5, 9.0, 4.0, 4.5, 2.0]

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
    (family("normal", p2_5=stats.norm.ppf(0.025), p66=stats.norm.ppf(0.66)), stats.norm()),
    (
        family("lognormal", p0_1=math.exp(stats.norm.ppf(0.001)), p99_9=math.exp(stats.norm.ppf(0.999))),
        stats.lognorm(1),
    ),
    (family("student-t", df=4, mean=3, scale=2), T4),
    (family("student-t", df=4, **through(T4, 1, 60)), T4),
    (family("student-t", df=4, mean=3, scale=2, low=0, high=9), cut(T4, 0, 9)),
    (family("student-t", df=1, mean=0, scale=1), stats.cauchy()),
    (family("gamma", shape=2.5, scale=3), GAMMA),
    (family("gamma", mean=7.5, sd=math.sqrt(22.5)), GAMMA),
    (family("gamma", **through(GAMMA, 5, 97.5)), GAMMA),
    (family("gamma", shape=2.5, scale=3, high=10), cut(GAMMA, 0, 10)),
    (family("gamma", shape=0.3, scale=3), stats.gamma(0.3, scale=3)),
    (family("skew-normal", location=3, scale=2, shape=4), SKEWED),
    (family("skew-normal", location=3, scale=2, shape=-4), stats.skewnorm(-4, 3, 2)),
    (family("skew-normal", location=3, scale=2, shape=0), stats.norm(3, 2)),
    (family("skew-normal", **through(SKEWED, 10, 50, 90)), SKEWED),
    (family("skew-normal", location=3, scale=2, shape=4, low=4), cut(SKEWED, 4, np.inf)),
    (family("metalog", p10=35, p50=50, p90=75), Metalog(THREE, 3)),
    (family("metalog", p10=35, p50=50, p90=75, low=30, high=90), cut(Metalog(THREE, 3), 30, 90)),
    (family("metalog", **SEVEN_WORDS), Metalog(SEVEN, 5)),
    (family("metalog", terms=4, **SEVEN_WORDS), Metalog(SEVEN, 4)),
    (family("metalog", terms=7, **SEVEN_WORDS), Metalog(SEVEN, 7)),
    (family("mixture", parts=TWO_MODES, weights=[3, 1]), Mixed([stats.norm(), stats.norm(20, 3)], [3, 1])),
    (family("mixture", parts=NEAR), Mixed([stats.lognorm(0.5, scale=math.e), GAMMA], [1, 1])),
    (family("mixture", parts=NEAR, low=2, high=9), cut(Mixed([stats.lognorm(0.5, scale=math.e), GAMMA], [1, 1]), 2, 9)),
    (family("empirical", values=VALUES), Sample(VALUES)),
    (family("empirical", values=VALUES, low=2.5, high=8), cut(Sample(VALUES), 2.5, 8)),
    (family("discrete", values=[5, 1, 2], weights=[4, 1, 2]), Counted({1: 1 / 7, 2: 2 / 7, 5: 4 / 7})),
    (family("discrete", values=[5, 1, 2]), Counted({1: 1 / 3, 2: 1 / 3, 5: 1 / 3})),
]
NAMES = [f"{one.__struct_config__.tag}-{i}" for i, (one, _) in enumerate(TABLE)]
table = pytest.mark.parametrize(("stated", "known"), TABLE, ids=NAMES)

BODY = np.linspace(0.001, 0.999, 999)
TAILS = np.array([1e-9, 1e-7, 1e-5, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9])


def test_every_family_of_a_curve_is_in_the_table():
    without = {name for name, kind in FAMILIES.items() if name in ("value", "study") or kind.joint}
    assert {one.__struct_config__.tag for one, _ in TABLE} | without == set(FAMILIES)


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
    np.testing.assert_allclose(made.cdf(x), known.cdf(x), rtol=1e-9)
    np.testing.assert_allclose(made.sf(x), 1 - known.cdf(x), rtol=1e-9, atol=1e-15)


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


@given(st.integers(1, 99), st.integers(1, 99))
def test_any_two_percentiles_state_the_same_normal(one, other):
    if one == other:
        return
    made = family("normal", **through(stats.norm(5, 3), one, other)).distribution()
    np.testing.assert_allclose(made.quantile(BODY), stats.norm(5, 3).ppf(BODY), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("word", ["p0", "p100", "p05", "p5_0", "p5_", "p0_0", "p101", "p5_50"])
def test_there_is_one_word_for_each_level_and_none_for_the_ends(word):
    with pytest.raises(InputError, match=f"unknown word '{word}'"):
        family("normal", p50=1, **{word: 2})


def test_the_table_of_each_family_is_its_quantile():
    """Within the 1e-7 of its width that is allowed, or of the way from its median where that is more, and within 1e-8
    of the width between p5 and p95 where it is smooth."""
    words = np.random.default_rng(2).integers(0, 1 << 52, 20_000, dtype=np.uint64)
    words = np.concatenate([words, quantiles.to_points(np.array(TAILS)).words])
    p = quantiles.to_probability(words)
    for stated, _ in TABLE:
        made = stated.distribution()
        exact, width = made.quantile(p), np.ptp(made.quantile(np.array([0.05, 0.95])))
        found = quantiles.tabulated(made)(quantiles.Points(words))
        with np.errstate(invalid="ignore"):  # what is infinite is so in both
            miss = np.where(exact == found, 0.0, np.abs(found - exact)) / width
            far = np.maximum(1, np.where(np.isfinite(exact), np.abs(exact - made.median), 0) / width)
        assert (miss / far).max() <= 1.2e-7, stated
        assert made.rough or miss[(p > 0.05) & (p < 0.95)].max() <= 1e-8, stated


def test_a_metalog_of_three_percentiles_has_its_known_answer():
    """Computed elsewhere: of {35, 50, 75} at p10, p50 and p90, p5 is 30.736466 and p95 84.339343."""
    made = family("metalog", p10=35, p50=50, p90=75).distribution()
    np.testing.assert_allclose(made.quantile(np.array([0.1, 0.5, 0.9])), [35, 50, 75], rtol=1e-12)
    np.testing.assert_allclose(made.quantile(np.array([0.05, 0.95])), [30.736466, 84.339343], atol=5e-7)


@pytest.mark.parametrize("level", [1, 5, 10, 25])
def test_three_terms_are_taken_as_far_as_keelin_says_they_go(level):
    """Keelin (2016): of a symmetric triple, the share r = (middle - low) / (high - low) must exceed
    (1 - 1.66711 (1/2 - alpha)) / 2."""
    bound = (1 - 1.66711 * (0.5 - level / 100)) / 2
    for r, taken in ((bound - 1e-4, False), (bound + 1e-4, True), (1 - bound - 1e-4, True), (1 - bound + 1e-4, False)):
        stated = family("metalog", **{f"p{level}": 0, "p50": r, f"p{100 - level}": 1})
        if taken:
            assert (np.diff(stated.distribution().quantile(BODY)) > 0).all()
            continue
        with pytest.raises(InputError, match=r"metalog of 3 terms .* terms = 2, .*or a lognormal"):
            stated.distribution()


def test_more_terms_than_percentiles_allow_are_refused_with_those_that_they_do():
    """Two heaps of percentiles with nothing between: the density of four and of five terms would dip below 0."""
    words = {"p5": 1, "p25": 2, "p50": 7, "p75": 12, "p95": 12.5}
    for terms in (4, 5):
        with pytest.raises(InputError, match="not positive everywhere; take terms = 3, "):
            family("metalog", terms=terms, **words).distribution()
    assert (np.diff(family("metalog", terms=3, **words).distribution().quantile(BODY)) > 0).all()


@pytest.mark.parametrize("terms", [2, 3, 4, 5, 6])
def test_through_the_percentiles_of_a_logistic_goes_the_logistic(terms):
    """Its first two terms alone make one: the mean 3 and 2 ln(p / (1 - p))."""
    words = through(stats.logistic(3, 2), 2.5, 10, 33, 50, 80, 97.5)
    made = family("metalog", terms=terms, **words).distribution()
    np.testing.assert_allclose(made.quantile(BODY), stats.logistic(3, 2).ppf(BODY), rtol=1e-9, atol=1e-9)


def test_tails_keep_their_digits_however_far_out():
    """A quantile function and its own probabilities undo each other at 1e-250, at both ends."""
    far = 10.0 ** -np.array([3.0, 30, 250])
    for kind, words in (
        ("metalog", {"p10": 35, "p50": 50, "p90": 75}),
        ("gamma", {"shape": 2.5, "scale": 3}),
        ("skew-normal", {"location": 0, "scale": 1, "shape": 4}),
        ("mixture", {"parts": TWO_MODES}),
    ):
        made = family(kind, **words).distribution()
        np.testing.assert_allclose(made.cdf(made.quantile(far)), far, rtol=1e-9)
        np.testing.assert_allclose(made.sf(made.upper_quantile(far)), far, rtol=1e-9)


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
def test_a_skew_normal_goes_through_its_three_percentiles(shape, levels):
    known = family("skew-normal", location=5, scale=3, shape=shape).distribution()
    p = np.array(levels) / 100
    x = known.quantile(p)
    words = {f"p{level:g}".replace(".", "_"): value for level, value in zip(levels, x, strict=True)}
    np.testing.assert_allclose(family("skew-normal", **words).distribution().quantile(p), x, rtol=1e-9)


def test_percentiles_too_skewed_for_a_skew_normal_are_refused():
    """Half a normal is the furthest it leans: its p10, p50, p90 are 0.12566, 0.67449, 1.64485."""
    lean = (1.6448536 - 0.6744898) / (0.6744898 - 0.1256613)
    assert family("skew-normal", p10=0, p50=1, p90=1 + lean * 0.99).distribution().median == pytest.approx(1)
    with pytest.raises(InputError, match="too skewed for a skew normal; a metalog"):
        family("skew-normal", p10=0, p50=1, p90=1 + lean * 1.01).distribution()


@given(st.floats(1e-6, 1e6), st.floats(1.001, 1e4), st.sampled_from([(5, 95), (10, 50), (2.5, 97.5), (60, 61)]))
def test_a_gamma_goes_through_its_two_percentiles(low, factor, levels):
    words = {f"p{level:g}".replace(".", "_"): x for level, x in zip(levels, (low, low * factor), strict=True)}
    try:
        made = family("gamma", **words).distribution()
    except InputError as refused:
        assert "a lognormal does" in str(refused)
        return
    np.testing.assert_allclose(made.quantile(np.array(levels) / 100), [low, low * factor], rtol=1e-9)


def test_a_gamma_of_shape_one_is_an_exponential():
    made = family("gamma", shape=1, scale=4).distribution()
    np.testing.assert_allclose(made.quantile(BODY), -4 * np.log1p(-BODY), rtol=1e-12)
