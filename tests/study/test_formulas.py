"""Formulas of priors files."""

import ast
import json
import pickle
import re

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions.parser import expression
from mcfrontier.graph.formula import Formula
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.runs import lint
from mcfrontier.study import priors_file
from mcfrontier.tasks.verify.rebuild import rebuild
from mcfrontier.tasks.verify.verify import IDENTICAL, verify
from tests.conftest import entry, input_entry

INPUTS = (
    input_entry("hours", "lognormal", "chip*h", p5=1e6, p95=4e6)
    | input_entry("price", "uniform", "USD/chip/h", low=1, high=3)
    | input_entry("start", "normal", "AD", p5=2026, p95=2028)
)
LABELS = {"year": ["2026", "2027", "2028"], "site": ["north", "south"]}
BY_YEAR = input_entry("spend", unit="USD", by="year", value=[1.0, 2.0, 4.0])


def study(formulas, inputs=INPUTS, **words):
    """A study whose targets are its formulas, each a text and a unit."""
    made = {name: {"is": text, "unit": unit} for name, (text, unit) in formulas.items()}
    return {"targets": [*made], "inputs": inputs, "formulas": made, **words}


def test_a_formula_is_computed_draw_by_draw():
    formulas = {
        "late": ("start + 73.05 day > 2027-01-01", "share"),
        "cost": ("where(late, 2, 1) * hours * price - minimum(hours * price, 3M USD)^2 / 10M USD", "USD"),
    }
    run = mcf.run(study(formulas), draws=256)
    assert run.study.kind("late").name == "event"
    rent = run["hours"].values * run["price"].values
    late = run["start"].values + 0.2 > 2027
    assert run["late"].values == pytest.approx(late.astype(float))
    assert run["cost"].values == pytest.approx(np.where(late, 2, 1) * rent - np.minimum(rent, 3e6) ** 2 / 1e7)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-x^2 + 2^3^2", 512 - 9),
        ("x^-1 * 6", 2),
        ("maximum(x, 2, 7) + minimum(x, 2) - maximum(1, 0)", 8),
        ("exp(log(x)) + log10(100) + sqrt(x^2 * 4)", 11),
        ("(x > 2) + (x >= 3) + (x < 3)", 2),
        ("where(x > 2, where(x < 1, 1, 5), 9)", 5),
        ("30% * x", 0.9),
        ("2 day / 1 h", 48),
        ("1k", 1000),
    ],
)
def test_operators_and_functions_are_those_of_mathematics(text, value):
    inputs = input_entry("x", value=3.0) if "x" in text.replace("max", "").replace("exp", "") else {}
    found = mcf.run(study({"y": (text, "1")}, inputs), draws=64)
    assert found.summary["y"].values["p50"] == pytest.approx(value, rel=1e-14)


def test_a_function_works_along_its_dimension_only():
    inputs = BY_YEAR | input_entry("factor", unit="1", by="site", value=[1.0, 10.0])
    formulas = {
        "total": ("factor * sum(spend, along=year)", "USD"),
        "relative": ("spend / mean(spend, along=year) + max(spend, along=year) / 1 USD", "1"),
        "whole": ("sum(sum(factor * spend, along=year), along=site)", "USD"),
    }
    run = mcf.run(study(formulas, inputs, dimensions=LABELS), draws=64)
    assert run.study.dimensions_of["total"] == ("site",)
    values = {row: run.summary[row].values["p50"] for row in run.study.rows}
    assert [values[f"total[{site}]"] for site in LABELS["site"]] == [7, 70]
    assert [values[f"relative[{year}]"] for year in LABELS["year"]] == pytest.approx([3 / 7 + 4, 6 / 7 + 4, 12 / 7 + 4])
    assert values["whole"] == 77


def test_the_sum_along_a_dimension_does_not_depend_on_the_number_of_draws():
    formula = expression("sum(x, along=n)")
    x = np.random.default_rng(1).random((40, 64))
    many, one = (Formula(formula, axes={"n": 0})(each) for each in (x, x[:, :1].copy()))
    assert one[0, 0] == many[0, 0]
    assert many[0] == pytest.approx(x.sum(axis=0), rel=1e-14)


