"""Predicted chip-hours of disclosed runs: independent calculations, simulated tables and the shipped table."""

import datetime
import json
import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from mcfrontier.analysis.forecasts import cross_validation
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import NORMAL, mapped, student_t
from mcfrontier.distributions.reference import Reference, Sample
from mcfrontier.runs import calibration
from tests.conftest import ROOT

STUDY = (ROOT / "priors/calibration/chip-hours.toml").read_text()
HEAD = "run,family,chip,generation,moe,precision,training_compute [FLOP],chip_time [chip*h],utilisation [share],"
HEAD += "known_from,source_id"
UTILISATION = {"a": 0.41, "b": 0.30, "c": 0.52, "d": 0.22}
PEAK = 312e12  # of an A100, FLOP per second


@pytest.fixture(scope="module")
def runs():
    return calibration.predict()


@pytest.fixture
def table(page):
    """Write the calibration study and its table of runs: table({run: (family, utilisation)})."""

    def write(rows, **changed):
        lines = []
        for run, (family, share) in rows.items():
            cells = {"chip": "A100 80GB", "known_from": "2024-01-01"} | changed.get(run, {})
            figures = f"1e22,{1e22 / (share * PEAK * 3600)},{share}"
            lines.append(f"{run},{family},{cells['chip']},ampere,0,bf16,{figures},{cells['known_from']},")
        page("calibration/chip-hours", STUDY)
        page("tables/disclosed", "").with_suffix(".csv").write_text("\n".join([HEAD, *lines]) + "\n")

    return write


def singles():
    """Runs that are each a family by itself."""
    return {run: (run, share) for run, share in UTILISATION.items()}


def lognormal(sigma):
    """The lognormal distribution with a median of 1."""
    return mapped(NORMAL, lambda z: np.exp(sigma * z), lambda x: np.log(x) / sigma)


def test_a_run_of_a_single_class_is_predicted_by_students_t_of_the_other_families(table):
    table(singles())
    first = calibration.predict()[0]
    rest = special.logit([0.30, 0.52, 0.22])
    t = stats.t(2, rest.mean(), rest.std(ddof=1) * math.sqrt(1 + 1 / 3))
    at_peak = 1e22 / (PEAK * 3600)
    for level, hours in zip(cross_validation.LEVELS, first.prediction.quantiles, strict=True):
        assert hours == pytest.approx(at_peak / special.expit(t.ppf(1 - level)), rel=1e-6)
    assert first.hours == pytest.approx(at_peak / 0.41)
    assert first.prediction.percentile == pytest.approx(t.sf(special.logit(0.41)), rel=1e-9)
    assert first.prediction.log10_error == pytest.approx(math.log10(special.expit(rest.mean()) / 0.41), abs=1e-7)


def test_members_of_its_family_change_no_prediction_of_a_run(table):
    table(singles())
    alone = calibration.predict()[0].prediction
    table(singles() | {"a2": ("a", 0.9), "a3": ("a", 0.05)})
    assert calibration.predict()[0].prediction == alone


def test_a_family_counts_once(table):
    table(singles())
    four = calibration.summarise(calibration.predict())
    percentiles, families = [0.5, 0.99, 0.99], ["x", "x", "y"]
    assert four.families == 4
    assert cross_validation.share_inside(percentiles, families, 0.5) == 0.25
    assert cross_validation.group_means([1, 3, 10], families).tolist() == [2, 10]
    assert cross_validation.group_weights(families) == [0.5, 0.5, 1]


def test_repeated_members_of_a_family_change_no_statistic(table):
    table(singles())
    alone = calibration.summarise(calibration.predict())
    table(singles() | {"a2": ("a", 0.41)})
    again = calibration.summarise(calibration.predict())
    assert again.families == 4
    assert again.coverage == alone.coverage
    assert again.crps == pytest.approx(alone.crps, rel=1e-12)
    assert again.median_log10_error == pytest.approx(alone.median_log10_error, rel=1e-12)


