"""Unstable means are marked in every output, and `check` warns of doubtful entries in a file."""

import csv
import json
import math
import re

import numpy as np
import pytest
from scipy.stats import norm

import mcfrontier as mcf
from mcfrontier import graph, model
from mcfrontier.analysis.estimates import tails
from mcfrontier.core import units
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.model import cost_bases
from mcfrontier.outputs.report.decision import decision_text
from mcfrontier.outputs.report.report import contents
from mcfrontier.runs import lint
from mcfrontier.runs.diagnostics import unstable as rows_without_mean
from mcfrontier.study import locate
from mcfrontier.study.describe import statements
from tests.cli.test_bad_input import assert_one_line_error
from tests.conftest import entry, input_entry

try:  # of ArviZ 1.x, or of 0.2x
    from arviz_stats.base.array import array_stats
except ImportError:
    from arviz.stats.stats import _gpdfit as generalised_pareto
else:
    generalised_pareto = array_stats._gpdfit

WITHOUT_MEAN = {  # distributions without a mean
    "a Pareto of 0.8": lambda rng, n: rng.pareto(0.8, n),
    "a Cauchy": lambda rng, n: rng.standard_cauchy(n),
    "a Cauchy far from 0": lambda rng, n: 2026 + rng.standard_cauchy(n),
    "a ratio of normals through zero": lambda rng, n: rng.normal(1, 0.2, n) / rng.normal(1, 0.5, n),
}
WITH_MEAN = {
    "a normal": lambda rng, n: rng.normal(5, 1, n),
    "a lognormal of sigma 1": lambda rng, n: rng.lognormal(0, 1, n),
    "a Pareto of 3": lambda rng, n: rng.pareto(3, n),
    "an exponential": lambda rng, n: rng.exponential(1, n),
    "twelve orders of magnitude alike": lambda rng, n: 10 ** rng.uniform(0, 12, n),
    "a rare accident": lambda rng, n: (rng.random(n) < 0.001) * 1.0,
}
SEEDS = 50


def marked_share(made, draws):
    """The share of seeds for which the mean is marked."""
    return np.mean([tails.heavy_tail(made(np.random.default_rng(seed), draws)) is not None for seed in range(SEEDS)])


@pytest.mark.parametrize("draws", [2**13, 2**16])
@pytest.mark.parametrize("name", WITHOUT_MEAN)
def test_draws_without_a_mean_are_detected(name, draws):
    assert marked_share(WITHOUT_MEAN[name], draws) >= 0.96


def test_draws_without_a_variance_are_detected():
    made = [np.random.default_rng(seed).pareto(1.5, 2**13) for seed in range(SEEDS)]
    assert np.mean([tails.heavy_tail(x, 2) is not None for x in made]) >= 0.9
    assert np.mean([tails.heavy_tail(x) is not None for x in made]) < 0.5  # the mean is 2


@pytest.mark.parametrize("name", WITH_MEAN)
def test_a_finite_variance_is_seldom_marked(name):
    made = (WITH_MEAN[name](np.random.default_rng(seed), 2**14) for seed in range(SEEDS))
    assert np.mean([tails.heavy_tail(x, 2) is not None for x in made]) <= 0.04


@pytest.mark.parametrize("draws", [2**12, 2**14, 2**16])
@pytest.mark.parametrize("name", WITH_MEAN)
def test_a_finite_mean_is_not_marked(name, draws):
    assert marked_share(WITH_MEAN[name], draws) == 0


def test_a_lognormal_of_sigma_2_is_not_marked_at_131072_draws():
    assert marked_share(lambda rng, n: rng.lognormal(0, 2, n), 2**17) <= 0.02


def test_non_finite_draws_and_few_draws_change_nothing():
    x = np.random.default_rng(1).standard_cauchy(2**13)
    x[[5, 77]] = np.nan, np.inf
    assert tails.heavy_tail(x)
    assert tails.heavy_tail(np.full(2**13, np.nan)) is None
    assert tails.heavy_tail(np.zeros(2**13)) is None
    assert tails.heavy_tail(x[:4000]) is None


@pytest.mark.parametrize("shape", [0.2, 0.7, 1.5])
def test_the_tail_index_is_that_of_arviz(shape):
    x = np.sort(np.random.default_rng(3).pareto(1 / shape, 500))
    with np.errstate(all="ignore"):
        assert tails.pareto_index(x) == pytest.approx(generalised_pareto(x)[0], rel=1e-9)
    assert tails.pareto_index(x) == pytest.approx(shape, abs=0.25)


