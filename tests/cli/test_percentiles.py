"""The percentiles command on a study and on the folder of a saved run."""

import csv
import io
import json
import os

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.formatting import amount
from tests.conftest import entry

STUDY = (
    'title = "A bill"\ntargets = ["energy_cost"]\n'
    + entry("energy", "lognormal", "kWh", p5=1, p95=3)
    + entry("energy_price", "lognormal", "USD/kWh", p5=0.05, p95=0.10)
)


@pytest.fixture
def bill(page):
    page("bill", STUDY)


def lognormal(p5, p95):
    """The median and the standard deviation of the logarithm."""
    return (p5 * p95) ** 0.5, np.log(p95 / p5) / (2 * stats.norm.ppf(0.95))


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_percentiles_of_a_product_of_lognormals_match_the_formula(bill, command, sampler):
    (energy, wide), (price, narrow) = lognormal(1, 3), lognormal(0.05, 0.10)
    requested = ("energy_cost", "energy", "--quantiles", "2.5,50,97.5", "--sampler", sampler, "--draws", 2**14)
    found = json.loads(command("percentiles", "bill", *requested, "--format", "json").out)["quantities"]
    for name, median, sigma in (("energy_cost", energy * price, np.hypot(wide, narrow)), ("energy", energy, wide)):
        for word, level in (("p2.5", 0.025), ("p50", 0.5), ("p97.5", 0.975)):
            truth, error = median * np.exp(sigma * stats.norm.ppf(level)), found[name]["mc_error"][word]
            assert abs(found[name][word] - truth) < 5 * error
            assert error < 0.05 * truth


@pytest.mark.parametrize(
    ("study", "draws", "names"),
    [
        ("gpt4", 2**17, ()),  # some have an input integrated out
        ("chips", 2**10, ("gpu_price", "cpu_rate", "price_per_memory[A100 80GB]")),
        ("deepseek-v3-given", 2**15, ("mfu", "pue")),
    ],
)
def test_a_folder_has_the_percentiles_of_its_study(tmp_path, command, study, draws, names):
    folder = tmp_path / "run"
    command("run", study, "--draws", draws, "--seed", 3, "--no-report", "--quiet", "--out", folder)
    for form in ("csv", "json", "table"):
        requested = (*names, "--quantiles", "2.5,5,50,99", "--format", form)
        ours = command("percentiles", study, *requested, "--draws", draws, "--seed", 3)
        assert ours.code == 0
        assert ours == command("percentiles", folder, *requested)


def test_percentiles_of_a_folder_reproduce_its_files_byte_by_byte(bill, command, tmp_path):
    command("run", "bill", "--draws", 256, "--no-report", "--quiet")
    folder, names = tmp_path / "reports" / "bill", ("energy", "energy_price", "discarded_share", "energy_cost")
    every = ("--quantiles", "1,5,10,25,50,75,90,95,99")
    for form in ("csv", "json"):
        result = command("percentiles", folder, *names, *every, "--format", form)
        assert result.out == (folder / f"percentiles.{form}").read_text()


def test_csv_has_one_line_per_statistic_of_the_targets(bill, command):
    head, *lines = csv.reader(io.StringIO(command("percentiles", "bill", "--format", "csv", "--draws", 64).out))
    assert head == ["quantity", "unit", "statistic", "value", "mc_error", "note"]
    words = ["mean", "sd", "p1", "p5", "p25", "p50", "p75", "p95", "p99"]
    assert [line[:3] for line in lines] == [["energy_cost", "USD", word] for word in words]


def test_a_table_has_each_quantile_beside_its_error(bill, command):
    result = command("percentiles", "bill", "--quantiles", "50", "--draws", 2**12)
    run = mcf.run("bill", draws=2**12)
    head, *_, last = (line.split() for line in result.out.splitlines())
    assert head == ["quantity", "value", "MC", "error"]
    value, error = (run.summary["energy_cost"][i]["p50"] for i in (1, 2))
    assert last == ["p50", amount(value, "USD", error), *amount(error, "USD", digits=1).split()]


def test_a_quantity_that_no_target_needs_can_be_requested(command):
    result = command("percentiles", "gpt4", "largest_model", "--draws", 256, "--format", "json")
    assert list(json.loads(result.out)["quantities"]) == ["largest_model"]
    alone = mcf.run("gpt4", draws=256, targets=["largest_model"])
    assert json.loads(result.out)["quantities"]["largest_model"]["p50"] == alone.summary["largest_model"].values["p50"]


def test_quantities_are_listed_once_in_the_requested_order(bill, command):
    result = command("percentiles", "bill", "energy_price", "energy", "energy_price", "--format", "json", "--draws", 64)
    assert list(json.loads(result.out)["quantities"]) == ["energy_price", "energy"]


def test_a_pinned_quantity_is_known(bill, command):
    result = command("percentiles", "bill", "--set", "energy=2", "--set", "energy_price=0.5", "--format", "csv")
    assert "energy_cost,USD,p50,1.0,0.0" in result.out


