"""Scores of forecasts: closed forms, properties of proper scores and the shipped ledger."""

import csv
import json
import math
import re
from itertools import combinations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import mcfrontier as mcf
from mcfrontier.analysis.forecasts import coverage, scoring_rules
from mcfrontier.core import units
from mcfrontier.core.csvtext import cell_text, csv_cell
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.study import locate, priors_file
from mcfrontier.tasks.score import ledger, score
from tests import ledger as shipped
from tests.conftest import ROOT, entry

DRAWS = 2**14
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
SAMPLES = st.lists(NUMBERS, min_size=1, max_size=40).map(np.array)


def normal_draws(seed=0):
    """Standard normal draws."""
    return np.random.default_rng(seed).standard_normal(DRAWS)


def crps_of_normal(z):
    """Gneiting and Raftery (2007), equation 21."""
    return z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)


def crps_of_lognormal(y, sigma):
    """Baran and Lerch (2015), for a median of 1."""
    shifted = norm.cdf(math.log(y) / sigma - sigma) + norm.cdf(sigma / math.sqrt(2)) - 1
    return y * (2 * norm.cdf(math.log(y) / sigma) - 1) - 2 * math.exp(sigma**2 / 2) * shifted


@pytest.mark.parametrize("z", [-2.5, -1.0, 0.0, 0.3, 1.7, 3.0])
def test_scores_of_normal_draws_match_the_normal_within_their_errors(z):
    found = scoring_rules.score(normal_draws(), z)
    truths = norm.cdf(z), crps_of_normal(z), norm.logpdf(z)
    for estimate, truth in zip(message(found), truths, strict=True):
        assert abs(estimate.value - truth) < 4 * estimate.error
    assert found.scale == "raw"
    assert math.isnan(found.crps_log.value)


@pytest.mark.parametrize("z", [-1.0, 1.7])
def test_the_stated_errors_match_the_observed_errors(z):
    truths = np.array([norm.cdf(z), crps_of_normal(z), norm.logpdf(z)])
    found = [scoring_rules.score(normal_draws(seed), z) for seed in range(64)]
    missed = np.array([[e.value - t for e, t in zip(message(each), truths, strict=True)] for each in found])
    stated = np.array([[e.error for e in message(each)] for each in found])
    off = np.sqrt(np.mean((missed / stated) ** 2, axis=0))
    assert (off > 0.7).all()
    assert (off < 1.4).all()


def message(found):
    """The three estimates of a score."""
    return found.percentile, found.crps, found.log_score


@pytest.mark.parametrize("y", [0.2, 1.0, 4.0])
def test_scores_of_positive_draws_include_the_log_scale(y):
    found = scoring_rules.score(np.exp(0.8 * normal_draws()), y)
    z = math.log(y) / 0.8
    assert found.scale == "log"
    assert abs(found.crps.value - crps_of_lognormal(y, 0.8)) < 4 * found.crps.error
    assert abs(found.crps_log.value - 0.8 * crps_of_normal(z)) < 4 * found.crps_log.error
    assert abs(found.log_score.value - norm.logpdf(z) + math.log(0.8)) < 4 * found.log_score.error


@given(SAMPLES, NUMBERS)
def test_crps_is_the_mean_distance_less_half_the_mean_pairwise_distance(x, y):
    by_pairs = np.abs(x - y).mean() - np.abs(x[:, None] - x).mean() / 2
    assert scoring_rules.crps(x, y) == pytest.approx(by_pairs, rel=1e-9, abs=1e-12 * (1 + np.abs(x - y).max()))
    assert scoring_rules.crps(x, y) >= 0


