"""A mean that cannot be told is marked wherever it is told; `check` warns of what is doubtful in a file."""

import csv
import json

import numpy as np
import pytest
from arviz.stats.stats import _gpdfit

import mcfrontier as mcf
from mcfrontier import files, priors
from mcfrontier.analysis import tails
from mcfrontier.families import FAMILIES
from mcfrontier.outputs.decision import told_decision
from mcfrontier.outputs.report import contents
from tests.conftest import believed, entry
from tests.test_bad_input import one_line

WITHOUT = {  # draws of what has no mean
    "a Pareto of 0.8": lambda rng, n: rng.pareto(0.8, n),
    "a Cauchy": lambda rng, n: rng.standard_cauchy(n),
    "a Cauchy far from 0": lambda rng, n: 2026 + rng.standard_cauchy(n),
    "a ratio of normals through zero": lambda rng, n: rng.normal(1, 0.2, n) / rng.normal(1, 0.5, n),
}
WITH = {
    "a normal": lambda rng, n: rng.normal(5, 1, n),
    "a lognormal of sigma 1": lambda rng, n: rng.lognormal(0, 1, n),
    "a Pareto of 3": lambda rng, n: rng.pareto(3, n),
    "an exponential": lambda rng, n: rng.exponential(1, n),
    "twelve orders of magnitude alike": lambda rng, n: 10 ** rng.uniform(0, 12, n),
    "a rare accident": lambda rng, n: (rng.random(n) < 0.001) * 1.0,
}
SEEDS = 50


def marked(made, draws):
    """The share of seeds at which the mean is marked."""
    return np.mean([tails.heavy(made(np.random.default_rng(seed), draws)) is not None for seed in range(SEEDS)])


@pytest.mark.parametrize("draws", [2**13, 2**16])
@pytest.mark.parametrize("name", WITHOUT)
def test_draws_of_what_has_no_mean_are_seen(name, draws):
    assert marked(WITHOUT[name], draws) >= 0.96


@pytest.mark.parametrize("draws", [2**12, 2**14, 2**16])
@pytest.mark.parametrize("name", WITH)
def test_a_mean_that_is_one_is_left_alone(name, draws):
    assert marked(WITH[name], draws) == 0


def test_a_lognormal_of_sigma_2_has_a_mean_that_131072_draws_tell():
    assert marked(lambda rng, n: rng.lognormal(0, 2, n), 2**17) <= 0.02


def test_draws_that_are_lost_and_few_draws_change_nothing():
    x = np.random.default_rng(1).standard_cauchy(2**13)
    x[[5, 77]] = np.nan, np.inf
    assert tails.heavy(x)
    assert tails.heavy(np.full(2**13, np.nan)) is None
    assert tails.heavy(np.zeros(2**13)) is None
    assert tails.heavy(x[:4000]) is None


@pytest.mark.parametrize("shape", [0.2, 0.7, 1.5])
def test_the_tail_index_is_that_of_arviz(shape):
    x = np.sort(np.random.default_rng(3).pareto(1 / shape, 500))
    with np.errstate(all="ignore"):
        assert tails.pareto_index(x) == pytest.approx(_gpdfit(x)[0], rel=1e-9)
    assert tails.pareto_index(x) == pytest.approx(shape, abs=0.25)


@pytest.mark.parametrize("df", [0.02, 0.3, 0.9, 1])
@pytest.mark.parametrize("cut", [{}, {"low": 0}])
def test_a_t_of_one_degree_or_less_has_no_mean(df, cut):
    stated = FAMILIES["student-t"](unit="1", source="a test", df=df, mean=0, scale=1, **cut)
    assert tails.endless(stated.distribution())


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
def test_what_has_a_mean_is_not_said_to_have_none(family, words):
    assert not tails.endless(FAMILIES[family](unit="1", source="a test", **words).distribution())


@mcf.node("1")
def ratio(above, below):
    """One over the other."""
    return above / below


@mcf.node("1")
def double(ratio):
    """Twice that."""
    return 2 * ratio


@mcf.node("1")
def sane(above):
    """Something with a mean."""
    return above + 1


MODEL = [ratio, double, sane]
RATIO = believed("above", "normal", mean=1, sd=0.2) | believed("below", "normal", mean=1, sd=0.5)
PAGE = {"targets": ["double", "sane"], "inputs": RATIO}


