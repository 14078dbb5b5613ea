"""The benchmarks compare like with like: every tool answers the same, and what is held to be the truth is true."""

import sys

import numpy as np
import pytest

from tests.benchmarks import memory, table, tools, truth
from tests.benchmarks.job import INPUTS, NODES, STATISTICS, STEPS, TARGETS
from tests.benchmarks.tools import ours, with_scipy

DRAWS = 2**16
NEEDED = {"squigglepy": "squigglepy", "OpenTURNS": "openturns", "chaospy": "chaospy"}


def held(answer):
    """Each statistic within a few Monte Carlo errors of the truth."""
    for target in TARGETS:
        found, true = (dict(zip(STATISTICS, x, strict=True)) for x in (answer[target], truth.TRUTH[target]))
        assert abs(found["p50"] - true["p50"]) < 5 * (true["p75"] - true["p25"]) / DRAWS**0.5, target
        for word in STATISTICS:
            assert abs(found[word] - true[word]) < 6 * (true["p95"] - true["p5"]) / DRAWS**0.5, (target, word)


def test_the_job_is_of_the_size_that_is_told():
    assert (len(INPUTS), len(NODES), len(TARGETS)) == (13, 24, 8)


def test_no_formula_is_idle():
    needed = {*TARGETS}
    for name, _, needs in reversed(STEPS):
        assert name in needed
        needed |= {*needs}
    assert needed == {*INPUTS, *(name for name, *_ in STEPS)}


@pytest.mark.filterwarnings("ignore")  # of the libraries
@pytest.mark.parametrize("tool", tools.TOOLS)
def test_every_tool_answers_the_same(tool):
    if tool in NEEDED:
        pytest.importorskip(NEEDED[tool])
    held(tools.job_of(tool)(DRAWS, 7))


def test_so_do_other_ways_to_draw():
    held(ours.at_random(DRAWS, 7))
    held(with_scipy.quasi_random(DRAWS, 7))


@pytest.mark.parametrize("target", truth.PRODUCTS)
def test_the_truth_of_a_product_is_worked_out(target, monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**15)
    assert truth.exact(truth.PRODUCTS[target]) == pytest.approx(truth.TRUTH[target], rel=1e-6)


def test_the_truth_of_a_lognormal_is_what_its_words_say(monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**15)
    p5, *_, p95, _ = truth.exact({"operations": 1})
    assert (p5, p95) == pytest.approx((0.82e25, 4.4e25), rel=1e-6)


def test_the_truth_of_the_others_comes_from_parts_that_are_exact(monkeypatch):
    monkeypatch.setattr(truth, "CELLS", 2**12)
    monkeypatch.setattr(truth, "POINTS", 2**14)
    for target, found in zip(TARGETS, truth.by_sobol(7), strict=True):
        assert target == "energy" or found == pytest.approx(truth.TRUTH[target], rel=0.02)


def test_a_tool_that_is_not_installed_is_left_out_by_name(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "squigglepy", None)
    monkeypatch.delitem(sys.modules, "tests.benchmarks.tools.with_squigglepy", raising=False)
    monkeypatch.setattr(tools, "TOOLS", {"squigglepy": "with_squigglepy", "numpy": "with_numpy"})
    assert [*tools.installed()] == ["numpy"]
    assert capsys.readouterr().out == "squigglepy: left out, since squigglepy is not installed\n"


def test_peak_memory_is_that_of_the_job_alone():
    held_here = np.ones(2**24)  # 134 MB that a process started from here must not be charged with
    assert 10e6 < memory.peak_of("numpy", 1000) < held_here.nbytes / 2


def test_a_job_that_fails_tells_why():
    with pytest.raises(ValueError, match="unknown sampler 'dice'"):
        memory.peak_of("mcfrontier", 1000, sampler="dice")


def test_all_is_told_in_one_table_that_a_text_can_hold(capsys):
    table.show({("ours", 10): {"MB": "3.2"}, ("numpy", 10): {"× ours": table.at_least(3, 4)}})
    assert capsys.readouterr().out.splitlines() == [
        "| what  | draws |         × ours |  MB |",
        "| ----- | ----: | -------------: | --: |",
        "| ours  |    10 |                | 3.2 |",
        "| numpy |    10 | 3.00, missed 4 |     |",
    ]
    assert (table.at_least(4, 4), table.at_most(0.2, 0.1)) == ("4.00, ≥ 4", "0.200, missed 0.1")


@pytest.mark.parametrize(("value", "told"), [(0.01234, "0.0123"), (1, "1.00"), (99.96, "100"), (1234567, "1,230,000")])
def test_figures_have_three_digits(value, told):
    assert table.three(value) == told


@pytest.mark.parametrize("target", [target for target in TARGETS if target not in truth.PRODUCTS])
def test_the_percentiles_of_the_others_are_where_their_chances_come_to_the_levels(target, monkeypatch):
    """From a hundredth beside them, a step leads there."""
    monkeypatch.setattr(truth, "CELLS", 2**12)
    monkeypatch.setattr(truth, "SMOOTH", 2**12)
    near = [1.01 * each for each in truth.TRUTH[target]]
    assert truth.percentiles(target, near, 7) == pytest.approx(truth.TRUTH[target][:-1], rel=2e-3)
