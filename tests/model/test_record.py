"""The growth of the largest runs from published estimates: the filter, the shift of publication, the paths."""

import numpy as np
import pytest
from scipy import integrate, stats

from mcfrontier.model.forecasts import level, record

STEPS = [(0.0, 0.0), (0.2, 0.0), (0.0, 0.1), (0.2, 0.1)]
TIMES, TAIL, RATE, RATE_SD = np.arange(8.0), 0.3, 0.4, 0.5


def record_of_years():
    """Largest sizes of eight years, of which two have none."""
    observed = np.random.default_rng(1).normal(24 + 0.6 * TIMES, 0.3)
    observed[[2, 5]] = np.nan
    return observed


def whole_path(observed, level_step, rate_step):
    """Mean and covariance of levels and rates (in turn) given the data: the path is one normal vector, conditioned."""
    n = len(TIMES)
    step = np.zeros((2 * n, 2 * n))  # of unit normals to levels and rates
    for k in range(n):
        before, rate = (step[2 * k - 2], step[2 * k - 1]) if k else (np.zeros(2 * n), np.zeros(2 * n))
        step[2 * k], step[2 * k + 1] = before + rate, rate
        step[2 * k, 2 * k] += level_step if k else level.DIFFUSE
        step[2 * k + 1, 2 * k + 1] += rate_step if k else RATE_SD
    covariance = step @ step.T
    prior = np.ravel([[np.nanmax(observed) + RATE * k, RATE] for k in range(n)])
    seen = 2 * np.flatnonzero(np.isfinite(observed))
    noise = np.pi**2 / 6 * TAIL**2 * np.eye(len(seen))
    gain = covariance[:, seen] @ np.linalg.inv(covariance[np.ix_(seen, seen)] + noise)
    return prior + gain @ (observed[seen // 2] - np.euler_gamma * TAIL - prior[seen]), covariance - gain @ covariance[
        seen
    ]


@pytest.mark.parametrize(("level_step", "rate_step"), STEPS)
def test_the_filter_equals_the_whole_path_conditioned_on_the_data(level_step, rate_step):
    observed = record_of_years()
    mean, left = whole_path(observed, level_step, rate_step)
    found_level, found_rate, *spreads = level.filtered(observed, TIMES, TAIL, level_step, rate_step, RATE, RATE_SD)[-1]
    assert (found_level, found_rate) == pytest.approx(mean[-2:], rel=1e-6)
    assert spreads == pytest.approx([left[-2, -2], left[-2, -1], left[-1, -1]], rel=1e-3)


@pytest.mark.parametrize(("level_step", "rate_step"), STEPS)
def test_paths_drawn_backwards_have_the_mean_and_covariance_of_the_whole_path(level_step, rate_step):
    """The path is linear in its 2 n normal scores: its covariance is that of the coefficients."""
    observed, n = record_of_years(), len(TIMES)
    mean, left = whole_path(observed, level_step, rate_step)
    scores = np.concatenate([np.zeros((1, 2 * n)), np.eye(2 * n)]).T.reshape(2, n, -1)  # none, then each by itself
    found = level.filtered(observed, TIMES, TAIL, level_step, rate_step, RATE, RATE_SD)
    last = level.drawn(found[-1], scores[0, -1], scores[1, -1])
    path = np.array(level.path_before(found, TIMES, level_step, rate_step, *last, *scores))
    assert path[:, 0] == pytest.approx(mean[::2], rel=1e-5)
    moved = path[:, 1:] - path[:, :1]
    assert moved @ moved.T == pytest.approx(left[::2, ::2], abs=1e-4)


def test_publication_shifts_the_largest_as_in_simulated_years():
    """Runs above a level: a Poisson number of them, exponentially distributed; a share published, with errors."""
    random = np.random.default_rng(2)
    tail, share, error, worlds, depth = 0.3, 0.4, 0.2, 40_000, 6
    count = random.poisson(np.exp(depth), worlds)
    largest = np.empty((2, worlds))
    for world, runs in enumerate(count):
        size = tail * (random.exponential(size=runs) - depth)
        estimate = (size + random.normal(0, error, runs))[random.random(runs) < share]
        largest[:, world] = size.max(), estimate.max()
    gumbel = stats.gumbel_r(0, tail)
    shift = record.publication_shift(tail, share, error)
    assert largest[0].mean() == pytest.approx(gumbel.mean(), abs=4 * gumbel.std() / worlds**0.5)
    assert largest[1].mean() == pytest.approx(gumbel.mean() + shift, abs=4 * gumbel.std() / worlds**0.5)
    assert largest[1].std() == pytest.approx(gumbel.std(), rel=0.03)
    assert gumbel.var() == pytest.approx(level.maximum_variance(tail))


def test_the_truth_of_the_largest_estimate_and_of_unpublished_runs_is_that_of_simulated_years():
    """Worlds of known level in which the largest estimate is near a given one: their largest true sizes."""
    random = np.random.default_rng(3)
    tail, share, error, worlds, runs, seen = 0.3, 0.5, 0.15, 60_000, 60, 0.2
    size = tail * (random.exponential(size=(worlds, runs)) - np.log(runs))  # a level of 0
    published = random.random((worlds, runs)) < share
    estimate = np.where(published, size + random.normal(0, error, size.shape), -np.inf)
    order = np.sort(estimate, axis=1)[:, ::-1]
    near = abs(order[:, 0] - seen) < 0.02
    top = order[near, :12].T  # all other runs are far below
    score, gumbel = random.normal(size=top.shape), random.gumbel(size=top.shape[1])
    truth = record.record_truth(top, error, tail, score)
    one, zero = np.ones(1), np.zeros((1, 1))
    largest = record.largest_within(truth, np.zeros((len(top), 1)), zero, one[None])
    found = record.true_maximum(largest, 0.0, share, tail, gumbel)
    real = size[near].max(axis=1)
    error_of_mean = np.hypot(found.std(), real.std()) / len(real) ** 0.5
    assert found.mean() == pytest.approx(real.mean(), abs=4 * error_of_mean)
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(real, [0.1, 0.5, 0.9]), abs=0.03)
    assert real.mean() < np.mean(np.maximum(top[0], tail * (np.log(1 - share) + gumbel)))  # the winner's curse


