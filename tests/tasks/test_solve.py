"""Solving for a quantity: closed-form solutions, their errors and invalid requests."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier.tasks.solve.solution import cells, sentences, solution_json
from tests.cli.test_bad_input import assert_one_line_error
from tests.conftest import input_entry

Z95 = stats.norm.ppf(0.95)


@mcf.node("USD")
def cost(price, count, overhead):
    """Cost of a number of items."""
    return price * count * overhead


@mcf.node("day")
def time(work, count):
    """Duration of the work with a number of items."""
    return work / count


@mcf.node("1")
def bowl(count, centre):
    """Minimal at the centre."""
    return (count / centre - 1) ** 2


@mcf.node("1")
def left_over(overhead, count):
    """The logarithm of overhead less count: not finite where count is larger."""
    return np.log(overhead - count)


MODEL = [cost, time, bowl, left_over]
PRICE, OVERHEAD = (10.0, 40.0), (1.0, 2.0)  # p5 and p95


def page(**known):
    """A study of the model with a lognormal price and overhead, unless given as known."""
    inputs = (
        input_entry("count", value=7.0)
        | input_entry("work", unit="day", value=120.0)
        | input_entry("centre", value=3.0)
    )
    inputs |= input_entry("price", "lognormal", "USD", p5=PRICE[0], p95=PRICE[1])
    inputs |= input_entry("overhead", "lognormal", p5=OVERHEAD[0], p95=OVERHEAD[1])
    units = {"price": "USD", "work": "day"}
    for name, value in known.items():
        inputs |= input_entry(name, unit=units.get(name, "1"), value=value)
    return {"targets": ["cost", "time", "bowl"], "inputs": inputs}


KNOWN_STUDY = page(price=4.0, overhead=1.0)


def lognormal(*intervals):
    """The product of lognormals with the given p5 and p95."""
    mu = sum(math.log(low * high) / 2 for low, high in intervals)
    sigma = math.hypot(*(math.log(high / low) / 2 / Z95 for low, high in intervals))
    return stats.lognorm(sigma, scale=math.exp(mu))


def ends(found):
    return [tuple(end and end.value for end in stretch) for stretch in found.holds]


def solve(source, so_that, decide="count", **words):
    return mcf.solve(source, decide, so_that, model=MODEL, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.8])
def test_the_solution_for_a_product_of_lognormals_matches_the_closed_form(sampler, level):
    found = solve(page(), "cost < 1000 USD", probability=level, sampler=sampler)
    ((low, high),) = found.holds
    assert low is None
    truth = 1000 / lognormal(PRICE, OVERHEAD).ppf(level)
    assert abs(high.value - truth) < 4 * high.error
    assert high.error < 0.01 * truth
    assert high.probability[0] == pytest.approx(level, abs=2 / found.sampler.draws)


@pytest.mark.slow
def test_the_stated_error_covers_the_truth_at_its_nominal_rate():
    """Over 100 seeds the 95 % interval (t with 15 degrees of freedom) covers the truth 92 to 98 % of the time."""
    truth, reach, covered = 1000 / lognormal(PRICE, OVERHEAD).ppf(0.8), stats.t.ppf(0.975, 15), []
    for seed in range(100):
        words = {"probability": 0.8, "seed": seed, "draws": 2**12, "between": (truth / 3, truth * 3)}
        ((_, end),) = solve(page(), "cost < 1000", **words).holds
        covered.append(abs(end.value - truth) <= reach * end.error)
    assert 0.92 <= np.mean(covered) <= 0.98


def test_a_known_model_is_solved_exactly():
    ((low, high),) = solve(KNOWN_STUDY, "cost < 1000 USD").holds
    assert low is None
    assert high.value == pytest.approx(250, rel=1e-9)
    assert high.error == 0


def test_a_decreasing_quantity_has_a_lower_end():
    ((low, high),) = solve(KNOWN_STUDY, "time < 100 day").holds
    assert high is None
    assert low.value == pytest.approx(1.2, rel=1e-9)


def test_two_conditions_give_an_interval():
    (stretch,) = ends(solve(KNOWN_STUDY, ["time < 10 day", "cost < 1000"]))
    assert stretch == pytest.approx((12, 250), rel=1e-9)


def test_conditions_hold_jointly_in_each_draw():
    """1 < count x price < 2 with a probability of 30 %: the ends are roots of a difference of lognormal CDFs."""
    source = page(overhead=1.0) | {"inputs": page(overhead=1.0)["inputs"] | input_entry("work", value=1.0, unit="day")}
    found = solve(source, ["cost > 1", "cost < 2"], probability=0.3)
    price = lognormal(PRICE)
    ((low, high),) = found.holds
    for end in (low, high):
        chance = price.cdf(2 / end.value) - price.cdf(1 / end.value)
        slope = (2 * price.pdf(2 / end.value) - price.pdf(1 / end.value)) / end.value**2
        assert abs(chance - 0.3) < 4 * end.error * abs(slope)
    assert low.value < high.value


def test_without_a_solution_the_best_value_is_reported():
    """1 < count x price < 2 is most probable where the median of the logarithm is central."""
    found = solve(page(overhead=1.0), ["cost > 1", "cost < 2"], probability=0.99)
    price = lognormal(PRICE)
    value = math.sqrt(2) / price.median()
    assert found.holds == ()
    assert found.best.value == pytest.approx(value, rel=0.05)
    truth = price.cdf(2 / value) - price.cdf(1 / value)
    assert abs(found.best.probability[0] - truth) < 5 * found.best.probability[1]
    assert sentences(found)[0].startswith("count: none: ")


def test_the_replaced_value_is_rounded_to_its_error():
    found = mcf.solve("gpt4", "training_compute", "amortised_cost < 5e7 USD", draws=2**8)
    displayed, error = found.believed.values["p50"], found.believed.errors["p50"]
    digits = float(re.search(r"in the study, not used: ([\d.]+) × 10²⁵ FLOP", sentences(found)[2])[1])
    assert 0.95e23 < error < 0.95e24  # hence two decimals
    assert digits == round(displayed / 1e25, 2)


def test_a_condition_that_never_holds_has_no_best_value():
    found = solve(KNOWN_STUDY, "cost < -1 USD")
    assert (found.holds, found.best) == ((), None)
    assert sentences(found)[0] == "count: none: the conditions hold in no draw at any value of the search range"
    assert cells(found) is None


def test_a_condition_that_always_holds_accepts_any_value():
    found = solve(KNOWN_STUDY, "cost > 0 USD")
    assert found.holds == ((None, None),)
    assert "any value of the search range" in sentences(found)[0]
    assert found.tried == pytest.approx((7e-6, 7e6))


def test_a_solution_may_have_several_intervals():
    assert ends(solve(KNOWN_STUDY, "bowl > 0.25")) == [(None, pytest.approx(1.5)), (pytest.approx(4.5), None)]


def test_an_interval_narrower_than_a_scan_step_is_found():
    (stretch,) = ends(solve(KNOWN_STUDY, "bowl < 1e-8"))
    assert stretch == pytest.approx((3 * (1 - 1e-4), 3 * (1 + 1e-4)), rel=1e-9)
    found = ends(solve(KNOWN_STUDY, "bowl > 1e-8"))
    assert [found[0][1], found[1][0]] == pytest.approx(stretch, rel=1e-9)


def test_a_crossing_far_from_the_central_value_is_found():
    ((_, high),) = ends(solve(KNOWN_STUDY, "cost < 4e6 USD"))
    assert high == pytest.approx(1e6, rel=1e-9)


def test_a_non_finite_draw_does_not_satisfy_a_condition():
    """log(overhead - count) is finite where the overhead exceeds the count: in 80 % of the draws for a count at p20."""
    ((_, high),) = solve(page(count=0.5), "left_over > -1e9", probability=0.8).holds
    assert abs(high.value - lognormal(OVERHEAD).ppf(0.2)) < 4 * high.error


def test_a_condition_may_compare_two_quantities():
    """The cost of a count of items is below a rent of 100 USD up to 100 over the quantile of the price."""
    inputs = page()["inputs"] | input_entry("rent", unit="USD", value=100.0)
    source = {"targets": ["cost", "rent"], "inputs": {k: v for k, v in inputs.items() if k not in ("work", "centre")}}
    ((_, high),) = solve(source, "cost < rent", probability=0.8).holds
    assert abs(high.value - 100 / lognormal(PRICE, OVERHEAD).ppf(0.8)) < 4 * high.error


@pytest.mark.parametrize(
    "text",
    ["cost / 2 < 500 USD", "1k USD > cost", "maximum(cost, 3 USD) <= 2 * 500 USD", "sqrt(cost^2) < -(-1e3 USD)"],
)
def test_a_condition_may_have_formulas_on_both_sides(text):
    ((low, high),) = ends(solve(KNOWN_STUDY, text))
    assert low is None
    assert high == pytest.approx(250, rel=1e-9)


def test_a_condition_on_a_ratio_of_two_quantities_depends_on_both():
    """The cost of an item for each day of work: 4 USD of count**2 / 120 days < 1 USD/day up to sqrt(30)."""
    ((_, high),) = ends(solve(KNOWN_STUDY, "cost / time < 1 USD/day"))
    assert high == pytest.approx(math.sqrt(30), rel=1e-9)


@settings(max_examples=10)
@given(st.floats(1e-3, 1e3), st.sampled_from([0.05, 0.3, 0.5, 0.9]))
def test_above_is_the_complement_of_below(bound, level):
    words = {"draws": 256, "between": ("1e-7", "1e4")}
    ((_, high),) = ends(solve(page(), f"cost < {bound!r} USD", probability=level, **words))
    ((low, _),) = ends(solve(page(), f"cost > {bound!r} USD", probability=1 - level, **words))
    assert low == pytest.approx(high, rel=1e-6)


@settings(max_examples=10)
@given(st.floats(1e-3, 1e3), st.floats(0.1, 10))
def test_a_proportional_solution_scales_with_the_bound(bound, price):
    (one,), (other,) = (ends(solve(page(price=price), f"cost < {b!r}", draws=256)) for b in (bound, 2 * bound))
    assert other[1] == pytest.approx(2 * one[1], rel=1e-9)


def test_compatible_units_are_converted():
    found = [
        ends(solve(KNOWN_STUDY, text)) for text in ("time < 10 day", "time < 240 h", "time<10", " time  <= 2.4e2h ")
    ]
    for each in found:
        assert each == [(pytest.approx(12, rel=1e-9), None)]
    ((_, high),) = ends(solve(KNOWN_STUDY, "time < 10 day", decide="work", between=("1 h", "100 day")))
    assert high == pytest.approx(70, rel=1e-9)


def test_a_run_at_the_solution_has_its_quantile_at_the_bound():
    found = mcf.solve("gpt4", "tokens", "amortised_cost < 5e7 USD", probability=0.8, draws=2**14, seed=7)
    ((_, high),) = found.holds
    run = mcf.run("gpt4", set={"tokens": high.value}, targets=["amortised_cost"], draws=2**14, seed=7)
    assert np.quantile(run.draws["amortised_cost"], 0.8, method="hazen") == pytest.approx(5e7, rel=1e-6)
    displayed = high.quantities["amortised_cost"].values["p95"]
    assert displayed == pytest.approx(float(np.quantile(run.draws["amortised_cost"], 0.95, method="hazen")), rel=1e-9)


def test_a_node_can_be_solved_for_instead_of_its_formula():
    """The energy cost is energy times price, independent of the other inputs."""
    found = mcf.solve("gpt4", "energy", "energy_cost < 1e6 USD", set={"energy_price": "50 USD/MWh"}, draws=256)
    assert ends(found) == [(None, pytest.approx(20_000, rel=1e-9))]


def test_evidence_is_used_in_solving():
    """The posterior chip-hours of DeepSeek-V3 over 30 days."""
    words = {"draws": 2**15, "seed": 3}
    ((low, _),) = mcf.solve("deepseek-v3-given", "chip_count", "training_time < 30 day", **words).holds
    run = mcf.run("deepseek-v3-given", **words, targets=["chip_time", "chip_count", "training_time"])
    assert low.value == pytest.approx(float(np.median(run.draws["chip_time"])) / 720, rel=1e-6)


def test_a_share_is_searched_within_0_and_1():
    found = mcf.solve("gpt4", "mfu", "training_time < 95 day", draws=256)
    assert found.tried == (0, 1)
    assert 0.3 < found.holds[0][0].value < 0.6


def test_a_condition_may_use_a_row_of_a_many_valued_quantity():
    """An H100 has 80 GB: 29 of them have 2,320 GB, at 18 bytes per parameter."""
    words = {"set": {"bytes_per_parameter": 18}, "draws": 64}
    for sign, count in (("<", 29), ("<=", 30)):
        ((_, high),) = mcf.solve("chips", "total_parameters", f"chips_for_memory[H100] {sign} 30", **words).holds
        assert high.value == pytest.approx(count * 80e9 / 18, rel=1e-9)


def test_a_condition_independent_of_the_decision_variable_is_reported():
    found = solve(page(), ["cost < 1000", "time < 100"], decide="price", draws=256)
    assert "time does not depend on price" in found.notes


def test_a_solution_is_reproducible(command):
    requested = ["solve", "gpt4", "--for", "chip_count", "--so-that", "training_time < 100 day", "--draws", "1e3"]
    one, other = command(*requested, "--json"), command(*requested, "--json")
    assert one == other
    assert "1,000 draws rounded up to 1,024" in one.err
    found = mcf.solve("gpt4", "chip_count", "training_time < 100 day", draws=1024)
    assert one.out == solution_json(found) + "\n"


def test_json_has_the_request_and_the_solution(command):
    words = ["--for", "chip_count", "--so-that", "training_time < 100 day", "--so-that", "acquisition_cost < 7e8 USD"]
    found = json.loads(command("solve", "gpt4", *words, "--draws", 4096, "--json").out)
    assert found["so_that"] == ["training_time < 100 day", "acquisition_cost < 7e8 USD"]
    assert (found["for"], found["unit"], found["with"], found["best"]) == ("chip_count", "chip", 0.5, None)
    ((low, high),) = [(stretch["from"], stretch["to"]) for stretch in found["holds"]]
    assert found["tried"][0] < low["value"] < high["value"] < found["tried"][1]
    assert low["mc_error"] > 0
    assert low["quantities"]["training_time"]["p5"] < 100 < low["quantities"]["training_time"]["p95"]
    assert found["believed"]["p50"] == pytest.approx(25_000, rel=0.01)
    nothing = json.loads(command("solve", "gpt4", *words, "--with", "90%", "--draws", 4096, "--json").out)
    assert nothing["holds"] == []
    assert nothing["best"]["mc_error"] is None
    assert 0.4 < nothing["best"]["probability"] < 0.7


def test_the_printed_solution_has_its_error_and_the_replaced_value(command):
    result = command("solve", "gpt4", "--for", "tokens", "--so-that", "amortised_cost < 5e7 USD", "--with", "80%")
    first, second, third, _, heading, *rows = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert first.startswith("tokens: at most 20.9")
    assert "(MC error " in first
    assert second.startswith("so that amortised_cost < 5e7 USD with a probability of 80%; search range: ")
    assert third.startswith("value in the study, not used: 13.8 trillion tokens")
    assert heading.strip().startswith("at 20.9")
    assert rows[0].startswith("amortised cost")


TOKENS, MONEY = ("--for", "tokens"), ("--so-that", "amortised_cost < 5e7 USD")
INVALID_REQUESTS = {
    "no such study": (("gtp4", *TOKENS, *MONEY), "did you mean 'gpt4'"),
    "no such quantity": (("gpt4", "--for", "tokns", *MONEY), "for tokns", "did you mean 'tokens'"),
    "no such target": (("gpt4", *TOKENS, "--so-that", "amortised_cst < 1"), "did you mean 'amortised_cost'"),
    "no such other": (("gpt4", *TOKENS, "--so-that", "energy_cost < cloud_cst"), "did you mean 'cloud_cost'"),
    "no sign": (("gpt4", *TOKENS, "--so-that", "amortised_cost 5e7"), "write NAME < VALUE UNIT or NAME > VALUE UNIT"),
    "equal": (("gpt4", *TOKENS, "--so-that", "amortised_cost = 5e7"), "write NAME < VALUE UNIT"),
    "no quantity": (("gpt4", *TOKENS, "--so-that", "5e7 > 3"), "write NAME < VALUE UNIT"),
    "a sum of two kinds": (("gpt4", *TOKENS, "--so-that", "amortised_cost + energy < 5"), "units do not fit"),
    "a date and a time": (("gpt4", *TOKENS, "--so-that", "training_time < 2027-07-01"), "not a unit of training_time"),
    "a spaced unit": (("gpt4", *TOKENS, "--so-that", "gpu_price < 9 USD / chip"), "without spaces, as in 3 USD/chip"),
    "no function": (("gpt4", *TOKENS, "--so-that", "sqr(amortised_cost) < 5"), "did you mean 'sqrt'"),
    "two signs": (("gpt4", *TOKENS, "--so-that", "1 < amortised_cost < 5"), "one comparison at a time"),
    "nothing": (("gpt4", *TOKENS, "--so-that", ""), "write NAME < VALUE UNIT"),
    "no number": (("gpt4", *TOKENS, "--so-that", "amortised_cost < 5..7"), "at '..7' (character 19)"),
    "another unit": (("gpt4", *TOKENS, "--so-that", "amortised_cost < 5 day"), "give it in USD"),
    "no unit": (("gpt4", *TOKENS, "--so-that", "amortised_cost < 5 USDD"), "did you mean 'USD'"),
    "two kinds": (("gpt4", *TOKENS, "--so-that", "amortised_cost < energy"), "compare quantities of one kind"),
    "no row": (("chips", "--for", "total_parameters", "--so-that", "chips_for_memory < 3"), "name one, such as"),
    "a wrong row": (
        ("chips", "--for", "total_parameters", "--so-that", "chips_for_memory[H101] < 3"),
        "did you mean 'chips_for_memory[H100]'",
    ),
    "an empty row": (
        ("chips", "--for", "disk_price", "--so-that", "disk_memory_share[H200] < 3"),
        "disk_memory_share[H200] has no value",
    ),
    "a probability of 0": (("gpt4", *TOKENS, *MONEY, "--with", "0%"), "above 0% and below 100%"),
    "a probability of 1": (("gpt4", *TOKENS, *MONEY, "--with", "100%"), "above 0% and below 100%"),
    "a probability beyond": (("gpt4", *TOKENS, *MONEY, "--with", "80"), "above 0% and below 100%", "write it as 80%"),
    "no probability": (("gpt4", *TOKENS, *MONEY, "--with", "many"), "many is not a share"),
    "many values": (("chips", "--for", "gpu_price", "--so-that", "chips_for_memory[H100] < 3"), "a row for each chip"),
    "a row": (("chips", "--for", "gpu_price[H100]", "--so-that", "disk_price < 3"), "one row cannot"),
    "itself": (("gpt4", *TOKENS, "--so-that", "tokens < 5e12"), "for tokens: a condition is on this quantity itself"),
    "what is set": (("gpt4", *TOKENS, *MONEY, "--set", "tokens=1e13"), "take --set tokens out"),
    "set badly": (("gpt4", *TOKENS, *MONEY, "--set", "mfu=2"), "set mfu=2", "within 0 and 1"),
    "no dependence": (
        ("gpt4", "--for", "gpu_price", "--so-that", "training_time < 9 day"),
        "for gpu_price: training_time does not depend on it; solve for one of ",
        "chip_count",
    ),
    "falling ends": (("gpt4", *TOKENS, *MONEY, "--between", 3, 2), "between 3 2", "must lie below"),
    "an end that is none": (("gpt4", *TOKENS, *MONEY, "--between", 3, "x"), "a number is expected"),
    "an end in another unit": (("gpt4", *TOKENS, *MONEY, "--between", 3, "4 USD"), "give it in token"),
    "more than a whole": (("gpt4", "--for", "mfu", *MONEY, "--between", "30%", "130%"), "within 0 and 1"),
    "too many draws": (("gpt4", *TOKENS, *MONEY, "--draws", "1e8"), "take 262,144 at most"),
    "no draws": (("gpt4", *TOKENS, *MONEY, "--draws", 0), "a whole number above 0"),
    "no such sampler": (("gpt4", *TOKENS, *MONEY, "--sampler", "sobl"), "did you mean 'sobol'"),
    "nothing to solve for": (("gpt4", *MONEY), "Missing option '--for'"),
    "nothing asked": (("gpt4", *TOKENS), "Missing option '--so-that'"),
}


@pytest.mark.parametrize(
    ("requested", "message"), [(a, t) for a, *t in INVALID_REQUESTS.values()], ids=INVALID_REQUESTS
)
def test_an_invalid_request_to_solve_is_rejected_with_one_line(command, requested, message):
    assert_one_line_error(command("solve", *requested), *message)


def test_an_invalid_python_call_is_rejected_with_one_line():
    for source, conditions, words, found in (
        (mcf.load("gpt4"), "energy < 1", {}, "pass the argument of load instead"),
        ("gpt4", [], {}, "so-that: a condition is missing; write NAME < VALUE UNIT"),
        ("gpt4", "energy < 1", {"between": [1]}, "between 1: the lowest and the highest value are expected"),
        ("gpt4", "energy < 1", {"probability": "80%"}, "probability = 80%: above 0% and below 100% is expected"),
    ):
        with pytest.raises(mcf.InputError, match=found):
            mcf.solve(source, "tokens", conditions, **words)


def test_a_missing_search_range_is_requested():
    source = page() | {"inputs": page()["inputs"] | input_entry("count", value=-1.0)}
    with pytest.raises(mcf.InputError, match="it has no default search range; give one, as --between LOW HIGH"):
        solve(source, "cost < 1000")
    ((_, high),) = ends(solve(source | {"inputs": KNOWN_STUDY["inputs"]}, "cost < 1000", between=(-500, 500)))
    assert high == pytest.approx(250, rel=1e-9)
