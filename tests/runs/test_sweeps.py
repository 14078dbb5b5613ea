"""Sweeps: a quantity that is set to several values."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mcfrontier as mcf
from mcfrontier.runs.sweeps import points

WORDS = {"targets": ["training_time", "energy"], "draws": 1024}


def test_each_point_of_a_sweep_is_the_run_with_that_value():
    swept = mcf.run("gpt4", set={"mfu": "0.3, 0.4"}, **WORDS)["training_time"]
    assert swept.mfu_swept.values.tolist() == ["0.3", "0.4"]
    for value in ("0.3", "0.4"):
        alone = mcf.run("gpt4", set={"mfu": value}, **WORDS)["training_time"].values
        np.testing.assert_array_equal(swept.sel(mfu_swept=value), alone)


def test_a_node_and_two_quantities_may_be_swept():
    run = mcf.run("gpt4", set={"mfu": [0.3, 0.4], "chip_count": "20_000..30_000:3"}, **WORDS)
    assert dict(run["training_time"].sizes) == {"mfu_swept": 2, "chip_count_swept": 3, "draw": 1024}
    node = mcf.run("gpt4", set={"chip_time": "50e6, 60e6"}, **WORDS)
    assert dict(node["energy"].sizes) == {"chip_time_swept": 2, "draw": 1024}


@settings(max_examples=30)
@given(low=st.floats(1e-3, 1e3), width=st.floats(1e-2, 1e3), count=st.integers(2, 64))
def test_a_range_has_both_ends_and_even_steps(low, width, count):
    found = points(f"{low!r} kW..{low + width!r} kW:{count}", "W", "x")
    np.testing.assert_allclose(found, np.linspace(1e3 * low, 1e3 * (low + width), count))


def test_values_are_converted_to_the_unit_of_the_quantity():
    assert points("25 %, 0.5 share", "share", "mfu") == [0.25, 0.5]
    assert points("2026-07-02, 2027", "AD", "date") == pytest.approx([2026.4986, 2027], abs=1e-4)


def test_a_swept_run_has_its_results_along_the_dimension_and_is_verified(here, command):
    swept = ["--sweep", "mfu=25%..55%:4", "--draws", 1024]
    done = command("run", "gpt4", *swept, "--target", "training_time", "--out", "run", "--no-report")
    assert done.code == 0
    assert all(label in done.out for label in ("0.25", "0.35", "0.45", "0.55"))
    assert command("verify", "run").out.startswith("bit-identical")
    that = ["--that", "training_time < 100 day", "--json"]
    rows = json.loads(command("probability", "gpt4", *swept, *that).out)["all"]
    assert [row["row"] for row in rows] == ["0.25", "0.35", "0.45", "0.55"]
    assert rows == json.loads(command("probability", "run", *that).out)["all"]


def test_a_decision_on_a_swept_quantity_is_left_out_with_a_note():
    inputs = {"x": {"family": "normal", "mean": 1, "sd": 1, "unit": "USD", "source": "an example"}}
    inputs["y"] = {"family": "value", "value": 1, "unit": "USD", "source": "an example"}

    @mcf.node("USD")
    def total(x, y):
        """Both."""
        return x + y

    page = {"targets": ["total"], "inputs": inputs}
    page["decision"] = {"quantity": "total", "act": "above", "threshold": 0, "unit": "USD"}
    run = mcf.run(page, model=[total], set={"y": "1, 2"}, draws=64)
    assert "decision: not evaluated, since total has a row for each point of a sweep" in run.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy=1, 2", "energy is a target; sweep a quantity that it depends on, or set one value"),
        ("mfuu=0.3, 0.4", "set mfuu: there is no such quantity; did you mean 'mfu'?"),
        ("mfu=0.1..0.2:65", "65 points; a sweep takes 2 to 64"),
        ("mfu=0.1..0.2:1", "1 points; a sweep takes 2 to 64"),
        ("mfu=0.3, 0.30", "two of its points are equal; state each value once"),
        ("mfu=0.3..0.3:5", "two of its points are equal"),
        ("mfu=0.3, 30%", "some values have a unit and some have none; state it with each"),
        ("mfu=0.3,,0.4", "write two or more values as 0.3, 0.4, or a range"),
        ("mfu=0.3..0.5", "write two or more values as 0.3, 0.4, or a range"),
        ("mfu=0.3..1.5:3", "a share must stay within 0 and 1"),
        ("mfu=0.3, 4 USD", "'USD' is not a unit of mfu; give it in share"),
        ("gpu_price=15,000", "a comma parts values; write 15_000 for a number"),
    ],
)
def test_an_invalid_sweep_is_rejected_with_one_line(here, command, text, message):
    done = command("run", "gpt4", "--sweep", text, "--out", "run")
    assert (done.code, done.out, done.err.count("\n"), [*here.iterdir()]) == (2, "", 1, [])
    assert message in done.err


def test_a_study_is_compared_with_itself_under_two_pins(here, command):
    words = {"targets": ["acquisition_cost"], "draws": 1024}
    sides = {"set": {"gpu_price": 20_000}, "against": {"gpu_price": 30_000}}
    (pair,) = mcf.compare("gpt4", **sides, **words).pairs
    assert pair.names == ("gpt4 with gpu_price=30000", "gpt4 with gpu_price=20000")
    found = pair.by_row["acquisition_cost"]
    for side, pins in ((found.other, sides["set"]), (found.first, sides["against"])):
        alone = mcf.run("gpt4", set=pins, method="order", **words).summary["acquisition_cost"]
        assert side.values["p50"] == alone.values["p50"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gpt4", "--against", "mfu=0.3"], "name one, and --set what the other has"),
        (["gpt4", "deepseek-v3", "--set", "mfu=0.4", "--against", "mfu=0.3"], "it compares one study with itself"),
        (["gpt4", "--set", "mfu=0.3,0.4"], "one value is expected; `run --sweep` takes several"),
    ],
)
def test_an_invalid_comparison_of_pins_is_rejected_with_one_line(here, command, arguments, message):
    done = command("compare", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err