@pytest.mark.parametrize("known", [-0.5, 0.0, 0.4, 1.0, 3.2])
def test_the_published_share_is_the_mean_over_the_days_of_a_year(known):
    """A run of day t is published by the time of knowledge with a probability of 1 - exp(-(known - t) / delay)."""
    lag = 0.5
    expected = integrate.quad(lambda t: -np.expm1(-max(known - t, 0) / lag), 0, 1, points=[min(max(known, 0), 1)])[0]
    for year, share in ((2019, 0.9), (2021, 0.825), (2024, 0.6), (2026, 0.6)):
        found = record.share_by_then(0.9, 0.6, 2020, 2024, year, year + known, lag, 1.0)
        assert found == pytest.approx(share * expected, abs=1e-9)


def test_a_path_adds_the_steps_before_a_year():
    steps, years = np.array([1.0, 2.0, 3.0])[:, None], np.array([1.0, 2.0, 3.0])[None]
    moved = level.wandering(steps, years, 1.0, 0.5, np.array([1.0, -1.0, 2.0])[:, None], 0.1, np.ones((3, 1)))
    assert moved == pytest.approx([0.5, 0.0 + 0.1, 1.0 + 0.3])


def test_the_largest_estimate_of_a_year_is_that_of_its_own_runs():
    size, time = np.array([24.0, 25.0, np.nan, 23.0])[:, None], np.array([0.1, 0.9, 0.5, 1.0])[:, None]
    found = record.largest_within(size, time, np.array([[0.0, 1.0, 2.0]]), np.ones((1, 1)))
    assert np.array_equal(found, [25.0, 23.0, np.nan], equal_nan=True)
