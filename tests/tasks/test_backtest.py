"""Forecasts from what was known on a day: independent calculations, own tables, and the command."""

import csv
import datetime
import json
import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from mcfrontier.analysis.forecasts.maxima import Maximum
from mcfrontier.analysis.forecasts.model_weights import pseudo_bma
from mcfrontier.analysis.forecasts.scoring_rules import interval_score
from mcfrontier.core.errors import InputError
from mcfrontier.runs.backtest import disclosed, growth
from mcfrontier.runs.backtest.backtest import DAYS
from mcfrontier.runs.backtest.figures import Figure, summarise
from mcfrontier.runs.backtest.tables import STUDY
from mcfrontier.study import priors_file
from tests.conftest import ROOT

KEYS = ["as_of", "figure", "family", "p5", "p25", "p50", "p75", "p95", "outcome", "log10_error", "interval_score"]
PEAK = 312e12  # of an A100, FLOP per second
HEAD = "run,family,chip,generation,moe,precision,training_compute [FLOP],chip_time [chip*h],utilisation [share],"
HEAD += "training_time [day],known_from,source_id"


@pytest.fixture(scope="module")
def parameters():
    return priors_file.load(growth.STUDY)


@pytest.fixture(scope="module")
def later(parameters):
    return [each for day in DAYS for each in growth.later_maxima(parameters, growth.COMPUTE, day)]


@pytest.fixture
def tables(page):
    """Write a table of ./priors, which the backtest then reads: tables("disclosed", lines)."""
    for name in ("calibration/backtest", "calibration/chip-hours"):
        page(name, (ROOT / f"priors/{name}.toml").read_text())

    def write(name, lines):
        page(f"tables/{name}", "").with_suffix(".csv").write_text("\n".join(lines) + "\n")

    return write


def made(percentile, family="a", kind="length", rivals=None):
    """A figure with an outcome of 2, and a median of 1."""
    return Figure(DAYS[0], kind, "run", family, "day", (0.1, 0.5, 1, 2, 10), percentile, 2.0, rivals or {})


@pytest.mark.parametrize(("outcome", "score"), [(2, 2), (3, 2), (4, 22), (0.5, 12)])
def test_the_interval_score_is_the_width_and_twenty_times_the_distance_outside(outcome, score):
    assert interval_score(1, 3, outcome) == pytest.approx(score)


def test_the_expected_interval_score_is_least_at_the_quantiles():
    x = np.linspace(-6, 6, 601)

    def expected(end):
        return sum(interval_score(-end, end, each) * stats.norm.pdf(each) for each in x) * (x[1] - x[0])

    assert expected(1.645) < min(expected(1.4), expected(1.9))


@pytest.mark.parametrize(("difference", "outcomes"), [(0.0, 3), (0.2, 4), (-1.0, 2)])
def test_a_model_that_is_ahead_by_the_same_in_each_outcome_has_the_odds_of_its_likelihood(difference, outcomes):
    scores = np.array([np.full(outcomes, difference), np.zeros(outcomes)])
    found = pseudo_bma(scores, [str(i) for i in range(outcomes)])
    assert found == pytest.approx([special.expit(difference * outcomes), special.expit(-difference * outcomes)])


def test_repeated_forecasts_of_an_outcome_change_no_weight_and_chance_draws_weights_together():
    scores, groups = np.array([[-1.0, -0.5, -2.0], [-1.2, -1.5, -0.3]]), ["a", "b", "c"]
    found = pseudo_bma(scores, groups)
    assert pseudo_bma(np.repeat(scores, 2, axis=1), [*np.repeat(groups, 2)]) == pytest.approx(found)
    alone = np.exp(scores.sum(axis=1)) / np.exp(scores.sum(axis=1)).sum()
    assert abs(found[0] - 0.5) < abs(alone[0] - 0.5)
    assert found.sum() == pytest.approx(1)


