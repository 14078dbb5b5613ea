"""Inputs from sheets and from squigglepy: the same model, stated in three ways, has the same percentiles."""

import csv
import tomllib

import numpy as np
import openpyxl
import pytest
import squigglepy as sq

import mcfrontier as mcf
from tests.cli.test_bad_input import assert_one_line_error

SHEET = """\
Quantity,Distribution,P5,P95,Min,Most likely,Max,Unit,Reference
active parameters,,100e9,500e9,,,,parameter,a leak
tokens,,,,10e12,13e12,20e12,token,a leak
flop per parameter token,,,,,6,,FLOP/parameter/token,Kaplan et al. (2020)
bf16 peak rate,,,,,989,,TFLOP/s/chip,a datasheet
mfu,pert,,,0.3,0.4,0.5,share,papers
goodput,uniform,,,70 %,,95 %,share,papers
rental price,,1.2,3,,,,USD/chip/h,a list of prices
"""
LEVELS = (0.05, 0.5, 0.95)


def squigglepy_inputs():
    return {
        "active_parameters": sq.lognorm(100e9, 500e9),
        "tokens": sq.pert(10e12, 13e12, 20e12),
        "flop_per_parameter_token": 6,
        "bf16_peak_rate": 989,
        "mfu": sq.pert(0.3, 0.4, 0.5),
        "goodput": sq.uniform(0.7, 0.95),
        "rental_price": sq.lognorm(1.2, 3),
    }


def squigglepy_cost():
    """The rent of the run in squigglepy."""
    x = squigglepy_inputs()
    operations = x["flop_per_parameter_token"] * x["active_parameters"] * x["tokens"]
    hours = operations / (x["bf16_peak_rate"] * 1e12 * 3600 * x["mfu"] * x["goodput"])
    return hours * x["rental_price"]


def assert_same_percentiles(run, target):
    """Assert that percentiles lie within four standard errors of those of squigglepy's draws, by their ranks."""
    draws = np.sort(sq.sample(squigglepy_cost(), n=100_000))
    ours = run.quantiles(LEVELS)[target].values
    for level, x in zip(LEVELS, ours, strict=True):
        spread = 4 * np.sqrt(level * (1 - level) * draws.size)
        low, high = (draws[int(level * draws.size + sign * spread)] for sign in (-1, 1))
        assert low < x < high


def units_of_sheet():
    return {row["Quantity"].replace(" ", "_"): row["Unit"] for row in csv.DictReader(SHEET.splitlines())}


@pytest.fixture
def sheet(here):
    """A sheet as CSV."""
    (here / "model.csv").write_text(SHEET)
    return here / "model.csv"


def test_a_model_of_squigglepy_has_its_percentiles():
    sq.set_seed(3)
    study = mcf.from_squigglepy(squigglepy_inputs(), units_of_sheet())
    assert_same_percentiles(mcf.run({**study, "targets": ["cloud_cost"]}, draws=2**14), "cloud_cost")


def test_the_same_model_as_a_sheet_has_them_too(sheet, command):
    sq.set_seed(4)
    assert command("import", sheet, "--to", "priors/model.toml").code == 0
    found = command("check", "priors/model.toml", "--strict")
    assert (found.code, found.err) == (0, "")
    run = mcf.run({"extends": ["model"], "targets": ["cloud_cost"]}, draws=2**14)
    assert_same_percentiles(run, "cloud_cost")


def test_a_workbook_gives_the_inputs_of_the_csv(sheet, here, command):
    book = openpyxl.Workbook()
    book.create_sheet("Model")
    for row in csv.reader(SHEET.splitlines()):
        book["Model"].append([float(cell) if cell and cell[0].isdigit() and " " not in cell else cell for cell in row])
    book.save(here / "model.xlsx")
    for file in ("model.csv", "model.xlsx"):
        extra = ("--sheet", "Model") if file == "model.xlsx" else ()
        assert command("import", file, "--to", f"{file[-4:].strip('.')}.toml", *extra).code == 0
    inputs = [tomllib.loads((here / f"{kind}.toml").read_text())["inputs"] for kind in ("csv", "xlsx")]
    assert inputs[0] == inputs[1]
    assert len(inputs[0]) == 7
    assert_one_line_error(
        command("import", "model.xlsx", "--to", "x.toml", "--sheet", "Modell"), "did you mean 'Model'"
    )
    assert_one_line_error(command("import", "model.xlsx", "--to", "x.toml"), "no column name")


