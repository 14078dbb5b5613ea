"""How questions resolve: readings against closed forms, and against simulated worlds."""

import json
import math

import numpy as np
import pytest

import mcfrontier as mcf
from tests.conftest import input_entry

YEARS = [2020.0 + i for i in range(1, 12)]
BY_YEAR = [f"{year:.0f}" for year in YEARS]
RESOLUTION = {
    "quantity": "size",
    "threshold": 1.0,
    "publisher": "a publisher",
    "reported": 1.0,
    "lag": 0.0,
    "error": 0.0,
    "since": "2020-01-01",
    "dates": "calendar_year",
}


@mcf.node("USD")
def size(calendar_year, beginning, wait, one_year, one_dollar):
    """A path that grows tenfold a year, and passes a dollar after a wait."""
    return one_dollar * 10 ** ((calendar_year - beginning - wait) / one_year)


def study(wait, **words):
    """A path that passes the threshold, 1, after a wait from 2020 on, with a resolution."""
    inputs = input_entry("calendar_year", "value", "AD", by="year", value=YEARS)
    inputs |= input_entry("beginning", "value", "AD", value=2020.0) | input_entry("one_year", "value", "year", value=1)
    inputs |= input_entry("one_dollar", "value", "USD", value=1) | {
        "wait": {"source": "a test", "unit": "year", **wait}
    }
    content = {"targets": ["size"], "dimensions": {"year": BY_YEAR}, "inputs": inputs}
    return content | {"resolution": {**RESOLUTION, **words}}


EXPONENTIAL = {"family": "gamma", "shape": 1, "scale": 2}


def run(wait=EXPONENTIAL, draws=2**14, **words):
    return mcf.run(study(wait, **words), model=[size], draws=draws)


def assert_near(found, expected):
    assert np.all(np.abs(found.probability.values - expected) <= 5 * found.mc_error.values + 1e-12)


def test_reported_at_once_and_without_error_the_readings_are_the_truth_bit_for_bit():
    done = run(draws=2**12, not_yet="2022-01-01")
    true, known, published = (done.probability(reading=each) for each in ("true", "known", "published"))
    assert true.identical(known)
    assert true.identical(published)


def test_the_truth_of_the_frontier_is_its_event_bit_for_bit():
    resolution = {k: v for k, v in mcf.load("frontier-cost").file.stated.resolution.items() if k != "not_yet"}
    content = {"extends": ["frontier-cost"], "targets": ["over_threshold"], "resolution": resolution | {"rounding": 0}}
    done = mcf.run(content, draws=2**10, set={"reported_share": 1, "report_lag": 0, "estimate_error": 0})
    for reading in ("true", "known", "published"):
        assert (done.probability(reading=reading).hits == done["over_threshold"].sum("draw")).all()


def test_an_exponential_lag_after_an_exponential_wait_has_the_sum_of_both():
    """One run alone, that of the crossing, since the others are more than eleven years away."""
    t, wait, lag = np.array(YEARS) - 2020, 2.0, 0.5
    expected = 1 - (wait * np.exp(-t / wait) - lag * np.exp(-t / lag)) / (wait - lag)
    done = run(lag=12 * lag, runs=1 / 12)
    for reading in ("known", "published"):
        assert_near(done.probability(reading=reading), expected)
    assert_near(run(lag=12 * lag, runs=1 / 12, reported=0.3).probability(reading="known"), 0.3 * expected)


def test_given_that_nothing_is_published_the_truth_may_have_come_already():
    """Closed form: P(wait < 3 | wait + lag > 3), the sum of two exponential times."""
    wait, lag, t = 2.0, 0.5, 3.0
    unpublished = (wait * np.exp(-t / wait) - lag * np.exp(-t / lag)) / (wait - lag)
    done = run(lag=12 * lag, runs=1 / 12, not_yet="2023-01-01")
    already = done.probability(reading="true").sel(year="2023")
    assert_near(already, 1 - np.exp(-t / wait) / unpublished)


def test_of_several_runs_the_first_that_is_reported_counts():
    """A path that stays just above the threshold: with a share of 1/2, three runs by 2021 leave 1/8."""
    known = run({"family": "value", "value": 0}, runs=2, reported=0.5).probability(reading="known")
    assert_near(known.sel(year=["2021", "2022"]), [1 - 0.5**2, 1 - 0.5**4])


@pytest.mark.parametrize(("rounding", "least"), [(0, 1.0), (1, 1.5), (2, 1.05), (3, 1.005)])
def test_an_estimate_counts_once_its_rounded_figure_exceeds_the_threshold(rounding, least):
    """A path of tenfold growth from a dollar passes `least` log10(least) years later; the next of 24 runs counts."""
    content = study({"family": "value", "value": 2}, rounding=rounding, runs=24) | {"targets": ["published_date"]}
    passed = float(mcf.run(content, model=[size], draws=64).summary["published_date"].values["p50"]) - 2022
    assert np.log10(least) <= passed + 1e-9
    assert passed < np.log10(least) + 1 / 24


