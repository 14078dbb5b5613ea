"""Studies with an input taken from another study."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.runs import recipe
from mcfrontier.runs.load import load
from tests.conftest import entry


def study_with_reference(study="base", quantity="x", unit="USD", more=""):
    return (
        f'targets = ["y"]\n[inputs.y]\nfamily = "study"\nstudy = "{study}"\nquantity = "{quantity}"\n'
        f'unit = "{unit}"\nsource = "a study of ours"\n{more}'
    )


BASE_STUDY = 'targets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1e6, p95=9e6)


def test_a_quantity_of_another_study_has_its_distribution(page):
    page("base", BASE_STUDY)
    page("top", study_with_reference())
    found = mcf.run("top", draws=2**15).quantiles([0.05, 0.25, 0.5, 0.95]).y.values
    z = np.array([-1.6448536, -0.6744898, 0, 1.6448536])
    np.testing.assert_allclose(found, 3e6 * np.exp(z * np.log(9) / 2 / 1.6448536), rtol=0.01)


def test_a_quantity_of_another_study_is_converted_to_its_unit_and_truncated(page):
    page("base", 'targets = ["x"]\n' + entry("x", "uniform", "kWh", low=1, high=3))
    page("top", study_with_reference(unit="MWh", more="low = 0.002\n"))
    run = mcf.run("top", draws=2**12)
    assert run.draws.y.min() >= 0.002
    assert run.summary["y"].values["p50"] == pytest.approx(0.0025, rel=0.01)


def test_a_row_of_a_shipped_study_can_be_used_as_an_input(page):
    page("top", study_with_reference("history", "growth[amortised]", "1"))
    assert mcf.run("top", draws=2**12).summary["y"].values["p50"] == pytest.approx(2.42, abs=0.03)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (study_with_reference("nothing"), "top.toml: y: study: nothing: there is no such study"),
        (study_with_reference("top"), "goes in a circle, top -> top"),
        (study_with_reference(quantity="z"), "y: study: "),
        (study_with_reference(unit="W"), "unit 'W': x of base is in USD"),
        (study_with_reference(more="values = [1, 2]\n"), "no values of its own"),
        (study_with_reference(quantity="k"), "k of base is known, 3 USD; state it as a value"),
    ],
)
def test_an_invalid_request_is_rejected_with_one_line(text, message, page, command):
    page("base", BASE_STUDY.replace('["x"]', '["x", "k"]') + entry("k", value=3, unit="USD"))
    page("top", text)
    result = command("run", "top")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert message in result.err


TWO_REFERENCES = """
targets = ["y", "z"]
[inputs.y]
family = "study"
study = "base"
quantity = "x"
unit = "USD"
source = "a study of ours"
[inputs.z]
family = "mixture"
unit = "W"
source = "a study of ours, and us"
[[inputs.z.parts]]
family = "study"
study = "base"
quantity = "w"
[[inputs.z.parts]]
family = "uniform"
low = 1
high = 2
"""
TWO_TARGETS = BASE_STUDY.replace('["x"]', '["x", "w"]') + entry("w", "uniform", "W", low=1, high=3)


@pytest.fixture
def runs(monkeypatch):
    """The targets of each study that is run, in order."""
    targets, evaluated = [], recipe.evaluated
    recipe.reported.cache_clear()
    monkeypatch.setattr(
        recipe, "evaluated", lambda study, *rest: targets.append(study.targets) or evaluated(study, *rest)
    )
    return targets


def test_another_study_is_run_once_for_all_its_quantities(page, runs):
    page("base", TWO_TARGETS)
    page("top", TWO_REFERENCES)
    recipe.resolved(load("top"))
    recipe.resolved(load("top"))
    assert runs == [("x", "w")]


def test_a_quantity_is_the_same_whether_requested_alone_or_together(page):
    page("base", TWO_TARGETS)
    page("top", TWO_REFERENCES)
    page("alone", study_with_reference())
    together, alone = (recipe.resolved(load(name)).inputs["y"].stated["values"] for name in ("top", "alone"))
    assert together == alone


def test_a_changed_study_is_run_again(page, runs):
    page("base", TWO_TARGETS)
    page("top", study_with_reference())
    before = recipe.resolved(load("top")).inputs["y"].medians
    page("base", TWO_TARGETS.replace("9000000.0", "90000000.0"))
    assert recipe.resolved(load("top")).inputs["y"].medians > before
    assert len(runs) == 2


def test_listing_the_studies_runs_none_of_them(page, runs, command):
    page("base", TWO_TARGETS)
    page("top", 'title = "Top"\n' + TWO_REFERENCES)
    assert "Top" in command("list").out
    assert runs == []


def test_the_error_names_the_entry_with_the_unknown_quantity(page, command):
    page("base", TWO_TARGETS)
    page("top", TWO_REFERENCES.replace('"w"', '"v"'))
    result = command("run", "top")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "top.toml: z: parts[1]: study: target: 'v' is no node" in result.err


def test_reading_a_study_runs_nothing(runs, command):
    study = mcf.load("frontier-cost")
    assert any(not prior.entry.resolved for prior in study.file.priors.values())
    assert command("list").code == 0
    assert runs == []
    mcf.run(study, draws=64)
    assert len(runs) > 1