@pytest.mark.parametrize("df", [0.02, 0.3, 0.9, 1])
@pytest.mark.parametrize("cut", [{}, {"low": 0}])
def test_a_t_of_one_degree_of_freedom_or_less_has_no_mean(df, cut):
    stated = FAMILIES["student-t"](unit="1", source="a test", df=df, mean=0, scale=1, **cut)
    assert not stated.distribution().mean_exists


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("student-t", {"df": 1.1, "mean": 0, "scale": 1}),
        ("student-t", {"df": 0.5, "mean": 0, "scale": 1, "low": -9, "high": 9}),
        ("normal", {"mean": 0, "sd": 1}),
        ("lognormal", {"mu": 0, "sigma": 4}),
        ("gamma", {"shape": 0.5, "scale": 1}),
        ("value", {"value": 3}),
    ],
)
def test_a_distribution_with_a_mean_is_not_marked(family, words):
    assert FAMILIES[family](unit="1", source="a test", **words).distribution().mean_exists


@mcf.node("1")
def ratio(above, below):
    """Ratio of two normals."""
    return above / below


@mcf.node("1")
def double(ratio):
    """Twice the ratio."""
    return 2 * ratio


@mcf.node("1")
def sane(above):
    """A quantity with a finite mean."""
    return above + 1


MODEL = [ratio, double, sane]
RATIO_INPUTS = input_entry("above", "normal", mean=1, sd=0.2) | input_entry("below", "normal", mean=1, sd=0.5)
RATIO_PAGE = {"targets": ["double", "sane"], "inputs": RATIO_INPUTS}


@pytest.fixture(scope="module")
def unstable():
    return mcf.run(RATIO_PAGE, model=MODEL, draws=2**14)


def test_a_run_marks_unstable_means(unstable):
    assert set(rows_without_mean(unstable.core)) == {"ratio", "double"}
    (found,) = (note for note in unstable.notes if "mean" in note)
    assert found.startswith("double: the mean is not stable (tail index ")
    assert found.endswith("; report the median")


def test_every_file_with_a_mean_marks_it(unstable, tmp_path):
    unstable.write(tmp_path, report=False)
    assert json.loads((tmp_path / "percentiles.json").read_text())["unstable_mean"] == ["ratio", "double"]
    with (tmp_path / "percentiles.csv").open() as file:
        found = {(row["quantity"], row["statistic"]) for row in csv.DictReader(file) if row["note"] == "not stable"}
    assert found == {(name, word) for name in ("ratio", "double") for word in ("mean", "sd")}
    assert any("double: the mean is not stable" in note for note in contents(unstable.core)["notes"])
    assert any(
        "double: the mean is not stable" in note
        for note in json.loads((tmp_path / "manifest.json").read_text())["notes"]
    )


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
@pytest.mark.parametrize("seed", range(3))
def test_an_unstable_mean_is_marked_for_every_sampler(sampler, seed):
    assert set(rows_without_mean(mcf.run(RATIO_PAGE, model=MODEL, draws=2**14, sampler=sampler, seed=seed).core)) == {
        "ratio",
        "double",
    }


def test_an_unstable_mean_is_marked_where_draws_are_counted():
    run = mcf.run(RATIO_PAGE, model=MODEL, draws=2**19)
    assert run.core.counted
    assert set(rows_without_mean(run.core)) == {"ratio", "double"}


def test_an_input_without_a_mean_is_marked_for_few_draws():
    inputs = input_entry("x", "student-t", df=1, mean=0, scale=1)
    run = mcf.run({"targets": ["x"], "inputs": inputs}, draws=64)
    assert run.notes == ("x: the distribution has no mean; report the median",)


def test_only_the_rows_without_a_mean_are_marked():
    page = {"targets": ["x"], "dimensions": {"chip": ["A", "B"]}}
    inputs = input_entry("x", "student-t", df=[1, 30], mean=0, scale=1, by="chip")
    assert list(rows_without_mean(mcf.run(page | {"inputs": inputs}, draws=64).core)) == ["x[A]"]


def test_a_decision_that_depends_on_an_unstable_mean_has_a_warning():
    decided = {"quantity": "double", "act": "above", "threshold": 1, "unit": "1"}
    run = mcf.run(RATIO_PAGE | {"decision": decided}, model=MODEL, draws=2**14)
    assert "the mean of the double is not stable, so neither is this average" in decision_text(run.core)["text"]


