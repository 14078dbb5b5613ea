"""Distributions at the limits of double precision: atoms, supports, far tails, extreme parameters."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from scipy import special, stats

from mcfrontier.core.errors import InputError
from mcfrontier.distributions import tables
from mcfrontier.distributions.curves import on_interval
from mcfrontier.distributions.empirical import discrete_distribution
from mcfrontier.study.prior import distribution_of
from tests.distributions.test_families import TABLE, family

WORDS = np.random.default_rng(1).integers(0, 1 << 52, 30_000, dtype=np.uint64)
WORDS = np.concatenate([WORDS, np.array([0, 1, 2**51 - 1, 2**51, 2**52 - 2, 2**52 - 1], np.uint64)])
VALUE = {"family": "value", "value": 0}
MIXTURES = [
    {"parts": [VALUE, {"family": "logitnormal", "p5": 1e-6, "p95": 0.5}]},
    {"parts": [VALUE | {"value": 3}, {"family": "normal", "mean": 0, "sd": 1}], "weights": [1, 3]},
    {"parts": [{"family": "discrete", "values": [0.1, 0.3, 0.7]}, {"family": "lognormal", "p5": 1e-9, "p95": 1e-3}]},
    {"parts": [{"family": "lognormal", "p5": 1e-12, "p95": 1e-11}, {"family": "lognormal", "p5": 1e3, "p95": 1e4}]},
    {"parts": [{"family": "uniform", "low": 0, "high": 1e-10}, {"family": "normal", "mean": 5, "sd": 1, "low": 0}]},
    {"parts": [VALUE | {"value": 1}, {"family": "beta", "alpha": 3, "beta": 0.6}], "weights": [1e-4, 1]},
    {"parts": [{"family": "empirical", "values": [0, 0, 0, 1, 2]}, {"family": "gamma", "shape": 0.3, "scale": 2}]},
    {"parts": [VALUE | {"value": 1}, {"family": "empirical", "values": [0, 1e-12, 1e-12, 1]}], "low": 1e-13},
]
SHARES = [
    family("beta", alpha=3, beta=0.6),
    family("beta", alpha=0.6, beta=0.6, low=0.1, high=1 - 1e-9),
    family("logitnormal", p5=1e-12, p95=1 - 1e-12),
    family("pert", low=1e9, mode=1e9, high=1e9 + 1e-4),
    family("normal", mean=-30, sd=1, low=0),
]


def draws_of(made):
    return tables.quantile_table(made)(tables.Points(WORDS))


def test_half_of_a_mixture_with_a_value_is_that_value_and_no_draw_lies_below_it():
    made = family("mixture", **MIXTURES[0]).distribution()
    words = (np.arange(2**17, dtype=np.uint64) << np.uint64(35)) + np.uint64(2**34)
    x = tables.quantile_table(made)(tables.Points(words))
    assert (x < 0).sum() == 0
    assert (x == 0).sum() == 65_536


PARTS = st.one_of(
    st.sampled_from([VALUE, VALUE | {"value": 1}, VALUE | {"value": 0.3}, {"family": "uniform", "low": 0, "high": 1}]),
    st.builds(
        lambda alpha, beta: {"family": "beta", "alpha": alpha, "beta": beta}, *[st.sampled_from([0.1, 0.5, 1, 4])] * 2
    ),
    st.builds(lambda p95: {"family": "lognormal", "p5": 1e-6, "p95": p95}, st.sampled_from([1e-5, 0.1, 1e3])),
    st.builds(lambda shape: {"family": "gamma", "shape": shape, "scale": 1}, st.sampled_from([0.05, 0.7, 30])),
    st.just({"family": "logitnormal", "p5": 1e-9, "p95": 0.99}),
    st.just({"family": "normal", "mean": 0, "sd": 0.5}),
    st.just({"family": "discrete", "values": [0, 0.2, 1], "weights": [2, 1, 1]}),
)
ENDS = st.sampled_from([{}, {"low": 0}, {"high": 1}, {"low": 0, "high": 1}, {"low": 1e-3, "high": 0.9}])
STRATA = (np.arange(2**12, dtype=np.uint64) << np.uint64(40)) + np.random.default_rng(3).integers(
    0, 1 << 40, 2**12, dtype=np.uint64
)  # one point in each of 4,096 equal parts


@settings(deadline=None, max_examples=12)
@given(parts=st.lists(PARTS, min_size=2, max_size=3), weight=st.sampled_from([0.01, 1, 30]), ends=ENDS)
def test_draws_stay_in_the_support_and_atoms_have_their_probability(parts, weight, ends):
    weights = [weight, *[1] * (len(parts) - 1)]
    try:
        made = family("mixture", parts=parts, weights=weights, **ends).distribution()
    except InputError:  # the truncation leaves nothing
        reject()
    draws = tables.quantile_table(made, 100.0)(tables.Points(STRATA))
    assert ((draws >= 100 * made.low) & (draws <= 100 * made.high)).all()
    for atom in made.atoms:
        rounding = 8 * np.spacing(atom)  # draws of the other parts that round to the atom
        least = made.cdf(np.array(atom)) - made.cdf(np.array(np.nextafter(atom, -np.inf)))
        most = made.cdf(np.array(atom + rounding)) - made.cdf(np.array(atom - rounding))
        assert STRATA.size * least - 2 <= (draws == 100 * atom).sum() <= STRATA.size * most + 2


@pytest.mark.parametrize("stated", MIXTURES)
def test_a_table_of_a_mixture_has_its_atoms_exactly_and_the_rest_to_2e_5(stated):
    made = family("mixture", **stated).distribution()
    exact, found = made.ppf(tables.to_probability(WORDS)), draws_of(made)
    np.testing.assert_allclose(found, exact, rtol=2e-5, atol=0)
    for atom in made.atoms:
        assert ((found == atom) == (exact == atom)).all()
        share = made.cdf(atom) - made.cdf(np.nextafter(atom, -np.inf))
        assert (found == atom).mean() == pytest.approx(share, abs=4 * (share / WORDS.size) ** 0.5)


@pytest.mark.parametrize(
    "stated", [*(one for one, _ in TABLE), *SHARES, *(family("mixture", **one) for one in MIXTURES)]
)
def test_draws_lie_in_the_support(stated):
    made = stated.distribution()
    x = draws_of(made)
    assert x.min() >= made.low
    assert x.max() <= made.high


@given(st.floats(1e-300, 1e300), st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=5, unique=True))
def test_an_atom_keeps_its_probability_in_another_unit(scale, values):
    base = discrete_distribution(np.array(values), np.full(len(values), 1 / len(values)))
    made = on_interval(base, 0.0, scale)
    ranks = np.searchsorted(made.atoms, made.atoms, side="right")  # small values may be equal in the other unit
    np.testing.assert_array_equal(made.cdf(made.atoms), np.append(0, base.cdf(base.atoms))[ranks])
    np.testing.assert_array_equal(made.sf(made.atoms), np.append(1, base.sf(base.atoms))[ranks])


@pytest.mark.parametrize("df", [0.01, 0.05, 0.1, 1.0])
@pytest.mark.parametrize("power", [1, 140, 149, 151, 160, 290])
def test_a_t_distribution_is_exact_to_the_end_of_doubles(df, power):
    made = family("student-t", df=df, mean=0, scale=1).distribution()
    with mpmath.workdps(30):
        d, x = mpmath.mpf(df), mpmath.mpf(10) ** power
        known = float(mpmath.betainc(d / 2, 0.5, 0, d / (d + x * x), regularized=True) / 2)
    assert float(made.cdf(-(10.0**power))) == pytest.approx(known, rel=1e-12)
    assert float(made.sf(10.0**power)) == pytest.approx(known, rel=1e-12)
    if known > 1e-290:
        assert math.log10(-made.ppf(known)) == pytest.approx(power, rel=1e-12)


def test_the_first_percentile_of_a_t_distribution_with_a_small_df_is_that_of_its_tail():
    made = family("student-t", df=0.01, mean=0, scale=1).distribution()
    assert math.log10(-made.ppf(0.01)) == pytest.approx(168.6, abs=0.05)


CAUCHY = {"family": "student-t", "df": 1, "mean": 0, "scale": 1}


@pytest.mark.parametrize(
    ("stated", "exists"),
    [
        ({"family": "lognormal", "p5": 1e24, "p95": 1e41}, True),
        ({"family": "normal", "mean": 0, "sd": 1, "low": 37}, True),
        ({"family": "gamma", "shape": 2, "scale": 1, "low": 720}, True),
        (CAUCHY, False),
        (CAUCHY | {"df": 1.001}, True),
        (CAUCHY | {"df": 0.1, "times": 7}, False),
        (CAUCHY | {"low": 3}, False),
        (CAUCHY | {"low": -3}, False),
        (CAUCHY | {"low": 3, "high": 1e300}, True),
        ({"family": "mixture", "parts": [CAUCHY, VALUE]}, False),
        ({"family": "mixture", "parts": [CAUCHY, VALUE], "low": 0, "high": 9}, True),
        ({"family": "mixture", "parts": [CAUCHY | {"low": 0, "high": 9}, VALUE]}, True),
    ],
)
def test_a_mean_exists_unless_a_tail_of_a_t_with_df_1_or_less_is_infinite(stated, exists):
    kind, words = stated["family"], {key: value for key, value in stated.items() if key != "family"}
    assert distribution_of(family(kind, **words)).mean_exists == exists


@pytest.mark.parametrize(
    ("kind", "words", "mean"),
    [("normal", {"mean": 0, "sd": 1, "low": 37}, 37.027), ("gamma", {"shape": 2, "scale": 1, "low": 720}, 721.001)],
)
def test_the_mean_far_out_in_a_tail_is_right(kind, words, mean):
    p = (np.arange(2**14) + 0.5) / 2**14
    assert distribution_of(family(kind, **words)).ppf(p).mean() == pytest.approx(mean, abs=0.002)


@pytest.mark.parametrize(
    ("p5", "p95"),
    [(1e-9, 1e-8), (1e-12, 1e-9), (1 - 1e-6, 1 - 1e-7), (1e-300, 0.5), (0.3, 0.30001), (1e-9, 1 - 1e-9), (1e-5, 0.999)],
)
def test_a_beta_passes_through_extreme_percentiles(p5, p95):
    made = family("beta", p5=p5, p95=p95)
    np.testing.assert_allclose(made.distribution().ppf(np.array([0.05, 0.95])), [p5, p95], rtol=1e-8)


def test_a_beta_of_rare_shares_is_the_known_one():
    made = family("beta", p5=1e-9, p95=1e-8).distribution()
    p = np.array([0.01, 0.3, 0.5, 0.99])
    np.testing.assert_allclose(made.ppf(p), stats.beta(2.43741, 5.4384e8).ppf(p), rtol=1e-4)


@pytest.mark.parametrize("p95", [1.001, 1.00001, 1.000001])
def test_a_narrow_gamma_passes_through_its_percentiles_and_is_nearly_normal(p95):
    made = family("gamma", p5=1, p95=p95).distribution()
    width = p95 - 1
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.95])), [1, p95], rtol=0, atol=1e-9 * width + 1e-15)
    sd = width / 2 / stats.norm.ppf(0.95)
    assert float(made.ppf(0.99)) - 1 == pytest.approx(width / 2 + sd * stats.norm.ppf(0.99), rel=0.01)


def test_percentiles_beyond_the_shapes_of_a_family_are_refused_with_the_shapes():
    for p5, p95 in ((0.3, 0.3 + 1e-12), (1e-320, 1e-319)):
        with pytest.raises(
            InputError, match=r"no beta distribution with alpha and beta from 1e-07 to 1e\+12 has these"
        ):
            distribution_of(family("beta", p5=p5, p95=p95))
    with pytest.raises(InputError, match=r"no gamma distribution with a shape from 0.001 to 1e\+16 has these"):
        family("gamma", p5=1e-300, p95=1e300).distribution()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("beta", {"p5": 5, "p95": 20}), ("beta", {"mean": 12, "sd": 3}), ("beta", {"alpha": 2, "beta": 7, "high": 40}),
        ("logitnormal", {"p5": 5, "p95": 99.5}), ("logitnormal", {"p5": 0.05, "p95": 0.2}),
    ],
)  # fmt: skip
def test_a_share_in_percent_is_read_in_percent(kind, words):
    p = np.array([0.001, 0.05, 0.5, 0.95, 0.999])
    as_share = {key: value if key in ("alpha", "beta") else value / 100 for key, value in words.items()}
    in_percent, share = (
        family(kind, unit="%", **words).distribution(),
        family(kind, unit="share", **as_share).distribution(),
    )
    np.testing.assert_allclose(in_percent.ppf(p), 100 * share.ppf(p), rtol=1e-12)
    assert (in_percent.low, in_percent.high) == (0, words.get("high", 100))


def test_a_share_beyond_a_hundred_percent_is_refused_with_the_unit():
    with pytest.raises(InputError, match="p95 = 120 must lie between 0 and 100 %"):
        family("beta", unit="%", p5=5, p95=120).distribution()
    with pytest.raises(InputError, match="mean = 120 must lie between 0 and 100 %"):
        family("beta", unit="%", mean=120, sd=1).distribution()


def test_multiples_of_times_are_shares_of_it_in_any_unit():
    made = distribution_of(family("beta", unit="%", times=50, p5=0.1, p95=0.6))
    np.testing.assert_allclose(made.ppf(np.array([0.05, 0.95])), [5, 30], rtol=1e-9)


def test_weights_whose_sum_overflows_keep_their_proportions():
    made = family("discrete", values=[1, 2], weights=[1e308, 1e308]).distribution()
    assert made.cdf(1.0) == 0.5


def test_a_lognormal_with_an_enormous_sd_is_right():
    """The variance of the logarithm is ln(1 + (sd / mean)^2), and the median is mean exp(-variance / 2)."""
    made = family("lognormal", mean=1, sd=1e200).distribution()
    assert float(made.ppf(0.5)) == pytest.approx(1e-200, rel=1e-9)
    assert math.log(made.ppf(stats.norm.cdf(1)) / made.ppf(0.5)) == pytest.approx(
        math.sqrt(400 * math.log(10)), rel=1e-9
    )


def test_draws_at_the_end_of_doubles_are_right_or_infinite():
    made = family("lognormal", p5=1e307, p95=1e308).distribution()
    with np.errstate(over="ignore"):
        x, exact = draws_of(made), made.ppf(tables.to_probability(WORDS))
    np.testing.assert_allclose(x[np.isfinite(exact)], exact[np.isfinite(exact)], rtol=2e-5)
    assert (x[~np.isfinite(exact)] == np.inf).all()
    assert float(np.median(x)) == pytest.approx(10**307.5, rel=0.02)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("gamma", {"mean": 1, "sd": 1e-200}), ("gamma", {"mean": 1, "sd": 1e200}),
        ("beta", {"mean": 0.5, "sd": 1e-200}), ("beta", {"alpha": 1e17, "beta": 1e17}),
        ("beta", {"alpha": 1e-5, "beta": 1e-5}),
        ("student-t", {"df": 0.001, "mean": 0, "scale": 1}), ("student-t", {"df": 1e-300, "mean": 0, "scale": 1}),
        ("lognormal", {"mean": 1, "sd": 1e-200}), ("lognormal", {"mu": 800, "sigma": 1}),
        ("uniform", {"low": -1e308, "high": 1e308}), ("triangular", {"low": -1e308, "mode": 0, "high": 1e308}),
        ("normal", {"p5": -1e308, "p95": 1e308}), ("skew-normal", {"location": 1e308, "scale": 1e308, "shape": 3}),
        ("metalog", {"p5": 1e-320, "p50": 1.0005e-320, "p95": 1.001e-320}),
        ("empirical", {"values": [1e308, -1e308]}), ("normal", {"mean": 1e300, "sd": 1, "unit": "EFLOP"}),
    ],
)  # fmt: skip
def test_parameters_beyond_double_precision_are_refused(kind, words):
    with pytest.raises(InputError, match="cannot be computed in double precision, which has 16 digits"):
        distribution_of(family(kind, **words))


@pytest.mark.parametrize("key", ["mean", "sd"])
def test_an_integer_beyond_doubles_is_refused(key):
    with pytest.raises(InputError, match=rf"{key}: a whole number beyond 1.8e\+308"):
        family("normal", **{"mean": 1, "sd": 1, key: 10**400})


def test_a_percentile_beyond_doubles_is_refused():
    with pytest.raises(InputError, match=r"p95: a whole number beyond 1.8e\+308"):
        family("normal", p5=1, p95=10**400)


@pytest.mark.parametrize(("kind", "words"), [("beta", {"p5": 1e-9, "p95": 1e-8}), ("beta", {"p5": 1e-300, "p95": 0.5})])
def test_the_fitted_shapes_have_the_stated_probabilities(kind, words):
    made = family(kind, **words).distribution()
    np.testing.assert_allclose(made.cdf(np.array([*words.values()])), [0.05, 0.95], rtol=1e-8)
    assert special.betainc(2.43741, 5.4384e8, 1e-9) == pytest.approx(0.05, rel=1e-4)
