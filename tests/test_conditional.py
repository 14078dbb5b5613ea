"""Percentiles with an input integrated out, where the percentiles are known."""

import json
import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier import sampling
from mcfrontier.analysis import conditional, intervals, roots
from mcfrontier.analysis.lines import ENDS, READINGS, SCORES, SURE, ground, lines, way_along, ways
from mcfrontier.outputs.percentiles import percentiles_json
from mcfrontier.outputs.report import told_integrated
from mcfrontier.study import load
from tests.conftest import believed

LEVELS = np.array(intervals.LEVELS)
Z95 = stats.norm.ppf(0.95)
UNKNOWN = np.full(LEVELS.size, np.inf)  # errors that anything is surer than


def lognormal(name, sd, unit="1", **words):
    """A lognormal of median 1 by the standard deviation of its logarithm."""
    return believed(name, "lognormal", unit, p5=math.exp(-sd * Z95), p95=math.exp(sd * Z95), **words)


def normal(name, mean, sd):
    return believed(name, "normal", mean=mean, sd=sd)


def uniform(name, low=0, high=1):
    return believed(name, "uniform", low=low, high=high)


@mcf.node("1")
def product(x, y, z):
    return x * y * z


@mcf.node("1")
def power(x, y):
    return x**3 / np.sqrt(y)


@mcf.node("1")
def ratio(x, y):
    return x / y


@mcf.node("1")
def total(x, y):
    return x + y


@mcf.node("1")
def harmonic(x, y):
    return 1 / (x + y)


@mcf.node("1")
def squares(x, y):
    return x**2 + y**2


class Case(NamedTuple):
    """A row whose quantile function is known; x is integrated out of it."""

    node: object
    inputs: dict
    quantile: object
    levels: tuple = intervals.LEVELS

    @property
    def row(self):
        return self.node.__name__


CASES = {
    "product of lognormals": Case(
        product,
        lognormal("x", 1) | lognormal("y", 0.5) | lognormal("z", 0.3),
        lambda p: np.exp(math.sqrt(1.34) * special.ndtri(p)),
    ),
    "power of lognormals": Case(
        power,
        lognormal("x", 0.5) | lognormal("y", 0.8),
        lambda p: np.exp(math.hypot(1.5, 0.4) * special.ndtri(p)),
    ),
    "ratio of normals, the lower of either sign": Case(
        ratio, normal("x", 0, 1) | normal("y", 0, 2), lambda p: np.tan(np.pi * (p - 0.5)) / 2
    ),
    "sum of normals": Case(
        total, normal("x", 3, 2) | normal("y", -1, 1), lambda p: 2 + math.sqrt(5) * special.ndtri(p)
    ),
    "sum of uniforms": Case(total, uniform("x") | uniform("y"), stats.triang(0.5, 0, 2).ppf),
    "sum of two uniforms, one wider": Case(
        total, uniform("x", 0, 3) | uniform("y"), stats.trapezoid(0.25, 0.75, 0, 4).ppf
    ),
    "one over a sum": Case(
        harmonic, uniform("x", 1, 2) | uniform("y", 1, 2), lambda p: 1 / stats.triang(0.5, 2, 2).ppf(1 - p)
    ),
    "sum of squares of uniforms": Case(
        squares, uniform("x") | uniform("y"), lambda p: 4 * p / np.pi, (0.01, 0.05, 0.1, 0.25, 0.5, 0.75)
    ),
}
every_case = pytest.mark.parametrize("name", CASES)
every_sampler = pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])


@cache
def study_of(name):
    case = CASES[name]
    return load(page_of(case.node, case.inputs), model=[case.node])


def page_of(node, inputs, **words):
    return {"targets": [node.__name__], "inputs": inputs, **words}


def line_in(study, plan, row, name):
    """The line that a row is in an input at the draws of a plan, if it is one, and the draws of the row."""
    at, prior = ground(study, plan), study.inputs[name]
    found = dict(lines(at, prior, {row: (row, ())}))
    return found.get(row), at.values[row]


def percentiles(line, y, levels):
    """Percentiles of a row of such draws and their errors, by its line."""
    near = roots.roots(line, np.sort(READINGS[line.reading].forward(y)), levels)
    return roots.told(line, near, 1.0, levels)