@pytest.fixture(scope="module")
def unstable():
    return mcf.run(PAGE, model=MODEL, draws=2**14)


def test_a_run_marks_the_means_that_are_none(unstable):
    assert set(unstable.unstable) == {"ratio", "double"}
    (told,) = (note for note in unstable.notes if "mean" in note)
    assert told.startswith("double: the mean is not stable (tail index ")
    assert told.endswith("; tell the median")


def test_every_file_that_tells_a_mean_marks_it(unstable, tmp_path):
    unstable.write(tmp_path, report=False)
    assert json.loads((tmp_path / "percentiles.json").read_text())["unstable_mean"] == ["ratio", "double"]
    with (tmp_path / "percentiles.csv").open() as file:
        found = {(row["quantity"], row["statistic"]) for row in csv.DictReader(file) if row["note"] == "not stable"}
    assert found == {(name, word) for name in ("ratio", "double") for word in ("mean", "sd")}
    assert any("double: the mean is not stable" in note for note in contents(unstable)["notes"])
    assert any(
        "double: the mean is not stable" in note
        for note in json.loads((tmp_path / "manifest.json").read_text())["notes"]
    )


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_marked_under_every_sampler(sampler, seed):
    assert set(mcf.run(PAGE, model=MODEL, draws=2**14, sampler=sampler, seed=seed).unstable) == {"ratio", "double"}


def test_it_is_marked_where_draws_are_counted():
    run = mcf.run(PAGE, model=MODEL, draws=2**19)
    assert run.counted
    assert set(run.unstable) == {"ratio", "double"}


def test_an_input_without_a_mean_is_marked_however_few_the_draws():
    inputs = believed("x", "student-t", df=1, mean=0, scale=1)
    run = mcf.run({"targets": ["x"], "inputs": inputs}, draws=64)
    assert run.notes == ("x: it has no mean, whatever the draws give; tell the median",)


def test_the_rows_of_a_quantity_are_told_apart():
    page = {"targets": ["x"], "dimensions": {"chip": ["A", "B"]}}
    inputs = believed("x", "student-t", df=[1, 30], mean=0, scale=1, by="chip")
    assert list(mcf.run(page | {"inputs": inputs}, draws=64).unstable) == ["x[A]"]


def test_a_decision_that_hangs_on_such_a_mean_says_so():
    decided = {"quantity": "double", "act": "above", "threshold": 1, "unit": "1"}
    run = mcf.run(PAGE | {"decision": decided}, model=MODEL, draws=2**14)
    assert "the mean of the double is not stable, so neither is what acting pays" in told_decision(run)["told"]


@pytest.mark.parametrize("name", ["gpt4", "history", "claude-next"])
def test_no_study_that_ships_has_a_mean_to_be_marked(name):
    assert mcf.run(name, draws=2**12).unstable == {}


def warnings(ended):
    assert ended.code == 0, ended
    return [line.removeprefix("warning: priors/") for line in ended.err.splitlines()]


STUDY = 'targets = ["cloud_cost"]\n'
RENT = {"family": "lognormal", "unit": "USD/chip/h", "p5": 1, "p95": 2}
TIME = {"family": "lognormal", "unit": "chip*h", "p5": 100, "p95": 200}


def study(rent=(), time=()):
    return (
        STUDY
        + entry("rental_price", **RENT | {"source": "a price list"} | dict(rent))
        + entry("chip_time", **TIME | {"source": "a report"} | dict(time))
    )


def test_a_file_without_doubts_has_none(page, command):
    page("one", study())
    for words in ((), ("--strict",)):
        assert command("check", "one", *words) == (0, "ok  priors/one.toml  (study, 2 entries)\n", "")


def test_strict_refuses_what_is_doubtful(page, command):
    page("one", study(time={"source": "a price list"}))
    page("two", study())
    assert command("check", "one", "two").out.count("ok") == 2
    ended = command("check", "one", "two", "--strict")
    assert ended.code == 2
    assert ended.out == "ok  priors/two.toml  (study, 2 entries)\n"
    assert ended.err.startswith("warning: priors/one.toml: ")


