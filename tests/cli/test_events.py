"""Events in the commands compare, solve, score, export and verify."""

import json
import math

import numpy as np
import openpyxl
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.tasks.compare.comparison import comparison_json, contents
from mcfrontier.tasks.compare.page import headings, lines
from mcfrontier.tasks.score import ledger
from mcfrontier.tasks.solve.solution import cells, solution_json
from tests.conftest import input_entry

YEARS = ["2025", "2026", "2027", "2028", "2029"]
COURSE_LABELS = ["a", "b", "c"]
Z95 = stats.norm.ppf(0.95)


@mcf.node("USD")
def cost(hardware, staff):
    """Cost of hardware and staff."""
    return hardware + staff


@mcf.node("share", event=True)
def dear(cost, limit):
    """The cost exceeds the limit."""
    return cost > limit


MODEL = [cost, dear]


def normal(name, mean, sd):
    return input_entry(name, "normal", "USD", mean=mean, sd=sd)


def page(hardware=(50.0, 3.0), staff=(30.0, 4.0), limit=82.0, targets=("dear",), **words):
    inputs = normal("hardware", *hardware) | normal("staff", *staff) | input_entry("limit", unit="USD", value=limit)
    return {"title": "A bill", "question": "?", "targets": [*targets], "inputs": inputs, **words}


def exact_probability(hardware=(50.0, 3.0), staff=(30.0, 4.0), limit=82.0):
    """The probability that a sum of two normals exceeds the limit."""
    return stats.norm.sf(limit, hardware[0] + staff[0], math.hypot(hardware[1], staff[1]))


def many_rows(*years, limit=82.0):
    """The same event by year and course: more rows than are listed in full."""
    words = page(limit=limit, targets=["dear", "cost"]) | {"dimensions": {"course": COURSE_LABELS, "year": [*years]}}
    at = 10.0 * np.array([YEARS.index(year) for year in years])
    words["inputs"] |= input_entry("staff", "normal", "USD", by="year", mean=[*(20 + at)], sd=[4.0] * len(years))
    words["inputs"] |= input_entry("hardware", "normal", "USD", by="course", mean=[50.0, 45.0, 40.0], sd=[3.0] * 3)
    return words


FIRST_SIDE, OTHER_SIDE = {"hardware": (50.0, 3.0)}, {"hardware": (54.0, 3.0), "limit": 81.0}


def compare(*pages, draws=2**14, **words):
    return mcf.compare(*pages, model=MODEL, draws=draws, **words)


@pytest.fixture(scope="module")
def compared():
    return compare(page(**FIRST_SIDE), page(**OTHER_SIDE))


def test_an_event_is_compared_by_its_probability(compared):
    displayed, p, q = compared.pairs[0].by_row["dear"], exact_probability(**FIRST_SIDE), exact_probability(**OTHER_SIDE)
    for found, truth in (
        (displayed.first, p),
        (displayed.other, q),
        (displayed.difference, q - p),
        (displayed.ratio, q / p),
    ):
        value, error = found.central
        assert abs(value - truth) < 4 * error
        assert 0 < error < 0.02 * max(1, truth)
    difference = compared.difference.dear.isel(other=0).sel(figure="value")
    assert difference.sel(statistic="probability") == displayed.difference.central.value
    assert np.isnan(difference.sel(statistic="p50"))


def test_the_errors_of_a_difference_and_a_ratio_of_probabilities_use_paired_draws():
    """Over many seeds, the spread of the estimates equals the stated error, below that of two unpaired runs."""
    found = [
        compare(page(**FIRST_SIDE), page(**OTHER_SIDE), draws=512, seed=seed, sampler="random") for seed in range(60)
    ]
    for word in ("difference", "ratio"):
        each = [getattr(one.pairs[0].by_row["dear"], word) for one in found]
        spread, displayed = np.std([x.central.value for x in each]), np.mean([x.central.error for x in each])
        assert 0.75 < displayed / spread < 1.35
    p, q = exact_probability(**FIRST_SIDE), exact_probability(**OTHER_SIDE)
    apart = math.sqrt((p * (1 - p) + q * (1 - q)) / 512)
    assert np.mean([one.pairs[0].by_row["dear"].difference.central.error for one in found]) < 0.8 * apart


