"""A quantity that a study takes to be another."""

import pytest

import mcfrontier as mcf
from tests.conftest import believed, entry

COUNT = believed("chip_count", "uniform", "chip", low=10, high=20)
INPUTS = COUNT | believed("run_time", "uniform", "h", low=1, high=2)
STATED = believed("chip_time", "value", "chip*h", value=240)


def run(same, inputs=INPUTS, **words):
    page = {"targets": ["training_time", "chip_time"], "same": same, "inputs": inputs, **words}
    return mcf.run(page, draws=64)


def test_a_quantity_is_the_same_as_another_draw_by_draw():
    done = run({"chip_time": "run_chip_time"})
    assert (done.draws.chip_time == done.draws.run_chip_time).all()
    assert abs(done.draws.training_time * 24 - done.draws.run_time).max() < 1e-9
    assert done.study.nodes["chip_time"].formula == "run_chip_time"


def test_it_is_taken_in_by_extends_and_an_entry_of_the_study_wins(page):
    page("base", '[same]\nchip_time = "run_chip_time"\n' + entry("run_time", "uniform", "h", low=1, high=2))
    taken_in = run({}, COUNT, extends=["base"])
    assert (taken_in.draws.chip_time == taken_in.draws.run_chip_time).all()
    assert (run({}, COUNT | STATED, extends=["base"]).draws.chip_time == 240).all()


def test_it_wins_over_an_entry_that_is_taken_in(page):
    page("base", entry("chip_time", "value", "chip*h", value=240))
    assert (run({"chip_time": "run_chip_time"}, extends=["base"]).draws.chip_time < 41).all()


def test_a_pin_wins_over_it():
    page = {"targets": ["training_time"], "same": {"chip_time": "run_chip_time"}, "inputs": INPUTS}
    assert (mcf.run(page, draws=64, set={"chip_time": 240}).draws.chip_time == 240).all()


@pytest.mark.parametrize(
    ("same", "inputs", "told"),
    [
        ({"chip_time": "run_chip_tim"}, INPUTS, "no quantity 'run_chip_tim'; did you mean 'run_chip_time'?"),
        ({"chip_time": "run_chip_time"}, INPUTS | STATED, "chip_time: it has an entry and is the same as"),
        ({"chip_time": "run_chip_time", "energy": "cluster_chip_time"}, INPUTS, "same: cluster_chip_time is in"),
        (
            {"chip_time": "run_chip_time", "cloud_cost": "amortised_cost"},
            INPUTS,
            "same: cloud_cost: no target needs it",
        ),
        ({"chip_time": "run_time"}, INPUTS, "same: run_time is in h, not in chip*h as chip_time is"),
        ({"chip_time": "cluster_chip_time", "chip_count": "chip_count"}, INPUTS, "chip_count: it has an entry"),
        ({"run_chip_time": "chip_time", "chip_time": "run_chip_time"}, INPUTS, "goes in a circle"),
    ],
)
def test_what_cannot_be_the_same_is_refused_in_a_line(same, inputs, told):
    with pytest.raises(mcf.InputError) as refused:
        run(same, inputs)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
