"""Aliases: a quantity of a study defined as another quantity ([same])."""

import pytest

import mcfrontier as mcf
from tests.conftest import entry, input_entry

COUNT_INPUT = input_entry("chip_count", "uniform", "chip", low=10, high=20)
INPUTS = COUNT_INPUT | input_entry("run_time", "uniform", "h", low=1, high=2)
STATED_CHIP_TIME = input_entry("chip_time", "value", "chip*h", value=240)


def run(same, inputs=INPUTS, **words):
    page = {"targets": ["training_time", "chip_time"], "same": same, "inputs": inputs, **words}
    return mcf.run(page, draws=64)


def test_an_alias_equals_its_quantity_draw_by_draw():
    done = run({"chip_time": "run_chip_time"})
    assert (done.draws.chip_time == done.draws.run_chip_time).all()
    assert abs(done.draws.training_time * 24 - done.draws.run_time).max() < 1e-9
    assert done.study.nodes["chip_time"].formula == "run_chip_time"


def test_an_alias_is_inherited_and_an_own_entry_overrides_it(page):
    page("base", '[same]\nchip_time = "run_chip_time"\n' + entry("run_time", "uniform", "h", low=1, high=2))
    taken_in = run({}, COUNT_INPUT, extends=["base"])
    assert (taken_in.draws.chip_time == taken_in.draws.run_chip_time).all()
    assert (run({}, COUNT_INPUT | STATED_CHIP_TIME, extends=["base"]).draws.chip_time == 240).all()


def test_an_alias_overrides_an_inherited_entry(page):
    page("base", entry("chip_time", "value", "chip*h", value=240))
    assert (run({"chip_time": "run_chip_time"}, extends=["base"]).draws.chip_time < 41).all()


def test_a_pin_overrides_an_alias():
    page = {"targets": ["training_time"], "same": {"chip_time": "run_chip_time"}, "inputs": INPUTS}
    assert (mcf.run(page, draws=64, set={"chip_time": 240}).draws.chip_time == 240).all()


@pytest.mark.parametrize(
    ("same", "inputs", "message"),
    [
        ({"chip_time": "run_chip_tim"}, INPUTS, "no quantity 'run_chip_tim'; did you mean 'run_chip_time'?"),
        ({"chip_time": "run_chip_time"}, INPUTS | STATED_CHIP_TIME, "chip_time: has an entry and an alias; remove one"),
        ({"chip_time": "run_chip_time", "energy": "cluster_chip_time"}, INPUTS, "same: cluster_chip_time is in"),
        (
            {"chip_time": "run_chip_time", "cloud_cost": "amortised_cost"},
            INPUTS,
            "same: cloud_cost: no target needs it",
        ),
        ({"chip_time": "run_time"}, INPUTS, "same: run_time is in day, not in chip*h as chip_time is"),
        ({"chip_time": "cluster_chip_time", "chip_count": "chip_count"}, INPUTS, "chip_count: has an entry"),
        ({"run_chip_time": "chip_time", "chip_time": "run_chip_time"}, INPUTS, "depends on itself"),
    ],
)
def test_an_invalid_alias_is_rejected_with_one_line(same, inputs, message):
    with pytest.raises(mcf.InputError) as refused:
        run(same, inputs)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_input_without_an_entry_may_be_the_same_as_another_quantity():
    page = {"targets": ["cluster_chip_time"], "same": {"cluster_time": "lead_time"}}
    inputs = input_entry("chip_count", "value", "chip", value=10) | input_entry("lead_time", "value", "day", value=2)
    done = mcf.run({**page, "inputs": inputs}, draws=64)
    assert (done.draws.cluster_chip_time == 480).all()


def test_an_alias_of_an_input_without_an_entry_names_the_entry_to_add():
    with pytest.raises(mcf.InputError, match=r"same: 'cluster_time' is an input of the model without an entry; add \["):
        mcf.load({"targets": ["training_time"], "same": {"training_time": "cluster_time"}, "inputs": {}})
