"""Events as the commands tell them: compared, solved for, scored, exported, made again."""

import json
import math

import numpy as np
import openpyxl
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier import ledger
from mcfrontier.finished import finished
from mcfrontier.outputs.comparison import comparison_json, contents, heads, lines
from mcfrontier.outputs.solution import cells, solution_json
from mcfrontier.results import central
from mcfrontier.wording import probability
from tests.conftest import believed

YEARS = ["2025", "2026", "2027", "2028", "2029"]
COURSES = ["a", "b", "c"]
Z95 = stats.norm.ppf(0.95)


@mcf.node("USD")
def cost(hardware, staff):
    """Of both."""
    return hardware + staff


@mcf.node("share", event=True)
def dear(cost, limit):
    """That it costs more than the limit."""
    return cost > limit


MODEL = [cost, dear]


def normal(name, mean, sd):
    return believed(name, "normal", "USD", mean=mean, sd=sd)


def page(hardware=(50.0, 3.0), staff=(30.0, 4.0), limit=82.0, targets=("dear",), **words):
    inputs = normal("hardware", *hardware) | normal("staff", *staff) | believed("limit", unit="USD", value=limit)
    return {"title": "A bill", "question": "?", "targets": [*targets], "inputs": inputs, **words}


def likely(hardware=(50.0, 3.0), staff=(30.0, 4.0), limit=82.0):
    """The probability that a sum of two normals is above the limit."""
    return stats.norm.sf(limit, hardware[0] + staff[0], math.hypot(hardware[1], staff[1]))


def many(*years, limit=82.0):
    """The same event in so many years and on three courses: more rows than are told one by one."""
    words = page(limit=limit, targets=["dear", "cost"]) | {"dimensions": {"course": COURSES, "year": [*years]}}
    at = 10.0 * np.array([YEARS.index(year) for year in years])
    words["inputs"] |= believed("staff", "normal", "USD", by="year", mean=[*(20 + at)], sd=[4.0] * len(years))
    words["inputs"] |= believed("hardware", "normal", "USD", by="course", mean=[50.0, 45.0, 40.0], sd=[3.0] * 3)
    return words


ONE, OTHER = {"hardware": (50.0, 3.0)}, {"hardware": (54.0, 3.0), "limit": 81.0}


def compare(*pages, draws=2**14, **words):
    return mcf.compare(*pages, model=MODEL, draws=draws, **words)


@pytest.fixture(scope="module")
def compared():
    return compare(page(**ONE), page(**OTHER))


def test_an_event_is_compared_by_its_probability(compared):
    told, p, q = compared.pairs[0].told["dear"], likely(**ONE), likely(**OTHER)
    for found, truth in ((told.first, p), (told.other, q), (told.difference, q - p), (told.ratio, q / p)):
        value, error = central(found)
        assert abs(value - truth) < 4 * error
        assert 0 < error < 0.02 * max(1, truth)
    difference = compared.difference.dear.isel(other=0).sel(figure="value")
    assert difference.sel(statistic="probability") == central(told.difference).value
    assert np.isnan(difference.sel(statistic="p50"))


def test_the_errors_of_a_difference_and_of_a_ratio_of_probabilities_are_those_of_pairs():
    """Of many seeds: the spread of what is told is the error that is told, and narrower than that of two runs apart."""
    found = [compare(page(**ONE), page(**OTHER), draws=512, seed=seed, sampler="random") for seed in range(60)]
    for word in ("difference", "ratio"):
        each = [getattr(one.pairs[0].told["dear"], word) for one in found]
        spread, told = np.std([central(x).value for x in each]), np.mean([central(x).error for x in each])
        assert 0.75 < told / spread < 1.35
    p, q = likely(**ONE), likely(**OTHER)
    apart = math.sqrt((p * (1 - p) + q * (1 - q)) / 512)
    assert np.mean([central(one.pairs[0].told["dear"].difference).error for one in found]) < 0.8 * apart


