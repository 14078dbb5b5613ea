"""Cruxes of two studies, against figures by hand and closed forms."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from mcfrontier.core.errors import InputError
from mcfrontier.tasks.crux.crux import cruxes, sentences
from tests.conftest import input_entry

DRAWS = 2**11


def study(formula="a + b", **inputs):
    """A study of normal inputs by mean and sd."""
    entries = [input_entry(name, "normal", mean=mean, sd=sd) for name, (mean, sd) in inputs.items()]
    made = {name: each for one in entries for name, each in one.items()}
    return {"targets": ["y"], "formulas": {"y": {"is": formula, "unit": "1"}}, "inputs": made}


def by_name(found):
    return {each.name: each for each in found.cruxes}


def test_the_gap_of_a_sum_is_the_sum_of_the_gaps_of_its_terms_and_knowing_one_leaves_that_of_the_rest():
    found = cruxes(study(a=(1, 1), b=(2, 1)), study(a=(4, 1), b=(3, 0.5)), draws=DRAWS)
    parts = by_name(found)
    assert found.gap.value == pytest.approx(4, abs=0.01)
    assert [parts[name].part.value for name in "ab"] == pytest.approx([3, 1], abs=0.01)
    assert [parts[name].remaining.value for name in "ab"] == pytest.approx([1, 3], abs=0.01)
    assert [each.name for each in found.cruxes] == ["a", "b"]


def test_a_known_value_moves_what_is_correlated_with_it():
    pages = [study(a=(mean, 1), b=(0, 1)) | {"correlation": {"kind": "normal", "a ~ b": 0.8}} for mean in (0, 2)]
    (only,) = cruxes(*pages, draws=DRAWS).cruxes
    assert only.part.value == pytest.approx(2, abs=0.02)
    assert only.remaining.value == pytest.approx(0.8 * 2, abs=0.02)  # x + 0.8 x against x + 0.8 (x - 2)


@pytest.mark.parametrize("count", [3, 13])  # all hybrids, and random orders
def test_the_parts_sum_to_the_gap(count):
    names = [f"x{i}" for i in range(count)]
    formula = " * ".join(names)
    one, two = (
        study(formula, **{name: (3 + shift * (i + 1), 0.3) for i, name in enumerate(names)}) for shift in (0, 0.1)
    )
    found = cruxes(one, two, draws=64)
    total = sum(each.part.value for each in found.cruxes)
    assert total == pytest.approx(found.gap.value, rel=1e-12)
    assert found.exact == (count == 3)
    assert bool(found.notes) == (count == 13)


def test_the_gap_in_a_probability_is_that_of_the_closed_form():
    found = cruxes(study(a=(0, 1), b=(0, 1)), study(a=(1, 1), b=(0, 1)), that="y > 1", draws=2**13)
    (only,) = found.cruxes
    assert found.gap.value == pytest.approx(norm.sf(0) - norm.sf(1 / np.sqrt(2)), abs=0.005)
    assert only.remaining.value == 0  # with a known, both have the same b


def test_a_gap_of_rounding_or_of_chance_alone_has_no_shares():
    found = cruxes(study(a=(1, 1), b=(2, 1)), study(a=(2, 1), b=(1, 1)), draws=512)
    assert sorted(each.part.value for each in found.cruxes) == pytest.approx([-1, 1])
    assert "differ by no more than the Monte Carlo error in the median of y, 2.92 against 2.92." in sentences(found)
    wider = cruxes(study(a=(0, 1), b=(0, 1)), study(a=(0, 2), b=(0, 3)), draws=512)  # both medians are 0
    none = cruxes(study(a=(1, 1), b=(2, 1)), study(a=(4, 1), b=(3, 1)), that="y > 1e9", draws=64)
    assert not wider.clear
    assert not none.clear


def test_a_known_value_at_which_the_quantity_is_no_number_is_left_out():
    formula = "sqrt(a) + b"
    found = by_name(cruxes(study(formula, a=(1, 1), b=(2, 1)), study(formula, a=(1, 1), b=(3, 1)), draws=DRAWS))
    assert found["b"].remaining.value == 0
    found = by_name(cruxes(study(formula, a=(1, 1), b=(2, 1)), study(formula, a=(2, 1), b=(3, 1)), draws=DRAWS))
    assert found["a"].remaining.value == pytest.approx(1, abs=0.01)  # that of b, at each a above 0


def test_a_formula_that_differs_is_a_crux():
    found = cruxes(study(a=(1, 0.1), b=(2, 0.1)), study("a * b + 1", a=(1, 0.1), b=(4, 0.1)), draws=DRAWS)
    parts = by_name(found)
    assert {*parts} == {"y", "b"}
    # 3 = a + b, 3 = a b + 1, 5 = a + b with the other b, and 5: the formula has no part, b all of it
    assert [parts[name].part.value for name in ("y", "b")] == pytest.approx([0, 2], abs=0.02)
    assert parts["y"].remaining.value == 0


@pytest.mark.parametrize(
    ("pages", "options", "message"),
    [
        ((study(a=(1, 1), b=(2, 1)),) * 2, {}, "state the same; name two files that differ"),
        ((study(a=(1, 1), b=(2, 1)), "gpt4"), {}, "no target in common: .*; name one with --target"),
        (("gpt4", "palm"), {}, "targets in common, .*; name one with --target"),
        (("gpt4", "palm"), {"target": "energy", "that": "energy > 1 GWh"}, "state one of the two"),
        (("gpt4", "palm"), {"that": ""}, "a number, a quantity or a parenthesis is expected"),
        ((study("sqrt(a)", a=(9, 1)), study("sqrt(-a)", a=(-9, 1))), {}, "y: with y of .*, none of its draws is"),
    ],
)
def test_studies_without_a_gap_to_explain_are_refused(pages, options, message):
    with pytest.raises(InputError, match=message):
        cruxes(*pages, draws=64, **options)


def test_the_command_prints_two_sentences_and_the_cruxes(page, command):
    for name, price in (("low", 1), ("high", 2)):
        page(
            name,
            f"""targets = ["cost"]
formulas.cost = {{ is = "price * count", unit = "USD" }}
inputs.price = {{ family = "lognormal", p5 = {price}, p95 = {3 * price}, unit = "USD/chip", source = "a test" }}
inputs.count = {{ family = "lognormal", p5 = 10, p95 = 20, unit = "chip", source = "a test" }}
""",
        )
    shown = command("crux", "low", "high", "--draws", 256)
    assert shown.code == 0
    first, _, rest = shown.out.partition("\n")
    assert first.startswith("low and high differ by $")
    assert "over half of it is price. If its value were known" in first
    assert "Price" in rest
    assert "Count" not in rest
    content = json.loads(command("crux", "low", "high", "--draws", 256, "--json").out)
    (only,) = content["cruxes"]
    assert only["part"] == content["gap"]["total"]
    assert only["remaining"] == 0