@pytest.mark.parametrize("name", ["gpt4", "history", "claude-next"])
def test_no_shipped_study_has_an_unstable_mean(name):
    assert rows_without_mean(mcf.run(name, draws=2**12).core) == {}


def warnings(result):
    assert result.code == 0, result
    return [line.removeprefix("warning: priors/") for line in result.err.splitlines()]


STUDY = 'targets = ["cloud_cost"]\n'
RENT = {"family": "lognormal", "unit": "USD/chip/h", "p5": 1, "p95": 2}
TIME = {"family": "lognormal", "unit": "chip*h", "p5": 100, "p95": 200}


def study(rent=(), time=()):
    return (
        STUDY
        + entry("rental_price", **RENT | {"source": "a price list"} | dict(rent))
        + entry("chip_time", **TIME | {"source": "a report"} | dict(time))
    )


def test_a_valid_file_has_no_warnings(page, command):
    page("one", study())
    for words in ((), ("--strict",)):
        assert command("check", "one", *words) == (0, "ok  priors/one.toml  (study, 2 entries)\n", "")


def test_strict_turns_warnings_into_errors(page, command):
    page("one", study(time={"source": "a price list"}))
    page("two", study())
    assert command("check", "one", "two").out.count("ok") == 2
    result = command("check", "one", "two", "--strict")
    assert result.code == 2
    assert result.out == "ok  priors/two.toml  (study, 2 entries)\n"
    assert result.err.startswith("warning: priors/one.toml: ")


def test_two_inputs_with_one_source_have_a_warning_until_their_correlation_is_stated(page, command):
    one = study(rent={"source": "A  report, p. 3"}, time={"source": "a Report, p. 3"})
    page("one", one)
    (found,) = warnings(command("check", "one"))
    assert found.startswith("one.toml: chip_time and rental_price have the same source and are sampled independently; ")
    for value in (0, 0.5):
        page("one", f'{one}[correlation]\n"rental_price ~ chip_time" = {value}\n')
        assert warnings(command("check", "one")) == []


def test_six_inputs_with_one_source_have_one_warning(page, command):
    six = [f"x{i}" for i in range(1, 7)]
    entries = "".join(entry(name, "uniform", source="one report", low=0, high=1) for name in six)
    page("one", f"targets = {six}\n{entries}")
    (found,) = warnings(command("check", "one"))
    assert "x1, x2, x3, x4, x5 and x6 have the same source" in found
    assert 'state their correlations of 15 pairs under [correlation], "x1 ~ x2" = 0 if there is none' in found
    ones = [[1.0 if i == j else 0.0 for i in range(5)] for j in range(5)]
    page("one", f"targets = {six}\n{entries}[correlation]\ninputs = {six[:5]}\nmatrix = {ones}\n")
    (found,) = warnings(command("check", "one"))
    assert "correlations of 5 pairs" in found
    assert '"x1 ~ x6" = 0' in found


@pytest.mark.parametrize(("p5", "p95", "count"), [(0.05, 0.2, 1), (5, 20, 0), (0.5, 2, 0)])
@pytest.mark.parametrize("family", ["beta", "logitnormal"])
def test_shares_in_percent_that_may_be_meant_as_shares_of_1_have_a_warning(family, p5, p95, count, page, command):
    page("one", 'targets = ["x"]\n' + entry("x", family, unit="%", p5=p5, p95=p95))
    found = warnings(command("check", "one"))
    assert len(found) == count
    assert all("x: its figures are below 1 %; for 5 % write 5, and for figures between 0" in each for each in found)


def test_two_facts_of_one_institution_are_two_sources(page, command):
    page("one", study(rent={"source": "Epoch AI, prices"}, time={"source": "Epoch AI, hours"}))
    assert warnings(command("check", "one")) == []


def test_known_values_and_rows_of_one_entry_share_a_source_without_warning(page, command):
    page(
        "one",
        study(time={"source": "a price list", "family": "value", "value": 3, "p5": 1, "p95": 2}).replace(
            "p5 = 1\np95 = 2\nvalue", "value"
        ),
    )
    rows = {"p5": "[1, 2]", "p95": "[3, 4]", "by": '"chip"', "family": "lognormal"}
    page("two", 'targets = ["x"]\n[dimensions]\nchip = ["A", "B"]\n' + entry("x", **rows))
    assert warnings(command("check", "two")) == []