@pytest.mark.parametrize("z", [-2.0, 0.0, 0.7])
def test_the_crps_of_the_logarithm_matches_that_of_a_normal_distribution(z):
    sigma = 0.7 / math.log(10)
    closed = sigma * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi))
    forecast, outcome = lognormal(0.7), math.exp(0.7 * z)
    assert cross_validation.log_crps(forecast, outcome) == pytest.approx(closed, rel=1e-6)
    sample = cross_validation.product_quantiles([forecast])
    assert cross_validation.sample_log_crps(sample, outcome) == pytest.approx(closed, rel=1e-3)


def test_the_crps_of_a_forecast_with_heavy_tails_is_the_integral_of_squared_differences():
    """Student's t with two degrees of freedom on the logit scale, as predicted from three rows."""
    forecast, at = mapped(student_t(2), special.expit, special.logit), math.log10(0.3)

    def squared(y, observed):
        return (stats.t.cdf(special.logit(10**y), 2) - observed) ** 2

    parts = [
        integrate.quad(squared, low, high, (observed,))[0]
        for low, high, observed in ((-300, -5, 0), (-5, at, 0), (at, 0, 1))
    ]
    assert cross_validation.log_crps(forecast, 0.3) == pytest.approx(sum(parts), rel=1e-5)


def test_the_quantiles_of_a_product_of_lognormal_factors_are_those_of_a_lognormal():
    factors = [lognormal(0.3), lognormal(0.4)]
    found = np.quantile(cross_validation.product_quantiles(factors), [0.05, 0.5, 0.95])
    assert found == pytest.approx(stats.lognorm(0.5).ppf([0.05, 0.5, 0.95]), rel=2e-3)


def test_percentiles_of_simulated_tables_are_uniform():
    """In each table two classes of families of two members, with normal effects on the logit scale. The percentiles of
    the first run of each table are independent."""
    rng, found = np.random.default_rng(11), []
    groups, kinds = np.repeat(np.arange(4), 2), np.repeat([0, 1, 0, 1], 2)
    texts = {"labels": [*"abcdefgh"], "groups": [*map(str, groups)], "cells": {"kind": [*map(str, kinds)]}}
    for _ in range(100):
        scaled = rng.normal(0, 0.5, 2)[kinds] + rng.normal(0, 0.4, 4)[groups] + rng.normal(0, 0.3, 8)
        values = special.expit(scaled)
        entry = Reference(
            unit="share", source="a test", offsets=["kind"], sample=Sample(values=values.tolist(), **texts)
        )
        found.append(float(cross_validation.predict_each(entry)[0].cdf(values[:1])[0]))
    assert stats.kstest(found, "uniform").pvalue > 0.01


@pytest.mark.parametrize(("differences", "share"), [((1, 2, 3), 0), ((-1, -2), 1), ((1, -1), 0.75)])
def test_the_p_value_is_the_share_of_resamples_without_an_advantage(differences, share):
    assert cross_validation.p_value(np.array(differences)) == pytest.approx(share, abs=0.02)


def test_the_shipped_predictions_are_calibrated(runs):
    found = calibration.summarise(runs)
    for level, share in found.coverage.items():
        low, high = stats.binom.interval(0.98, found.families, level)
        assert low <= share * found.families <= high
        assert cross_validation.binomial_interval(level, found.families) == (
            pytest.approx(low / found.families),
            pytest.approx(high / found.families),
        )


def test_the_shipped_predictions_score_better_than_fixed_utilisations_and_are_centred(runs):
    found = calibration.summarise(runs)
    for name in calibration.COMPARED:
        assert found.crps["reference"] < found.crps[name]
        assert found.p_values[name] < 0.1
    assert abs(found.median_log10_error) <= 0.05