def test_the_bars_of_an_event_are_shapley_values_of_its_probability(compared):
    """Two inputs change, so each bar is the mean of its effect as the first and as the last."""
    waterfall = compared.waterfall("dear")
    p = {(h, m): exact_probability((h, 3.0), limit=m) for h in (50.0, 54.0) for m in (82.0, 81.0)}
    truth = {
        "hardware": (p[54, 82] - p[50, 82] + p[54, 81] - p[50, 81]) / 2,
        "limit": (p[50, 81] - p[50, 82] + p[54, 81] - p[54, 82]) / 2,
    }
    assert waterfall.statistic == "probability"
    for name, bar in truth.items():
        assert abs(waterfall.bar.sel(input=name) - bar) < 4 * waterfall.mc_error.sel(input=name)
    found = compared.pairs[0].by_row["dear"]
    assert (waterfall.first, waterfall.other) == (found.first.central.value, found.other.central.value)
    assert waterfall.bar.sum().item() == pytest.approx(found.difference.central.value, abs=1e-14)
    assert waterfall.factor.prod().item() == pytest.approx(found.ratio.central.value, rel=1e-12)


def test_an_event_that_one_side_has_in_no_draw_is_compared_by_a_bound():
    """The error of the ratio is that of the bound: 1 - 0.025^(1/16384) over 3.92 and over the other probability."""
    pair = compare(page(), page(limit=200.0)).pairs[0]
    found = pair.by_row["dear"]
    assert [line[2] for line in lines(pair, "dear")][1] == "< 0.023%"
    assert found.ratio.central.value == 0
    bound = -math.expm1(math.log(0.025) / 2**14) / 3.92
    assert found.ratio.central.error == pytest.approx(bound / exact_probability(), rel=0.02)


def test_the_json_of_a_comparison_has_the_probability_of_an_event(compared):
    (pair,) = json.loads(comparison_json(compared))["pairs"]
    found = pair["targets"]["dear"]
    interval = {"low", "high", "hits", "draws"}
    for word in ("first", "other", "difference", "ratio"):
        assert set(found[word]) == {"probability", "mc_error"} | (interval if word in ("first", "other") else set())
        assert set(found[word]["mc_error"]) == {"probability"}
    assert found["waterfall"]["statistic"] == "probability"
    assert found["waterfall"]["total"] == found["difference"]["probability"]
    assert sum(bar["value"] for bar in found["waterfall"]["bars"]) == pytest.approx(
        found["waterfall"]["total"], abs=1e-14
    )


def test_the_table_of_an_event_shows_probabilities_and_percentage_points(compared):
    (pair,) = compared.pairs
    assert headings(pair) == ["", "", "probability", "", "MC error"]
    first, other, difference, ratio = lines(pair, "dear")
    assert [line[1] + line[3] for line in (first, other, difference, ratio)] == [""] * 4
    assert first[2][:1] == "3"
    assert "points" in difference[2]
    assert difference[2].startswith("+")


def test_an_event_of_probability_zero_has_no_ratio_and_no_factors():
    found = compare(page(limit=1e6), page())
    displayed = found.pairs[0].by_row["dear"]
    assert np.isnan(displayed.ratio.central.value)
    assert np.isnan(found.waterfall("dear").factor).all()
    (pair,) = json.loads(comparison_json(found))["pairs"]
    assert pair["targets"]["dear"]["ratio"]["probability"] is None


def test_many_rows_have_representative_rows_in_full_and_all_in_compact_form():
    found = compare(many_rows(*YEARS), many_rows(*YEARS, limit=84.0), draws=2**10)
    (pair,) = found.pairs
    reported, pictures = contents(found)
    (displayed,) = reported["pairs"]
    assert [row["name"] for row in displayed["rows"]] == ["Dear [a, 2026]", "Cost [a, 2029]"]
    assert len(displayed["compact"]) == len(pair.rows) == 30
    assert len(pictures) == 1  # the limit does not affect the cost
    assert {*pair.waterfalls} == {*pair.rows}


def test_the_representative_row_exists_on_both_sides():
    """The first study alone would be represented by 2026, its most uncertain year."""
    found = compare(many_rows(*YEARS), many_rows("2027", "2028", "2029"), draws=2**10, targets=["dear"])
    assert found.pairs[0].headlines == ["dear[a,2027]"]