def test_of_several_quantities_each_has_its_own_question():
    """Twice the size exceeds a threshold when the size exceeds half of it."""
    words = {"reported": 0.5, "lag": 6.0, "error": 0.3, "not_yet": "2021-06-01"}
    both = {"quantity": ["twice", "size"], "threshold": [1.0, 1.0], "published": [0.2, 0.1]}
    content = study(EXPONENTIAL, **words, **both) | {"formulas": {"twice": {"is": "2 * size", "unit": "USD"}}}
    done = mcf.run(content, model=[size], draws=2**12)
    plain = run(draws=2**12, **words)
    for reading in ("true", "published"):
        expected = plain.probability("size > 4 USD", reading=reading)
        assert expected.identical(done.probability("size > 4 USD", reading=reading))
        assert (expected.hits == done.probability("twice > 8 USD", reading=reading).hits).all()
    with pytest.raises(mcf.InputError, match=r"an estimate of 0\.2 USD is published already"):
        done.probability("twice > 0.15 USD", reading="known")
    assert 0 < done.probability("size > 0.15 USD", reading="known").probability[0] < 1


def test_a_path_reached_within_its_row_is_level_to_the_end_of_the_row():
    """Logarithms of -0.5 and 0.5 in 2022 and 2023, reached in the middle of a row, are level for half a year, and pass
    0 halfway through the next half."""
    content = study({"family": "value", "value": 2.5}, path="middle") | {"targets": ["true_date", "true_by"]}
    content["inputs"] |= input_entry("middle", "value", "AD", by="year", value=[year - 0.5 for year in YEARS])
    done = mcf.run(content, model=[size], draws=64)
    assert done.summary["true_date"].values["p50"] == pytest.approx(2022.25)
    passed = [done.summary[f"true_by[{year}]"].values["probability"] for year in BY_YEAR]
    assert passed == [float(year > 2022) for year in YEARS]


def test_readings_are_quantities_of_the_study():
    """As targets they are as likely as in `probability`; with a condition, runs are given that nothing is published."""
    words = {"reported": 0.5, "lag": 6.0, "error": 0.3}
    done = mcf.run(study(EXPONENTIAL, **words) | {"targets": ["published_by"]}, model=[size], draws=2**12)
    expected = run(draws=2**12, **words).probability(reading="published")
    assert (done["published_by"].sum("draw") == expected.hits).all()
    given = run(draws=2**12, not_yet="2022-01-01", **words).probability(reading="true")
    unpublished = {"model": [size], "draws": 2**12, "given": "published_date > 2022-01-01"}
    done = mcf.run(study(EXPONENTIAL, **words) | {"targets": ["true_by"]}, **unpublished)
    found = [done.summary[f"true_by[{year}]"].values["mean"] for year in BY_YEAR]
    assert found == pytest.approx(given.probability.values)


def published_in_a_world(rng, reported, lag, error, runs=4):
    """The date at which a world of its own publishes an estimate above the threshold, run by run."""
    crossing = 2020 + rng.exponential(2.0)
    date, published = crossing - math.floor((crossing - 2020) * runs) / runs, math.inf
    while date < YEARS[-1]:
        estimate = 10 ** (date - crossing) * math.exp(error * rng.normal())
        after = date + rng.exponential(lag / 12)
        if rng.random() < reported and float(f"{estimate:.1e}") > 1:
            published = min(published, after)
        date += 1 / runs
    return published


SETTINGS = [
    (0.3, 6.0, 0.4, 2021),
    (0.6, 3.0, 0.2, 2022),
    (0.15, 12.0, 0.5, 2023),
    (0.9, 1.0, 0.8, 2021),
    (0.4, 9.0, 0.3, 2024),
]


def test_five_hundred_simulated_worlds_resolve_as_often_as_predicted():
    """The slope of outcomes on probabilities is that of a calibrated forecast, 1, and so is the mean."""
    rng, predicted, outcomes = np.random.default_rng(1), [], []
    for reported, lag, error, not_yet in SETTINGS:
        words = {"reported": reported, "lag": lag, "error": error, "not_yet": f"{not_yet}-01-01"}
        found = run(draws=2**13, rounding=2, **words).probability(reading="published").probability
        worlds = (published_in_a_world(rng, reported, lag, error) for _ in iter(int, 1))
        open_worlds = (date for date in worlds if date > not_yet)
        for _ in range(100):
            date = next(open_worlds)
            predicted += found.values.tolist()
            outcomes += [date < year for year in YEARS]
    slope, _ = np.polyfit(predicted, outcomes, 1)
    assert 0.9 < slope < 1.1
    assert np.mean(outcomes) == pytest.approx(np.mean(predicted), abs=0.03)


