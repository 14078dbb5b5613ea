"""The forecast of the largest run: closed forms, and its trend by an independent calculation."""

import csv
import tomllib

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.model import cost_bases, hardware, power
from mcfrontier.model.forecasts import forecast, frontier
from tests.conftest import ROOT

COURSES = ("all limits", "trend goes on", "power limits", "chips limit", "money limits")


def limited(trend, limits, course, softness):
    """The compute of the largest run with three limits on a course."""
    rows = (np.array([[x], [y], [z]]) for x, y, z in ((trend,) * 3, limits, (0, 1, 2)))
    return frontier.limited_compute(*rows, np.array([[course]] * 3), np.array([[softness]] * 3)).item()


def test_a_soft_limit_is_logistic_and_a_hard_one_is_the_smallest():
    trend, limits = 7.0, (20.0, 5.0, 9.0)
    assert limited(trend, limits, -1, 2.0) == pytest.approx(trend)
    for course, limit in enumerate(limits, 1):
        assert limited(trend, limits, course, 1.0) == pytest.approx(1 / (1 / trend + 1 / limit))
        assert limited(trend, limits, course, 200.0) == pytest.approx(min(trend, limit), rel=1e-2)
        assert limited(trend, limits, course, 3.0) < min(trend, limit)
    assert limited(trend, limits, 0, 1.0) == pytest.approx(1 / (1 / trend + sum(1 / x for x in limits)))
    assert limited(trend, limits, 0, 200.0) == pytest.approx(5.0, rel=1e-2)


def test_a_threshold_is_passed_between_the_end_of_a_year_and_the_largest_run_of_the_next():
    """A path of 0.1, 1 and 100 at 2026.6, 2027.6 and 2028.6, after 0.01 in 2025.6: logarithms are linear in between."""
    size, path, ends = (
        np.array([[x] for x in row]) for row in ((0.1, 1, 100), (2026.6, 2027.6, 2028.6), (2027, 2028, 2029))
    )
    start = np.array([[0.01]])

    def date(threshold):
        return forecast.first_over(size, start, threshold, path, ends, np.array([[2025.6]])).item()

    assert date(10.0) == pytest.approx(2028 + 0.6 / 2)
    assert date(1.0) == pytest.approx(2027.6)
    assert date(0.1**1.5) == pytest.approx(2025.6 + 1 / 2)
    assert date(0.001) == 2025.6
    assert date(1000.0) == 2029


def test_a_chip_hour_costs_the_amortised_cost_of_a_run_over_its_chip_hours():
    """The same definition as that of the cost bases, without the run that it pays for."""
    value, loss, capital, occupancy, draw, price, discarded, hours = 5e4, 1e-5, 2e-6, 0.9, 1500.0, 8e-5, 0.1, 3e7
    paid = hours / (1 - discarded)
    hardware_cost = hardware.amortised_hardware_cost(value, loss, capital, paid / occupancy)
    energy = power.energy_cost(hours * draw, price, discarded)
    per_hour = frontier.chip_hour_cost(value, loss, capital, occupancy, draw, price, discarded)
    assert per_hour * hours == pytest.approx(cost_bases.amortised_cost(hardware_cost, energy))


def test_power_supplies_the_network_only_to_runs_that_span_campuses():
    supplied = frontier.run_power(1.0, np.array([3.0, 3.0, 0.5]), np.array([0.2, 0.6, 0.2]), 0.5)
    assert np.array_equal(supplied, [3.0, 1.0, 1.0])


# The shipped study


@pytest.fixture(scope="module")
def shipped():
    names = ["over_compute", "largest_cost", "crossing_date", "limit_binds", "true_compute", "published_compute_now"]
    more = ["trend_compute", "compute_from_money", "chip_time", "rental_price", "price_level", "achieved_rate"]
    return mcf.run("frontier-2026", targets=[*names, *more, "published_record"], draws=2**11)


def test_cost_and_compute_agree_in_each_draw(shipped):
    """Rent is the compute over the achieved rate, times the rent and the price level of the year."""
    compute, rate, rent = shipped["largest_compute"], shipped["achieved_rate"], shipped["rental_price"]
    expected = compute * 1e-12 / rate / 3600 * rent * shipped["price_level"]  # the rate is in TFLOP/s
    rented = shipped["largest_cost"].sel(account="rented")
    np.testing.assert_allclose(rented.transpose(*expected.dims), expected, rtol=1e-9)
    routes = [shipped["trend_compute"] == shipped[name] for name in ("compute_from_trend", "compute_from_money")]
    assert (routes[0] | routes[1]).all()
    assert 0.6 < float(routes[0].mean()) < 0.72  # two thirds


def test_no_course_exceeds_the_trend_but_by_a_run_that_is_published(shipped):
    trend, compute = shipped["trend_compute"], shipped["largest_compute"]
    known = np.maximum(trend, shipped["published_compute_now"].where(trend.year == "2026", 0))
    assert (compute <= known * (1 + 1e-12)).all()
    np.testing.assert_allclose(compute.sel(course="trend goes on").transpose(*known.dims), known, rtol=1e-12)
    for course in COURSES[2:]:
        assert (compute.sel(course="all limits") <= compute.sel(course=course)).all()