@given(SAMPLES, NUMBERS, st.floats(0.1, 10), st.integers(-1000, 1000))
def test_crps_scales_with_the_unit_and_ignores_the_origin(x, y, factor, shift):
    whole, rounding = scoring_rules.crps(x, y), 1e-9 * (1 + np.abs(x).max() + abs(y) + abs(shift))
    assert scoring_rules.crps(x * factor, y * factor) == pytest.approx(factor * whole, rel=1e-9, abs=10 * rounding)
    assert scoring_rules.crps(x + shift, y + shift) == pytest.approx(whole, rel=1e-9, abs=rounding)


def test_the_true_distribution_has_the_best_mean_score():
    """Over outcomes from the true distribution, a shifted, narrower or wider forecast has a worse CRPS and log
    score."""
    x = normal_draws()
    ends = norm.ppf((np.arange(40) + 0.5) / 40)
    forecasts = {"right": x, "moved": x + 0.4, "narrower": x / 1.7, "wider": 1.7 * x}
    crps = {name: np.mean([scoring_rules.crps(each, end) for end in ends]) for name, each in forecasts.items()}
    logs = {
        name: np.mean([scoring_rules.log_density(each, end).value for end in ends]) for name, each in forecasts.items()
    }
    assert min(crps, key=crps.get) == "right"
    assert max(logs, key=logs.get) == "right"


def test_an_outcome_beyond_all_draws_has_an_extreme_percentile_and_an_infinite_log_score():
    for end, percentile in ((9.0, 1.0), (-9.0, 0.0)):
        found = scoring_rules.score(normal_draws(), end)
        assert found.percentile == (percentile, 0)
        assert found.log_score.value == -math.inf
        assert found.crps.value == pytest.approx(9 - 1 / math.sqrt(math.pi), abs=4 * found.crps.error + 1e-9)


def test_discrete_draws_count_ties_half_and_score_by_probability():
    x = np.tile([1.0, 2.0, 2.0, 4.0], 64)
    found = scoring_rules.score(x, 2.0)
    assert (found.scale, found.percentile.value) == ("counted", 0.5)
    assert found.log_score.value == pytest.approx(math.log(0.5))
    assert scoring_rules.score(x, 3.0).log_score.value == -math.inf


def test_a_known_value_scores_its_distance():
    found = scoring_rules.score(np.full(64, 5.0), 7.0)
    assert (found.percentile.value, found.crps.value, found.log_score.value) == (1, 2, -math.inf)
    assert scoring_rules.score(np.full(64, 5.0), 5.0).log_score.value == 0


def test_errors_use_randomisations_despite_non_finite_draws(non_finite_run):
    run, folder = non_finite_run(0.5, 2**10)
    row, lost = score.score_outcome(read_folder(folder), "root", 1.0)
    x = run.core.samples("root")
    kept = [part[np.isfinite(part)] for part in x.reshape(-1, 16).T]
    assert lost == np.isnan(x).sum() > 100
    below, nearness = (
        [f(part) for part in kept] for f in (lambda y: 100 * (y < 1).mean(), lambda y: scoring_rules.crps(y, 1))
    )
    for message, error, each in (
        (row.percentile, row.percentile_error, below),
        (row.crps, row.crps_error, nearness),
    ):
        assert error == pytest.approx(math.hypot(np.std(each, ddof=1) / 4, message - np.mean(each)))


@pytest.mark.parametrize(("inside", "low", "high"), [(0, 0, 1 - 0.025**0.1), (10, 0.025**0.1, 1)])
def test_the_interval_of_a_coverage_is_clopper_pearson(inside, low, high):
    """For none and for all, the interval has a closed form."""
    percentiles = [0.5] * inside + [0.999] * (10 - inside)
    (found,) = coverage.coverage(percentiles, [0.9])
    assert (found.inside, found.count) == (inside, 10)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(("below", "count"), [(14, 18), (4, 18), (0, 7), (3, 6), (9, 18), (5, 9)])