def test_a_study_with_a_resolution_answers_in_three_readings(here, command):
    done = command("probability", "frontier-cost", "--draws", 2**11, "--json")
    answer = json.loads(done.out)
    assert answer["given"] == ["published_date > 2026-11-29"]
    by_reading = {
        reading: [e for e in answer["events"] if e["reading"] == reading] for reading in ("true", "known", "published")
    }
    assert [len(rows) for rows in by_reading.values()] == [32, 28, 28]  # four courses: seven years, and by now
    assert {each["that"] for each in by_reading["true"]} == {
        "frontier_cost > cost_threshold",
        "frontier_cost > cost_threshold before 2026-11-29",
    }
    for true, known in zip(by_reading["true"], by_reading["known"], strict=False):
        assert true["hits"] >= known["hits"]
    assert answer["all"] == []


def test_a_reading_of_one_row_and_another_threshold(here, command):
    arguments = ["--that", "frontier_cost[trend goes on, 2027] > 2e9 USD", "--draws", 2**12, "--json"]
    (found,) = json.loads(command("probability", "frontier-cost", "--as", "published", *arguments).out)["events"]
    assert (found["row"], found["reading"]) == (None, "published")
    run = mcf.run("frontier-cost", draws=2**12, set={"cost_threshold": 2e9})
    assert found["hits"] == run.probability(reading="published").hits.sel(course="trend goes on", year="2027")


def test_an_event_of_the_truth_has_a_note_that_it_is_not_what_resolves(here, command):
    note = (
        "note: events of frontier_cost are those of its true value, which nobody observes; by what Epoch AI publishes"
    )
    err = command(
        "probability", "frontier-cost", "--that", "over_threshold[trend goes on, 2027] > 0.5", "--draws", 64
    ).err
    assert err.count(note) == 1
    note = note.removeprefix("note: ")
    assert any(text.startswith(note) for text in mcf.load("frontier-cost").notes)
    assert not any(text.startswith(note) for text in mcf.load("frontier-cost", targets=["frontier_power"]).notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": None}, "resolution: has no quantity; add quantity = ..."),
        ({"reported": 1.2}, "resolution: reported = 1.2: a share of the runs is expected, from 0 to 1"),
        ({"lag": -1.0}, "resolution: lag = -1: a number of 0 or more is expected"),
        ({"quantity": "sise"}, "resolution: there is no quantity 'sise'; did you mean 'size'?"),
        ({"lag": "size"}, "resolution: size is in USD; name a quantity in month"),
        ({"dates": "wait"}, "resolution: dates = wait: name an entry with the known date of each row of size"),
        ({"since": "2021-06-01"}, "resolution: since = 2021-06-01: the dates of calendar_year must lie after it"),
        ({"not_yet": "2019-01-01"}, "resolution: not_yet = 2019-01-01 must not lie before since = 2020-01-01"),
        ({"runs": 0}, "resolution: runs = 0: a number of runs a year is expected, above 0, at most 24"),
        ({"rounding": 99}, "resolution: rounding = 99: significant digits are expected, 0 to 15"),
        ({"seen": 1}, "resolution: unknown key 'seen'"),
        ({"quantity": ["size", "size"], "threshold": [1.0]}, "resolution: threshold: 2 quantities, and 1 items"),
        ({"path": "beginning"}, "resolution: path = beginning: name an entry with the known date of each row of size"),
    ],
)
def test_an_invalid_resolution_is_refused_with_one_line(change, message):
    content = study(EXPONENTIAL)
    stated = {key: value for key, value in {**content["resolution"], **change}.items() if value is not None}
    with pytest.raises(mcf.InputError, match=r"^[^\n]*$") as refusal:
        mcf.load(content | {"resolution": stated}, model=[size])
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frontier-cost", "--as", "publisht"], "as publisht: there is no such reading; did you mean 'published'?"),
        (["frontier-cost", "--as", "so"], "as so: there is no such reading; known: known, published, true"),
        (
            ["frontier-cost", "--as", "known", "--that", "tdp > 3 W/chip"],
            "that 'tdp > 3 W/chip': a reading takes one event",
        ),
        (
            ["frontier-cost", "--as", "known", "--that", "frontier_cost < 3 USD"],
            "a reading takes one event, on a quantity of [resolution]: frontier_cost > 1 USD",
        ),
        (
            ["frontier-cost", "--as", "known", "--that", "frontier_cost[trend goes on, 2099] > 3 USD"],
            "that: there is no such row, frontier_cost[trend goes on,2099]; did you mean",
        ),
        (
            ["frontier-2026", "--as", "published", "--that", "largest_compute[all limits, 2028] > 1e27 FLOP"],
            "an estimate of 1.0001e+27 FLOP is published already; ask without a reading, or of a larger threshold",
        ),
        (
            ["gpt4", "--as", "known"],
            "gpt4.toml: has no [resolution], nor has a saved run; add it, or ask without a reading",
        ),
    ],
)
def test_an_invalid_reading_is_refused_with_one_line(here, command, arguments, message):
    done = command("probability", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err
