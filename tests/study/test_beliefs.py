"""Beliefs in one line, in priors files and for a run, and nodes that are added to the model."""

import json
import re

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.study import priors_file
from mcfrontier.tasks.verify.rebuild import rebuild
from mcfrontier.tasks.verify.verify import IDENTICAL, verify
from tests.cli.test_bad_input import assert_one_line_error
from tests.conftest import entry, input_entry

PAGE = {
    "targets": ["x"],
    "inputs": input_entry("x", "normal", "USD/chip", p5=1, p95=2, note="A note.", best=1.5),
}
DAY = {"targets": ["start"], "inputs": input_entry("start", "uniform", "AD", low=2026, high=2027)}
SHARE = {"targets": ["part"], "inputs": input_entry("part", "beta", "share", mean=0.4, sd=0.1)}
Z = stats.norm.ppf(0.95)


def stated(page, **priors):
    """The prior of a quantity of a study with another belief."""
    ((name, text),) = priors.items()
    return mcf.load(page, priors={name: text}).inputs[name]


@pytest.mark.parametrize(
    ("text", "family", "levels"),
    [
        ("9k..20k USD/chip", "normal", {0.05: 9e3, 0.95: 2e4}),
        ("80% 9k..20k", "normal", {0.1: 9e3, 0.9: 2e4}),
        ("lognormal 95% 9..20 kUSD/chip", "lognormal", {0.025: 9e3, 0.975: 2e4, 0.5: np.sqrt(1.8e8)}),
        ("uniform 9k..20k", "uniform", {0.25: 9e3 + 11e3 / 4}),
        ("loguniform 1..100", "loguniform", {0.5: 10}),
        ("triangular 0/1/2", "triangular", {0.5: 1, 0.125: 0.5}),
        ("12k +- 2k", "normal", {0.95: 12e3 + Z * 2e3}),
        ("p10=1 p90=3 USD/chip", "normal", {0.1: 1, 0.9: 3}),
        ("p10=1 p50=2 p90=4", "metalog", {0.1: 1, 0.5: 2, 0.9: 4}),
        ("15k USD/chip", "value", {0.5: 15e3}),
        ("0.25: uniform 0..1 | 0.75: uniform 2..3 kUSD/chip", "mixture", {0.2: 800, 0.125: 500, 0.625: 2500}),
    ],
)
def test_a_belief_in_one_line_has_the_quantiles_that_it_states(text, family, levels):
    made = stated(PAGE, x=text)
    assert made.entry.__struct_config__.tag == family
    assert made.entry.unit == "USD/chip"
    (row,) = made.distributions
    assert row.ppf(np.array([*levels])) == pytest.approx([*levels.values()], rel=1e-3 if family == "mixture" else 1e-9)


@pytest.mark.parametrize(
    ("page", "text", "family"),
    [
        (DAY, "2026-01-01..2028-01-01", "normal"),
        (SHARE, "30..50%", "beta"),
        (SHARE | {"inputs": input_entry("part", "value", "share", value=0.5)}, "30..50%", "logitnormal"),
        ({"targets": ["x"], "inputs": input_entry("x", value=1)}, "1..2", "lognormal"),
        ({"targets": ["x"], "inputs": input_entry("x", value=1)}, "-1..2", "normal"),
    ],
)
def test_an_interval_takes_the_old_family_or_that_of_its_kind(page, text, family):
    made = stated(page, **{page["targets"][0]: text})
    assert made.entry.__struct_config__.tag == family


def test_a_date_and_its_spread_are_a_day_and_a_duration():
    (row,) = stated(DAY, start="2027-01-01 +- 36.525 day").distributions
    assert row.ppf(np.array([0.5, 0.95])) == pytest.approx([2027, 2027 + 0.1 * Z])


def test_note_and_unit_are_inherited_and_source_and_best_guess_are_not():
    made = stated(PAGE, x="9k..20k")
    assert made.entry.note == "A note."
    assert made.entry.best is None
    assert made.entry.source == "stated by the user for this run"


def test_the_draws_of_all_other_inputs_stay_the_same():
    """Also of those that only a replaced node needs, and where a known input becomes uncertain."""
    known = {name: prior for name, prior in mcf.load("gpt4").inputs.items() if prior.known}
    for name, text in {"gpu_price": "9k..20k", "energy": "40..50 GWh", next(iter(known)): "uniform 0.1..0.2"}.items():
        before, after = (mcf.run("gpt4", draws=64, priors=priors) for priors in (None, {name: text}))
        shared = [each for each in after.study.inputs if each in before.study.inputs and each != name]
        assert len(shared) > 5
        for each in shared:
            assert before[each].values.tobytes() == after[each].values.tobytes()


def test_a_belief_for_a_run_has_the_draws_of_the_same_belief_in_a_file(page):
    page("base", 'targets = ["cost"]\n[inputs]\ncost = { is = "1..2 USD", source = "a test" }\n')
    page("file", 'extends = ["base"]\n[inputs]\ncost = { is = "uniform 3..4 kUSD" }\n')
    own, other = mcf.run("file", draws=64), mcf.run("base", draws=64, priors={"cost": "uniform 3..4 kUSD"})
    assert own["cost"].values.tobytes() == other["cost"].values.tobytes()
    assert own.study.targets == ("cost",)  # inherited
    assert own.study.unit("cost") == "USD"


def test_an_entry_without_a_source_runs_and_is_a_finding_of_check(page, command):
    page("study", 'targets = ["x"]\n[inputs]\nx = { is = "80% 1..2 day" }\n')
    assert command("run", "study", "--draws", "64", "--no-report").code == 0
    checked = command("check", "study")
    assert "1 source to fill in: x; state each under source" in checked.err
    assert command("check", "study", "--strict").code == 2