def test_requested_quantities_of_a_long_run_are_counted(bill, command):
    result = command("percentiles", "bill", "energy", "--draws", 2**19, "--format", "json")
    run = mcf.run("bill", targets=["energy_cost", "energy"], draws=2**19)
    assert json.loads(result.out)["quantities"]["energy"]["mean"] == run.summary["energy"].values["mean"]
    assert "all other results are of the first 131,072" in result.err


def test_a_folder_without_draws_lists_its_percentiles(bill, command):
    command("run", "bill", "--draws", 2**19, "--no-report", "--quiet")
    assert command("percentiles", "reports/bill", "--quantiles", "1,10,90").code == 0
    result = command("percentiles", "reports/bill", "--quantiles", "1,2.5,90")
    assert (result.code, result.out) == (2, "")
    assert "it has p1, p5, p10, p25, p50, p75, p90, p95, p99, but not its draws" in result.err
    assert "which p2.5 would need; make the run again with --save-draws" in result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bill", "enregy"), "'enregy' is no node and no entry; did you mean 'energy'?"),
        (("bill", "energy[H100]"), "bill: it has no quantity 'energy[H100]'; did you mean 'energy'?"),
        (("chips", "gpu_price[H10]"), "did you mean 'gpu_price[H100]'?"),
        (("reports/bill", "enregy"), "reports/bill: it has no quantity 'enregy'; did you mean 'energy'?"),
        (("reports/bill", "--draws", "64"), "--draws: reports/bill is a saved run"),
        (("reports/bill", "--seed", "1"), "--seed: reports/bill is a saved run"),
        (("reports/bill", "--sampler", "lhs"), "--sampler: reports/bill is a saved run"),
        (("reports/bill", "--set", "energy=1"), "--set: reports/bill is a saved run"),
        (("reports",), "reports: not the folder of a run: it has no manifest.json"),
        (("reports/bil",), "there is no such folder; did you mean 'reports/bill'?"),
        (("bil",), "bil: there is no such study; did you mean 'bill'?"),
        (("bill", "--quantiles", "0"), "--quantiles 0: 0 is not a percent above 0 and below 100"),
        (("bill", "--quantiles", "5,100"), "100 is not a percent above 0 and below 100"),
        (("bill", "--quantiles", "-1"), "-1 is not a percent"),
        (("bill", "--quantiles", "5,nan"), "nan is not a percent"),
        (("bill", "--quantiles", "5,"), "nothing is not a percent"),
        (("bill", "--quantiles", "p5"), "p5 is not a percent"),
        (("bill", "--format", "jsno"), "--format jsno: unknown format; did you mean 'json'?"),
        (("bill", "--draws", "-1"), "draws"),
        (("bill", "--sampler", "sobl"), "did you mean 'sobol'?"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_an_invalid_request_is_rejected_with_one_line(bill, command, words, message):
    command("run", "bill", "--draws", 64, "--no-report", "--quiet")
    result = command("percentiles", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_a_percentile_name_has_all_its_digits(bill, command):
    result = command("percentiles", "bill", "--quantiles", "99.99999,0.07", "--format", "csv", "--draws", 64)
    assert [line.split(",")[2] for line in result.out.splitlines()[3:]] == ["p99.99999", "p0.07"]


def test_an_unstable_mean_is_marked_in_every_format(page, command):
    page("wild", 'targets = ["wild"]\n' + entry("wild", "student-t", df=1, p5=-6, p95=6))
    for form, mark in (("table", "mean, not stable"), ("csv", ",not stable"), ("json", '"unstable_mean": [\n  "wild"')):
        assert mark in command("percentiles", "wild", "--format", form).out
        command("run", "wild", "--no-report", "--quiet")
        assert mark in command("percentiles", "reports/wild", "--format", form).out


def test_levels_that_are_all_below_one_percent_are_noted(bill, command):
    asked = ("percentiles", "bill", "energy", "--draws", 64, "--quantiles")
    assert "these are percents, all below 1; for 5 % write 5, not 0.05" in command(*asked, "0.05,0.5").err
    assert "percents" not in command(*asked, "0.5,50").err


def test_the_name_of_a_study_in_place_of_its_run_is_refused_with_the_folder_of_that(bill, command):
    command("run", "bill", "--draws", 64, "--no-report", "--quiet")
    for words in (("verify", "bill"), ("export", "bill", "--to", "csv"), ("score", "bill", "--outcome", "energy=1")):
        assert "there is no such folder; did you mean 'reports/bill'?" in command(*words).err


def test_a_priors_file_that_is_a_folder_or_a_pipe_is_refused_as_such(command, here):
    (here / "priors" / "mine.toml").mkdir(parents=True)
    os.mkfifo(here / "pipe.toml")
    for name, place in (("mine", "priors/mine.toml"), ("./pipe.toml", "pipe.toml")):
        refused = command("check", name)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert f"{place}: not a file of its folder" in refused.err