def test_an_event_is_that_of_the_largest_of_all_years_so_far(shipped):
    compute = shipped["largest_compute"].sel(course="all limits")
    largest = np.maximum.accumulate(compute.transpose("year", ...).to_numpy(), axis=0)
    earlier = shipped["true_compute"].sel(past=[str(year) for year in range(2016, 2026)]).max("past").to_numpy()
    for level in ("1e26 FLOP", "1e27 FLOP", "1e28 FLOP"):
        over = shipped["over_compute"].sel(level=level).transpose("year", ...).to_numpy()
        assert np.array_equal(over > 0.5, np.maximum(largest, earlier) >= float(level.split()[0]))


def test_one_limit_is_the_lowest_and_a_limit_that_binds_is_below_the_trend(shipped):
    binds = shipped["limit_binds"].sum("limit")
    below = (shipped["lowest_limit"] < shipped["trend_compute"]).transpose(*binds.dims)
    assert (binds == below).all()


def test_the_largest_estimate_is_too_high_and_the_largest_run_larger_than_the_published_ones(shipped):
    published, true = shipped["published_record"], shipped["true_compute"]
    record = published.sel(past="2026")
    assert (record == record[0]).all()
    assert float(shipped["published_compute_now"].median()) < float(record[0])  # the winner's curse
    assert (true.sel(past="2026") >= shipped["published_compute_now"]).all()
    below = (true < published).mean("draw")
    assert 0.2 < float(below.sel(past="2026")) < 0.5
    assert float(below.sel(past="2023")) > 0.5  # most of its runs are published, and the largest estimate shrinks


# The trend, computed again


def entries():
    return tomllib.loads((ROOT / "priors/frontier-2026.toml").read_text())["inputs"]


def published():
    """The largest published compute of each year, from the table alone."""
    lines = [line for line in (ROOT / "priors/tables/frontier.csv").read_text().splitlines() if line[0] != "#"]
    largest = dict.fromkeys(range(2016, 2027), 0.0)
    for row in csv.DictReader(lines):
        year = int(row["published"][:4])
        if not row["known_until"] and year in largest:
            largest[year] = max(largest[year], float(row["published_compute [FLOP]"]))
    return np.log10(list(largest.values()))


def test_the_trend_passes_1e28_by_2028_as_often_as_in_an_independent_calculation():
    """Levels and rates of 2016 to 2028 are one normal vector, conditioned on the published maxima, draw by draw."""
    stated, random, n, years = entries(), np.random.default_rng(5), 6_000, np.arange(2016, 2029)

    def normal(name, at=None, of=np.array):
        low, high = (of(np.ravel(stated[name][key])[at or 0]) for key in ("p5", "p95"))
        return random.normal((low + high) / 2, (high - low) / 2 / stats.norm.ppf(0.95), n)

    def logit(name, at=None):
        return 1 / (1 + np.exp(-normal(name, at, lambda x: np.log(x / (1 - x)))))

    def chosen(name):
        entry = stated[name]
        weights = np.array(entry.get("weights", [1] * len(entry["values"])), float)
        return random.choice(entry["values"], n, p=weights / weights.sum())

    tail, error = np.exp(normal("tail_scale", of=np.log)), np.exp(normal("estimate_error", of=np.log)) / np.log(10)
    model, window = chosen("growth_model"), chosen("window_start")
    level_sd = np.where(model == 1, np.exp(normal("level_walk", of=np.log)), 0)
    rate_sd = np.where(model == 2, np.exp(normal("rate_walk", of=np.log)), 0)
    early, late, lag = logit("early_share", 0), logit("reported_share"), np.exp(normal("report_lag", of=np.log)) / 12
    closed = np.clip((years[:11, None] - 2020) / 4, 0, 1)
    day = 2026 + 333 / 365  # 30 November 2026
    spread = np.linspace(0, 1, 200)[None, :, None]
    reported = 1 - np.exp(-np.maximum(day - years[:11, None, None] - spread, 0) / lag)
    share = (early + (late - early) * closed) * reported.mean(axis=1)
    shift = tail * np.log(share) + error**2 / (2 * tail)
    seen = published()[:, None] - shift - np.euler_gamma * tail
    steps = np.arange(13)
    shared = np.minimum.outer(steps, steps)  # the number of steps before both years
    walked = np.array([[sum((a - k) * (b - k) for k in range(1, min(a, b) + 1)) for b in steps] for a in steps])
    prior_mean = 25 + stated["rate_mean"]["value"] * steps
    over = np.empty(n)
    for draw in range(n):
        covariance = 1e4 + stated["rate_sd"]["value"] ** 2 * np.outer(steps, steps)
        covariance = covariance + level_sd[draw] ** 2 * shared + rate_sd[draw] ** 2 * walked
        use = np.flatnonzero(years[:11] >= window[draw])
        noisy = covariance[np.ix_(use, use)] + np.pi**2 / 6 * tail[draw] ** 2 * np.eye(len(use))
        gain = np.linalg.solve(noisy, covariance[use, 12])
        mean = prior_mean[12] + gain @ (seen[use, draw] - prior_mean[use])
        left = np.sqrt(covariance[12, 12] - gain @ covariance[use, 12])
        level = mean + left * random.normal()
        over[draw] = level + tail[draw] * random.gumbel() > 28
    run = mcf.run("frontier-2026", targets=["compute_from_trend"], draws=2**13)
    found = run.probability("compute_from_trend[2028] > 1e28 FLOP")
    assert float(found.probability.item()) == pytest.approx(over.mean(), abs=4 * np.sqrt(0.25 / n))