def test_the_p_value_of_a_bias_sums_binomial_probabilities_no_larger_than_that_of_the_count(below, count):
    percentiles = [0.2] * below + [0.7] * (count - below) + [0.5] * 3  # the last lie at their medians
    found = coverage.bias(percentiles)
    smaller = [math.comb(count, k) for k in range(count + 1) if math.comb(count, k) <= math.comb(count, below)]
    assert (found.below, found.count) == (below, count)
    assert found.p_value == pytest.approx(sum(smaller) / 2**count)


def test_outcomes_at_their_medians_are_no_evidence_of_bias():
    assert coverage.bias([0.5, 0.5]) == coverage.Bias(0, 0, 1.0)


def test_readme_and_page_state_the_coverage_and_the_bias_of_the_shipped_ledger():
    percentiles = [row.percentile for row in ledger.read(ROOT / "priors" / ledger.LEDGER_FILE)]
    count = len(percentiles)
    inside, below = sum(5 <= p <= 95 for p in percentiles), sum(p < 50 for p in percentiles)
    far = max(below, count - below)
    p_value = min(1, 2 * sum(math.comb(count, k) for k in range(far, count + 1)) / 2**count)
    for place in ("README.md", "docs/score.md"):
        text = " ".join((ROOT / place).read_text().split())
        assert re.search(rf"{inside} of {count} (public figures|outcomes)", text), place
        assert f"{below} of {count} " in text, place
        assert f"p = {p_value:.2g}" in text, place


def test_the_narrowest_interval_includes_its_ends():
    ends = {0.25: 0.5, 0.9: 0.8, 0.05: 0.9, 0.951: 0.98, 0.99: 0.98, 0.995: None}
    assert {end: coverage.narrowest_interval(end) for end in ends} == ends


def test_an_outcome_is_scored_in_the_units_of_the_run_and_added_to_the_ledger(command, folder, here, gpt4):
    words = ("--outcome", "energy=43.4 GWh", "--source", "a meter,\nread", "--note", 'it is "news"')
    result = command("score", folder, *words)
    assert (result.code, result.err) == (0, "")
    assert "43.4 GWh" in result.out
    assert "in ledger.csv: 1 added" in result.out
    (row,) = ledger.read(here / "ledger.csv")
    x = gpt4.core.samples("energy")
    assert (row.study, row.quantity, row.outcome, row.unit) == ("gpt4", "energy", 43_400, "MWh")
    assert (row.source, row.note, row.seed, row.draws) == ("a meter, read", 'it is "news"', 7, 2**12)
    assert row.priors_sha256 == gpt4.study.file.digest
    assert row.percentile == pytest.approx(100 * (x < 43_400).mean())
    assert row.crps == pytest.approx(np.abs(x - 43_400).mean() - np.abs(x[:, None] - x).mean() / 2)
    assert (row.p5, row.p50, row.p95) == tuple(gpt4.summary["energy"].values[word] for word in ("p5", "p50", "p95"))


def test_a_share_is_given_as_a_number_or_in_percent(command, folder, here):
    one, other = (
        json.loads(command("score", folder, "--json", "--ledger", f"{i}.csv", "--outcome", f"mfu={text}").out)
        for i, text in enumerate(("0.36", "36%"))
    )
    assert one == other
    assert one[0]["outcome"] == 0.36


def test_ledger_rows_are_never_changed_or_duplicated(command, folder, here):
    path = here / "ledger.csv"
    command("score", folder, "--outcome", "energy=43.4 GWh")
    before = path.read_bytes()
    again = command("score", folder, "--outcome", "energy=43_400 MWh", "--source", "another")
    assert (again.code, path.read_bytes()) == (0, before)
    assert again.err == "note: energy: ledger.csv has this outcome for the same priors already; not added again\n"
    command("score", folder, "--outcome", "energy=44 GWh", "--outcome", "mfu=30%")
    assert path.read_bytes().startswith(before)
    assert [row.outcome for row in ledger.read(path)] == [43_400, 44_000, 0.3]
    assert [file.name for file in here.iterdir()] == ["ledger.csv"]