def test_two_inputs_with_one_source_are_warned_of_until_it_is_said_how_they_go_together(page, command):
    one = study(rent={"source": "A  report, p. 3"}, time={"source": "a Report, p. 3"})
    page("one", one)
    (told,) = warnings(command("check", "one"))
    assert told.startswith("one.toml: chip_time and rental_price rest on one source and are drawn apart; ")
    for value in (0, 0.5):
        page("one", f'{one}[correlation]\n"rental_price ~ chip_time" = {value}\n')
        assert warnings(command("check", "one")) == []


def test_two_facts_of_one_institution_are_two_sources(page, command):
    page("one", study(rent={"source": "Epoch AI, prices"}, time={"source": "Epoch AI, hours"}))
    assert warnings(command("check", "one")) == []


def test_what_is_known_and_the_rows_of_an_entry_are_no_two_inputs(page, command):
    page(
        "one",
        study(time={"source": "a price list", "family": "value", "value": 3, "p5": 1, "p95": 2}).replace(
            "p5 = 1\np95 = 2\nvalue", "value"
        ),
    )
    rows = {"p5": "[1, 2]", "p95": "[3, 4]", "by": '"chip"', "family": "lognormal"}
    page("two", 'targets = ["x"]\n[dimensions]\nchip = ["A", "B"]\n' + entry("x", **rows))
    assert warnings(command("check", "two")) == []


def test_a_part_that_several_studies_take_in_is_warned_of_once(page, command):
    part = study(rent={"source": "one report"}, time={"source": "one report"}).replace(STUDY, "")
    page("part", part)
    page("one", 'extends = ["part"]\n' + STUDY)
    page("two", 'extends = ["part"]\n' + STUDY)
    (told,) = warnings(command("check", "one", "two"))
    assert told.startswith("part.toml: chip_time and rental_price rest on one source")
    page("part", f'{part}[correlation]\n"rental_price ~ chip_time" = 0\n')
    assert warnings(command("check", "one", "two")) == []


INPUTS = believed("x", "lognormal", p5=1, p95=10) | believed("y", "pert", low=0, mode=1, high=5)


@mcf.node("1")
def total(x, y):
    """Both."""
    return x + y


def test_a_correlation_of_0_changes_no_draw_and_no_digest():
    page = {"targets": ["total"], "inputs": INPUTS}
    plain, stated = (mcf.run(page | words, model=[total], draws=2**10) for words in ({}, {"correlation": {"x ~ y": 0}}))
    for name in ("x", "y", "total"):
        np.testing.assert_array_equal(plain.draws[name], stated.draws[name])
    assert plain.study.page.digest == stated.study.page.digest
    assert stated.study.dependence.groups == ()
    assert stated.sobol("total").sizes["input"] == 2  # no group, so its shares are Sobol's
    assert stated.study.beliefs == [("x ~ y", "independent of each other")]


def test_a_correlation_of_0_is_taken_in_by_a_study_of_either_kind(page):
    page("base", '[correlation]\n"x ~ w" = 0\n')
    stated = {"targets": ["total"], "extends": ["base"], "inputs": INPUTS}
    stated["correlation"] = {"x ~ y": 0.5, "kind": "normal"}
    assert mcf.run(stated, model=[total], draws=64).study.page.correlation.kind == "normal"