def integrated(name, seed, draws=2**12, sampler="sobol"):
    """Values and errors of the percentiles of a case (2, levels): with x integrated out, and by order statistics."""
    case, study = CASES[name], study_of(name)
    line, y = line_in(study, sampling.sampler(sampler, seed, draws, study.inputs), case.row, "x")
    ours = percentiles(line, y, case.levels)
    return np.array(ours), np.array(intervals.with_errors(y, case.levels))[:, 2:]


def sharp(run, errors=UNKNOWN):
    """The targets of a run that are surer with an input integrated out."""
    rows = {row: run.rows[row] for row in run.rows_of(run.study.targets)}
    return conditional.sharpened(run.study, run.sampler, rows, dict.fromkeys(rows, errors))


def run_of(node, inputs, draws=2**12, **words):
    return mcf.run(page_of(node, inputs, **words), model=[node], draws=draws)


@every_case
def test_the_error_is_a_twentieth_of_that_of_order_statistics_of_as_many_draws(name):
    """Root mean square over seeds, of each level; over all levels it is from 1/25 to 1/630, by the case."""
    case = CASES[name]
    found = np.array([integrated(name, seed) for seed in range(12)])  # (seeds, ways, 2, levels)
    misses = found[:, :, 0] - case.quantile(np.array(case.levels))
    ours, theirs = np.sqrt(np.square(misses).mean(axis=0))
    assert np.exp(np.log(theirs / ours).mean()) > 20
    assert (theirs / ours).min() > 8


@every_sampler
def test_the_stated_error_holds_the_truth_as_often_as_it_says(sampler):
    """The misses over their stated errors are a t with 15 degrees of freedom, of standard deviation 1.07; of a Latin
    hypercube its tails are heavier, for what is left there lies in a few strata at the ends."""
    scores = []
    for name, case in CASES.items():
        truth = case.quantile(np.array(case.levels))
        for seed in range(20):
            values, errors = integrated(name, seed, 2**11, sampler)[0]
            scores.append((values - truth) / errors)
    scores = np.concatenate(scores)
    assert 0.9 < np.sqrt(np.square(scores).mean()) < (1.4 if sampler == "lhs" else 1.2)
    assert np.abs(scores).max() < 8
    assert (0.90 if sampler == "lhs" else 0.93) < (np.abs(scores) < stats.t.ppf(0.975, 15)).mean() < 0.98


@pytest.mark.parametrize("seed", [32, 44, 59])
def test_an_error_is_never_less_than_rounding(seed):
    """Of uniforms a table is exact, and by chance all sixteen randomisations agree to the last digits."""
    for name in ("sum of uniforms", "sum of two uniforms, one wider", "one over a sum"):
        values, errors = integrated(name, seed)[0]
        assert (np.abs(values - CASES[name].quantile(LEVELS)) < 5 * errors).all()