def test_columns_choose_the_family_of_a_row_that_states_none(here, command):
    rows = {
        "a": (",,,1,,2", "lognormal"), "b": (",,,-1,,2", "normal"), "c": (",,,1,2,4", "metalog"),
        "d": ("1,2,4,,,", "pert"), "e": ("1,,2,,,", "uniform"), "f": (",2,,,,", "value"),
    }  # fmt: skip
    lines = [f"{name},{cells},1,x" for name, (cells, _) in rows.items()] + ["g,,,,0.1,,0.2,share,x"]
    (here / "sheet.csv").write_text("\n".join(["NAME,Low,Best,High,5%,50th percentile,95th,Units,Ref", *lines]))
    assert command("import", "sheet.csv", "--to", "sheet.toml").code == 0
    inputs = tomllib.loads((here / "sheet.toml").read_text())["inputs"]
    assert {name: inputs[name]["family"] for name in rows} == {name: family for name, (_, family) in rows.items()}
    assert (inputs["g"]["family"], inputs["f"]["value"]) == ("logitnormal", 2)


def test_each_bad_cell_is_a_line_with_its_row_and_column_and_nothing_is_written(here, command):
    bad = {
        "gpu_price,1e4,$5,2e4,USD/chip,x,": "row 2, column Best guess: a number is expected",
        "2x,1,2,3,1,x,": "row 3, column name: '2x' is no name",
        "mfu,0.3,0.4,0.5,parsec,x,": "row 4, column unit: unknown unit 'parsec'",
        "tokens,3,2,1,token,x,": "row 5, columns low, Best guess, high: low = 3 must lie below high = 1",
        "pue,1,,3,1,x,lognormol": "row 6, column family: 'lognormol' is no family; did you mean 'lognormal'?",
        "tdp,1,,3,,x,": "row 7, column unit: is empty",
        "tdp,,,,W/chip,x,": "row 8, all columns of numbers are empty; fill in",
        "goodput,0.5,2,3,share,x,": "row 9, columns low, Best guess, high: a share must stay within 0 and 1",
    }
    (here / "bad.csv").write_text("\n".join(["name,low,Best guess,high,unit,source,family", *bad, "x,1,,2,1,x,"]))
    result = command("import", "bad.csv", "--to", "bad.toml")
    lines = result.err.splitlines()
    assert (result.code, len(lines)) == (2, len(bad))
    assert all(f"mcfrontier: bad.csv, {text}" in line for line, text in zip(lines, bad.values(), strict=True))
    assert [path.name for path in here.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("name,low,high\nx,1,2\n", "no column unit"),
        ("name,min,low,unit\nx,1,2,1\n", "two columns are read as low"),
        ("name;low;unit\nx;1;1\n", "semicolons"),
        ("name,low,unit\n", "a head and at least one row"),
    ],
)
def test_a_sheet_without_its_heads_is_refused(text, part, here, command):
    (here / "sheet.csv").write_text(text)
    assert_one_line_error(command("import", "sheet.csv", "--to", "x.toml"), "sheet.csv", part)


