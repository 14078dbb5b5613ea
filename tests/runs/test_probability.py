"""Probabilities of events, also given conditions, against closed forms and independent calculations."""

import json

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.graph.formula import median
from tests.conftest import input_entry

LOGNORMALS = input_entry("a", "lognormal", "USD", mu=0, sigma=1) | input_entry("b", "lognormal", "USD", mu=0.5, sigma=2)


def lognormals(**words):
    return mcf.run({"targets": ["a", "b"], "inputs": LOGNORMALS, **words}, model=[], draws=2**15)


def assert_near(found, expected):
    """Check a probability against a closed form, within five of its errors."""
    assert float(found.probability) == pytest.approx(expected, abs=5 * float(found.mc_error))


def test_the_probability_of_a_lognormal_beyond_a_bound_is_that_of_its_distribution():
    run = lognormals()
    assert_near(run.probability("a > 2 USD"), stats.norm.sf(np.log(2)))
    assert_near(run.probability(["a > 2 USD", "b < 1 USD"]), stats.norm.sf(np.log(2)) * stats.norm.cdf(-0.25))
    assert_near(run.probability("a > b"), stats.norm.cdf(-0.5 / np.sqrt(5)))


def test_the_share_of_a_lognormal_near_its_median_is_that_of_its_distribution(tmp_path):
    """Within 30 % of the median, which is 1 for a."""
    run = lognormals()
    near = ["a > 0.7 * median(a)", "a < 1.3 * median(a)"]
    assert_near(run.probability(near), stats.norm.cdf(np.log(1.3)) - stats.norm.cdf(np.log(0.7)))
    assert_near(run.probability("b < median(b) * a / median(a)"), 0.5)
    run.write(tmp_path, report=False)
    assert mcf.open(tmp_path).probability(near).identical(run.probability(near))


def test_the_median_of_draws_is_that_of_each_randomisation_and_of_a_known_quantity_itself():
    x = np.random.default_rng(0).random((2, 64))
    x[1] = np.nan
    expected = [np.median(x[0, r::16]) for r in range(16)]
    np.testing.assert_array_equal(median(x)[0], expected * 4)
    assert median(np.array([3.0])) == median(3.0) == 3
    assert median(np.array([1.0, 2.0, 6.0])).tolist() == [2, 2, 2]


def test_the_median_of_all_draws_is_refused_in_other_conditions():
    with pytest.raises(mcf.InputError, match="is of all draws"):
        mcf.solve("gpt4", "chip_count", "energy < median(energy)")
    with pytest.raises(mcf.InputError, match="is of all draws"):
        lognormals().probability("a > 2 USD", given="a < median(a)")


def test_a_condition_on_an_independent_quantity_changes_nothing():
    assert_near(lognormals().probability("a > 2 USD", given="b < 1 USD"), stats.norm.sf(np.log(2)))


@pytest.mark.parametrize("rho", [-0.7, 0.5])
def test_given_a_correlated_quantity_the_probability_is_that_of_the_two_normals(rho):
    run = lognormals(correlation={"kind": "normal", "a ~ b": rho})
    both = stats.multivariate_normal([0, 0], [[1, -rho], [-rho, 1]]).cdf([-np.log(2), -0.25])  # of -a and b
    assert_near(run.probability("a > 2 USD", given="b < 1 USD"), both / stats.norm.cdf(-0.25))


def test_the_interval_is_that_of_clopper_and_pearson_on_the_effective_draws():
    found = lognormals().probability("a > 2 USD", given="b < 1 USD")
    share, size = float(found.hits / found.draws), float(found.effective_draws)
    low, high = stats.beta.ppf(
        [0.025, 0.975], [share * size, share * size + 1], [size - share * size + 1, size - share * size]
    )
    assert (float(found.low), float(found.high)) == pytest.approx((low, high))
    assert float(found.odds) == pytest.approx(share / (1 - share))
    assert int(found.draws) == int((lognormals()["b"] < 1).sum())


def test_conditions_along_the_same_dimension_combine_label_by_label(here, command):
    """The frontier study by hand: the share of dates before July 2027 among those after November 2026, by course."""
    assert command("run", "frontier-cost", "--draws", 8192, "--no-report", "--quiet", "--out", "run").code == 0
    day = 2026 + 332 / 365, 2027 + 181 / 365  # 29 November is the 333rd day, 1 July the 182nd
    arguments = ["--that", "threshold_date < 2027-07-01", "--given", "threshold_date > 2026-11-29", "--json"]
    answer = json.loads(command("probability", "run", *arguments).out)
    dates = mcf.open("run")["threshold_date"]
    for course, each in zip(dates.course.values, answer["events"], strict=True):
        x = dates.sel(course=course).values
        left = x[x > day[0]]
        assert (each["row"], each["draws"], each["hits"]) == (course, left.size, (left < day[1]).sum())
        assert each["probability"] == pytest.approx((left < day[1]).mean())
    assert [*answer] == ["format", "study", "draws", "seed", "given", "events", "all"]
    assert answer["all"] == [{k: v for k, v in each.items() if k != "that"} for each in answer["events"]]


def test_saved_runs_have_the_probabilities_of_the_run(tmp_path):
    run = mcf.run("gpt4", draws=4096)
    run.write(tmp_path, report=False)
    arguments = "amortised_cost > 5e7 USD", ["energy > 30 GWh", "chip_count < 26_000"]
    assert mcf.open(tmp_path).probability(*arguments).identical(run.probability(*arguments))


def test_draws_double_until_two_thousand_are_left(here, command):
    arguments = ["--that", "energy > 60 GWh", "--given", "energy > 50 GWh", "--draws", 1024, "--json"]
    done = command("probability", "gpt4", *arguments)
    found, left = json.loads(done.out), json.loads(done.out)["all"][0]["draws"]
    assert 2000 <= left < 4000
    assert f"note: given: draws doubled to {found['draws']:,}, so that {left:,} are left" in done.err


def test_a_certain_event_has_no_odds(here, command):
    (found,) = json.loads(command("probability", "gpt4", "--that", "energy > 0 MWh", "--draws", 64, "--json").out)[
        "all"
    ]
    assert (found["probability"], found["odds"], found["row"], found["reading"]) == (1, None, None, "true")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--that", "energie > 3 MWh"], "that 'energie > 3 MWh': there is no quantity 'energie'"),
        (["--that", "energy > 3 USD"], "that 'energy > 3 USD': 'USD' is not a unit of energy; give it in MWh"),
        (["--that", "energy > 3", "--given", "energy > 9e9"], "no draw meets it; energy lies between"),
        (["--that", "energy > 3", "--given", "energy > 400 GWh"], "draws, fewer than 800; take more draws, or state a"),
        ([], "that: an event is missing; write NAME < VALUE UNIT"),
    ],
)
def test_invalid_events_and_conditions_are_rejected_with_one_line(here, command, arguments, message):
    done = command("probability", "gpt4", "--draws", 2**18, *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err


def test_a_saved_run_without_draws_is_refused_with_the_remedy(here, command):
    run = mcf.run("gpt4", draws=1024)
    run.write(here / "run", report=False)
    (here / "run" / "draws.nc").unlink()
    done = command("probability", "run", "--that", "energy > 3 MWh")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "make the run again" in done.err
