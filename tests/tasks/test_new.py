"""A first priors file: it runs as it is, and its figures are those that were stated."""

import tomllib

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.text import toml
from mcfrontier.runs.load import load
from mcfrontier.study import toml_text
from mcfrontier.tasks.new.like import changed_study
from tests.cli.test_bad_input import assert_one_line_error

BUDGET = ("--chip", "b200", "--chips", 200_000, "--days", 90)
SIZE = ("--chip", "h100", "--parameters", "405e9", "--tokens", "15.6e12")
LEVELS = np.array([0.02, 0.3, 0.5, 0.9])


def made(command, here, *words):
    result = command("new", "mine", *words)
    assert result.err == ""
    return (here / "priors/mine.toml").read_text()


def test_chips_and_days_determine_the_operations(command, here):
    text = made(command, here, *BUDGET, "--date", "2026-03-01")
    assert "price_date = 2026-03-01" in text
    run = mcf.run("mine", draws=256, targets=["training_compute", "chip_time", "utilisation"])
    assert np.allclose(run["chip_time"], 200_000 * 90 * 24)
    rate = 2250e12 * 3600  # operations an hour at the dense BF16 peak of a B200
    assert np.allclose(run["training_compute"], run["chip_time"] * rate * run["utilisation"])


def test_parameters_and_tokens_determine_chip_hours_and_with_chips_the_days(command, here):
    made(command, here, *SIZE)
    assert "training_time" not in load("mine").targets
    (here / "priors/mine.toml").unlink()
    made(command, here, *SIZE, "--chips", 16_384)
    run = mcf.run("mine", draws=256, targets=["training_time", "training_compute", "chip_time"])
    assert np.allclose(run["training_compute"], 6 * 405e9 * 15.6e12)
    assert np.allclose(run["training_time"] * 24 * 16_384, run["chip_time"])


def test_the_check_counts_the_sources_to_fill_in_and_nothing_else(command, here):
    text = made(command, here, *SIZE, "--chips", 16_384)
    warnings = [line for line in command("check", "mine").err.splitlines() if line.startswith("warning")]
    (line,) = warnings
    assert "3 sources to fill in: chip_count, active_parameters and tokens" in line
    assert command("check", "mine", "--strict").code == 2
    (here / "priors/mine.toml").write_text(text.replace("FILL IN: where this figure comes from", "our plan"))
    assert "fill in" not in command("check", "mine").err


@pytest.mark.parametrize(
    ("chip", "architecture", "shipped"),
    [("h100", "dense", "hopper-dense"), ("gb200", "moe", "blackwell-moe"), ("tpu-v5p", "dense", "tpu-dense")],
)
def test_the_utilisation_is_that_of_the_class_of_the_chip_and_the_architecture(
    chip, architecture, shipped, command, here
):
    made(command, here, "--chip", chip, "--chips", 8, "--days", 9, "--architecture", architecture)
    own, classed = (load(mine).inputs["utilisation"] for mine in ("mine", {
        "extends": [f"utilisation/{shipped}"], "targets": ["utilisation"]
    }))  # fmt: skip
    assert np.array_equal(own.distributions[0].ppf(LEVELS), classed.distributions[0].ppf(LEVELS))


def test_what_is_not_known_of_a_run_makes_its_utilisation_wider(command, here):
    ratios = []
    for words in ((), ("--architecture", "dense"), ("--precision", "fp8")):
        made(command, here, *SIZE, *words)
        (here / "priors/mine.toml").rename(here / "priors/last.toml")
        low, high = load("last").inputs["utilisation"].distributions[0].ppf(np.array([0.05, 0.95]))
        ratios.append(high / low)
    assert ratios[1] < ratios[0]
    assert 'precision = "fp8"' in (here / "priors/last.toml").read_text()


def test_an_old_chip_has_the_prices_of_the_day(command, here):
    made(command, here, "--chip", "a100", "--chips", 8, "--days", 9, "--date", "2025-06-30")
    study = load("mine")
    assert study.inputs["server_price"].entry.date == "2025-06-30"
    assert study.file.stated.price_year == 2025