def test_a_maximum_has_the_density_and_the_quantiles_of_a_normal_plus_a_gumbel_variable():
    mean, sd, scale, outcome = 25.0, 0.4, 0.3, 25.6

    def convolved(of):
        return integrate.quad(lambda z: of(outcome - mean - sd * z) * stats.norm.pdf(z), -8, 8)[0]

    gumbel, shape = stats.gumbel_r(0, scale), (100_000,)
    found = Maximum(np.full(shape, mean), np.full(shape, sd**2), np.full(shape, scale))
    assert Maximum(*(x[:2] for x in vars(found).values())).log_density(outcome) == pytest.approx(
        math.log(convolved(gumbel.pdf)), abs=1e-4
    )
    assert (found.sample(np.random.default_rng(1)) < outcome).mean() == pytest.approx(convolved(gumbel.cdf), abs=0.006)


def test_a_figure_counts_by_its_family():
    rivals = [{"x": 1.0}, {}, {"x": 3.0}]
    found = summarise([made(p, f, rivals=r) for p, f, r in zip([0.5, 0.99, 0.5], "aab", rivals, strict=True)])
    assert (found.figures, found.families, found.coverage) == (3, 2, {0.5: 0.75, 0.9: 0.75})
    assert found.log10_error == pytest.approx(math.log10(2))
    assert found.interval_score == pytest.approx(2)
    assert found.rivals == {"x": pytest.approx((2, 2))}
    assert summarise([made(0.5), made(0.5, kind="energy")]).families == 2


def test_a_later_run_is_predicted_by_students_t_of_the_runs_known_on_the_day(tables):
    known, later = {"a": 0.30, "b": 0.52, "c": 0.22}, {"d": 0.41, "e": 0.35}
    lines = [HEAD]
    for runs, day in ((known, "2022-01-01"), (later, "2024-01-01")):
        for run, share in runs.items():
            figures = f"1e22,{1e22 / (share * PEAK * 3600)},{share},{100 * share}"
            lines.append(f"{run},{run},A100 80GB,ampere,0,bf16,{figures},{day},")
    tables("disclosed", lines)
    file, day = priors_file.load(STUDY), datetime.date(2023, 1, 1)
    hours, length = ([*disclosed.by_class(file, kind, day)] for kind in disclosed.CLASSES)
    assert [each.subject for each in hours] == [each.subject for each in length] == ["d", "e"]
    for rows, scale, sign in ((hours, special.logit, -1), (length, np.log, 1)):
        x = scale(np.array([*known.values()]) * (1 if sign < 0 else 100))
        t = stats.t(2, x.mean(), x.std(ddof=1) * math.sqrt(1 + 1 / 3))
        outcome = scale(0.41 if sign < 0 else 41)
        assert rows[0].percentile == pytest.approx(t.cdf(outcome) if sign > 0 else t.sf(outcome), rel=1e-6)
    point = abs(math.log10(0.41 / 0.375))
    assert hours[0].rivals[disclosed.FIXED] == pytest.approx(20 * point)


def test_a_growth_forecast_does_not_see_what_is_published_after_its_day(tables, parameters):
    """With all rows published since replaced by one, the forecast of its year is the same, and the outcome is its."""
    text = (ROOT / "priors/tables/frontier.csv").read_text()
    head, *rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    day, cells = datetime.date(2022, 12, 31), {"record_date [AD]": "2024.5", "known_from": "2025-01-01"}
    before = growth.later_maxima(parameters, growth.COMPUTE, day)
    kept = [row for row in rows if row[head.index("known_from")] <= str(day)]
    cells |= {name: "3e29" for name in head if name.endswith("]") and name not in cells}
    new = dict.fromkeys(head, "") | cells | {"run": "new"}
    tables("frontier", [",".join(map(json.dumps, row)) for row in (head, *kept, [*new.values()])])
    (after,) = growth.later_maxima(parameters, growth.COMPUTE, day)
    same = next(each for each in before if each.year == after.year)
    assert after.outcome == pytest.approx(math.log10(3e29))
    for name, model in after.models.items():
        assert np.array_equal(model.mean, same.models[name].mean)


