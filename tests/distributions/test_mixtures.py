"""Mixtures of several sources: disagreement between parts and draws from separated modes."""

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.distributions import mixture as mixtures
from mcfrontier.distributions import tables
from mcfrontier.distributions.curves import on_interval
from mcfrontier.distributions.empirical import sample_distribution
from mcfrontier.distributions.mixture import disagreement
from mcfrontier.outputs.report import report
from mcfrontier.study import entry, priors_file
from tests.conftest import input_entry

EXPERTS = """
targets = ["price"]

[inputs.price]
family = "mixture"
weights = [2, 1]
unit = "USD/chip"
source = "two experts"

[[inputs.price.parts]]
name = "Ada"
family = "normal"
mean = 100
sd = 10

[[inputs.price.parts]]
family = "normal"
mean = 0.130
sd = 0.010
low = 0
unit = "kUSD/chip"
source = "her report"
"""


def normal(mean, sd):
    return {"family": "normal", "mean": mean, "sd": sd}


def mixture(*parts, **words):
    stated = input_entry("x", "mixture", parts=list(parts), **words)["x"]
    return entry.entry_of(entry.table(stated, "here"), "here")


def page_of(*parts, **words):
    return {"targets": ["x"], "inputs": input_entry("x", "mixture", parts=list(parts), **words)}


@pytest.mark.parametrize(
    ("parts", "weights", "share"),
    [
        ([normal(-3, 4), normal(3, 4)], None, 9 / 25),  # variance between means 3^2, within parts 4^2
        ([normal(0, 1), normal(0, 5)], None, 0),
        ([normal(0, 1), normal(10, 2)], [3, 1], 18.75 / (18.75 + 0.75 + 1)),
        ([{"family": "uniform", "low": 0, "high": 1}, {"family": "value", "value": 2}], [1, 2], 0.5 / (0.5 + 1 / 36)),
        ([{"family": "value", "value": 1}, {"family": "value", "value": 2}, {"family": "value", "value": 9}], None, 1),
        ([{"family": "lognormal", "mean": 4, "sd": 3}, normal(10, 5)], None, 9 / (9 + 17)),
        ([{"family": "student-t", "df": 3, "mean": 0, "scale": 1}, normal(4, 1)], None, 4 / (4 + 2)),
        ([normal(-3e200, 4e200), normal(3e200, 4e200)], None, 0),  # its variance is beyond the largest float
        (
            [{"family": "student-t", "df": 1.5, "mean": 0, "scale": 1}, normal(4, 1)],
            None,
            0,
        ),  # its variance is infinite
    ],
)
def test_disagreement_is_the_share_of_variance_between_means(parts, weights, share):
    assert disagreement(mixture(*parts, **({"weights": weights} if weights else {}))) == pytest.approx(share, abs=1e-6)


def test_a_part_has_its_own_unit_and_source_or_those_of_the_mixture(page):
    page("study", EXPERTS)
    made = priors_file.load("study").priors["price"]
    ada, other = made.entry.parts
    assert (ada.name, ada.entry.source, ada.entry.unit) == ("Ada", "two experts", "USD/chip")
    assert (other.entry.source, other.entry.unit) == ("her report", "kUSD/chip")
    x = np.linspace(60, 170, 50)
    known = (2 * stats.norm.cdf(x, 100, 10) + stats.norm.cdf(x, 130, 10)) / 3  # the truncation is 13 sd away
    np.testing.assert_allclose(made.distributions[0].cdf(x), known, rtol=1e-9)


def test_disagreement_is_shown_and_reported(page, command):
    """Means 100 and 130 with weights 2 to 1 and sd 10: 200 of the variance of 300 is between means."""
    page("study", EXPERTS)
    found = "67 % of the variance is disagreement between 2 parts (Ada: two experts; 2: her report)"
    assert found in command("show", "study").out
    assert found in report.contents(mcf.run("study", draws=2**10).core)["inputs"][0]["note"]


def test_no_other_family_reports_disagreement(page, command):
    page("study", EXPERTS.split("[[")[0].replace("mixture", "value").replace("weights = [2, 1]", "value = 3"))
    assert "disagree" not in command("show", "study").out


@pytest.mark.parametrize(
    "parts",
    [
        [normal(0, 1), normal(100, 1)],
        [normal(0, 1), normal(10, 0.001)],
        [{"family": "pert", "low": 1, "mode": 2, "high": 5}, {"family": "pert", "low": 20, "mode": 26, "high": 29}],
        [{"family": "uniform", "low": 1, "high": 2}, {"family": "uniform", "low": 8, "high": 9}],
        [normal(0, 1), {"family": "discrete", "values": [-3, 0.5, 8]}],
        [normal(0, 1), {"family": "empirical", "values": [0.1, 0.3, 5]}],
    ],
)
def test_draws_are_exact_for_separated_modes(parts):
    """The table used in sampling is accurate to 1e-7 of the width, also between modes."""
    made = mixture(*parts, weights=[5, 3]).distribution()
    rng = np.random.default_rng(4)
    p = np.concatenate([rng.random(4000), 5 / 8 + rng.normal(0, 1e-3, 4000), 1 - 10.0 ** -np.arange(1, 15)])
    width = np.ptp(made.ppf(np.array([0.05, 0.95])))
    assert np.abs(tables.score_table(made)(p) - made.ppf(p)).max() <= 1e-7 * width