def test_a_part_extended_by_several_studies_has_one_warning(page, command):
    part = study(rent={"source": "one report"}, time={"source": "one report"}).replace(STUDY, "")
    page("part", part)
    page("one", 'extends = ["part"]\n' + STUDY)
    page("two", 'extends = ["part"]\n' + STUDY)
    (found,) = warnings(command("check", "one", "two"))
    assert found.startswith("part.toml: chip_time and rental_price have the same source")
    page("part", f'{part}[correlation]\n"rental_price ~ chip_time" = 0\n')
    assert warnings(command("check", "one", "two")) == []


INPUTS = input_entry("x", "lognormal", p5=1, p95=10) | input_entry("y", "pert", low=0, mode=1, high=5)


@mcf.node("1")
def total(x, y):
    """Sum of both."""
    return x + y


def test_a_correlation_of_0_changes_no_draw_and_no_digest():
    page = {"targets": ["total"], "inputs": INPUTS}
    plain, stated = (mcf.run(page | words, model=[total], draws=2**10) for words in ({}, {"correlation": {"x ~ y": 0}}))
    for name in ("x", "y", "total"):
        np.testing.assert_array_equal(plain.draws[name], stated.draws[name])
    assert plain.study.file.digest == stated.study.file.digest
    assert stated.study.dependence.groups == ()
    assert stated.sobol("total").sizes["input"] == 2  # no group, so Sobol indices apply
    assert statements(stated.study) == [("x ~ y", "independent of each other")]


def test_a_correlation_of_0_is_inherited_by_either_kind_of_correlation(page):
    page("base", '[correlation]\n"x ~ w" = 0\n')
    stated = {"targets": ["total"], "extends": ["base"], "inputs": INPUTS}
    stated["correlation"] = {"x ~ y": 0.5, "kind": "normal"}
    assert mcf.run(stated, model=[total], draws=64).study.file.correlation.kind == "normal"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"reported_low": 50, "reported_high": 300}, "is narrower than what its sources report, 50 chip"),
        ({"reported_low": 50, "reported_high": 200}, ""),
        ({"reported_low": 100, "reported_high": 200}, ""),
        ({"reported_low": 120, "reported_high": 120}, ""),
        ({"reported_low": 50, "reported_high": 300, "narrower": '"they are of others"'}, ""),
        ({"reported_low": 120, "reported_high": 130, "narrower": '"why"'}, "not narrower than its sources"),
        ({"reported_low": 50, "reported_high": 300, "family": "value", "value": 100}, "is narrower"),
    ],
)  # fmt: skip
def test_an_interval_narrower_than_its_sources_has_a_warning(page, command, words, message):
    text = study(time=words)
    page("one", text.replace("p5 = 100\np95 = 200\n", "") if "value" in words else text)
    found = warnings(command("check", "one"))
    assert len(found) == bool(message)
    assert all(line.startswith("one.toml: chip_time: ") and message in line for line in found)


def test_only_the_rows_narrower_than_their_sources_are_named(page, command):
    words = {"p5": "[1, 1]", "p95": "[3, 3]", "reported_low": "[0.5, 2]", "reported_high": "[4, 3]", "by": '"chip"'}
    page("one", 'targets = ["x"]\n[dimensions]\nchip = ["A", "B"]\n' + entry("x", "lognormal", **words))
    (found,) = warnings(command("check", "one"))
    assert found.startswith("one.toml: x[A]: its 90 % interval, 1 to 3,")


def test_reported_figures_are_multiplied_by_times(page, command):
    words = {"p5": 0.9, "p95": 1.1, "times": 10, "reported_low": 0.5, "reported_high": 2}
    page("one", 'targets = ["x"]\n' + entry("x", "lognormal", **words))
    (found,) = warnings(command("check", "one"))
    assert "9 to 11, is narrower than what its sources report, 5 to 20" in found


def test_a_mixture_truncated_to_one_of_its_parts_has_a_warning(page, command):
    parts = "[{family = 'uniform', low = 1, high = 3}, {family = 'uniform', low = 9, high = 11}]"
    for cut, count in (({}, 0), ({"low": 2.5, "high": 9.5}, 1)):
        page("one", 'targets = ["x"]\n' + entry("x", "mixture", parts=parts, **cut))
        found = warnings(command("check", "one"))
        assert len(found) == count
        assert all("is narrower than the medians of its parts, 2 to 10" in line for line in found)


