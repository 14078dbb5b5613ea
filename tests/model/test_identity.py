"""The identity of a training run: operations = chips x time x peak rate x MFU x goodput, at the precision in use."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.runs.consistency import contradiction
from tests.conftest import entry, input_entry

HOURS = 200_000 * 90 * 24
SITE = (
    input_entry("chip_count", value=200_000, unit="chip")
    | input_entry("mfu", value=0.3, unit="share")
    | input_entry("goodput", value=0.8, unit="share")
)
LENGTH = input_entry("training_time", value=90, unit="day")
PEAK = input_entry("peak_rate", value=4500, unit="TFLOP/s/chip")


def study(inputs, targets, **keys):
    return {"title": "T", "targets": targets, "inputs": inputs, **keys}


def value(run, name):
    """The value of a quantity that is certain, in its unit."""
    return float(run[name].min())


def test_the_operations_of_a_run_follow_from_its_chips_and_its_time():
    run = mcf.run(study(SITE | LENGTH | PEAK, ["compute_budget"]), draws=64)
    assert value(run, "compute_budget") == pytest.approx(HOURS * 3600 * 4.5e15 * 0.3 * 0.8)


def test_the_time_of_the_whole_cluster_does_not_enter_the_operations_of_a_run():
    both = study(SITE | LENGTH | PEAK, ["compute_budget", "training_time"], extends=["common"])
    run = mcf.run(both, draws=64)  # whose cluster is used for three years
    assert value(run, "compute_budget") == pytest.approx(HOURS * 3600 * 4.5e15 * 0.3 * 0.8)


def test_chips_time_and_operations_are_consistent_whichever_of_them_are_stated():
    forward = SITE | PEAK | input_entry("training_compute", value=1e26, unit="FLOP")
    days = value(mcf.run(study(forward, ["training_time"]), draws=64), "training_time")
    backward = SITE | PEAK | input_entry("run_time", value=days, unit="day")
    same = {"chip_time": "run_chip_time", "training_compute": "compute_budget"}
    run = mcf.run(study(backward, ["training_compute", "chip_time", "training_time"], same=same), draws=64)
    assert value(run, "training_compute") == pytest.approx(1e26)
    assert value(run, "training_time") == pytest.approx(days)
    assert value(run, "chip_time") == pytest.approx(200_000 * days * 24)


def test_the_implied_utilisation_is_that_of_the_run_and_not_of_the_cluster():
    chips = {"chip_count": SITE["chip_count"]}
    stated = chips | PEAK | LENGTH | input_entry("training_compute", value=1e27, unit="FLOP")
    run = mcf.run(study(stated, ["implied_utilisation"], extends=["common"]), draws=64)
    assert value(run, "implied_utilisation") == pytest.approx(1e27 / (HOURS * 3600 * 4.5e15))


# Contradictions

APART = (
    SITE
    | input_entry("peak_rate", value=989.4, unit="TFLOP/s/chip")
    | input_entry("run_time", "lognormal", "day", p5=60, p95=140)
    | input_entry("training_compute", "lognormal", "FLOP", p5=2e26, p95=3e27)
)
APART_STUDY = study(APART, ["training_compute", "chip_time"], same={"chip_time": "run_chip_time"})


def share_above_peak(run):
    """The share of draws with more operations than the chips can do, computed from the draws."""
    hours = run.core.samples("chip_count") * run.core.samples("run_time") * 24
    return np.mean(run.core.samples("training_compute") > hours * 3600 * 989.4e12)


def unneeded(stated):
    """The study as a priors file: without the entries that its targets do not need, in an extended file."""
    return {**stated, "inputs": {n: e for n, e in stated["inputs"].items() if n not in ("peak_rate", "mfu", "goodput")}}


def test_more_operations_than_the_chips_can_do_are_found_although_no_target_needs_the_peak_rate(page, command):
    page("chip", entry("peak_rate", unit="TFLOP/s/chip", value=989.4))
    stated = {**unneeded(APART_STUDY), "extends": ["chip"]}
    run = mcf.run(stated, draws=2**14)
    assert share_above_peak(run) > 0.05
    (note,) = [text for text in run.notes if "contradict each other" in text]
    assert "989 TFLOP/s/chip (bf16)" in note
    assert "from training_compute, the other from run_time" in note


def test_check_refuses_a_study_with_more_operations_than_its_chips_can_do(page, command):
    text = 'title = "T"\ntargets = ["training_compute", "chip_time"]\nextends = ["chip"]\n'
    text += '[same]\nchip_time = "run_chip_time"\n' + entry("chip_count", unit="chip", value=200_000)
    text += entry("run_time", "lognormal", "day", p5=60, p95=140)
    page("chip", entry("peak_rate", unit="TFLOP/s/chip", value=989.4))
    page("apart", text + entry("training_compute", "lognormal", "FLOP", p5=2e26, p95=3e27))
    ended = command("check", "apart")
    assert ended.code == 2
    assert "priors/apart.toml: training_compute and chip_time contradict each other" in ended.err
    page("together", text + entry("training_compute", "lognormal", "FLOP", p5=1e26, p95=3e26))
    assert command("check", "together").code == 0


@pytest.mark.parametrize(("least", "found"), [(0.0, True), (0.6, False)])
def test_the_contradiction_is_one_of_more_than_a_thousandth_of_the_draws(least, found):
    """Operations are uniform up to 1.002 times what the chips can do, or are never above it."""
    top = 100 * 3600 * 1e15 * (1.002 if found else 1.0)
    inputs = (
        input_entry("chip_time", value=100, unit="chip*h")
        | input_entry("peak_rate", value=1000, unit="TFLOP/s/chip")
        | input_entry("training_compute", "uniform", "FLOP", low=least * top, high=top)
        | input_entry("rental_price", value=1, unit="USD/chip/h")
    )
    node = mcf.load(study(inputs, ["training_compute", "chip_time", "peak_rate", "rental_price"]))
    assert bool(contradiction(node)) is found


def test_quantities_of_a_users_model_with_other_units_do_not_contradict_each_other():
    @mcf.node("chip*h")
    def chip_time(a):
        """Hours."""
        return a

    @mcf.node("FLOP")
    def training_compute(b):
        """Operations."""
        return b

    @mcf.node("USD/chip/h")
    def peak_rate(c):
        """The highest price of a chip."""
        return c

    nodes = [chip_time, training_compute, peak_rate]
    inputs = (
        input_entry("a", value=1, unit="chip*h")
        | input_entry("b", value=1e25, unit="FLOP")
        | input_entry("c", value=2, unit="USD/chip/h")
    )
    run = mcf.run(study(inputs, [node.__name__ for node in nodes]), model=nodes, draws=64)
    assert not any("contradict" in text for text in run.notes)


@pytest.mark.parametrize("name", ["grok3", "gemini-ultra"])
def test_operations_and_chip_hours_of_a_shipped_run_agree(name):
    run = mcf.run(name, draws=2**13)
    assert run.rank_correlation("training_compute", "chip_time") > 0.5
    peak = float(run["peak_rate"].min()) * 1e12 * 3600
    assert (run.core.samples("training_compute") < run.core.samples("chip_time") * peak).all()
    assert not any("contradict" in text for text in run.notes)


# Precision


def rates(**keys):
    """A study of the peak rate and the MFU of an H100."""
    return study(keys.pop("inputs", {}), ["peak_rate", *keys.pop("more", [])], extends=["chips/h100"], **keys)


@pytest.mark.parametrize(("keys", "rate"), [({}, 989.4), ({"precision": "bf16"}, 989.4), ({"precision": "fp8"}, 1979)])
def test_the_precision_picks_the_peak_rate(keys, rate):
    assert value(mcf.run(rates(**keys), draws=64), "peak_rate") == pytest.approx(rate)


@pytest.mark.parametrize(("precision", "expected"), [("bf16", 0.4), ("fp8", 0.4 * 989.4 / 1979)])
def test_an_mfu_of_the_bf16_peak_is_converted_to_the_peak_in_use(precision, expected):
    own = input_entry("bf16_mfu", value=0.4, unit="share")
    run = mcf.run(rates(precision=precision, inputs=own, more=["mfu"]), draws=64)
    assert value(run, "mfu") == pytest.approx(expected)


def test_a_peak_rate_of_its_own_is_that_of_the_precision_in_use():
    run = mcf.run(rates(precision="fp8", inputs=input_entry("peak_rate", value=1800, unit="TFLOP/s/chip")), draws=64)
    assert value(run, "peak_rate") == pytest.approx(1800)


def test_a_precision_is_inherited(page):
    page("low", 'precision = "fp8"\nextends = ["chips/h100"]\n')
    run = mcf.run({"title": "T", "targets": ["peak_rate"], "extends": ["low"]}, draws=64)
    assert value(run, "peak_rate") == pytest.approx(1979)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"precision": "fp4"}, "it needs fp4_peak_rate, and bf16_peak_rate, fp8_peak_rate is stated"),
        ({"precision": "fp16"}, "known: bf16, fp8, fp4"),
    ],
)
def test_a_precision_without_a_peak_rate_is_refused(keys, message):
    with pytest.raises(InputError, match=message):
        mcf.load(rates(**keys))


def test_a_precision_beside_the_peak_rate_of_another_one_is_refused(page):
    page("low", 'precision = "fp8"\nextends = ["chips/h100"]\n[same]\npeak_rate = "fp8_peak_rate"\n')
    top = {"title": "T", "targets": ["peak_rate"], "extends": ["low"]}
    assert value(mcf.run(top, draws=64), "peak_rate") == pytest.approx(1979)
    with pytest.raises(
        InputError, match=r'precision = "bf16": peak_rate is the same as fp8_peak_rate; state peak_rate'
    ):
        mcf.load(top | {"precision": "bf16"})
    right = top | {"precision": "bf16", "same": {"peak_rate": "bf16_peak_rate"}}
    assert value(mcf.run(right, draws=64), "peak_rate") == pytest.approx(989.4)


def test_a_peak_rate_without_a_precision_in_an_extended_file_is_refused_beside_one(page):
    page("chip", entry("peak_rate", unit="TFLOP/s/chip", value=300))
    with pytest.raises(InputError, match=r"chip.toml states peak_rate without a precision; state fp8_peak_rate"):
        mcf.load({"title": "T", "targets": ["peak_rate"], "extends": ["chip"], "precision": "fp8"})


RUN = """
title = "Ours"
extends = ["llama31-405b"]
targets = ["cloud_cost"]
precision = "fp8"
"""


def mfu_entry(source):
    """An MFU of about 40 %, with a source."""
    return entry("mfu", "beta", "share", source, p5=0.35, p95=0.45)


def test_an_mfu_in_fp8_whose_source_does_not_name_that_peak_has_a_warning(page, command):
    page("ours", RUN + mfu_entry("our earlier run"))
    doubt = "neither its source nor its note says that it is of the FP8 peak; if it is of the BF16 peak, state it as"
    assert doubt in command("check", "ours").err
    page("ours", RUN + mfu_entry("our earlier run, of the FP8 peak"))
    assert doubt not in command("check", "ours").err


def test_a_run_warns_of_implausible_figures(page, command):
    words = ("--draws", 64, "--no-report", "--out", "out")
    dear = command("run", "llama31-405b", "--set", "rental_price=30", *words)
    assert dear.code == 0
    assert "warning: " in dear.err
    assert "rental_price: its median, $30/chip-hour, lies outside" in dear.err
    assert "warning" not in command("run", "llama31-405b", *words).err


def test_an_entry_that_another_entry_makes_useless_is_refused_with_the_name_of_that_one(page, command):
    text = RUN + entry("tokens", "lognormal", "token", p5=1e13, p95=2e13)
    page("ours", text + entry("chip_time", "lognormal", "chip*h", p5=3e7, p95=4e7))
    refused = command("check", "ours")
    assert refused.code == 2
    assert "tokens: no target needs it, since the entry chip_time overrides the formula that needs it" in refused.err