def test_the_command_prints_classes_and_levels_within_80_columns_and_writes_files(command, tmp_path, runs):
    result = command("calibrate", "--out", tmp_path / "out")
    assert result.code == 0
    assert "hopper MoE bf16" in result.out
    assert f"all {len(runs)} " in " ".join(result.out.split())
    assert max(map(len, result.out.splitlines()[:-1])) <= 80
    assert (tmp_path / "out/runs.pdf").read_bytes().startswith(b"%PDF")
    written = json.loads((tmp_path / "out/calibration.json").read_text())
    assert [*written] == ["format", "families", "runs", "coverage", "crps", "p_values", "median_log10_error"]
    assert [*written["runs"][0]] == [
        *("run", "family", "hours", "p5", "p25", "p50", "p75", "p95", "pit", "crps", "log10_error")
    ]
    assert [*written["coverage"]] == ["50", "80", "90"]
    assert [*written["crps"]] == ["reference", "fixed", "claude_next"]
    assert [*written["p_values"]] == ["fixed", "claude_next"]


def test_the_runs_known_on_a_day_are_predicted_from_each_other(table):
    later = {"known_from": "2025-01-01"}
    table(singles(), d=later)
    found = calibration.predict(datetime.date(2024, 6, 1))
    table({run: each for run, each in singles().items() if run != "d"})
    assert found == calibration.predict()


@pytest.mark.parametrize("day", ["2018-01-01", "2021-06-01", "2022-03-01", "2022-06-01"])
def test_a_day_with_too_few_runs_is_refused_with_a_remedy(day, command, here):
    result = command("calibrate", "--as-of", day, "--out", "made")
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert "a later" in result.err
    assert not (here / "made").exists()


def test_a_run_on_an_unknown_chip_is_refused(table):
    table(singles(), b={"chip": "abacus"})
    with pytest.raises(InputError, match=r"tables\.chip: has no 'abacus'; add it"):
        calibration.predict()


def test_the_summary_of_a_ledger_includes_the_calibration_of_chip_hours(command, runs):
    found = calibration.summarise(runs)
    printed = command("score", "--all").out.splitlines()[-2:]
    assert f"{found.families} families" in printed[0]
    assert "log10 −0.0" in printed[1]
    written = json.loads(command("score", "--all", "--json").out)
    assert written["calibrate"]["median_log10_error"] == found.median_log10_error
    outcomes = [row for row in written["outcomes"] if row["scale"] != "event"]
    ratios = [row["outcome"] / row["p50"] for row in outcomes]
    assert written["bias"]["median_log10_error"] == pytest.approx(np.median(np.log10(ratios)))


def test_the_utilisation_of_a_shipped_run_is_that_of_its_hours_compute_and_chip(runs):
    by_name = {run.run: run for run in runs}
    for name, compute, rate in (("PaLM 540B", 2.5e24, 275e12), ("DeepSeek-V3", 3.286e24, 989e12)):
        run = by_name[name]
        assert run.utilisation == pytest.approx(compute / (run.hours * 3600 * rate), rel=0.02)


def test_the_fixed_utilisations_score_as_in_an_independent_calculation(runs):
    run, rng = runs[0], np.random.default_rng(5)
    mean, sd = 0.375, 0.275 / stats.norm.ppf(0.95)
    factor = stats.truncnorm((0.01 - mean) / sd, (0.99 - mean) / sd, mean, sd)
    fixed = factor.rvs(40_000, random_state=rng) * 0.375 / 0.37
    pert = 0.28 + 0.20 * rng.beta(1 + 4 * 0.6, 1 + 4 * 0.4, 40_000)
    ends = special.logit([0.65, 0.90])
    goodput = special.expit(rng.normal(ends.mean(), np.ptp(ends) / 2 / stats.norm.ppf(0.95), 40_000))
    implied = 4.02e22 / (run.hours * 3600 * PEAK)
    for name, draws in (("fixed", fixed), ("claude_next", pert * goodput)):
        away = np.log10(draws / implied)
        pairs = np.abs(away - np.roll(away, 1)).mean() / 2
        assert run.crps[name] == pytest.approx(np.abs(away).mean() - pairs, abs=0.003)
