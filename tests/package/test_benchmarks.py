"""Benchmarks: every tool computes the same statistics, and the reference values are correct."""

import sys

import numpy as np
import pytest

from tests.benchmarks import cold, memory, table, tools, truth
from tests.benchmarks.job import INPUTS, NODES, STATISTICS, STEPS, TARGETS
from tests.benchmarks.tools import ours, with_scipy

DRAWS = 2**16
REQUIRED_MODULES = {"squigglepy": "squigglepy", "OpenTURNS": "openturns", "chaospy": "chaospy"}


def assert_near_truth(answer):
    """Assert that each statistic is within a few Monte Carlo errors of the truth."""
    for target in TARGETS:
        found, true = (dict(zip(STATISTICS, x, strict=True)) for x in (answer[target], truth.TRUTH[target]))
        assert abs(found["p50"] - true["p50"]) < 5 * (true["p75"] - true["p25"]) / DRAWS**0.5, target
        for word in STATISTICS:
            assert abs(found[word] - true[word]) < 6 * (true["p95"] - true["p5"]) / DRAWS**0.5, (target, word)


def test_the_job_has_13_inputs_24_nodes_and_8_targets():
    assert (len(INPUTS), len(NODES), len(TARGETS)) == (13, 24, 8)


def test_a_target_needs_every_formula():
    needed = {*TARGETS}
    for name, _, needs in reversed(STEPS):
        assert name in needed
        needed |= {*needs}
    assert needed == {*INPUTS, *(name for name, *_ in STEPS)}


@pytest.mark.filterwarnings("ignore")  # of the libraries
@pytest.mark.parametrize("tool", tools.TOOLS)
def test_every_tool_gives_the_same_statistics(tool):
    if tool in REQUIRED_MODULES:
        pytest.importorskip(REQUIRED_MODULES[tool])
    assert_near_truth(tools.job_of(tool)(DRAWS, 7))


def test_other_samplers_give_the_same_statistics():
    assert_near_truth(ours.at_random(DRAWS, 7))
    assert_near_truth(with_scipy.quasi_random(DRAWS, 7))


@pytest.mark.parametrize("target", truth.PRODUCTS)
def test_the_true_statistics_of_a_product_are_computed_by_convolution(target, monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**15)
    assert truth.exact(truth.PRODUCTS[target]) == pytest.approx(truth.TRUTH[target], rel=1e-6)


def test_the_true_percentiles_of_a_lognormal_are_its_parameters(monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**15)
    p5, *_, p95, _ = truth.exact({"operations": 1})
    assert (p5, p95) == pytest.approx((0.82e25, 4.4e25), rel=1e-6)


def test_the_true_statistics_of_the_other_targets_follow_from_exact_parts(monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**12)
    monkeypatch.setattr(truth, "POINTS", 2**14)
    for target, found in zip(TARGETS, truth.by_sobol(7), strict=True):
        assert target == "energy" or found == pytest.approx(truth.TRUTH[target], rel=0.02)


def test_a_tool_that_is_not_installed_is_skipped_with_a_message(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "squigglepy", None)
    monkeypatch.delitem(sys.modules, "tests.benchmarks.tools.with_squigglepy", raising=False)
    monkeypatch.setattr(tools, "TOOLS", {"squigglepy": "with_squigglepy", "numpy": "with_numpy"})
    assert [*tools.installed()] == ["numpy"]
    assert capsys.readouterr().out == "squigglepy: left out, since squigglepy is not installed\n"


def test_peak_memory_is_that_of_the_job_alone():
    parent_memory = np.ones(2**24)  # 134 MB, which must not count for a child process
    assert 10e6 < memory.peak_of("numpy", 1000) < parent_memory.nbytes / 2


def test_a_job_that_fails_reports_the_reason():
    with pytest.raises(ValueError, match="unknown sampler 'dice'"):
        memory.peak_of("mcfrontier", 1000, sampler="dice")


def test_the_results_are_one_plain_text_table(capsys):
    table.show({("ours", 10): {"MB": "3.2"}, ("numpy", 10): {"× ours": table.at_least(3, 4)}})
    assert capsys.readouterr().out.splitlines() == [
        "| what  | draws |         × ours |  MB |",
        "| ----- | ----: | -------------: | --: |",
        "| ours  |    10 |                | 3.2 |",
        "| numpy |    10 | 3.00, missed 4 |     |",
    ]
    assert (table.at_least(4, 4), table.at_most(0.2, 0.1)) == ("4.00, ≥ 4", "0.200, missed 0.1")


@pytest.mark.parametrize(("value", "text"), [(0.01234, "0.0123"), (1, "1.00"), (99.96, "100"), (1234567, "1,230,000")])
def test_figures_have_three_digits(value, text):
    assert table.three(value) == text


@pytest.mark.parametrize("target", [target for target in TARGETS if target not in truth.PRODUCTS])
def test_the_percentiles_of_the_other_targets_solve_for_their_probabilities(target, monkeypatch):
    """One step from values 1 % away converges to the percentiles."""
    monkeypatch.setattr(truth, "CELLS", 2**12)
    monkeypatch.setattr(truth, "SMOOTH", 2**12)
    near = [1.01 * each for each in truth.TRUTH[target]]
    assert truth.percentiles(target, near, 7) == pytest.approx(truth.TRUTH[target][:-1], rel=2e-3)


def test_a_cold_job_has_other_numbers_for_each_seed_and_the_same_median_with_numpy():
    inputs, different = cold.new_inputs(1), cold.new_inputs(2)
    assert all(inputs[name][1] != different[name][1] for name in INPUTS)
    found, expected = cold.ours(inputs, 2**12, 1), cold.with_numpy(inputs, 2**16, 1)
    for target, (low, median, high) in zip(TARGETS, expected, strict=True):
        assert abs(float(found[target].sel(quantile=0.5)) - median) < 0.02 * (high - low), target