def test_reported_figures_change_neither_draws_nor_digest():
    page = {"targets": ["total"], "inputs": INPUTS}
    found = {"x": INPUTS["x"] | {"reported_low": 1, "reported_high": 9, "narrower": "why"}, "y": INPUTS["y"]}
    plain, stated = (mcf.run(each, model=[total], draws=64) for each in (page, page | {"inputs": found}))
    np.testing.assert_array_equal(plain.draws.total, stated.draws.total)
    assert plain.study.file.digest == stated.study.file.digest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"reported_low": 1}, "reported_low and reported_high, both or neither"),
        ({"reported_high": 1}, "reported_low and reported_high, both or neither"),
        ({"reported_low": 3, "reported_high": 2}, "reported_low = 3 must not lie above reported_high = 2"),
        ({"reported_low": '"3"', "reported_high": 2}, "reported_low: expected a number, got text"),
        ({"narrower": 3}, "narrower: expected text"),
        ({"reported": 1}, "did you mean 'reported_low'"),
    ],
)
def test_invalid_reported_figures_are_rejected_with_one_line(page, command, words, message):
    page("one", study(time=words))
    assert_one_line_error(command("check", "one"), "chip_time", message)


def test_a_share_outside_0_to_1_has_a_warning_with_its_frequency(page, command):
    text = 'extends = ["gpt4"]\ntargets = ["upfront_hardware_share", "upfront_staff_share", "upfront_energy_share"]\n'
    page("one", text + entry("creation_staff_cost", "normal", "USD", mean=0, sd=1e6))
    (found,) = warnings(command("check", "one"))
    name, share = found.split(": ")[1:3]
    assert found.startswith("one.toml: ")
    assert name.endswith("_share")
    assert 45 < float(share.split(" %")[0]) < 55


@pytest.mark.parametrize(("p95", "count"), [(8, 0), (20, 1)])
def test_a_mean_far_above_the_median_has_a_warning(page, command, p95, count):
    """For a lognormal the ratio is exp(sigma^2 / 2): 2.2 where p95 is 8 times the median, 5.3 where it is 20."""
    page("one", 'targets = ["x"]\n' + entry("x", "lognormal", p50=1, p95=p95))
    found = warnings(command("check", "one"))
    assert len(found) == count
    assert all("one.toml: x: its mean, 5" in line and "times its median, 1, and dominated" in line for line in found)


def test_a_stated_reason_waives_the_warning_of_a_skewed_mean(page, command):
    wide = entry("x", "lognormal", p5=0.01, p95=100)
    page("one", f'targets = ["x"]\nskewed = {{ x = "a guess over orders of magnitude" }}\n{wide}')
    assert command("check", "--strict", "one").err == ""
    page("one", 'targets = ["x"]\nskewed = { x = "a guess" }\n' + entry("x", "lognormal", p5=0.5, p95=2))
    assert "skewed: x: no target of this name has a mean far above its median; delete it" in command("check", "one").err


def test_a_quantity_of_both_signs_has_no_warning_of_a_skewed_mean(page, command):
    page("one", 'targets = ["x"]\n' + entry("x", "normal", mean=0.01, sd=5))
    assert warnings(command("check", "one")) == []


def test_every_shipped_file_passes_the_strict_check(command):
    result = command("check", "--strict")
    assert result.code == 0
    assert all(line.startswith("info: ") for line in result.err.splitlines())
    assert "priors/gpt4.toml" in result.out
    assert "part, for extends" in result.out


def test_shipped_waivers_have_reasons():
    """Each waiver applies to a narrower interval and has a reason of more than 30 characters."""
    entries = [entry for path in locate.studies().values() for entry in locate.parse(path).get("inputs", {}).values()]
    reasons = [entry.get("narrower") for entry in entries]
    assert sum(reason is not None for reason in reasons) >= 5
    assert all(reason is None or len(reason) > 30 for reason in reasons)


PRICE = {"family": "lognormal", "unit": "USD", "p5": 100, "p95": 300}


def prices(rent):
    """A study of two uncertain costs whose ratio of medians is given."""
    rented = PRICE | {"p5": 100 * rent, "p95": 300 * rent, "source": "a rent"}
    return (
        'targets = ["amortised_cost", "cloud_cost"]\n'
        + entry("amortised_cost", **PRICE)
        + entry("cloud_cost", **rented)
    )


def test_a_rent_below_the_costs_of_the_owner_is_information_with_its_share_of_draws(page, command):
    """The ratio of two independent lognormals with p95 = 3 p5 has a log sd of sqrt(2) ln(3) / (2 z95)."""
    page("one", prices(rent=1.2))
    expected = 100 * norm.cdf(-math.log(1.2) / (math.sqrt(2) * math.log(3) / (2 * norm.ppf(0.95))))
    for words in ((), ("--strict",)):
        result = command("check", "one", *words)
        assert (result.code, result.out) == (0, "ok  priors/one.toml  (study, 2 entries)\n")
        (line,) = result.err.splitlines()
        share = re.fullmatch(
            r"info: priors/one.toml: cloud_cost: (\d+) % of its draws lie below amortised_cost, .*", line
        )
        assert abs(float(share[1]) - expected) < 2