def test_forecasts_with_other_priors_are_added_and_the_first_row_counts(command, folder, here):
    command("score", folder, "--outcome", "energy=43.4 GWh")
    command("run", "gpt4", "--set", "mfu=0.3", "--draws", 1024, "--no-report", "--out", "other", "--quiet")
    assert "1 added" in command("score", "other", "--outcome", "energy=43.4 GWh").out
    rows = ledger.read(here / "ledger.csv")
    assert [row.set for row in rows] == ["", "mfu=0.3"]
    result = command("score", "--all", "--json")
    assert "1 row repeats an outcome scored before; the first row of each outcome counts" in result.err
    (message,) = json.loads(result.out)["outcomes"]
    assert message["set"] == ""


def test_an_input_is_scored_with_a_note(command, folder, here, page):
    result = command("score", folder, "--outcome", "mfu=41%", "--outcome", "energy=43.4 GWh")
    message = "mfu: an input of this run, not a forecast; make sure that it was stated without the outcome"
    assert (result.code, result.err) == (0, f"note: {message}\n")
    command("run", "deepseek-v3-given", "--draws", 2**15, "--no-report", "--out", "given", "--target", "chip_time")
    result = command("score", "given", "--outcome", "chip_time=2.664e6 chip*h", "--ledger", "other.csv")
    assert "note: chip_time: evidence of this run" in result.err


STUDY = 'title = "T"\nquestion = "?"\ntargets = ["price", "tdp"]\n[dimensions]\nchip = ["A", "B"]\n'
STUDY += entry("price", "lognormal", "USD/chip", by='"chip"', p5=1, p95=9) + entry("tdp", unit="W/chip", value=400)


def test_rows_of_a_quantity_are_scored_by_label(command, page):
    page("study", STUDY)
    command("run", "study", "--draws", 1024, "--no-report")
    words = ("--outcome", "price[B]=4 USD/chip", "--outcome", "tdp=0.5 kW/chip")
    price, tdp = json.loads(command("score", "reports/study", "--json", *words).out)
    assert 50 < price["percentile"] < 75
    assert (tdp["percentile"], tdp["crps"], tdp["log_score"]) == (100, 100, None)
    result = command("score", "reports/study", "--outcome", "price=4 USD/chip")
    assert (result.code, result.out) == (2, "")
    assert "price has 2 rows; name one, such as 'price[A]'" in result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["energy=43"], "--outcome energy=43: its unit is missing; write energy=43 MWh, if that is its unit"),
        (["energy=43 USD"], "'USD' is not a unit of energy; give it in MWh"),
        (["energy=43 GWj"], "unknown unit 'GWj'"),
        (["enregy=43 GWh"], "it has no quantity 'enregy'; did you mean 'energy'?"),
        (["energy=much"], "a number with its unit is expected, such as energy="),
        (["energy=1e999 MWh"], "a number with its unit is expected"),
        (["energy"], "write NAME=VALUE UNIT, such as"),
        (["energy="], "write NAME=VALUE UNIT, such as"),
        (["development_cost>=100e6 USD"], "a bound has no percentile; give the figure itself"),
        (["mfu=36"], "a share is between 0 and 1; write mfu=36%, if that is meant"),
        (["energy=43 GWh", "--ledger", "/proc/none/x.csv"], "/proc/none: the folder /proc cannot be written"),
        (["energy=43 GWh", "--ledger", "."], "a folder; name a file in it with --ledger"),
        (["energy=43 GWh", "--ledger", ""], "--ledger: the name of a file is expected, not nothing"),
        (["energy=43 GWh", "--all"], "--all scores no new outcome; leave one of the two out"),
        (["energy=43 GWh", "--out", "x"], "--out: only --all writes a PDF; add --all, or leave --out out"),
    ],
)
def test_an_invalid_outcome_is_rejected_with_one_line(command, folder, here, words, message):
    result = command("score", folder, "--outcome", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert not [*here.iterdir()]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "a folder is missing; write score FOLDER --outcome"),
        (["gpt4"], "an outcome is missing; write score FOLDER --outcome"),
        (["nothing", "--outcome", "energy=43 GWh"], "nothing: not the folder of a run: there is no such folder"),
        (["--all", "--ledger", "none.csv"], "none.csv: there is no such ledger"),
        (["--all", "--source", "me"], "--source: --all scores no new outcome"),
    ],
)
def test_an_invalid_request_is_rejected_with_one_line(command, here, words, message):
    result = command("score", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda text: "", "ledger.csv: a table has a head and at least one row"),
        (lambda text: text.replace("quantity", "quality", 1), "not a ledger: it has no column 'quality'"),
        (lambda text: text.replace("study,quantity", "quantity,study", 1), "not a ledger: its columns are not study"),
        (lambda text: text.replace(",MWh,", ","), "gpt4: 26 cells where the head has 27"),
        (lambda text: text.replace(",43400.0,", ",many,"), "row 1 (gpt4, energy): outcome: 'many' is not a number"),
        (lambda text: text.replace(",43400.0,", ",,"), "row 1 (gpt4, energy): outcome: a number is missing"),
        (lambda text: text.replace(",sobol,7,", ",sobol,,"), "row 1 (gpt4, energy): seed: '' is not a number"),
    ],
    ids=["empty", "head", "order", "short", "text", "nothing", "seed"],
)
@pytest.mark.parametrize("way", ["all", "add"])
def test_a_damaged_ledger_is_reported_with_its_row_and_left_unchanged(command, folder, here, harm, message, way):
    command("score", folder, "--outcome", "energy=43.4 GWh")
    path = here / "ledger.csv"
    path.write_text(harm(path.read_text()))
    before = path.read_bytes()
    result = command("score", "--all") if way == "all" else command("score", folder, "--outcome", "mfu=30%")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert path.read_bytes() == before


