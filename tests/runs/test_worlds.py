"""Simulated worlds: the forecast of the largest run sees their published estimates, and is scored by their truth."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import optimize, special, stats

from mcfrontier import graph
from mcfrontier.analysis.forecasts import maxima
from mcfrontier.model.forecasts import level, record
from mcfrontier.study import priors_file

WORLDS, DRAWS = 500, 96
FIRST_YEAR, PAST_YEARS, YEARS_AHEAD = 2016, 9, 3  # years of the record, and of the forecast from its end
LEVEL_DEPTH = 5.0  # tail scales from the smallest runs to the level
MOST_RUNS = 220  # of a year
REVISION = 1.5  # mean time from an estimate to the next, in years
COST_SCATTER, COST_FALL = 0.15, 0.1  # sd of the cost at a compute, and of its fall in a year, in orders of magnitude
SHARES = ("reported_share", "cost_reported_share")
DRAWN = (
    *("tail_scale", "estimate_error", "early_share", "closing_start", "closing_end", "report_lag", "window_start"),
    *("growth_model", "level_walk", "rate_walk", "rate_mean", "rate_sd"),
)


def parameters(file, random, count):
    """Draws of the parameters of the study: arrays (series, count), of compute and of cost."""

    def draw(name):
        chance, rows = random.random(count), file.priors[name].distributions
        return np.array([row.ppf(chance) for row in (*rows, *rows)[:2]])

    found = SimpleNamespace(**{name: draw(name) for name in DRAWN})
    found.late_share = np.array([draw(name)[0] for name in SHARES])
    found.report_lag = found.report_lag / 12
    found.size_error = record.size_error(found.estimate_error)
    found.level_step = level.level_step(found.growth_model, found.level_walk)
    found.rate_step = level.rate_step(found.growth_model, found.rate_walk)
    return found


def levels(random, p, worlds):
    """The level of each year: (years, worlds)."""
    rate, path = random.normal(p.rate_mean[0], p.rate_sd[0]), [np.full(worlds, 22.0)]
    for _ in range(PAST_YEARS + YEARS_AHEAD - 1):
        path.append(path[-1] + rate + p.level_step[0] * random.normal(size=worlds))
        rate = rate + p.rate_step[0] * random.normal(size=worlds)
    return np.array(path)


def simulated(random, p, worlds, hidden=0.0, heavier=1.0):
    """Worlds with the parameters p: the largest true size of each year, and the largest that is published by a time,
    as a function of it. The axes are series, years and worlds.

    As the forecast does not know, the share that is published may fall with the size of a run above the level, by a
    factor of e^-hidden per tail scale; and sizes above the level may lie `heavier` times as far above it.
    """
    years = np.arange(PAST_YEARS + YEARS_AHEAD)[:, np.newaxis, np.newaxis]
    shape = (PAST_YEARS + YEARS_AHEAD, worlds, MOST_RUNS)
    tail = p.tail_scale[0][:, np.newaxis]
    runs = random.poisson(np.exp(LEVEL_DEPTH), shape[:2])[..., np.newaxis]
    above = np.where(np.arange(MOST_RUNS) < runs, random.exponential(size=shape) - LEVEL_DEPTH, -np.inf)
    above = np.where(above > 0, heavier * above, above)
    sizes = levels(random, p, worlds)[..., np.newaxis] + tail * above
    fall = random.normal(0, COST_FALL, worlds)[:, np.newaxis]
    series = np.stack([sizes, sizes - fall * years + random.normal(0, COST_SCATTER, shape)])
    dates = years + random.random(shape)
    closed = (FIRST_YEAR + years - p.closing_start[0][:, np.newaxis]) / (p.closing_end - p.closing_start)[0][
        :, np.newaxis
    ]
    early, late = (x[:, np.newaxis, :, np.newaxis] for x in (p.early_share, p.late_share))
    shares = (early + (late - early) * closed.clip(0, 1)) * np.exp(-hidden * above.clip(0))
    reported = random.random(series.shape) < shares
    reported_on = dates + p.report_lag[0][:, np.newaxis] * random.exponential(size=series.shape)
    revised_on = reported_on + random.exponential(REVISION, series.shape)
    error = p.size_error[:, np.newaxis, :, np.newaxis]
    first, second = (series + error * random.normal(size=series.shape) for _ in range(2))

    def published(time):
        estimates = np.where(revised_on <= time, second, first)
        largest = np.where(reported & (reported_on <= time), estimates, -np.inf).max(axis=-1)
        return np.where(np.isfinite(largest), largest, np.nan)

    return series.max(axis=-1), published


def forecast(random, p, seen, worlds):
    """The forecast from the largest published estimates of the past: sizes (series, years ahead, worlds, draws)."""

    def rows(x, axis, size=1):
        shape = [1] * 4
        shape[axis] = -1
        return np.asarray(x, float).reshape(*shape, size)

    by_series = {name: x[:, np.newaxis, np.newaxis, np.newaxis] for name, x in vars(p).items()}
    count, years = worlds * DRAWS, FIRST_YEAR + np.arange(float(PAST_YEARS + YEARS_AHEAD))
    given = by_series | {
        "fit_maximum": np.repeat(seen[:, :, np.newaxis, np.newaxis], DRAWS, axis=-1),
        "fit_start": rows(years[:PAST_YEARS], 1),
        "step_start": rows(years[PAST_YEARS:], 2),
        "year_start": rows(years[PAST_YEARS:], 3),
        "present_start": rows(years[PAST_YEARS - 1], 3),
        "present_maximum": rows(np.nan, 3),
        "knowledge_date": rows(FIRST_YEAR + PAST_YEARS, 3),
        "one_year": rows(1, 3),
        "level_score": random.normal(size=(2, 1, 1, 1, count)),
        "rate_score": random.normal(size=(2, 1, 1, 1, count)),
        "level_step_score": random.normal(size=(1, 1, YEARS_AHEAD, 1, count)),
        "rate_step_score": random.normal(size=(1, 1, YEARS_AHEAD, 1, count)),
        "maximum_chance": random.random(size=(1, 1, 1, YEARS_AHEAD, count)),
    }
    nodes = graph.nodes_of(record) | graph.nodes_of(level)
    _, order = graph.order(nodes, given, ["largest_size"])
    found = graph.evaluate(nodes, order, given, ("series", "fit", "step", "year"), ["largest_size"])["largest_size"]
    return found.reshape(2, YEARS_AHEAD, worlds, DRAWS)


@pytest.fixture(scope="module")
def study():
    return priors_file.load("frontier-2026")


def compared(study, worlds, **words):
    """The truth of worlds, (series, years ahead, worlds), and its forecast from what is published in each."""
    random = np.random.default_rng(1)
    truth, published = simulated(random, parameters(study, random, worlds), worlds, **words)
    p = parameters(study, random, worlds * DRAWS)
    return truth[:, PAST_YEARS:], published, p, forecast(random, p, published(PAST_YEARS)[:, :PAST_YEARS], worlds)


def percentiles(outcomes, x):
    """The percentile of each outcome in its draws, along the last axis."""
    return (x < outcomes[..., np.newaxis]).mean(axis=-1)


def covered(percentile, level=0.9):
    """The share of outcomes inside their central intervals, of compute and of cost."""
    return (np.abs(percentile - 0.5) <= level / 2).mean(axis=(1, 2))


@pytest.fixture(scope="module")
def worlds(study):
    return compared(study, WORLDS)


def test_intervals_of_the_largest_compute_and_cost_hold_the_truth_of_500_worlds_as_often_as_stated(worlds):
    truth, _, _, x = worlds
    found = percentiles(truth, x)
    assert ((covered(found) >= 0.86) & (covered(found) <= 0.94)).all()
    assert covered(found, 0.5) == pytest.approx([0.5, 0.5], abs=0.06)
    assert found.mean(axis=(1, 2)) == pytest.approx([0.5, 0.5], abs=0.04)


def test_intervals_of_the_largest_published_size_hold_what_worlds_publish_later(worlds):
    _, published, p, x = worlds
    later = PAST_YEARS + YEARS_AHEAD + 2.0
    closing = p.early_share, p.late_share, p.closing_start, p.closing_end
    years = FIRST_YEAR + np.arange(PAST_YEARS, PAST_YEARS + YEARS_AHEAD)
    shares = [record.share_by_then(*closing, year, FIRST_YEAR + later, p.report_lag, 1.0) for year in years]
    shift = record.publication_shift(p.tail_scale[:, np.newaxis], np.stack(shares, axis=1), p.size_error[:, np.newaxis])
    found = percentiles(published(later)[:, PAST_YEARS:], x + shift.reshape(x.shape))
    assert ((covered(found) >= 0.86) & (covered(found) <= 0.94)).all()


@pytest.mark.parametrize("number", range(3))
def test_the_backtest_has_the_forecast_of_the_formulas(number, study):
    """With the same parameters, means and standard deviations are those of the formulas' draws."""
    random, worlds, resolution = np.random.default_rng(2), 200, float(FIRST_YEAR + PAST_YEARS + YEARS_AHEAD)
    p = parameters(study, random, 1)
    p.growth_model[:] = number
    p.level_step, p.rate_step = level.level_step(number, p.level_walk), level.rate_step(number, p.rate_walk)
    seen = 22 + 0.6 * np.arange(PAST_YEARS) + random.normal(0, 0.3, PAST_YEARS)
    x = forecast(random, p, np.tile(seen[:, np.newaxis], (2, 1, worlds)), worlds)[0].reshape(YEARS_AHEAD, -1)
    known = maxima.Record(FIRST_YEAR, seen[:, np.newaxis], FIRST_YEAR + PAST_YEARS)
    own = maxima.Parameters(**{name: getattr(p, name)[0] for name in maxima.Parameters.__dataclass_fields__})
    for ahead, draws in enumerate(x):
        year = FIRST_YEAR + PAST_YEARS + ahead
        found = maxima.forecast(known, own, maxima.GROWTH_MODELS[number], year, resolution)
        gumbel = stats.gumbel_r(found.mean - own.shift(np.array(year), resolution), found.scale)
        sd = np.sqrt(gumbel.var() + found.spread)
        assert draws.mean() == pytest.approx(gumbel.mean(), abs=4 * sd[0] / draws.size**0.5)
        assert draws.std() == pytest.approx(sd, rel=0.03)


