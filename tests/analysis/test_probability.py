"""Probabilities of events, against the binomial distribution."""

import math

import numpy as np
import pytest
from scipy import stats

from mcfrontier.analysis.estimates.probability import independent_draws, probability, probability_interval


@pytest.mark.parametrize(("hits", "draws"), [(0, 4096), (1, 4096), (37, 100), (100, 100)])
def test_the_interval_is_that_of_clopper_and_pearson(hits, draws):
    exact = stats.binomtest(hits, draws).proportion_ci(0.95, method="exact")
    assert probability_interval(hits, draws) == pytest.approx((exact.low, exact.high), rel=1e-8, abs=1e-15)


@pytest.mark.parametrize("p", [1e-5, 4.8e-5, 1e-3, 0.02, 0.5, 0.999])
def test_the_interval_covers_the_probability_at_least_19_times_in_20(p):
    draws = 2**10
    intervals = np.array([probability_interval(hits, draws) for hits in range(draws + 1)])
    covers = (intervals[:, 0] <= p) & (p <= intervals[:, 1])
    assert stats.binom.pmf(np.arange(draws + 1), draws, p)[covers].sum() >= 0.95


def test_an_event_that_happens_in_no_draw_or_in_all_is_displayed_as_a_bound():
    assert probability(np.zeros(2**12)).text() == "< 0.09%"  # 1 - 0.025^(1/4096) is 0.0900 %
    assert probability(np.ones(2**12)).text() == "> 99.91%"
    assert probability(np.zeros(2**12)).error == pytest.approx(-math.expm1(math.log(0.025) / 2**12) / 3.92, rel=1e-3)
    assert (probability(np.zeros(1)).text(), probability(np.ones(1)).text()) == ("0%", "100%")  # known
    assert probability(np.full(64, np.nan)).text() == "–"


def test_a_larger_error_reduces_the_number_of_draws_of_the_interval():
    """Twice the standard error of independent draws: as many as a quarter of them."""
    error = 2 * math.sqrt(0.1 * 0.9 / 1000)
    assert independent_draws(0.1, 1000, error) == pytest.approx(250)
    assert independent_draws(0.1, 1000, error / 100) == 1000


def test_resampled_draws_are_as_many_as_their_effective_sample_size():
    found = probability(np.zeros(2**12), effective=1000.0)
    assert (found.hits, found.draws) == (0, 2**12)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 1000))


@pytest.mark.parametrize("kind", ["independent", "stratified"])
def test_the_interval_of_a_rare_event_covers_it(kind):
    """One draw in 20,000: of 2^12 draws three quarters of the runs have none."""
    p, rng, covered = 5e-5, np.random.default_rng(1), []
    for _ in range(300):
        u = rng.random(2**12)
        u = u if kind == "independent" else (np.arange(2**12) + u) / 2**12
        found = probability((rng.permutation(u) < p).astype(float))
        covered.append(found.low <= p <= found.high)
    assert np.mean(covered) >= 0.95