def test_draws_come_from_the_parts_in_proportion_to_their_weights():
    """With separated modes each draw identifies its part: 3 of 8, to the spacing of the points."""
    x = mcf.run(page_of(normal(0, 1), normal(1000, 1), weights=[5, 3]), model=[], draws=2**12).draws.x.values
    assert (x > 500).mean() == pytest.approx(3 / 8, abs=2e-3)
    assert stats.kstest(x[x < 500], stats.norm.cdf).pvalue > 1e-3


def test_the_order_of_the_parts_changes_nothing():
    one = mcf.run(page_of(normal(0, 1), normal(5, 2), weights=[1, 2]), model=[], draws=64).draws.x
    other = mcf.run(page_of(normal(5, 2), normal(0, 1), weights=[2, 1]), model=[], draws=64).draws.x
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_value_in_a_mixture_has_the_probability_of_its_weight():
    made = mixture(normal(0, 1), {"family": "value", "value": 0.5}, weights=[3, 1]).distribution()
    low, high = made.cdf(np.nextafter(0.5, 0)), made.cdf(np.float64(0.5))
    assert high - low == pytest.approx(0.25)
    assert (made.ppf(np.linspace(low + 1e-9, high - 1e-9, 9)) == 0.5).all()


def test_truncation_at_a_value_includes_the_value():
    """Above 0.5, the value 0.5 has weight 1/2 and the uniform above it 1/4."""
    uniform = {"family": "uniform", "low": 0, "high": 1}
    made = mixture(uniform, {"family": "value", "value": 0.5}, low=0.5).distribution()
    p = np.array([0.1, 0.66, 2 / 3 + 1 / 6])
    np.testing.assert_allclose(made.ppf(p), [0.5, 0.5, 0.75], rtol=1e-12)


def test_a_mixture_of_samples_is_exact():
    """The CDF is linear between all values of the parts and jumps at repeated values."""
    parts = [sample_distribution(np.array(values)) for values in ([1.0, 2.0, 2.0, 7.0], [2.0, 3.0], [-1.0, 0.5, 9.0])]
    made = mixtures.mixture(parts, np.array([0.5, 0.2, 0.3]))
    p = np.concatenate([np.linspace(0.001, 0.999, 999), [1e-9, 1 - 1e-9]])
    x = made.ppf(p)
    before = sum(w * part.cdf(x - 1e-12) for w, part in zip((0.5, 0.2, 0.3), parts, strict=True))
    assert (before <= p + 1e-11).all()
    assert (made.cdf(x + 1e-12) >= p - 1e-11).all()
    assert (x[(made.cdf(np.array([1.999]))[0] < p) & (p < made.cdf(np.array([2.0]))[0])] == 2).mean() > 0.99
    np.testing.assert_allclose(made.isf(1 - p), x, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", [1 / 3.6, 0.1, 7.3])
def test_a_mixture_of_samples_keeps_its_jumps_in_other_units(scale):
    plain = [sample_distribution(np.array(values)) for values in ([0.5, 1.1, 1.1, 1.1, 5.0], [0.3, 7.0])]
    p = np.linspace(0.001, 0.999, 999)
    one, other = (
        mixtures.mixture([on_interval(part, 0.0, by) for part in plain] if by else plain, np.array([0.6, 0.4])).ppf(p)
        for by in (None, scale)
    )
    np.testing.assert_allclose(other, scale * one, rtol=1e-9)


def test_a_repeated_value_in_a_mixture_is_drawn_exactly():
    made = mixtures.mixture(
        [sample_distribution(np.array(x)) for x in ([0.0, 0, 0, 1], [0.0, 2, 2, 2])], np.array([0.5, 0.5])
    )
    x = made.ppf(np.linspace(0.001, 0.999, 300))
    assert x.min() == 0
    assert (x == 0).sum() > 95
    assert (x == 2).sum() > 95


def test_a_mixture_near_the_smallest_float_is_sampled():
    """A lognormal from 1e-320 to 2e-320, a few thousand steps between floats, and 0."""
    parts = [{"family": "lognormal", "p5": 1e-320, "p95": 2e-320}, {"family": "value", "value": 0}]
    page = {"targets": ["x"], "inputs": input_entry("x", "mixture", parts=parts)}
    x = mcf.run(page, draws=2**10)["x"].values
    assert np.count_nonzero(x == 0) == 2**9
    assert np.median(x[x > 0]) == pytest.approx(2**0.5 * 1e-320, rel=0.01, abs=0)