@pytest.mark.parametrize(
    ("words", "told"),
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
def test_an_interval_narrower_than_its_sources_is_warned_of(page, command, words, told):
    text = study(time=words)
    page("one", text.replace("p5 = 100\np95 = 200\n", "") if "value" in words else text)
    found = warnings(command("check", "one"))
    assert len(found) == bool(told)
    assert all(line.startswith("one.toml: chip_time: ") and told in line for line in found)


def test_of_many_rows_those_that_are_narrower_are_named(page, command):
    words = {"p5": "[1, 1]", "p95": "[3, 3]", "reported_low": "[0.5, 2]", "reported_high": "[4, 3]", "by": '"chip"'}
    page("one", 'targets = ["x"]\n[dimensions]\nchip = ["A", "B"]\n' + entry("x", "lognormal", **words))
    (told,) = warnings(command("check", "one"))
    assert told.startswith("one.toml: x[A]: its 90 % interval, 1 to 3,")


def test_reported_figures_are_multiples_of_times_as_all_others_are(page, command):
    words = {"p5": 0.9, "p95": 1.1, "times": 10, "reported_low": 0.5, "reported_high": 2}
    page("one", 'targets = ["x"]\n' + entry("x", "lognormal", **words))
    (told,) = warnings(command("check", "one"))
    assert "9 to 11, is narrower than what its sources report, 5 to 20" in told


def test_a_mixture_that_is_cut_to_one_of_its_parts_is_warned_of(page, command):
    parts = "[{family = 'uniform', low = 1, high = 3}, {family = 'uniform', low = 9, high = 11}]"
    for cut, count in (({}, 0), ({"low": 2.5, "high": 9.5}, 1)):
        page("one", 'targets = ["x"]\n' + entry("x", "mixture", parts=parts, **cut))
        found = warnings(command("check", "one"))
        assert len(found) == count
        assert all("is narrower than the medians of its parts, 2 to 10" in line for line in found)


def test_what_sources_report_changes_neither_draws_nor_digest():
    page = {"targets": ["total"], "inputs": INPUTS}
    told = {"x": INPUTS["x"] | {"reported_low": 1, "reported_high": 9, "narrower": "why"}, "y": INPUTS["y"]}
    plain, stated = (mcf.run(each, model=[total], draws=64) for each in (page, page | {"inputs": told}))
    np.testing.assert_array_equal(plain.draws.total, stated.draws.total)
    assert plain.study.page.digest == stated.study.page.digest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"reported_low": 1}, "reported_low and reported_high, both or neither"),
        ({"reported_high": 1}, "reported_low and reported_high, both or neither"),
        ({"reported_low": 3, "reported_high": 2}, "reported_low = 3 must not lie above reported_high = 2"),
        ({"reported_low": '"3"', "reported_high": 2}, "reported_low: expected a number, got text"),
        ({"narrower": 3}, "narrower: expected text"),
        ({"reported": 1}, "did you mean 'reported_low'"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_a_line(page, command, words, told):
    page("one", study(time=words))
    one_line(command("check", "one"), "chip_time", told)


def test_a_share_that_leaves_0_to_1_is_warned_of_with_how_often(page, command):
    text = 'extends = ["gpt4"]\ntargets = ["upfront_hardware_share", "upfront_staff_share", "upfront_energy_share"]\n'
    page("one", text + entry("creation_staff_cost", "normal", "USD", mean=0, sd=1e6))
    (told,) = warnings(command("check", "one"))
    name, share = told.split(": ")[1:3]
    assert told.startswith("one.toml: ")
    assert name.endswith("_share")
    assert 45 < float(share.split(" %")[0]) < 55


@pytest.mark.parametrize(("p95", "count"), [(8, 0), (20, 1)])
def test_a_mean_far_above_the_median_is_warned_of(page, command, p95, count):
    """Of a lognormal they are apart by exp(sigma^2 / 2): 2.2 where p95 is 8 times the median, 5.3 where it is 20."""
    page("one", 'targets = ["x"]\n' + entry("x", "lognormal", p50=1, p95=p95))
    found = warnings(command("check", "one"))
    assert len(found) == count
    assert all("one.toml: x: its mean, 5" in line and "times its median, 1:" in line for line in found)


def test_a_mean_far_above_the_median_is_left_alone_where_the_file_says_why(page, command):
    wide = entry("x", "lognormal", p5=0.01, p95=100)
    page("one", f'targets = ["x"]\nskewed = {{ x = "a guess over orders of magnitude" }}\n{wide}')
    assert command("check", "--strict", "one").err == ""
    page("one", 'targets = ["x"]\nskewed = { x = "a guess" }\n' + entry("x", "lognormal", p5=0.5, p95=2))
    assert (
        "skewed: x: no target of this name has a mean far above its median; take it out" in command("check", "one").err
    )


def test_a_quantity_of_both_signs_is_not_held_to_its_median(page, command):
    page("one", 'targets = ["x"]\n' + entry("x", "normal", mean=0.01, sd=5))
    assert warnings(command("check", "one")) == []


def test_all_that_ships_passes_the_strict_check(command):
    ended = command("check", "--strict")
    assert (ended.code, ended.err) == (0, "")


def test_a_reason_that_ships_is_needed():
    """Each is of an interval that is narrower, and says why in more than a word."""
    reasons = [p.entry.narrower for name in files.studies() for p in priors.load(name).priors.values() if p.own]
    assert sum(reason is not None for reason in reasons) >= 5
    assert all(reason is None or len(reason) > 30 for reason in reasons)
