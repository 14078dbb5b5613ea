"""Forecasts by year: a trend, limits on it and the date of passing a threshold."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier.model.forecasts import forecast
from mcfrontier.runs.diagnostics import non_finite
from mcfrontier.study.values import central_values
from tests.conftest import ROOT, input_entry

YEARS = ["2024", "2025", "2026", "2027", "2028"]
COURSES = ["straight", "bent"]
KNOWN_INPUTS = {
    "base_cost": (100.0, "USD"),
    "growth": (2.0, "1"),
    "base_date": (2023.0, "AD"),
    "one_year": (1.0, "year"),
    "cost_threshold": (1000.0, "USD"),
    "cluster_multiple": (10.0, "1"),
    "power_limit": (1e6, "W"),
    "chip_power": (1e3, "W/chip"),
    "cluster_price": (1e3, "USD/chip"),
    "chips_limit": (1e3, "chip"),
    "money_limit": (1e5, "USD"),
}


def known_forecast(targets, bent_by_money=0.0, scatter=None, **rest):
    """A forecast with all inputs known except the given entries."""
    inputs = {}
    for name, (value, unit) in KNOWN_INPUTS.items():
        inputs |= input_entry(name, "value", unit, value=value)
    for limit, counts in (("power", 0.0), ("chips", 0.0), ("money", bent_by_money)):
        inputs |= input_entry(f"{limit}_counts", by="course", value=[0.0, counts])
    inputs |= input_entry("calendar_year", "value", "AD", by="year", value=[float(year) for year in YEARS])
    inputs |= input_entry("year_scatter", by="year", value=0.0)
    if scatter:
        inputs |= input_entry("year_scatter", "normal", by="year", mean=0.0, sd=scatter)
    requested = list(dict.fromkeys([*targets, "frontier_cost", "threshold_date"]))
    dimensions = {"course": COURSES, "year": YEARS}
    return {"title": "A forecast", "targets": requested, "dimensions": dimensions, "inputs": inputs | rest}


def test_with_known_inputs_the_cost_is_the_base_times_growth_to_the_power_of_years():
    run = mcf.run(known_forecast(["frontier_cost", "frontier_purchase"]), draws=64)
    costs = [run.summary[f"frontier_cost[straight,{year}]"].values["p50"] for year in YEARS]
    assert costs == pytest.approx([200, 400, 800, 1600, 3200])
    assert run.summary["frontier_purchase[straight,2024]"].values["p50"] == pytest.approx(2000)


def test_the_threshold_date_follows_from_the_growth():
    """100 doubling each year from 2023 reaches 1000 after log2(10) years."""
    run = mcf.run(known_forecast(["threshold_date", "over_threshold"]), draws=64)
    assert run.summary["threshold_date[straight]"].values["p50"] == pytest.approx(2023 + np.log2(10), abs=1e-9)
    chances = [run.summary[f"over_threshold[straight,{year}]"].values["mean"] for year in YEARS]
    assert chances == [0, 0, 0, 1, 1]


def test_years_before_the_base_are_missing_and_a_base_above_the_threshold_has_passed_it():
    done = mcf.run("frontier-cost", draws=2**10, set={"base_date": 2026.5, "base_cost": 2e9})
    course = "[trend goes on,{}]".format
    assert {f"frontier_cost{course(year)}" for year in (2024, 2025, 2026)} <= done.core.missing
    assert f"frontier_cost{course(2027)}" not in done.core.missing
    chances = {year: done.summary[f"over_threshold{course(year)}"].values["probability"] for year in range(2024, 2031)}
    assert chances == {year: float(year >= 2026) for year in range(2024, 2031)}
    assert set(done.core.samples("threshold_date[trend goes on]")) == {2026.5}


def test_a_path_begins_at_a_base_later_than_the_first_years():
    pins = {"base_date": 2026.5, "base_cost": 5e8, "growth": 2.0, "power_counts": 0}
    done = mcf.run("frontier-cost", draws=2**10, set=pins)
    dates = done.core.samples("threshold_date[trend goes on]")
    cost = done.core.samples("frontier_cost[trend goes on,2027]")
    straight = 2026.5 + np.log(2) / np.log(cost / 5e8)  # where the exponential to 2027.5 passes a billion
    passed = cost > 1e9
    np.testing.assert_allclose(dates[passed], straight[passed])
    assert passed.mean() > 0.3
    assert dates.min() >= 2026.5


def test_a_threshold_never_passed_has_the_last_year_and_no_event():
    run = mcf.run(known_forecast(["threshold_date", "over_threshold"], **input_entry("growth", value=1.0)), draws=64)
    assert run.summary["threshold_date[straight]"].values["p50"] == pytest.approx(2028)
    assert run.summary["over_threshold[straight,2028]"].values["mean"] == 0
    assert non_finite(run.core) == {}


def test_a_threshold_passed_at_the_base_has_the_base_date():
    run = mcf.run(known_forecast(["threshold_date"], **input_entry("base_cost", "value", "USD", value=1e4)), draws=64)
    assert run.summary["threshold_date[straight]"].values["p50"] == pytest.approx(2023)


def test_the_probability_of_passing_the_threshold_matches_the_normal():
    """log cost at year t is log base + t log growth, both normal: P(cost > T) = Phi((mean - log T) / sd)."""
    z = stats.norm.ppf(0.95)
    base = input_entry("base_cost", "lognormal", "USD", p5=50.0, p95=200.0)
    growth = input_entry("growth", "lognormal", "1", p5=1.6, p95=2.5)  # below 1 in one draw of 10^6
    run = mcf.run(known_forecast(["over_threshold", "frontier_cost"], **base, **growth), draws=2**16)
    for t, year in enumerate(YEARS, 1):
        mean = np.log(np.sqrt(50 * 200)) + t * np.log(np.sqrt(1.6 * 2.5))
        sd = np.hypot(np.log(200 / 50) / 2 / z, t * np.log(2.5 / 1.6) / 2 / z)
        exact = stats.norm.cdf((mean - np.log(1000)) / sd)
        found = run.summary[f"over_threshold[straight,{year}]"]
        assert abs(found.values["mean"] - exact) <= 4 * found.errors["mean"] + 1e-9, year
        cost = run.summary[f"frontier_cost[straight,{year}]"]
        assert abs(cost.values["p95"] - np.exp(mean + z * sd)) <= 4 * cost.errors["p95"], year


def test_a_growth_rate_widens_the_fan_and_yearly_scatter_does_not_accumulate():
    growth = input_entry("growth", "lognormal", "1", p5=1.6, p95=2.5)
    rate = mcf.run(known_forecast(["frontier_cost"], **growth), draws=2**13)
    scatter = mcf.run(known_forecast(["frontier_cost"], scatter=0.2), draws=2**13)
    for run, expected in ((rate, np.arange(1, 6)), (scatter, np.ones(5))):
        values = [run.summary[f"frontier_cost[straight,{year}]"].values for year in YEARS]
        widths = np.array([np.log(value["p95"] / value["p5"]) for value in values])
        np.testing.assert_allclose(widths / widths[0], expected, rtol=0.06)


def test_a_constant_limit_makes_the_trend_logistic():
    """The solution of C' = r C (1 - C / K) from far below K is C = K / (1 + K / trend)."""
    run = mcf.run(known_forecast(["frontier_cost", "money_ceiling"], bent_by_money=1.0), draws=64)
    assert run.summary["money_ceiling"].values["p50"] == pytest.approx(1e4)
    t, r = np.linspace(0, 5, 5001), np.log(2)
    c = np.empty_like(t)
    c[0] = 1e4 / (1 + 1e4 / 100)  # on the curve at the base
    for i in range(5000):  # numerical integration, independent of the formula
        half = c[i] + r * c[i] * (1 - c[i] / 1e4) * 0.0005
        c[i + 1] = c[i] + r * half * (1 - half / 1e4) * 0.001
    costs = [run.summary[f"frontier_cost[bent,{year}]"].values["p50"] for year in YEARS]
    np.testing.assert_allclose(costs, c[1000::1000], rtol=1e-5)