def test_the_bars_of_an_event_are_shapleys_of_its_probability(compared):
    """Two things change, so each bar is the mean of what it does first and last."""
    fall = compared.waterfall("dear")
    p = {(h, m): likely((h, 3.0), limit=m) for h in (50.0, 54.0) for m in (82.0, 81.0)}
    truth = {
        "hardware": (p[54, 82] - p[50, 82] + p[54, 81] - p[50, 81]) / 2,
        "limit": (p[50, 81] - p[50, 82] + p[54, 81] - p[54, 82]) / 2,
    }
    assert fall.statistic == "probability"
    for name, bar in truth.items():
        assert abs(fall.bar.sel(input=name) - bar) < 4 * fall.mc_error.sel(input=name)
    told = compared.pairs[0].told["dear"]
    assert (fall.first, fall.other) == (central(told.first).value, central(told.other).value)
    assert fall.bar.sum().item() == pytest.approx(central(told.difference).value, abs=1e-14)
    assert fall.factor.prod().item() == pytest.approx(central(told.ratio).value, rel=1e-12)


def test_the_json_of_a_comparison_tells_the_probability_of_an_event(compared):
    (pair,) = json.loads(comparison_json(compared))["pairs"]
    told = pair["targets"]["dear"]
    for word in ("first", "other", "difference", "ratio"):
        assert set(told[word]) == {"probability", "mc_error"}
        assert set(told[word]["mc_error"]) == {"probability"}
    assert told["waterfall"]["statistic"] == "probability"
    assert told["waterfall"]["total"] == told["difference"]["probability"]
    assert sum(bar["value"] for bar in told["waterfall"]["bars"]) == pytest.approx(
        told["waterfall"]["total"], abs=1e-14
    )


def test_a_person_is_told_probabilities_and_points(compared):
    (pair,) = compared.pairs
    assert heads(pair) == ["", "", "probability", "", "MC error"]
    first, other, difference, ratio = lines(pair, "dear")
    assert [line[1] + line[3] for line in (first, other, difference, ratio)] == [""] * 4
    assert first[2][:1] == "3"
    assert "points" in difference[2]
    assert difference[2].startswith("+")


def test_an_event_that_happens_nowhere_has_no_ratio_and_no_factors():
    found = compare(page(limit=1e6), page())
    told = found.pairs[0].told["dear"]
    assert np.isnan(central(told.ratio).value)
    assert np.isnan(found.waterfall("dear").factor).all()
    (pair,) = json.loads(comparison_json(found))["pairs"]
    assert pair["targets"]["dear"]["ratio"]["probability"] is None


def test_of_many_rows_the_foremost_are_told_in_full_and_all_in_a_line():
    found = compare(many(*YEARS), many(*YEARS, limit=84.0), draws=2**10)
    (pair,) = found.pairs
    told, pictures = contents(found)
    (shown,) = told["pairs"]
    assert [row["name"] for row in shown["rows"]] == ["Dear [a, 2026]", "Cost [a, 2029]"]
    assert len(shown["brief"]) == len(pair.rows) == 30
    assert len(pictures) == 1  # the limit moves no cost
    assert {*pair.falls} == {*pair.rows}


def test_the_foremost_row_is_one_that_both_sides_have():
    """Alone, the first study would be told by 2026, in which the event is least certain."""
    found = compare(many(*YEARS), many("2027", "2028", "2029"), draws=2**10, targets=["dear"])
    assert found.pairs[0].headlines == ["dear[a,2027]"]


@pytest.mark.slow
def test_the_terminal_tells_all_rows_of_one_target(command):
    words = ("--set", "cost_threshold=1e10", "--target", "over_threshold", "--draws", 512)
    ended = command("compare", "frontier-cost", *words)
    assert ended.code == 0
    assert "Each row by its probability" in ended.out
    assert "What moves the probability of over threshold" in ended.out
    assert sum(line.startswith("Over threshold [") for line in ended.out.splitlines()) == 1 + 28


def solved(so_that, decide="limit", **words):
    return mcf.solve(page(targets=["dear", "cost"]), decide, so_that, model=MODEL, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.8])