def test_a_table_without_a_column_is_refused(tables, parameters):
    tables("frontier", ["run,published_compute [FLOP],known_from", "a,1e24,2020-01-01"])
    with pytest.raises(InputError, match=r"^tables/frontier.csv: has no column published_cost \[USD\]; add it$"):
        growth.later_maxima(parameters, growth.COMPUTE, DAYS[0])


def test_a_figure_of_growth_is_pooled_with_weights_from_the_other_years(later):
    year, figures = 2025, growth.figures_of(later)
    weights = growth.weights_of([each for each in later if each.year != year])
    assert weights != growth.weights_of(later)
    each = next(each for each in later if each.year == year)
    pooled = next(found for found in figures if (found.as_of, found.subject) == (each.as_of, str(year)))
    x = [model.sample(np.random.default_rng(5)) for model in each.models.values()]
    below = sum(weights[name] * (values < each.outcome).mean() for name, values in zip(weights, x, strict=True))
    assert pooled.percentile == pytest.approx(below, abs=0.02)
    assert pooled.outcome == pytest.approx(10**each.outcome)


def test_the_weights_of_the_study_are_those_of_the_backtest(parameters, later):
    for place, name in enumerate(("window_start", "growth_model")):
        found = growth.marginal(growth.weights_of(later), place)
        assert parameters.stated.inputs[name]["weights"] == pytest.approx([*found.values()], abs=0.005)


@pytest.mark.slow
def test_the_command_prints_and_writes_figures_with_their_scores(command, tmp_path):
    result = command("backtest", "--as-of", "2022-12-31", "--json", "--out", tmp_path / "out")
    found = json.loads(result.out)
    assert (result.code, result.out) == (0, (tmp_path / "out/backtest.json").read_text())
    assert (tmp_path / "out/backtest.pdf").read_bytes().startswith(b"%PDF")
    assert {"format", "figures", "coverage", "growth_weights"} <= found.keys()
    assert sum(found["growth_weights"].values()) == pytest.approx(1)
    groups = {}
    for each in found["figures"]:
        assert [*each][: len(KEYS)] == KEYS
        low, high, outcome = (math.log10(each[name]) for name in ("p5", "p95", "outcome"))
        assert each["log10_error"] == pytest.approx(outcome - math.log10(each["p50"]))
        assert each["interval_score"] == pytest.approx(high - low + 20 * max(low - outcome, outcome - high, 0))
        groups.setdefault((each["kind"], each["family"]), []).append(low <= outcome <= high)
    assert len(groups) == found["families"] > 60
    assert found["coverage"]["90"] == pytest.approx(np.mean([np.mean(each) for each in groups.values()]))
    assert {"largest compute", "largest cost", "chip-hours", "length", "energy", "rent"} <= {kind for kind, _ in groups}


def test_the_table_fits_eighty_columns(command):
    result = command("backtest", "--as-of", "2022-03-01")
    assert result.code == 0
    assert max(map(len, result.out.splitlines())) <= 80
    assert "2022-03-01: no chip-hours: fewer than two figures known; state a later day\n" in result.out


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (
            "2010-01-01",
            "no row is known as of 2010-01-01; the first is known from 2015-12-08, state that day",
        ),
        ("2026-11-29", "as of 2026-11-29: no figure was published after it; state an earlier day"),
        ("2050-01-01", "as of 2050-01-01: no figure was published after it; state an earlier day"),
        ("2024-02-30", "--as-of': 2024-02-30 is not a day; write it as 2025-06-30"),
    ],
)
def test_a_day_without_a_forecast_or_an_outcome_is_refused_with_one_line(day, message, command, here):
    result = command("backtest", "--as-of", day, "--out", "made")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert message in result.err
    assert not (here / "made").exists()