@pytest.mark.parametrize("like", ["gpt4", "grok4", "history"])
def test_a_changed_study_is_the_same_until_it_is_edited_and_lists_its_uncertain_inputs(like):
    """With every comment removed, each input still has the distribution of the study."""
    text, study = changed_study("mine", like), load(like)
    same = load(toml_text.loads(text))
    assert (same.targets, same.inputs.keys()) == (study.targets, study.inputs.keys())
    head, _, entries = text.partition("# The uncertain inputs")
    edited = load(toml_text.loads(head + "\n".join(line[2:] for line in entries.splitlines()[1:])))
    own = {name for name, prior in edited.inputs.items() if prior.where == "priors"}
    assert len(own) == len(study.uncertain)
    for name in own:
        rows = zip(study.inputs[name].quantiles, edited.inputs[name].quantiles, strict=True)
        if study.inputs[name].entry.resolved:
            for one, other in rows:
                assert np.allclose(one.parabolas, other.parabolas, rtol=1e-12, equal_nan=True)


def test_an_amount_of_a_file_of_another_price_year_keeps_its_year(page, command, here):
    rent = '[inputs.rent]\nfamily = "lognormal"\np5 = 1\np95 = 2\nunit = "USD"\nsource = "x"\n'
    page("base", f"price_year = 2015\n{rent}")
    page("study", 'price_year = 2024\nextends = ["base"]\ntargets = ["rent"]\n')
    assert "# money_year = 2015" in changed_study("mine", "study")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("--chip", "b2000", "--chips", 1, "--days", 1), ("--chip b2000: there is no", "did you mean 'b200'")),
        (("--chip", "b200", "--days", 3), ("state --chips COUNT and --days DAYS, or --parameters",)),
        (("--chip", "b200", "--parameters", "1e9"), ("state --chips COUNT and --days DAYS, or --parameters",)),
        ((*BUDGET, "--tokens", "1e12"), ("--days: the length of the run follows", "leave it out")),
        (("--chip", "a100", "--chips", 1, "--days", 1, "--precision", "fp8"), ("--precision fp8", "known: bf16")),
        (("--like", "gpt4", "--chips", 3), ("--chips: the study of --like determines the run",)),
        (("--like", "gtp4"), ("did you mean 'gpt4'",)),
        (("--chip", "b200", "--chips", -1, "--days", 1), ("--chips -1: a number above 0",)),
        (("--chip", "b200", "--chips", 1, "--days", "nan"), ("--days nan: a number above 0",)),
        ((*BUDGET, "--out", "mine.txt"), ("--out mine.txt", ".toml")),
        ((), ("the chip is missing; state --chip CHIP",)),
    ],
)  # fmt: skip
def test_numbers_that_do_not_determine_a_run_are_refused_and_nothing_is_written(words, parts, command, here):
    assert_one_line_error(command("new", "mine", *words), *parts)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["../mine", "/mine", "mine.toml", "", "a b", ".mine", "documents/mine", "x" * 81])
def test_a_name_that_cannot_be_looked_up_is_refused(name, command, here):
    assert_one_line_error(command("new", name, *BUDGET), "new ")
    assert list(here.iterdir()) == []


def test_no_file_is_overwritten_or_hidden(command, here):
    text = made(command, here, *BUDGET)
    assert_one_line_error(command("new", "mine", *SIZE), "priors/mine.toml: this file exists")
    assert (here / "priors/mine.toml").read_text() == text
    assert_one_line_error(command("new", "gpt4", *SIZE), "ships with the package")
    assert command("new", "mine", *SIZE, "--out", "deep/other.toml").code == 0
    assert load("deep/other.toml").targets[0] == "amortised_cost"


@pytest.mark.parametrize(
    "x", [0, -3, 200_000, 0.1, 1e-7, 405e9, 15.6e12, 1 / 3, 1e300, 'a"b\\\n\x7f\u202e', [1, 2.5], {"a b": True}]
)
def test_what_is_written_as_toml_is_read_back(x):
    assert tomllib.loads(f"x = {toml.value(x)}")["x"] == x