def test_an_event_has_its_probability_where_the_limit_is_a_percentile(sampler, level):
    found = solved("dear > 0.5", probability=level, sampler=sampler, draws=2**14)
    ((low, high),) = found.holds
    truth = stats.norm.isf(level, 80, 5)
    assert low is None
    assert abs(high.value - truth) < 4 * high.error
    assert high.error < 0.05 * 5
    assert high.probability[0] == pytest.approx(level, abs=2 / found.sampler.draws)


def test_the_error_of_an_event_is_that_of_the_percentile_behind_it():
    """The density there turns the error of a probability into one of the limit: over seeds, as slopes are noisy."""
    truth, told, off = stats.norm.isf(0.8, 80, 5), [], []
    for seed in range(25):
        words = {"probability": 0.8, "draws": 2**11, "seed": seed, "sampler": "random", "between": (60, 100)}
        ((_, end),) = solved("dear > 0.5", **words).holds
        told.append(end.error)
        off.append(end.value - truth)
    expected = math.sqrt(0.8 * 0.2 / 2**11) / stats.norm.pdf(truth, 80, 5)
    assert np.mean(told) == pytest.approx(expected, rel=0.2)
    assert np.abs(off).max() < 4 * expected


def test_that_an_event_does_not_happen_is_the_other_side():
    ((low, _),) = solved("dear < 0.5", probability=0.8, draws=2**12).holds
    assert abs(low.value - stats.norm.ppf(0.8, 80, 5)) < 4 * low.error


def test_an_event_and_a_quantity_hold_in_one_draw_at_once():
    found = solved(["dear > 0.5", "cost < 85 USD"], probability=0.5, draws=2**14)
    ((_, high),) = found.holds
    both = stats.norm.cdf(85, 80, 5) - 0.5
    assert abs(high.value - stats.norm.ppf(both, 80, 5)) < 4 * high.error


def test_a_solution_tells_an_event_by_its_probability():
    found = solved("dear > 0.5", probability=0.8, draws=2**12)
    told = dict(row[:2] for row in cells(found)[1])
    assert told["dear"] in ("80%", "80.0%")  # by the digits of its error
    told = json.loads(solution_json(found))["holds"][0]["to"]["quantities"]["dear"]
    assert told["probability"] == pytest.approx(0.8, abs=0.001)
    assert set(told) == {"unit", "probability", "mc_error"}