@given(st.floats(1, 1e12), st.floats(1, 1e12), st.floats(1, 1e12), st.floats(1, 1e12))
def test_no_active_limit_is_exceeded_and_the_trend_applies_far_below_it(trend, power, chips, money):
    cost = forecast.frontier_cost(trend, 1, power, 1, chips, 1, money)
    assert cost <= min(trend, power, chips, money)
    assert cost >= min(trend, power, chips, money) / 4 * (1 - 1e-12)
    far = forecast.frontier_cost(trend, 1, 1e6 * trend, 1, 1e6 * trend, 1, 1e6 * trend)
    assert far == pytest.approx(trend, rel=4e-6)
    assert forecast.frontier_cost(trend, 0, power, 0, chips, 0, money) == pytest.approx(trend)


def test_a_ceiling_is_the_cost_at_which_its_limit_binds():
    power, price, multiple = 300e6, 50_000, 12
    ceiling = forecast.power_ceiling(power, 1500, price, multiple)
    bought = forecast.frontier_purchase(ceiling, multiple)
    assert forecast.frontier_power(forecast.frontier_chips(bought, price), 1500) == pytest.approx(power)
    assert forecast.frontier_chips(
        forecast.frontier_purchase(forecast.chips_ceiling(2e6, price, multiple), multiple), price
    ) == pytest.approx(2e6)
    assert forecast.frontier_purchase(forecast.money_ceiling(1e11, multiple), multiple) == pytest.approx(1e11)