@pytest.mark.parametrize("draws", [2**15, 2**17])
def test_an_eighth_of_the_draws_does_better_than_order_statistics_of_all(draws):
    run = run_of(product, CASES["product of lognormals"].inputs, draws)
    found = sharp(run)["product"]
    assert found.traced.line.start.size == max(2**12, draws // 8)
    truth = CASES["product of lognormals"].quantile(LEVELS)
    values, errors = np.array(intervals.with_errors(run.told("product"), LEVELS))[:, 2:]
    assert np.exp(np.log(errors / found.errors).mean()) > 5
    assert np.square(found.values / truth - 1).sum() < np.square(values / truth - 1).sum() / 10


@pytest.mark.parametrize(
    "name", ["product of lognormals", "ratio of normals, the lower of either sign", "one over a sum"]
)
def test_a_long_run_is_told_by_more_draws(name, monkeypatch):
    case = CASES[name]
    short = sharp(mcf.run(study_of(name), draws=2**16))[case.row]
    monkeypatch.setattr(conditional, "LONG", 2**16)
    monkeypatch.setattr(conditional, "SHARE", 1)
    monkeypatch.setattr(conditional, "MOST", 2**16)
    found = sharp(mcf.run(study_of(name), draws=2**16))[case.row]
    assert (short.draws, found.draws) == (2**13, 2**16)
    assert (np.abs(found.values - case.quantile(LEVELS)) < 5 * found.errors).all()
    assert np.exp(np.log(short.errors / found.errors).mean()) > 3
    assert found.percentiles([0.05, 0.5])[0].tolist() == found.values[[1, 4]].tolist()


@pytest.mark.parametrize(
    "name", ["product of lognormals", "ratio of normals, the lower of either sign", "sum of normals"]
)
def test_the_stated_error_of_a_long_run_holds_the_truth(name, monkeypatch):
    """Misses over errors are a t with 15 degrees of freedom, of standard deviation 1.07."""
    monkeypatch.setattr(conditional, "LONG", 2**16)
    case, scores = CASES[name], []
    for seed in range(16):
        found = sharp(mcf.run(study_of(name), draws=2**18, seed=seed))[case.row]
        assert found.draws == 2**15
        scores.append((found.values - case.quantile(LEVELS)) / found.errors)
    assert 0.7 < np.sqrt(np.square(scores).mean()) < 1.4


@mcf.node("1")
def bill_of(tokens, price, rent):
    return tokens * price + rent


@mcf.node("1")
def dearest(bill_of, staff):
    return np.log(bill_of) + 9 * staff


def test_the_points_are_the_first_draws_of_the_run():
    run = run_of(total, normal("x", 0, 1) | normal("y", 0, 1), 2**16)
    (found,) = sharp(run).values()
    assert (found.traced.rising == np.sort(run.told("total")[: found.traced.rising.size])).all()


def test_another_input_that_the_row_does_not_hang_on_changes_nothing():
    inputs = CASES["product of lognormals"].inputs
    alone = run_of(product, inputs)
    beside = mcf.run({"targets": ["product", "w"], "inputs": inputs | uniform("w")}, model=[product], draws=2**12)
    one, other = sharp(alone)["product"], sharp(beside)["product"]
    assert (one.values == other.values).all()
    assert (one.errors == other.errors).all()


@mcf.node("1")
def crossed(x, y, z):
    return x * y + x**2 * z


@mcf.node("1")
def larger(x, y, z):
    return np.maximum(x, y * z)


@mcf.node("1")
def rarely_larger(x, y, z):
    return np.maximum(x * y * z, 0.02)


@pytest.mark.parametrize("node", [crossed, larger, rarely_larger])
def test_a_row_that_is_no_line_in_an_input_is_left_alone(node):
    study = load(page_of(node, lognormal("x", 1) | lognormal("y", 0.3) | lognormal("z", 0.3)), model=[node])
    plan = sampling.sampler("sobol", 1, 2**12, study.inputs)
    assert line_in(study, plan, node.__name__, "x")[0] is None
    assert sharp(mcf.run(study, draws=2**12)) == {}


def test_an_input_that_is_counted_has_rows_is_tied_or_known_stays_in():
    coin = believed("x", "discrete", values=[1, 2])
    assert sharp(run_of(total, coin | believed("y", value=1))) == {}
    assert {each.input for each in sharp(run_of(total, coin | normal("y", 0, 9))).values()} == {"y"}
    tied = {"correlation": {"x ~ y": 0.5}}
    assert sharp(run_of(total, normal("x", 0, 1) | normal("y", 0, 1), **tied)) == {}
    assert sharp(run_of(total, believed("x", value=1) | believed("y", value=2))) == {}


def test_inputs_that_are_tied_to_each_other_may_stay_in_beside_one_that_is_not():
    """x is integrated out; y and z have the variance 2 (1 + rho) together, rho 0.6 of normal scores."""

    @mcf.node("1")
    def three(x, y, z):
        return x + y + z

    inputs = normal("x", 0, 3) | normal("y", 0, 1) | normal("z", 0, 1)
    found = sharp(run_of(three, inputs, correlation={"kind": "normal", "y ~ z": 0.6}))["three"]
    truth = math.sqrt(9 + 3.2) * special.ndtri(LEVELS)
    assert found.input == "x"
    assert (np.abs(found.values - truth) < 4 * found.errors).all()
    assert found.errors.max() < 0.02


def test_evidence_leaves_order_statistics():
    seen = {"a": {"quantity": "total", "p5": -2, "p95": 2, "unit": "1", "source": "us"}}
    inputs = normal("x", 0, 3) | normal("y", 0, 1)
    assert sharp(run_of(total, inputs))
    assert sharp(run_of(total, inputs, evidence=seen)) == {}


def test_draws_that_are_not_finite_leave_order_statistics():
    @mcf.node("1")
    def root(x, y):
        return x * np.sqrt(y)

    assert sharp(run_of(root, lognormal("x", 1) | normal("y", 0.3, 0.1))) == {}


def test_an_input_that_matters_little_is_not_integrated_out():
    """Of five like inputs, any leaves four fifths of the variance."""

    @mcf.node("1")
    def five(a, b, c, d, e):
        return a + b + c + d + e

    inputs = {key: entry for name in "abcde" for key, entry in normal(name, 0, 1).items()}
    assert sharp(run_of(five, inputs)) == {}
    del inputs["a"]
    assert sharp(run_of(five, inputs | normal("a", 0, 4)))["five"].input == "a"


def test_order_statistics_stay_where_they_are_surer():
    run = run_of(total, normal("x", 0, 1) | normal("y", 0, 1))
    found = sharp(run)["total"]
    assert sharp(run, errors=found.errors) == {}
    assert sharp(run, errors=2 * found.errors)["total"].errors.tolist() == found.errors.tolist()


def test_an_input_asked_for_has_its_own_percentiles():
    """Nothing is left to chance: the error is what a table may be off."""
    run = mcf.run({"targets": ["x"], "inputs": lognormal("x", 1)}, model=[], draws=2**12)
    found = sharp(run)["x"]
    np.testing.assert_allclose(found.values, np.exp(special.ndtri(LEVELS)), rtol=1e-7)
    assert (found.errors > 0).all()
    assert found.errors.max() < 1e-5


def test_percentiles_are_told_in_the_unit_of_the_row():
    @mcf.node("kW")
    def power_of(x, y):
        return x * y

    inputs = lognormal("x", 1, "W") | lognormal("y", 0.5)
    found = sharp(run_of(power_of, inputs))["power_of"]
    truth = np.exp(math.hypot(1, 0.5) * special.ndtri(LEVELS)) / 1000
    assert (np.abs(found.values - truth) < 6 * found.errors).all()
    assert (found.errors < 0.01 * truth).all()


def test_each_row_of_a_target_is_one_of_its_own():
    @mcf.node("1")
    def bill(price, count):
        return price * count

    inputs = believed("price", value=[1, 10], by="chip") | lognormal("count", 1)
    run = run_of(bill, inputs, dimensions={"chip": ["A100", "H100"]})
    found = sharp(run)
    assert list(found) == ["bill[A100]", "bill[H100]"]
    np.testing.assert_allclose(found["bill[H100]"].values, 10 * found["bill[A100]"].values, rtol=1e-9)
    assert {row: each.input for row, each in found.items()} == {"bill[A100]": "count", "bill[H100]": "count"}


@pytest.mark.parametrize("name", ["sum of normals", "sum of uniforms", "one over a sum", "power of lognormals"])
def test_levels_beyond_all_draws_have_their_percentile(name):
    levels = np.array([1e-6, 1e-4, 0.3, 1 - 1e-4, 1 - 1e-6])
    case, study = CASES[name], study_of(name)
    line, y = line_in(study, sampling.sampler("sobol", 1, 2**12, study.inputs), case.row, "x")
    values, errors = percentiles(line, y, levels)
    assert (np.abs(values - case.quantile(levels)) < 5 * errors).all()
    assert (np.diff(values) > 0).all()


def test_levels_that_no_draw_comes_near_to_have_a_percentile_or_none():
    line, y = line_in(*few_draws(2**8), "product", "x")
    levels = np.array([1e-12, 1e-8, 0.05, 0.5, 0.95, 1 - 1e-12])
    values, errors = percentiles(line, y, levels)
    truth = CASES["product of lognormals"].quantile(levels)
    known = np.isfinite(values)
    assert known[2:5].all()
    assert (np.abs(values[known] - truth[known]) < 6 * errors[known]).all()
    found, _ = run_of(product, CASES["product of lognormals"].inputs, 2**16).estimates("product", [1e-10, 0.5])
    assert 0 < found[2] < found[3] == pytest.approx(1, rel=0.01)


def few_draws(draws):
    """The study of three lognormals, and a plan of so many draws."""
    study = study_of("product of lognormals")
    return study, sampling.sampler("sobol", 1, draws, study.inputs)


def test_a_row_that_is_nothing_at_most_draws_is_tried_without_a_word():
    @mcf.node("1")
    def beyond(a, b):
        return np.maximum(a - 1, 0) * (b + a)

    assert sharp(run_of(beyond, normal("a", 0, 1) | normal("b", 5, 1), 2**12)) == {}


def test_levels_of_0_and_1_have_no_root():
    found = sharp(run_of(total, CASES["sum of normals"].inputs))["total"]
    values, errors = found.percentiles([0, 0.5, 1])
    assert np.isnan([values[0], values[2], errors[0], errors[2]]).all()
    assert np.isfinite([values[1], errors[1]]).all()


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("beta", {"mean": 0.3, "sd": 0.1}),
        ("pert", {"low": 1, "mode": 2, "high": 9}),
        ("gamma", {"mean": 2, "sd": 1.5}),
        ("gamma", {"mean": 2, "sd": 2.6}),
        ("skew-normal", {"p5": 1, "p50": 2, "p95": 4}),
    ],
)
def test_a_table_has_the_probabilities_of_the_distribution(family, words):
    prior = load({"targets": ["x"], "inputs": believed("x", family, **words)}, model=[]).inputs["x"]
    base, p = prior.distributions[0], np.concatenate([np.linspace(1e-4, 1 - 1e-4, 999), ENDS])
    assert base.costly
    x = base.quantile(p)
    for t, made in ways(prior, np.concatenate([base.quantile(ENDS), x])):
        np.testing.assert_allclose(made()(t[2:]), p, atol=2 * SURE)