def test_a_file_that_exists_or_is_no_workbook_is_refused(sheet, here, command):
    (here / "old.toml").write_text("x = 1\n")
    assert_one_line_error(command("import", sheet, "--to", "old.toml"), "exists and is not overwritten")
    (here / "damaged.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    assert_one_line_error(command("import", "damaged.xlsx", "--to", "x.toml"), "damaged.xlsx: not an Excel workbook")
    assert_one_line_error(command("import", "none.csv", "--to", "x.toml"), "none.csv: cannot be read")


@pytest.mark.parametrize(
    "made",
    [
        sq.norm(1, 3), sq.lognorm(1, 10, credibility=80), sq.lognorm(lognorm_mean=2, lognorm_sd=1), sq.uniform(1, 2),
        sq.triangular(1, 2, 3), sq.beta(2, 3), sq.gamma(2, 3), sq.const(4), sq.discrete({1: 0.3, 2: 0.7}),
        sq.mixture([sq.norm(1, 2), sq.mixture([3, sq.lognorm(1, 2)], [0.5, 0.5])], [0.3, 0.7]),
        sq.norm(1, 3, lclip=1.2, rclip=2.5), sq.lognorm(1, 10, lclip=2), sq.norm(1, 3, rclip=50), 7,
    ],
    ids=str,
)  # fmt: skip
def test_a_distribution_of_squigglepy_keeps_its_cumulative_probabilities(made):
    """Of 20,000 draws of squigglepy, the share up to each of nine numbers is within four standard errors."""
    sq.set_seed(5)
    draws = np.broadcast_to(sq.sample(made, n=20_000), (20_000,))
    (ours,) = mcf.load(mcf.from_squigglepy({"x": made})).inputs["x"].distributions
    for x in np.quantile(draws, np.linspace(0.1, 0.9, 9)):
        for near in (x + 1e-9, x - 1e-9):
            share = float(ours.cdf(np.asarray(near)))
            error = 4 * np.sqrt(max(share * (1 - share), 1e-9) / draws.size)
            assert abs(np.mean(draws <= near) - share) <= error + 1e-6


@pytest.mark.parametrize(
    "made",
    [sq.norm(1, 3) * 2, sq.poisson(3), sq.pert(1, 2, 3, lam=6), sq.pert(1, 2, 3, lclip=2), "5", True, sq.pareto(2)],
    ids=str,
)
def test_any_other_distribution_is_refused_by_name(made):
    with pytest.raises(mcf.InputError, match=f"^price: {type(made).__name__}: "):
        mcf.from_squigglepy({"price": made})


def test_units_and_sources_are_those_of_the_distributions():
    study = mcf.from_squigglepy({"price": 3}, units={"price": "USD/chip"}, sources={"price": "an invoice"})
    assert study["inputs"]["price"] | {"source": "an invoice", "unit": "USD/chip"} == study["inputs"]["price"]
    with pytest.raises(mcf.InputError, match="prise: there is no distribution of this name"):
        mcf.from_squigglepy({"price": 3}, units={"prise": "USD/chip"})


FORMULAS = """\
Quantity,Formula,Distribution,P5,P95,Min,Most likely,Max,Unit,Reference
model size,,,100e9,500e9,,,,parameter,a leak
data,,,,,10e12,13e12,20e12,token,a report
per pair,,,,,,6,,FLOP/parameter/token,Kaplan et al. (2020)
peak,,,,,,989,,TFLOP/s/chip,a datasheet
mfu,,pert,,,0.3,0.4,0.5,share,papers
good share,,uniform,,,70 %,,95 %,share,logs
rent,,,1.2,3,,,,USD/chip/h,a list of prices
operations,=per_pair * model_size * data,,,,,,,FLOP,
cost,=operations / (peak * mfu * good_share) * rent,,,,,,,USD,
"""


def test_rows_with_formulas_make_a_study(here, command):
    sq.set_seed(6)
    (here / "cost.csv").write_text(FORMULAS)
    assert command("import", "cost.csv", "--to", "priors/cost.toml").code == 0
    found = command("check", "cost", "--strict")
    assert (found.code, found.err) == (0, "")
    assert mcf.load("cost").targets == ("cost",)
    assert_same_percentiles(mcf.run("cost", draws=2**14), "cost")


def test_a_formula_that_cannot_be_read_is_refused_with_its_row(here, command):
    (here / "cost.csv").write_text(FORMULAS.replace("* rent,", "* * rent,"))
    assert_one_line_error(command("import", "cost.csv", "--to", "cost.toml"), "row 10, column Formula: ")
    (here / "cost.csv").write_text(FORMULAS.replace("* rent,", "* rents,"))
    assert_one_line_error(command("import", "cost.csv", "--to", "cost.toml"), "rents", "did you mean 'rent'")
    assert [path.name for path in here.iterdir()] == ["cost.csv"]
