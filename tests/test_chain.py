"""A study that takes a quantity from another study."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier import others, study
from tests.conftest import entry


def asks(study="base", quantity="x", unit="USD", more=""):
    return (
        f'targets = ["y"]\n[inputs.y]\nfamily = "study"\nstudy = "{study}"\nquantity = "{quantity}"\n'
        f'unit = "{unit}"\nsource = "a study of ours"\n{more}'
    )


BASE = 'targets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1e6, p95=9e6)


def test_a_quantity_of_another_study_has_its_distribution(page):
    page("base", BASE)
    page("top", asks())
    found = mcf.run("top", draws=2**15).quantiles([0.05, 0.25, 0.5, 0.95]).y.values
    z = np.array([-1.6448536, -0.6744898, 0, 1.6448536])
    np.testing.assert_allclose(found, 3e6 * np.exp(z * np.log(9) / 2 / 1.6448536), rtol=0.01)


def test_it_is_told_in_the_unit_that_is_asked_for_and_may_be_cut(page):
    page("base", 'targets = ["x"]\n' + entry("x", "uniform", "kWh", low=1, high=3))
    page("top", asks(unit="MWh", more="low = 0.002\n"))
    run = mcf.run("top", draws=2**12)
    assert run.draws.y.min() >= 0.002
    assert run.summary["y"].values["p50"] == pytest.approx(0.0025, rel=0.01)


def test_a_row_of_a_shipped_study_can_be_asked_for(page):
    page("top", asks("history", "growth[amortised]", "1"))
    assert mcf.run("top", draws=2**12).summary["y"].values["p50"] == pytest.approx(2.42, abs=0.03)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (asks("nothing"), "top.toml: y: study: nothing: there is no such study"),
        (asks("top"), "goes in a circle, top -> top"),
        (asks(quantity="z"), "y: study: "),
        (asks(unit="W"), "unit 'W': x of base is in USD"),
        (asks(more="values = [1, 2]\n"), "its values are not stated"),
        (asks(quantity="k"), "k of base is known, 3 USD; state it as a value"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(text, told, page, command):
    page("base", BASE.replace('["x"]', '["x", "k"]') + entry("k", value=3, unit="USD"))
    page("top", text)
    ended = command("run", "top")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert told in ended.err


TWO = """
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
PAIR = BASE.replace('["x"]', '["x", "w"]') + entry("w", "uniform", "W", low=1, high=3)


@pytest.fixture
def runs(monkeypatch):
    """The targets of each study that is run."""
    asked, run = [], study.run
    monkeypatch.setattr(others, "KNOWN", {})
    monkeypatch.setattr(study, "run", lambda loaded, **words: asked.append(loaded.targets) or run(loaded, **words))
    return asked


def test_another_study_is_run_once_for_all_that_a_page_wants_of_it(page, runs):
    page("base", PAIR)
    page("top", TWO)
    study.load("top")
    study.load("top")
    assert runs == [("x", "w")]


def test_what_is_asked_together_is_what_is_asked_alone(page):
    page("base", PAIR)
    page("top", TWO)
    page("alone", asks())
    together, alone = (study.load(name).inputs["y"].stated["values"] for name in ("top", "alone"))
    assert together == alone


def test_a_study_that_is_changed_is_run_again(page, runs):
    page("base", PAIR)
    page("top", asks())
    before = study.load("top").inputs["y"].medians
    page("base", PAIR.replace("9000000.0", "90000000.0"))
    assert study.load("top").inputs["y"].medians > before
    assert len(runs) == 2


def test_the_list_of_studies_runs_none(page, runs, command):
    page("base", PAIR)
    page("top", 'title = "Top"\n' + TWO)
    assert "Top" in command("list").out
    assert runs == []


def test_the_entry_that_asks_what_is_not_there_is_named(page, command):
    page("base", PAIR)
    page("top", TWO.replace('"w"', '"v"'))
    ended = command("run", "top")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "top.toml: z: parts[1]: study: target: 'v' is no node" in ended.err