FORMULA = '=HYPERLINK("http://example.org")'


def test_a_text_in_a_ledger_is_no_formula_and_is_read_back_as_it_was(command, folder, here):
    words = ("--outcome", "energy=40 GWh", "--source", FORMULA, "--note", "-1 @ home")
    assert command("score", folder, *words).code == 0
    (row,) = ledger.read(here / "ledger.csv")
    assert (row.source, row.note) == (FORMULA, "-1 @ home")
    with (here / "ledger.csv").open(newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    assert "'" + FORMULA in cells
    assert command("score", folder, *words).err.count("not added again") == 1


@pytest.mark.parametrize("text", ["", "'", "=1", "'=1", "''=1", "-", "'a", "\tx", "a=1"])
def test_a_text_in_a_cell_is_restored(text):
    cell = csv_cell(text)
    assert cell_text(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"crps_error": -1.0}, "crps_error: -1 is negative"),
        ({"log_score": 800.0}, "not the logarithm of a probability"),
    ],
)
def test_a_ledger_with_impossible_scores_is_refused(command, here, changed, message):
    row = msgspec.structs.replace(ledger.read(ledger.shipped())[0], scale="event", **changed)
    (here / "ledger.csv").write_text(ledger.lines_of([row], head=True))
    result = command("score", "--all")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert message in result.err


def test_without_a_ledger_the_shipped_one_is_used_with_a_note(command, here):
    result = command("score", "--all", "--out", "pages")
    assert result.code == 0
    assert "there is no ledger.csv in this folder; this is that of the package" in result.err
    assert "in pages: calibration.pdf" in result.out
    assert (here / "pages/calibration.pdf").read_bytes().startswith(b"%PDF")
    message = json.loads(command("score", "--all", "--json").out)
    assert len(message["outcomes"]) == len(ledger.read(ledger.shipped()))
    for each in message["calibration"]:
        percentiles = [row["percentile"] for row in message["outcomes"]]
        assert each["inside"] == sum(abs(p - 50) <= 50 * each["level"] for p in percentiles)
        assert each["low"] < each["share"] <= each["high"]
    bias = message["bias"]
    assert (bias["below"], bias["count"]) == (sum(p < 50 for p in percentiles), len(percentiles))
    assert f"{bias['below']} of {bias['count']} outcomes below the median" in result.out