def test_a_rent_above_the_costs_of_the_owner_in_nearly_all_draws_is_not_reported(page, command):
    page("one", prices(rent=5))
    assert command("check", "one").err == ""


def test_every_bound_is_between_two_quantities_of_the_model_of_one_kind():
    nodes = graph.nodes_of(model)
    for lower, upper in cost_bases.BOUNDS:
        assert units.same_kind(nodes[lower].unit, nodes[upper].unit)


@pytest.mark.parametrize("bound", cost_bases.BOUNDS, ids=" and ".join)
def test_the_draws_beyond_a_bound_are_counted(bound):
    lower, upper = bound
    low = input_entry("rent_margin", "lognormal", "1", p5=0.3, p95=0.9)
    study = {"extends": ["mt-nlg"], "targets": [*sum(cost_bases.BOUNDS, ())], "inputs": low}
    draws = mcf.run(study, draws=2**13, seed=5).core.values
    share = 100 * (draws[upper] < draws[lower]).mean()
    (text,) = [each for each in lint.of_study(mcf.load(study)).information if f": {upper}: " in each]
    assert f"lie below {lower}, although " in text
    assert abs(share - float(re.search(r"([\d.]+) %", text)[1])) < 2


@mcf.node("USD")
def fee(rate, days):
    """What the days cost."""
    return rate * days


@pytest.mark.parametrize("draws", [2**12, 2**18])
def test_a_median_on_a_jump_is_reported_and_has_an_error(draws):
    """0 or 10 days with equal weights: any amount from $0 to $50 is a median."""
    inputs = input_entry("rate", "value", "USD/day", value=5.0)
    inputs |= input_entry("days", "discrete", "day", values=[0.0, 10.0])
    done = mcf.run({"title": "A fee", "targets": ["fee"], "inputs": inputs}, model=[fee], draws=draws)
    found = done.summary["fee"]
    assert (found.values["p50"], found.errors["p50"]) == pytest.approx((25, 25))
    assert [found.errors[word] for word in ("p5", "p95")] == [0, 0]
    (note,) = [note for note in done.notes if "p50" in note]
    assert note == "fee: no draw lies between $0 and $50; any value from the one to the other is p50"


def test_an_input_has_its_exact_mean_and_standard_deviation():
    """A lognormal with a standard deviation of its logarithm of 1, and a normal."""
    inputs = input_entry("rate", "lognormal", "USD/day", p5=math.exp(norm.ppf(0.05)), p95=math.exp(norm.ppf(0.95)))
    inputs |= input_entry("days", "normal", "day", mean=30.0, sd=4.0)
    done = mcf.run({"title": "A fee", "targets": ["fee"], "inputs": inputs}, model=[fee], draws=2**12)
    rate, days = (done.summary[name] for name in ("rate", "days"))
    exact = math.exp(0.5), math.sqrt(math.exp(2) - math.exp(1))
    assert (rate.values["mean"], rate.values["sd"]) == pytest.approx(exact, rel=1e-9)
    assert (days.values["mean"], days.values["sd"]) == pytest.approx((30, 4), rel=1e-9)
    assert {each.errors[word] for each in (rate, days) for word in ("mean", "sd")} == {0}
    assert done.summary["fee"].errors["sd"] > 0


def test_the_standard_deviation_of_an_input_without_variance_is_not_stable(tmp_path):
    """A t with 1.9 degrees of freedom has a mean, but no variance."""
    inputs = input_entry("rate", "student-t", "USD/day", p5=1.0, p95=3.0, df=1.9)
    inputs |= input_entry("days", "value", "day", value=2.0)
    mcf.run({"title": "A fee", "targets": ["fee"], "inputs": inputs}, model=[fee], draws=2**12).write(
        tmp_path, report=False
    )
    found = json.loads((tmp_path / "percentiles.json").read_text())
    assert "rate" in found["unstable_sd"]
    assert "rate" not in found["unstable_mean"]
    with (tmp_path / "percentiles.csv").open(newline="") as file:
        noted = {row["statistic"] for row in csv.DictReader(file) if row["quantity"] == "rate" and row["note"]}
    assert noted == {"sd"}