# The shipped study


@pytest.fixture(scope="module")
def shipped():
    return mcf.run("frontier-cost", draws=2**14)


def median(run, row):
    return run.summary[row].values["p50"]


def test_a_billion_dollars_are_passed_by_2027_with_a_probability_above_half(shipped):
    """Cottier et al. (2024): the largest runs will cost more than a billion dollars by 2027."""
    assert shipped.summary["over_threshold[trend goes on,2027]"].values["mean"] > 0.5
    assert median(shipped, "threshold_date[trend goes on]") < 2027
    for limit in ("power limits", "chips limit", "money limits"):
        for year in ("2024", "2026", "2028", "2030"):
            straight, bent = (median(shipped, f"frontier_cost[{c},{year}]") for c in ("trend goes on", limit))
            assert bent < straight


def test_a_machine_of_a_hundred_billion_dollars_takes_gigawatts(shipped):
    """LessWrong, Report on Frontier Model Training (2023)."""
    for year in ("2024", "2027", "2030"):
        assert shipped.core.unit(f"machine_power[{year}]") == "MW"
        assert 1e3 < shipped.summary[f"machine_power[{year}]"].values["p5"] < 10e3


PUBLISHED = {  # published after the base date of the forecast, inside its 90 % interval
    "frontier_cost[trend goes on,2025]": [400e6, 490e6],  # GPT-4.5 and Grok 4: Epoch AI
    "frontier_chips[trend goes on,2025]": [100e3, 200e3],  # Colossus at the training and at the release of Grok 3
    "frontier_power[trend goes on,2025]": [140, 300],  # the same
    "frontier_power[trend goes on,2030]": [4e3, 16e3],  # Epoch AI and EPRI (2025)
    "frontier_purchase[trend goes on,2030]": [200e9],  # Epoch AI, Trends in AI supercomputers (2025)
}


@pytest.mark.parametrize("row", list(PUBLISHED))
def test_figures_published_since_lie_in_the_interval(row, shipped):
    values = shipped.summary[row].values
    for figure in PUBLISHED[row]:
        assert values["p5"] < figure < values["p95"]


def test_power_grows_as_fast_as_published(shipped):
    """Epoch AI: 2.2 times a year [1.9, 2.6] so far; 2.2 to 2.9 expected to 2030."""
    first, last = (median(shipped, f"frontier_power[trend goes on,{year}]") for year in ("2024", "2030"))
    assert 1.9 < (last / first) ** (1 / 6) < 2.9


def test_the_yearly_scatter_is_below_the_residual_of_the_costliest_runs():
    """Stated in its source: 0.24 orders of magnitude (sd), from the costliest run of each year from 2019 to 2023."""
    study = mcf.load("history", targets=["amortised_cost_2023usd", "growth_rate"])
    costs, dates = (central_values(study)[name].ravel() for name in ("amortised_cost_2023usd", "date"))
    years = np.floor(dates / 8766)
    most = [np.log10(np.nanmax(costs[years == year])) for year in range(2019, 2024)]
    off = np.array(most) - np.polyval(np.polyfit(range(5), most, 1), range(5))
    sd = np.sqrt((off**2).sum() / 3)
    assert sd == pytest.approx(0.24, abs=0.005)
    scatter = mcf.load("frontier-cost").inputs["year_scatter"].entry
    assert 0.5 * sd < scatter.sd < sd