def test_a_formula_is_pickled_compared_and_yields_python_syntax():
    page = study({"cost": ("hours * price + 2k USD", "USD")}, {k: v for k, v in INPUTS.items() if k != "start"})
    found = mcf.load(page)
    node = found.nodes["cost"]
    assert pickle.loads(pickle.dumps(node)) == node
    assert found == mcf.load(page)
    assert ast.unparse(node.definition) == "def cost(hours, price):\n    return hours * price + 2000.0"
    assert ast.unparse(mcf.load("gpt4").nodes["energy"].definition.body[-1]) == "return chip_time * chip_power"


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("spend * 2 + 1", "USD", "node x: units do not fit"),
        ("spend^2", "USD", "node x: yields USD ** 2, not USD"),
        ("0 * spend / 1 USD + 2 USD + 3 day", "1", "node x: units do not fit"),
        ("spend * exp(spend)", "USD", "node x: units do not fit"),
        ("2026-01-01 + 2027-01-01 + 0 day * (spend / 1 USD)", "AD", "node x: adds or multiplies dates"),
        ("x + spend", "USD", "node x: depends on itself"),
        ("spendd", "USD", "spendd: node x needs it, and there is neither an entry nor a node of that name"),
        ("sum(spend, along=yaer)", "USD", "formulas.x: along=yaer: there is no such dimension; known: year, site"),
        ("sum(spend, along=site)", "USD", "its argument has no dimension 'site'; it has year"),
        ("sum(spend)", "USD", "sum works along a dimension; write sum(x, along=year)"),
        ("exp(spend, along=year)", "USD", "exp takes no along"),
        ("max(spend, 3 USD)", "USD", "max takes 1 argument; write maximum(x, y)"),
        ("squareroot(spend)", "USD", "there is no function 'squareroot'"),
        ("spend[2026]", "USD", "'spend[2026]' is an element"),
        ("spend > 2 USD", "USD", 'write unit = "share", not USD'),
        ("log + spend", "USD", "'log' is a function; write log(...)"),
        ("spend**2", "USD", "did you mean 'spend^2'?"),
        ("spend", "USDD", "did you mean 'USD'?"),
        (3, "USD", "formulas.x: is: expected text"),
        ("__import__('os')", "USD", "a number, a name or an operator is expected"),
    ],
)
def test_a_formula_that_cannot_be_used_is_refused_with_a_remedy(text, unit, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        mcf.load(study({"x": (text, unit)}, BY_YEAR, dimensions=LABELS))
    assert str(caught.value).startswith("priors: ")
    assert "\n" not in str(caught.value)


def test_an_unneeded_formula_a_second_statement_and_another_kind_of_unit_are_refused():
    formula = {"cost": {"is": "3 USD", "unit": "USD"}}
    for page, message in (
        ({"targets": ["spend"], "formulas": formula}, "formulas.cost: no target needs it"),
        (
            {"inputs": BY_YEAR | input_entry("cost", value=1), "formulas": formula},
            "cost: has an entry and a formula",
        ),
        ({"same": {"cost": "spend"}, "formulas": formula}, "cost: has a formula and an alias; remove one"),
        (
            {
                "extends": ["gpt4"],
                "inputs": {},
                "targets": ["energy"],
                "formulas": {"energy": {"is": "3 USD", "unit": "USD"}},
            },
            "unit 'USD' does not measure it; give it in MWh",
        ),
    ):
        with pytest.raises(InputError, match=re.escape(message)):
            mcf.load({"targets": ["cost", "spend"], "dimensions": LABELS, "inputs": BY_YEAR} | page)


def test_a_formula_of_a_file_replaces_a_node_and_an_extended_entry(page):
    page("part", entry("energy_price", "uniform", "USD/kWh", low=0.1, high=0.2))
    text = (
        'extends = ["part"]\ntargets = ["energy_cost"]\n'
        + entry("energy", "uniform", "kWh", low=1, high=2)
        + '[formulas]\nenergy_price = { is = "energy * 1 USD/kWh^2", unit = "USD/kWh" }\n'
        + 'energy_cost = { is = "energy * energy_price", unit = "USD", about = "The bill." }\n'
    )
    page("study", text)
    run = mcf.run("study", draws=64)
    assert run["energy_cost"].values == pytest.approx(run["energy"].values ** 2, rel=1e-12)
    assert run.study.about("energy_cost") == "The bill."
    page(
        "next", 'extends = ["study"]\ntargets = ["energy_cost"]\n' + entry("energy_price", "value", "USD/kWh", value=2)
    )
    assert mcf.load("next").order == ("energy_cost",)
    digests = {priors_file.load(name).digest for name in ("study", "next")}
    page("study", text.replace("energy * energy_price", "2 * energy * energy_price"))
    assert priors_file.load("study").digest not in digests


def test_two_extended_files_must_agree_on_a_formula(page):
    page("one", '[formulas]\nx = { is = "3 USD", unit = "USD" }\n')
    page("two", entry("x", unit="USD", value=3))
    page("study", 'extends = ["one", "two"]\ntargets = ["x"]\n')
    with pytest.raises(InputError, match=r"x: has a formula in .*, and another definition in .*; define it here"):
        mcf.load("study")


def test_a_saved_run_with_formulas_is_verified_and_repeated_from_its_manifest(page, tmp_path):
    text = 'targets = ["bill"]\n' + entry("energy", "uniform", "kWh", low=1, high=2)
    page("study", text + '[formulas]\nbill = { is = "energy * 0.2 USD/kWh", unit = "USD", about = "A bill." }\n')
    run = mcf.run("study", draws=64)
    run.write(tmp_path / "out", report=False)
    stated = json.loads((tmp_path / "out/manifest.json").read_text())["stated_formulas"]["bill"]
    assert (stated["is"], stated["unit"], stated["about"]) == ("energy * 0.2 USD/kWh", "USD", "A bill.")
    assert verify(tmp_path / "out").verdict == IDENTICAL
    again = rebuild(read_folder(tmp_path / "out"))
    assert again.samples("bill").tobytes() == run.core.samples("bill").tobytes()


def test_only_constants_without_a_unit_that_are_not_whole_are_hidden_beliefs():
    texts = {"x": ("0.37 * spend + 2 * 1.5 USD", "USD"), "y": ("spend / 3 + 10%^2 * spend", "USD")}
    found = lint.of_file(mcf.load(study(texts, BY_YEAR, dimensions=LABELS)).file)
    assert [text.split(": a constant")[0] for text in found] == [
        "priors: formulas.x: 0.37",
        "priors: formulas.y: 10%",
    ]