@pytest.mark.slow
def test_the_terminal_shows_all_rows_of_one_target(command):
    words = ("--set", "cost_threshold=1e10", "--target", "over_threshold", "--draws", 512)
    result = command("compare", "frontier-cost", *words)
    assert result.code == 0
    assert "probability of each row" in result.out
    assert "Change in the probability of over threshold" in result.out
    assert sum(line.startswith("Over threshold [") for line in result.out.splitlines()) == 1 + 28


def solved(so_that, decide="limit", **words):
    return mcf.solve(page(targets=["dear", "cost"]), decide, so_that, model=MODEL, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.8])
def test_an_event_is_solved_where_the_limit_is_a_percentile(sampler, level):
    found = solved("dear > 0.5", probability=level, sampler=sampler, draws=2**14)
    ((low, high),) = found.holds
    truth = stats.norm.isf(level, 80, 5)
    assert low is None
    assert abs(high.value - truth) < 4 * high.error
    assert high.error < 0.05 * 5
    assert high.probability[0] == pytest.approx(level, abs=2 / found.sampler.draws)


def test_the_error_of_an_event_is_that_of_the_percentile_behind_it():
    """The error of a probability over the density is that of the limit; averaged over seeds, as slopes are noisy."""
    truth, found, off = stats.norm.isf(0.8, 80, 5), [], []
    for seed in range(25):
        words = {"probability": 0.8, "draws": 2**11, "seed": seed, "sampler": "random", "between": (60, 100)}
        ((_, end),) = solved("dear > 0.5", **words).holds
        found.append(end.error)
        off.append(end.value - truth)
    expected = math.sqrt(0.8 * 0.2 / 2**11) / stats.norm.pdf(truth, 80, 5)
    assert np.mean(found) == pytest.approx(expected, rel=0.2)
    assert np.abs(off).max() < 4 * expected


def test_the_complement_of_an_event_is_solved_from_the_other_side():
    ((low, _),) = solved("dear < 0.5", probability=0.8, draws=2**12).holds
    assert abs(low.value - stats.norm.ppf(0.8, 80, 5)) < 4 * low.error


def test_conditions_on_an_event_and_a_quantity_hold_jointly():
    found = solved(["dear > 0.5", "cost < 85 USD"], probability=0.5, draws=2**14)
    ((_, high),) = found.holds
    both = stats.norm.cdf(85, 80, 5) - 0.5
    assert abs(high.value - stats.norm.ppf(both, 80, 5)) < 4 * high.error


def test_a_solution_reports_the_probability_of_an_event():
    found = solved("dear > 0.5", probability=0.8, draws=2**12)
    displayed = dict(row[:2] for row in cells(found)[1])
    assert displayed["dear"] in ("80%", "80.0%")  # depending on its error
    displayed = json.loads(solution_json(found))["holds"][0]["to"]["quantities"]["dear"]
    assert displayed["probability"] == pytest.approx(0.8, abs=0.001)
    assert set(displayed) == {"unit", "probability", "mc_error", "low", "high", "hits", "draws"}
    assert displayed["low"] < 0.8 < displayed["high"]


