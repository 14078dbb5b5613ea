"""The shipped studies: each runs without non-finite draws and reports its disclosed figures."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.formatting import split_row
from mcfrontier.runs.diagnostics import non_finite
from mcfrontier.study import locate
from mcfrontier.study.describe import cost_targets

STUDIES = list(locate.runnable())
RUNS = ["gpt2", "gpt3", "gpt4", "opt-175b", "bloom-176b", "gopher", "chinchilla", "mt-nlg", "palm", "llama31-405b"]
RUNS += ["gemini-ultra", "deepseek-v3", "grok3"]
COST_BASES = {"acquisition_cost", "amortised_cost", "cloud_cost", "ownership_cost", "development_cost"}


def draws_of(name):
    """A number of draws that is enough: evidence reduces the effective sample size."""
    return 2**15 if mcf.load(name).evidence else 2**9


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_runs_without_non_finite_draws(name):
    run = mcf.run(name, draws=draws_of(name))
    assert non_finite(run.core) == {}
    assert not any("outside 0 to 1" in note for note in run.notes)
    assert set(run.study.targets) <= set(run.core.values)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_a_title_a_question_and_a_date(name):
    words = mcf.load(name).file.stated
    assert words.title
    assert words.question.endswith("?")
    assert words.about
    assert words.date
    assert words.price_year or not cost_targets(mcf.load(name))


@pytest.mark.parametrize("name", STUDIES)
def test_disclosed_figures_are_reported_and_are_not_inputs(name):
    loaded = mcf.load(name)
    for figure in loaded.file.disclosed.values():
        assert split_row(figure.quantity)[0] in loaded.order


@pytest.mark.parametrize(
    ("name", "flop", "utilisation"),
    [("kimi-k2", 6 * 32e9 * 15.5e12, 0.217), ("deepseek-v2", 6 * 21e9 * 8.1e12, 0.229)],
)
def test_chip_hours_are_operations_over_the_peak_and_the_median_of_the_class(name, flop, utilisation):
    """The median utilisation of mixtures of experts on Hopper: OLMoE 0.182, DeepSeek-V2 0.205, Llama 4 0.229 and
    0.265, and without DeepSeek-V2."""
    hours = mcf.run(name, draws=2**12).summary["chip_time"].values["p50"]
    assert hours == pytest.approx(flop / (utilisation * 989e12 * 3600), rel=0.06)


@pytest.mark.parametrize(
    ("name", "family", "rows"),
    [("llama4-maverick", "Llama 4", 2), ("deepseek-v2", "DeepSeek V2", 1), ("mai-base1", "MAI-Base-1", 1)],
)
def test_a_study_of_a_disclosed_run_does_not_use_its_family(name, family, rows):
    entry = mcf.load(name).inputs["utilisation"].entry
    assert entry.sample.groups.count(family) == rows
    assert family not in entry.table.groups
    assert len(entry.table.labels) == len(entry.sample.labels) - rows


@pytest.mark.parametrize("name", RUNS)
def test_a_training_run_has_the_five_cost_bases(name):
    assert set(mcf.load(name).targets) >= COST_BASES


@pytest.mark.parametrize("name", RUNS)
def test_acquisition_exceeds_ownership_and_development_exceeds_amortised_cost(name):
    """In each draw, since shared inputs are drawn once; not where the published factor is below 1."""
    draws = mcf.run(name, draws=draws_of(name)).draws
    assert (draws.acquisition_cost > draws.ownership_cost).all()
    assert (draws.acquisition_cost > draws.amortised_cost).mean() > 0.99
    more = draws.development_cost > draws.amortised_cost
    assert more.where(draws.experiment_factor >= 1, True).all()


def test_the_chip_hours_of_deepseek_identify_mfu_times_goodput_and_neither_alone():
    """The product has a known width: that of the operations per token and of the evidence, 3 % either way."""
    run = mcf.run("deepseek-v3-given", draws=2**15)
    assert {"mfu", "goodput"}.isdisjoint(run.targets)
    np.testing.assert_allclose(run["implied_utilisation"], run["mfu"] * run["goodput"])
    names = "implied_utilisation", "mfu", "goodput", "flop_per_parameter_token", "chip_time"
    spread = {name: float(np.log(run[name]).std()) for name in names}
    known = np.hypot(spread["flop_per_parameter_token"], spread["chip_time"])
    assert spread["implied_utilisation"] == pytest.approx(known, rel=0.05)
    assert spread["implied_utilisation"] < 0.9 * min(spread["mfu"], spread["goodput"])
    assert np.corrcoef(run["mfu"], run["goodput"])[0, 1] < -0.5