def test_an_entry_that_overrides_another_inherits_unit_and_family(page):
    page("base", 'targets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1, p95=2))
    page("study", 'extends = ["base"]\n[inputs.x]\np5 = 2\np95 = 3\nsource = "an invoice"\n')
    made = priors_file.load("study").priors["x"]
    assert (made.entry.__struct_config__.tag, made.entry.unit, made.entry.source) == ("lognormal", "USD", "an invoice")


def test_a_saved_run_with_a_belief_is_verified_and_repeated(page, tmp_path, command):
    page("study", 'targets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1, p95=2))
    requested = ["--prior", "x = 0.3: 1..2 | 0.7: normal 5 +- 1 USD", "--draws", "64", "--no-report"]
    assert command("run", "study", *requested, "--out", tmp_path / "out").code == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["priors"] == {"x": "0.3: 1..2 | 0.7: normal 5 +- 1 USD"}
    assert manifest["set"] == {}
    assert verify(tmp_path / "out").verdict == IDENTICAL
    found = read_folder(tmp_path / "out")
    assert rebuild(found).samples("x").tobytes() == np.asarray(found.samples("x")).tobytes()


def test_a_belief_as_a_mapping_is_the_entry(page, tmp_path):
    mapping = {"family": "gamma", "p5": 1, "p95": 2}
    run = mcf.run(PAGE, priors={"x": mapping}, draws=64)
    assert run.study.inputs["x"].entry.percentiles == {"p5": 1, "p95": 2}
    assert mcf.run(PAGE, priors={"x": run.study.pins["x"]}, draws=64) == run  # as the manifest states it


def test_compare_solve_and_probability_take_beliefs(command):
    found = mcf.compare("gpt4", priors={"gpu_price": "9k..20k"}, targets=["acquisition_cost"], draws=64)
    assert found.names == ("gpt4", "gpt4 with gpu_price=9k..20k")
    assert [*found.pairs[0].differing] == ["gpu_price"]
    ((_, high),) = mcf.solve(
        PAGE | {"inputs": PAGE["inputs"] | input_entry("n", value=3, unit="chip"), "targets": ["cost"]},
        "n",
        "cost < 100 USD",
        priors={"x": "5 USD/chip"},
        add=[added_cost],
    ).holds
    assert high.value == pytest.approx(20)
    for name in ("percentiles", "probability"):
        rest = ["--that", "gpu_price > 50k USD/chip"] if name == "probability" else ["gpu_price"]
        result = command(name, "gpt4", *rest, "--prior", "gpu_price = 1..2", "--draws", "64")
        assert result.code == 0
        assert "price" in result.out


@mcf.node("USD")
def added_cost(x, n):
    """The cost of a number of chips."""
    return x * n


added_cost.__name__ = "cost"


def test_a_node_is_added_to_the_model_or_replaces_one():
    @mcf.node("MWh")
    def energy(chip_time, chip_power):
        """Half the energy."""
        return chip_time * chip_power / 2

    @mcf.node("MWh")
    def spare(energy):
        """Twice the energy."""
        return energy * 2

    run = mcf.run("gpt4", add=[energy, spare], targets=["spare"], draws=64)
    assert run["spare"].values == pytest.approx(mcf.run("gpt4", draws=64)["energy"].values, rel=1e-12)
    assert mcf.load("gpt4", add=spare, targets=["spare"]).own_model


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["gpu_price"], "--prior gpu_price: write NAME = BELIEF, such as"),
        (["gpu_price = 9k-20k"], "did you mean '9k..20k'?"),
        (["gpu_pric = 9k..20k"], "did you mean 'gpu_price'?"),
        (["gpu_price = 9k..20k day"], "'day' is not a unit of gpu_price; give it in USD/chip"),
        (["energy = 9k..20k USD"], "'USD' is not a unit of energy; give it in MWh"),
        (["gpu_price = 20k..9k"], "p5 = 20000 must lie below p95 = 9000"),
        (["gpu_price = student-t 9k..20k"], "df, which has no place in one line"),
        (["gpu_price = pert 9k..20k"], "pert takes other numbers than these"),
        (["gpu_price = pert 1/2"], "pert takes three numbers, LOW/MODE/HIGH"),
        (["gpu_price = lognormol 1..2"], "did you mean 'lognormal'?"),
        (["gpu_price = p10=1 q50=2"], "'q50': percentiles are p1 to p99"),
        (["gpu_price = 1..2", "gpu_price = 3"], "gpu_price has two priors; state one"),
        (['gpu_price = {"family": "pert"}'], "has no low; add low = ..."),
        (["gpu_price = {"], "not JSON"),
    ],
)
def test_a_belief_that_cannot_be_used_is_refused_in_one_line(options, found, command):
    words = [word for text in options for word in ("--prior", text)]
    assert_one_line_error(command("run", "gpt4", "--draws", "64", *words), found)


def test_a_pin_and_a_belief_of_one_quantity_exclude_each_other_and_other_types_are_refused():
    for priors, message in (
        ({"x": "1..2"}, "x: is set, and has a prior for this run"),
        ("x = 1..2", "priors: a mapping is expected"),
        ({"x": [1, 2]}, "an entry is a table"),
        ({"x": {"is": "1..2", "p5": 1}}, "is and p5 state the same"),
        ({"x": {"family": "value", "value": 1, "by": "chip"}}, "are for a priors file"),
        ({"x": {"is": 3}}, "a text is expected"),
    ):
        with pytest.raises(InputError, match=re.escape(message)):
            mcf.load(PAGE, set={"x": 1} if "is set" in message else None, priors=priors)
    with pytest.raises(InputError, match="has no unit, and no other entry has one"):
        mcf.load({"targets": ["y"], "inputs": {"y": {"is": "1..2"}}})