@pytest.mark.parametrize("requested", ["dear > 0.8", "dear > 0", "dear < 1", "dear > 20%"])
def test_an_invalid_bound_of_an_event_is_rejected_with_one_line(requested):
    found = (
        f"so-that '{requested}': an event happens in a draw or does not: write > 0.5 if it is to happen, < 0.5 if not"
    )
    with pytest.raises(mcf.InputError, match=found) as refused:
        solved(requested, draws=64)
    assert "\n" not in str(refused.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run with an event."""
    place = tmp_path_factory.mktemp("reports") / "bill"
    mcf.run(page(targets=["dear", "cost"]), model=MODEL, draws=2**12).write(place, report=False)
    return place


@pytest.mark.parametrize("outcome", [0, 1])
def test_an_event_has_a_brier_score_and_a_log_score(command, folder, tmp_path, outcome):
    path = tmp_path / "ledger.csv"
    result = command("score", folder, "--outcome", f"dear={outcome}", "--ledger", path)
    assert (result.code, result.err) == (0, "")
    (row,) = ledger.read(path)
    p = read_folder(folder).summary["dear"].values["probability"]
    assert abs(p - exact_probability()) < 0.01
    assert row.scale == "event"
    assert row.crps == pytest.approx((p - outcome) ** 2, abs=1e-12)
    assert row.log_score == pytest.approx(math.log(p if outcome else 1 - p))
    assert row.probability[0] == pytest.approx(p)
    assert row.probability[1] == pytest.approx(read_folder(folder).summary["dear"].errors["probability"])
    found = result.out.splitlines()[1]
    assert ("did not happen" if outcome == 0 else "happened") in found
    assert f"probability {EVENT.text(p, 'share', row.probability.error)}" in found
    assert "Brier 0." in found


def test_events_are_excluded_from_the_coverage_of_a_ledger(command, folder, tmp_path):
    path = tmp_path / "ledger.csv"
    command("score", folder, "--outcome", "dear=1", "--ledger", path)
    result = command("score", "--all", "--ledger", path)
    assert (result.code, result.err) == (0, "")
    assert "interval" not in result.out
    result = command("score", "--all", "--ledger", path, "--out", tmp_path / "page")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "all outcomes are of events" in result.err
    command("score", folder, "--outcome", "cost=80 USD", "--ledger", path)
    found = json.loads(command("score", "--all", "--ledger", path, "--json", "--out", tmp_path / "page").out)
    assert [level["count"] for level in found["calibration"]] == [1] * 4
    assert found["outcomes"][0]["inside"] is None
    assert (tmp_path / "page" / "calibration.pdf").exists()


@pytest.mark.parametrize("outcome", ["0.3", "2", "30%"])
def test_a_fractional_outcome_of_an_event_is_rejected_with_one_line(command, folder, tmp_path, outcome):
    result = command("score", folder, "--outcome", f"dear={outcome}", "--ledger", tmp_path / "x.csv")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "an event happened or did not; write dear=1 or dear=0" in result.err
    assert not [*tmp_path.iterdir()]


def test_percentiles_of_an_event_are_its_probability(command, folder):
    p = read_folder(folder).summary["dear"].values["probability"]
    _, row = command("percentiles", folder, "dear").out.splitlines()
    assert row.split()[:2] == ["dear", "probability"]
    for quantiles in ("5,50,95", "2.5"):
        _, first, *_ = command("percentiles", folder, "dear", "--format", "csv", "--quantiles", quantiles).out.split()
        assert first.split(",")[:3] == ["dear", "share", "probability"]
        assert float(first.split(",")[3]) == p
        words = ("--format", "json", "--quantiles", quantiles)
        found = json.loads(command("percentiles", folder, "dear", *words).out)["quantities"]["dear"]
        assert [*found][:2] == ["unit", "probability"]


def test_an_event_is_a_bernoulli_in_squiggle_and_squigglepy(command, folder):
    import squigglepy as sq

    p = read_folder(folder).summary["dear"].values["probability"]
    assert f"\ndear = bernoulli({p:.15g})\n" in command("export", folder, "--to", "squiggle", "--target", "dear").out
    space = {}
    exec(command("export", folder, "--to", "squigglepy", "--target", "dear", "--target", "cost").out, space)
    sq.set_seed(1)
    drawn = np.asarray(sq.sample(space["dear"], n=4000))
    assert set(drawn) == {0, 1}
    assert abs(drawn.mean() - p) < 4 * math.sqrt(p * (1 - p) / 4000)


def test_an_event_is_rejected_for_metaculus_with_its_probability(command, folder):
    result = command("export", folder, "--to", "metaculus", "--target", "dear", "--lower", 0, "--upper", 1)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "dear is an event, and a binary question takes a probability: 3" in result.err


def test_the_sheet_of_an_event_has_its_probability(command, folder, tmp_path):
    command("export", folder, "--to", "xlsx", "--out", tmp_path / "bill.xlsx")
    rows = [*openpyxl.load_workbook(tmp_path / "bill.xlsx")["dear"].iter_rows(values_only=True)]
    (*_, last) = rows
    value, error = (read_folder(folder).summary["dear"][i]["probability"] for i in (1, 2))
    assert last[1] == "probability"
    assert last[2].startswith(f"{value:.1%}"[:1])
    assert last[3:5] == (value, error)


@pytest.mark.slow
def test_a_run_with_many_rows_and_events_is_bit_identical_when_repeated(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("run", "frontier-cost", "--draws", 512, "--out", "then", "--no-report", "--quiet")
    result = command("verify", "then")
    assert (result.code, result.out.splitlines()[0]) == (0, "bit-identical: then")