@given(st.floats(-3, 3).filter(lambda k: abs(k) > 0.1), st.floats(0.2, 2), st.floats(-5, 5))
def test_a_table_is_right_where_the_row_rises_or_falls_any_way(k, width, offset):
    """Along exp(k s) + width s + offset, turned about; what is level by rounding far out is left out."""
    score = np.linspace(-4, 4, 321)
    along = math.copysign(1, k) * (np.exp(np.concatenate([special.ndtri(ENDS), score, SCORES]) * k)) + offset
    ((t, made),) = way_along(along)
    p = special.ndtr(score) if t[1] >= t[0] and along[1] > along[0] else special.ndtr(-score)
    np.testing.assert_allclose(made()(t[2:]), p, atol=2e-7)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.5, 2), st.floats(-2, 2), st.floats(0.0, 0.6), st.integers(0, 99))
def test_the_percentiles_of_any_power_product_are_known(x_power, y_power, sd, seed):
    @mcf.node("1")
    def powers(x, y):
        return 7 * x**x_power * y**y_power

    run = mcf.run(
        page_of(powers, lognormal("x", 1) | lognormal("y", sd + 0.01)), model=[powers], draws=2**12, seed=seed
    )
    line, y = line_in(run.study, run.sampler, "powers", "x")
    values, errors = percentiles(line, y, LEVELS)
    truth = 7 * np.exp(math.hypot(x_power, y_power * (sd + 0.01)) * special.ndtri(LEVELS))
    assert (np.abs(values - truth) < 8 * errors).all()
    assert (np.diff(values) > 0).all()


def test_files_and_words_tell_what_is_integrated_out_and_a_method_can_be_asked_for():
    inputs = lognormal("x", 1) | lognormal("y", 0.3)
    load_it = {"targets": ["product2"], "inputs": inputs}

    @mcf.node("1")
    def product2(x, y):
        return x * y

    auto, order = (mcf.run(load_it, model=[product2], draws=2**16, method=word) for word in ("auto", "order"))
    assert json.loads(percentiles_json(auto))["integrated"] == {"product2": "x"}
    assert json.loads(percentiles_json(order))["integrated"] == {}
    assert "of product2 with x integrated out" in told_integrated(auto)
    truth = np.exp(math.hypot(1, 0.3) * special.ndtri(0.95))
    ours, theirs = (abs(run.summary["product2"].values["p95"] / truth - 1) for run in (auto, order))
    assert ours < theirs / 5
    with pytest.raises(mcf.InputError, match="unknown method 'oder'; did you mean 'order'"):
        mcf.run(load_it, model=[product2], method="oder")