def test_the_calibration_page_is_reproducible(command, here):
    for folder in ("one", "two"):
        command("score", "--all", "--out", folder)
    assert (here / "one/calibration.pdf").read_bytes() == (here / "two/calibration.pdf").read_bytes()


def test_the_shipped_ledger_is_reproducible():
    """Each row's study, run again with its seed and draws, reproduces the row: priors, figures, sources and scores.
    After a change of priors, `python -m tests.ledger` regenerates it."""
    kept, made = ledger.read(ROOT / "priors" / ledger.LEDGER_FILE), shipped.rows()
    assert [(row.study, row.quantity) for row in kept] == [(row.study, row.quantity) for row in made]
    for here, there in zip(kept, made, strict=True):
        for name, kind in ledger.COLUMN_TYPES.items():
            one, other = getattr(here, name), getattr(there, name)
            assert one == other if kind is str else one == pytest.approx(other, rel=1e-6, nan_ok=True), (name, here)


def test_no_outcome_of_the_shipped_ledger_is_an_input_of_its_study():
    for name, keys in shipped.outcomes().items():
        study = mcf.load(name)
        for key in keys:
            figure = study.file.disclosed[key]
            assert figure.note, f"{name}: {key}: say why the study does not know it"
            assert figure.bound == "about"
            assert figure.quantity.partition("[")[0] not in study.inputs
            outcome = figure.value * units.scale(figure.unit)
            stated = {prior.name: numbers(prior) for prior in study.inputs.values()}
            message = {(one,): x for one, own in stated.items() for x in own}
            message |= {(a, b): x * y for a, b in combinations(stated, 2) for x in stated[a] for y in stated[b]}
            assert [names for names, x in message.items() if math.isclose(x, outcome, rel_tol=1e-4)] == []


def numbers(prior):
    """The numbers stated in an entry, in base units, including its percentiles and rows."""
    found = [x for each in prior.stated.values() for x in (each if isinstance(each, list) else [each])]
    return {x * units.scale(prior.entry.unit) for x in found if isinstance(x, int | float) and not isinstance(x, bool)}


def test_a_blind_study_discloses_the_figures_of_the_study_it_extends():
    pairs = 0
    for name in (name for name in locate.runnable() if name.startswith("blind/")):
        file = mcf.load(name).file
        for other in file.stated.extends:
            for key, figure in priors_file.load(other).disclosed.items():
                mine = file.disclosed.get(key)
                assert mine is None or (mine.value, mine.unit, mine.source) == (
                    figure.value,
                    figure.unit,
                    figure.source,
                )
                pairs += mine is not None
    assert pairs == 7


def test_an_alias_of_itself_restores_the_formula(page):
    page("stated", 'title = "T"\ntargets = ["energy"]\n' + entry("energy", unit="MWh", value=7))
    rest = 'targets = ["energy"]\nextends = ["stated"]\n[same]\nenergy = "energy"\n'
    rest += entry("chip_time", unit="chip*h", value=1000) + entry("chip_power", unit="W/chip", value=500)
    page("formula", rest)
    assert mcf.run("stated", draws=64)["energy"][0] == 7
    assert mcf.run("formula", draws=64)["energy"][0] == pytest.approx(0.5)


def test_a_folder_without_saved_draws_cannot_be_scored(command, here):
    mcf.run("gpt4", draws=2**19, targets=["energy"]).write("many", report=False)
    result = command("score", "many", "--outcome", "energy=43.4 GWh")
    assert (result.code, result.out) == (2, "")
    assert "its draws were not saved; make the run again with --save-draws" in result.err