def logistic_slope(predicted, happened):
    """The slope of the log odds of what happened on the predicted log odds, by maximum likelihood."""
    odds, sign = special.logit(predicted), np.where(happened, -1, 1)
    return optimize.minimize(lambda line: np.logaddexp(0, sign * (line[0] + line[1] * odds)).sum(), (0, 1)).x[1]


def test_events_happen_as_often_as_predicted(worlds):
    """The slopes of outcomes on probabilities, and of log odds on log odds, are those of calibrated forecasts, 1; the
    second within its error, by ten groups of worlds."""
    truth, _, _, x = worlds
    levels = np.arange(24, 29, 0.5)
    predicted = np.array([(x[0] > level).mean(axis=-1) for level in levels])
    happened = np.array([truth[0] > level for level in levels])
    assert 0.9 < np.polyfit(predicted.ravel(), happened.ravel(), 1)[0] < 1.1
    uncertain = (predicted > 0.05) & (predicted < 0.95)
    groups = [np.arange(WORLDS) % 10 == group for group in range(10)]
    slopes = [logistic_slope(predicted[uncertain & each], happened[uncertain & each]) for each in groups]
    error = np.std(slopes, ddof=1) / len(slopes) ** 0.5
    assert error < 0.1
    assert 0.9 - 2 * error < np.mean(slopes) < 1.1 + 2 * error


@pytest.mark.parametrize("words", [{"heavier": 2.0}, {"hidden": 2.0}])
def test_worlds_that_differ_from_the_model_show_in_the_percentiles(words, study):
    """Heavier tails leave more outcomes outside the intervals; a hidden top leaves more of them above the median."""
    truth, _, _, x = compared(study, WORLDS, **words)
    found = percentiles(truth, x)
    assert (covered(found) < 0.86).all() if "heavier" in words else (found.mean(axis=(1, 2)) > 0.52).all()