def test_the_growth_interval_is_wider_than_any_single_regression(shipped):
    found = shipped.summary["growth"].values
    ours = mcf.run("history", targets=["growth"], draws=2**12).summary["growth[amortised]"].values
    assert found["p95"] / found["p5"] > ours["p95"] / ours["p5"] > 2.9 / 2.0


def test_the_base_is_the_costliest_run_draw_by_draw():
    run = mcf.run("history", targets=["costliest_run", "amortised_cost_2023usd"], draws=2**10)
    costs = np.array([run.core.samples(row) for row in run.core.known_rows("amortised_cost_2023usd")])
    np.testing.assert_allclose(run.core.samples("costliest_run[amortised]"), np.nanmax(costs, axis=0))


def test_the_forecast_example_in_the_docs_runs(custom_page):
    run = mcf.run(custom_page, draws=2**10)
    assert run.study.file.dimensions["year"] == ["2027", "2028", "2029", "2030"]
    assert run.summary["over_threshold[trend goes on,2027]"].values["mean"] > 0.8


@pytest.fixture
def custom_page(page):
    text = (ROOT / "docs/forecast.md").read_text().split("```toml\n")[1].split("```")[0]
    return page("mine", text)


def test_the_command_reports_dates_costs_and_probabilities(command, tmp_path):
    requested = ["--target", "threshold_date", "--target", "over_threshold", "--draws", 2**12]
    result = command("run", "frontier-cost", *requested, "--out", tmp_path / "out")
    assert result.code == 0
    heads, line = (
        next(line.split() for line in result.out.splitlines() if line.startswith(start))
        for start in ("Probability", "over threshold [trend goes on]")
    )
    found = json.loads((tmp_path / "out/percentiles.json").read_text())["quantities"]
    row = found["over_threshold[trend goes on,2027]"]
    assert 0.5 < row["probability"] == row["mean"] < 1
    assert line[heads.index("2027") - len(heads)].startswith(f"{100 * row['probability']:.0f}"[:1])
    assert (tmp_path / "out/report.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture(scope="module")
def ten_billion(tmp_path_factory):
    """The forecast of the date of passing ten billion dollars, which some draws never reach."""
    place = tmp_path_factory.mktemp("reports") / "ten"
    done = mcf.run("frontier-cost", targets=["threshold_date"], set={"cost_threshold": 10e9}, draws=2**12)
    done.write(place, report=False)
    row = "threshold_date[power limits]"
    return place, row, float((done.core.samples(row) == 2030.5).mean()), done


def test_draws_that_never_pass_are_reported_and_exported_above_the_upper_bound(ten_billion, command):
    place, row, never, done = ten_billion
    assert 0.2 < never < 0.6
    displayed = f"{row}: {100 * never:.2g} % of the draws lie at Jul 2030, which stands for all larger values"
    assert displayed in done.notes
    requested = ("export", place, "--to", "metaculus", "--target", row, "--lower", 2023.5, "--open-upper", "--upper")
    found = json.loads(command(*requested, 2030.5).out)
    assert found["outside"]["above_upper"]["draws"] == never
    assert found["continuous_cdf"][-1] == pytest.approx(1 - never, abs=1e-3)
    refused = command(*requested, 2035)
    assert (refused.code, refused.out) == (2, "")
    assert f"{row} is computed up to Jul 2030, which stands for all larger values; give that or less" in refused.err


def test_an_outcome_beyond_the_last_year_is_scored_as_the_last_year(ten_billion, command, tmp_path):
    place, row, never, _ = ten_billion
    words = ("--outcome", f"{row}=2035 AD", "--ledger", tmp_path / "ledger.csv", "--json")
    (scored,) = json.loads(command("score", place, *words).out)
    assert scored["percentile"] == pytest.approx(100 * (1 - never / 2))
    assert scored["log_score"] == pytest.approx(np.log(never))
