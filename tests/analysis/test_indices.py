"""Sobol' indices and Shapley shares: their errors against closed forms, and the surrogate that reduces them."""

import math

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis.sensitivity import pick_freeze, surrogate, variance
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.figures.variance import variance as variance_figure
from mcfrontier.outputs.figures.variance import variance_remarks
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.tasks.verify.rebuild import rebuild
from tests.benchmarks.indices import CASES, T95, estimated, worst
from tests.conftest import input_entry

SALIB_ERRORS = {  # of first and total indices from 2,048 points, Saltelli's design on one scrambled net, by SALib 1.6
    "product of 3 lognormals": (0.0015, 0.0011),
    "Ishigami": (0.0067, 0.0045),
    "Sobol' G, 8 inputs": (0.0016, 0.0030),
    "sum of 30 normals": (0.0035, 0.0008),
}
UNIFORMS = input_entry("x", "uniform", low=0, high=1) | input_entry("y", "uniform", low=0, high=1)


@pytest.mark.parametrize("name", CASES)
def test_indices_are_no_less_exact_than_those_of_one_long_net(name):
    """Root mean square errors over seeds, and intervals of 95 %."""
    case = CASES[name]
    found = [estimated(case, 2**11, seed) for seed in range(8 if len(case.entries) < 8 else 3)]
    known, covered = case.known(), []
    for word, goal in zip(("first", "total"), SALIB_ERRORS[name], strict=True):
        assert worst([each[word][0] for each in found], known[word]) < goal
    for word, truth in known.items():
        covered += [np.abs(each[word][0] - truth) <= T95 * each[word][1] + 1e-12 for each in found]
    assert np.mean(covered) > 0.85


def test_the_functions_of_an_input_are_orthonormal():
    p = (np.arange(2**16) + 0.5) / 2**16
    own = surrogate.functions(p)
    np.testing.assert_allclose(own @ own.T / p.size, np.eye(len(own)), atol=0.005)
    np.testing.assert_allclose(own.mean(axis=1), 0, atol=1e-4)


def test_the_shares_of_a_surrogate_are_the_squares_of_its_coefficients():
    """A sum of 2 f(x), 1 g(y) and 3 f(x) g(y), with functions of variance 1: 4, 1 and 9 of 14."""
    rng = np.random.default_rng(1)
    at = {i: (rng.random((16, 64)), rng.random((16, 64))) for i in range(2)}
    f, g = (np.array([surrogate.functions(p)[k] for p in at[i]]) for i, k in ((0, 0), (1, 2)))
    a, b = 2 * f + g + 3 * f * g + 7
    found = surrogate.fit(at, a, b)
    assert dict(zip(found.terms, found.coefficients.mean(axis=0).round(6), strict=True)) == {
        ((0, 0),): 2,
        ((1, 2),): 1,
        ((0, 0), (1, 2)): 3,
    }
    alone, part, shared = (each.mean(axis=1) for each in found.variances(2))
    np.testing.assert_allclose([alone, part, shared], [[4, 1], [13, 10], [8.5, 5.5]], rtol=1e-6)
    from_a = np.broadcast_to([True, False], (16, 2))
    np.testing.assert_allclose(found.values(from_a), 2 * f[0] + g[1] + 3 * f[0] * g[1], atol=1e-6)


def test_a_surrogate_without_independent_inputs_is_0():
    y = np.ones((16, 8))
    assert surrogate.fit({}, y, y).values(np.ones((16, 0), bool)) == 0


@mcf.node("1")
def ordered(a, b):
    """A sum that has no value where a exceeds b."""
    return np.where(a / b > 1, np.nan, a + b)


ORDERED = input_entry("a", "lognormal", p5=1, p95=10) | input_entry("b", "lognormal", p5=1, p95=10)


def ordered_index():
    """The first-order index of b for the logarithm of the sum, given a < b: by sums over a grid."""
    z = np.linspace(-8, 8, 1502)
    sd = math.log(10) / 2 / stats.norm.ppf(0.95)
    y = np.log(np.exp(sd * z[:, None]) + np.exp(sd * z))
    weight = stats.norm.pdf(z[:, None]) * stats.norm.pdf(z) * ((z[:, None] < z) + (z[:, None] == z) / 2)
    given, mean = weight.sum(axis=0), (weight * y).sum() / weight.sum()
    variance = (weight * (y - mean) ** 2).sum()
    return (given * ((weight * y).sum(axis=0) / given - mean) ** 2).sum() / variance


def test_inputs_that_a_missing_value_makes_dependent_have_no_shares_but_a_first_order_index():
    run = mcf.run({"targets": ["ordered"], "inputs": ORDERED}, model=[ordered], draws=2**15)
    for method in (run.sobol, run.shapley):
        with pytest.raises(InputError, match=r"^ordered: whether it has a value depends on .*; use first_order$"):
            method("ordered")
    found = run.first_order("ordered").sel(input="b")
    assert float(found) == pytest.approx(ordered_index(), abs=4 * float(found.error) + 0.002)
    assert variance_figure(run.core) == []
    assert variance_remarks(run.core) == [f"* Ordered: {variance.UNDEFINED}."]


def test_a_missing_value_due_to_single_inputs_leaves_their_shares_in_the_rest():
    """Of the valid draws, x is on 0.5 to 1 and y on 0 to 0.5: 3 x + y has variances of 9 to 1."""

    @mcf.node("1")
    def cut(x, y):
        return np.where((x > 0.5) & (y < 0.5), 3 * x + y, np.nan)

    run = mcf.run({"targets": ["cut"], "inputs": UNIFORMS}, model=[cut], draws=2**10)
    found = run.sobol("cut")
    assert found.attrs["lost"] == pytest.approx(15 / 16 * found.attrs["points"], rel=0.02)
    for figures, errors in (
        (found.first, found.first_error),
        (found.total, found.total_error),
        (run.shapley("cut"), run.shapley("cut").error),
    ):
        assert (np.abs(figures - [0.9, 0.1]) <= 4 * errors + 0.01).all()


def test_a_longer_run_has_more_points():
    study = mcf.load({"targets": ["ordered"], "inputs": ORDERED}, model=[ordered])
    found = {draws: pick_freeze.default_points(study, draws, 20) for draws in (2**10, 2**17, 2**18, 2**19, 2**30)}
    assert found == {2**10: 2**11, 2**17: 2**11, 2**18: 2**12, 2**19: 2**13, 2**30: 2**15}
    assert pick_freeze.default_points(study, 2**30, 256) == 2**12


def test_inputs_take_the_first_sobol_dimensions_in_both_matrices_whether_pinned_or_not():
    study = mcf.load({"targets": ["ordered"], "inputs": ORDERED}, model=[ordered], set={"a": 2})
    plan = pick_freeze.matrix_sampler(study, mcf.run(study, draws=32).core.sampler, 64)
    assert plan.dimensions == {"a": 0, "b": 1, "a'": 2, "b'": 3}


def test_a_run_takes_the_number_of_points_of_its_indices_and_its_manifest_repeats_it(tmp_path):
    run = mcf.run("gpt4", draws=64, targets=["energy"], points=128)
    assert run.sobol("energy").attrs["points"] == 128
    assert run.sobol("energy", points=256).attrs["points"] == 256
    run.write(tmp_path, report=False)
    again = rebuild(read_folder(tmp_path))
    assert again.points == 128
    with pytest.raises(InputError, match="points = 0: a whole number above 0 is expected"):
        mcf.run("gpt4", draws=64, points=0)