@pytest.mark.parametrize("asked", ["dear > 0.8", "dear > 0", "dear < 1", "dear > 20%"])
def test_a_bound_of_an_event_that_is_none_is_refused_in_a_line(asked):
    told = f"so-that '{asked}': an event happens in a draw or does not: write > 0.5 if it is to happen, < 0.5 if not"
    with pytest.raises(mcf.InputError, match=told) as refused:
        solved(asked, draws=64)
    assert "\n" not in str(refused.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of an event, written."""
    place = tmp_path_factory.mktemp("reports") / "bill"
    mcf.run(page(targets=["dear", "cost"]), model=MODEL, draws=2**12).write(place, report=False)
    return place


@pytest.mark.parametrize("outcome", [0, 1])
def test_an_event_is_scored_by_brier_and_by_the_logarithm_of_its_probability(command, folder, tmp_path, outcome):
    path = tmp_path / "ledger.csv"
    ended = command("score", folder, "--outcome", f"dear={outcome}", "--ledger", path)
    assert (ended.code, ended.err) == (0, "")
    (row,) = ledger.read(path)
    p = finished(folder).summary["dear"].values["probability"]
    assert abs(p - likely()) < 0.01
    assert row.scale == "event"
    assert row.crps == pytest.approx((p - outcome) ** 2, abs=1e-12)
    assert row.log_score == pytest.approx(math.log(p if outcome else 1 - p))
    assert row.probability[0] == pytest.approx(p)
    assert row.probability[1] == pytest.approx(finished(folder).summary["dear"].errors["probability"])
    told = ended.out.splitlines()[1]
    assert ("did not happen" if outcome == 0 else "happened") in told
    assert f"probability {probability(p, row.probability[1])}" in told
    assert "Brier 0." in told


def test_events_are_left_out_of_the_intervals_of_a_ledger(command, folder, tmp_path):
    path = tmp_path / "ledger.csv"
    command("score", folder, "--outcome", "dear=1", "--ledger", path)
    ended = command("score", "--all", "--ledger", path)
    assert (ended.code, ended.err) == (0, "")
    assert "interval" not in ended.out
    ended = command("score", "--all", "--ledger", path, "--out", tmp_path / "page")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "all outcomes here are of events" in ended.err
    command("score", folder, "--outcome", "cost=80 USD", "--ledger", path)
    told = json.loads(command("score", "--all", "--ledger", path, "--json", "--out", tmp_path / "page").out)
    assert [level["count"] for level in told["calibration"]] == [1] * 4
    assert told["outcomes"][0]["inside"] is None
    assert (tmp_path / "page" / "calibration.pdf").exists()


@pytest.mark.parametrize("outcome", ["0.3", "2", "30%"])
def test_what_happened_in_part_is_refused_in_a_line(command, folder, tmp_path, outcome):
    ended = command("score", folder, "--outcome", f"dear={outcome}", "--ledger", tmp_path / "x.csv")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "an event happened or did not; write dear=1 or dear=0" in ended.err
    assert not [*tmp_path.iterdir()]


def test_percentiles_of_an_event_are_its_probability(command, folder):
    p = finished(folder).summary["dear"].values["probability"]
    _, row = command("percentiles", folder, "dear").out.splitlines()
    assert row.split()[:2] == ["dear", "probability"]
    for quantiles in ("5,50,95", "2.5"):
        _, first, *_ = command("percentiles", folder, "dear", "--format", "csv", "--quantiles", quantiles).out.split()
        assert first.split(",")[:3] == ["dear", "share", "probability"]
        assert float(first.split(",")[3]) == p
        words = ("--format", "json", "--quantiles", quantiles)
        told = json.loads(command("percentiles", folder, "dear", *words).out)["quantities"]["dear"]
        assert [*told][:2] == ["unit", "probability"]


def test_an_event_is_a_bernoulli_in_squiggle_and_squigglepy(command, folder):
    import squigglepy as sq

    p = finished(folder).summary["dear"].values["probability"]
    assert f"\ndear = bernoulli({p:.15g})\n" in command("export", folder, "--to", "squiggle", "--target", "dear").out
    space = {}
    exec(command("export", folder, "--to", "squigglepy", "--target", "dear", "--target", "cost").out, space)
    sq.set_seed(1)
    drawn = np.asarray(sq.sample(space["dear"], n=4000))
    assert set(drawn) == {0, 1}
    assert abs(drawn.mean() - p) < 4 * math.sqrt(p * (1 - p) / 4000)


def test_metaculus_takes_no_event_and_the_line_tells_its_probability(command, folder):
    ended = command("export", folder, "--to", "metaculus", "--target", "dear", "--lower", 0, "--upper", 1)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "dear is an event, and a binary question takes a probability: 3" in ended.err


def test_the_sheet_of_an_event_tells_its_probability(command, folder, tmp_path):
    command("export", folder, "--to", "xlsx", "--out", tmp_path / "bill.xlsx")
    rows = [*openpyxl.load_workbook(tmp_path / "bill.xlsx")["dear"].iter_rows(values_only=True)]
    (*_, last) = rows
    value, error = (finished(folder).summary["dear"][i]["probability"] for i in (1, 2))
    assert last[1] == "probability"
    assert last[2].startswith(f"{value:.1%}"[:1])
    assert last[3:5] == (value, error)


@pytest.mark.slow
def test_a_run_of_many_rows_and_of_events_is_made_again_to_the_bit(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("run", "frontier-cost", "--draws", 512, "--out", "then", "--no-report", "--quiet")
    ended = command("verify", "then")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "bit-identical: then")
