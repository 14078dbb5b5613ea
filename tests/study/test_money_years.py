"""Money of different price years: converted by consumer prices, against ratios of two published figures."""

import json
import pickle
from contextlib import nullcontext

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.core.kinds import currencies
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.outputs.report.front import disclosed_amount
from mcfrontier.runs import lint, recipe
from mcfrontier.runs.load import load
from mcfrontier.study import money, priors_file
from mcfrontier.tasks.verify.rebuild import rebuild
from tests.conftest import ROOT, entry, input_entry

GPU_PRICE = entry("gpu_price", "lognormal", "USD/chip", p5=1e4, p95=3e4, money_year=2025)
CPI = {2012: 229.594, 2022: 292.655, 2023: 304.702, 2024: 313.689, 2025: 321.943}  # CUUR0000SA0, BLS


def study(year, *entries, targets=("x",), **words):
    """A study in money of a year, as a mapping."""
    inputs = {name: one for each in entries for name, one in each.items()}
    return {"targets": list(targets), "inputs": inputs} | ({"price_year": year} if year else {}) | words


def median(source, name="x"):
    """The median of an input, in its unit."""
    prior = load(source, model=[]).inputs[name]
    return prior.distributions[0].median


@mcf.node("USD")
def bill(hours, price):
    """Hours at a price."""
    return hours * price


def bill_study(year, price, **words):
    """A bill whose hours are sampled and whose price is known, in money of a year."""
    hours = input_entry("hours", "lognormal", unit="h", p5=10, p95=1000)
    return study(year, hours, input_entry("price", unit="USD/h", value=price), targets=("bill",), **words)


def test_the_shipped_index_has_the_published_figures():
    index = money.price_index("USD")
    assert {year: index[year] for year in CPI} == CPI
    assert [*index] == [*range(2012, 2026)]


@pytest.mark.parametrize(
    ("words", "nominal"),
    [
        ({"family": "value", "value": 200.0}, 200.0),
        ({"family": "lognormal", "p5": 100, "p95": 400}, 200.0),
        ({"family": "normal", "mean": 200, "sd": 20, "low": 0}, 200.0),
        ({"family": "uniform", "low": 1, "high": 3, "times": 100}, 200.0),
        ({"family": "discrete", "values": [100, 200, 300]}, 200.0),
        ({"family": "empirical", "values": [100, 200, 300]}, 200.0),
    ],
)
@pytest.mark.parametrize(("unit", "power"), [("USD", 1), ("kUSD/chip/h", 1), ("W/USD", -1), ("USD*USD", 2)])
def test_an_amount_is_converted_by_the_ratio_of_two_figures(words, nominal, unit, power):
    page = study(2023, {"x": words | {"unit": unit, "source": "a test", "money_year": 2025}})
    assert median(page) == pytest.approx(nominal * (CPI[2023] / CPI[2025]) ** power, rel=1e-9)


def test_the_year_after_the_last_has_the_index_of_the_last_with_a_note():
    made = load(study(2023, input_entry("x", unit="USD", value=200.0, money_year=2026)), model=[])
    assert made.inputs["x"].medians[0] == pytest.approx(200 * CPI[2023] / CPI[2025])
    assert "the price index of USD of 2026 is not known yet; that of 2025 stands for it" in made.notes


def test_powers_of_currencies_are_read_from_the_unit():
    assert currencies("USD/person/year") == {"USD": 1}
    assert currencies("FLOP/USD") == {"USD": -1}
    assert currencies("USD/EUR") == {"USD": 1, "EUR": -1}
    assert currencies("chip*h") == {}


def test_best_guess_and_reported_range_are_converted_with_the_interval():
    words = {"p5": 100, "p95": 400, "best": 210, "reported_low": 90, "reported_high": 500, "money_year": 2025}
    prior = load(study(2023, input_entry("x", "lognormal", unit="USD", **words)), model=[]).inputs["x"]
    ratio = CPI[2023] / CPI[2025]
    assert prior.best_guesses == [pytest.approx(210 * ratio)]
    assert prior.reported == [(pytest.approx(90 * ratio), pytest.approx(500 * ratio))]


def test_each_part_of_a_mixture_is_converted_from_its_own_year():
    parts = [
        {"family": "uniform", "low": 0, "high": 1, "money_year": 2012},
        {"family": "uniform", "low": 1000, "high": 1001},
    ]
    page = study(2023, input_entry("x", "mixture", unit="USD", parts=parts, money_year=2025))
    row = load(page, model=[]).inputs["x"].distributions[0]
    assert row.high == pytest.approx(1001 * CPI[2023] / CPI[2025])
    assert float(row.ppf(np.array(0.25))) == pytest.approx(0.5 * CPI[2023] / CPI[2012])


def test_a_part_of_a_mixture_may_be_stated_in_multiples():
    parts = [{"family": "uniform", "low": 1, "high": 2, "times": 10}, {"family": "uniform", "low": 1, "high": 2}]
    assert load(study(None, input_entry("x", "mixture", parts=parts)), model=[]).inputs["x"].distributions[0].high == 20


def test_amounts_in_money_of_the_price_year_are_unchanged():
    plain = input_entry("x", "lognormal", unit="USD", p5=1e6, p95=9e6)
    dated = {"x": plain["x"] | {"money_year": 2023}}
    first, second = (mcf.run(study(2023, each), model=[], draws=256) for each in (plain, dated))
    np.testing.assert_array_equal(first.draws.x, second.draws.x)
    loaded = load(study(2023, dated), model=[])
    assert loaded.notes == ()
    assert loaded.file.nominal is None


def test_shipped_studies_in_money_of_one_year_are_loaded_as_stated():
    for name in ("gpt4", "history", "deepseek-v3-given", "chips"):
        loaded = load(name)
        assert loaded.file.nominal is None
        assert not [prior for prior in loaded.inputs.values() if "money_year" in prior.stated]


@pytest.mark.parametrize(
    ("year", "words", "message"),
    [
        (2023, {"unit": "chip", "value": 3, "money_year": 2025}, "its unit, chip, has no money; delete it"),
        (2023, {"unit": "USD", "value": 3, "money_year": 2031}, "no figure for 2031; known years are 2012 to 2025"),
        (2031, {"unit": "USD", "value": 3, "money_year": 2025}, "no figure for 2031; known years are 2012 to 2025"),
        (None, {"unit": "USD", "value": 3, "money_year": 2025}, "the study has no price year; add price_year"),
        (2023, {"unit": "USD", "value": 3, "money_year": 2025.5}, "a year is expected, such as 2025"),
        (2023, {"unit": "USD", "value": 3, "money_year": 0}, "no figure for 0; known years are 2012 to 2025"),
        (2023, {"unit": "USD", "value": 3, "money_year": True}, "money_year: expected a whole number"),
        (2023, {"unit": "USD", "value": 3, "money_year": [2024, 2025]}, "a year is expected, such as 2025"),
        (2023, {"unit": "EUR", "value": 3, "money_year": 2025}, "there is no price index of EUR"),
    ],
)
def test_a_money_year_that_cannot_be_used_is_refused_in_one_line(year, words, message):
    with pytest.raises(InputError, match=r"x: .*") as refused:
        load(study(year, {"x": words | {"family": "value", "source": "a test"}}), model=[])
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["disclosed", "evidence", "decision"])
def test_a_money_year_of_a_figure_without_money_is_refused(kind):
    figure = {"quantity": "x", "unit": "h", "source": "a test", "money_year": 2025}
    figures = {
        "disclosed": {"disclosed": {"seen": figure | {"value": 2}}},
        "evidence": {"evidence": {"seen": figure | {"p5": 1, "p95": 2}}},
        "decision": {"decision": {k: v for k, v in figure.items() if k != "source"} | {"act": "below", "threshold": 1}},
    }
    page = study(2023, input_entry("x", "lognormal", unit="h", p5=1, p95=9), **figures[kind])
    with pytest.raises(InputError, match=f"{kind}.*its unit, h, has no money; delete it"):
        load(page, model=[])


def test_an_entry_is_in_money_of_the_price_year_of_its_own_file(page):
    page("old", "price_year = 2022\n" + entry("x", unit="USD", value=100))
    page("undated", entry("y", unit="USD", value=100))
    page("new", 'price_year = 2024\nextends = ["old", "undated"]\ntargets = ["x", "y", "z"]\n' + entry("z", value=100))
    assert median("new", "x") == pytest.approx(100 * CPI[2024] / CPI[2022])
    assert median("new", "y") == median("new", "z") == 100
    assert load("new", model=[]).notes == (
        "x: stated in money of 2022, converted to the price year 2024 by consumer prices, × 1.072",
    )
    page("inherits", 'extends = ["old"]\ntargets = ["x"]\n')
    assert median("inherits", "x") == 100


def test_evidence_of_an_extended_file_is_in_money_of_its_price_year(page):
    seen = '[evidence.seen]\nquantity = "x"\np5 = 1e6\np95 = 2e6\nunit = "USD"\nsource = "a test"\n'
    page("old", "price_year = 2022\n" + entry("x", "lognormal", unit="USD", p5=1e5, p95=9e6) + seen)
    page("new", 'price_year = 2024\nextends = ["old"]\ntargets = ["x"]\n')
    found, ratio = load("new", model=[]).evidence["seen"], CPI[2024] / CPI[2022]
    assert (found.p5, found.p95) == (pytest.approx(1e6 * ratio), pytest.approx(2e6 * ratio))


def test_the_columns_of_a_table_have_a_money_year(page):
    page("tables/rents", "").with_suffix(".csv").write_text(
        "run,rent [USD/h],fee [USD],hours [h]\nA,2,10,3\nB,4,20,5\n"
    )
    head = 'price_year = 2024\ntargets = ["rent", "fee", "hours", "x"]\n'
    table = '[tables.run]\nfile = "tables/rents.csv"\nsource = "a test"\n'
    x = entry("x", "uniform", "USD/h", by='"run"', low=1, high=3, times='"rent"')
    ratio = CPI[2024] / CPI[2022]
    page("all", head + table + "money_year = 2022\n" + x)
    inputs = load("all", model=[]).inputs
    assert [row.median for row in inputs["rent"].distributions] == pytest.approx([2 * ratio, 4 * ratio])
    assert [row.median for row in inputs["fee"].distributions] == pytest.approx([10 * ratio, 20 * ratio])
    assert [row.median for row in inputs["x"].distributions] == pytest.approx([4 * ratio, 8 * ratio])
    assert [row.median for row in inputs["hours"].distributions] == [3, 5]
    page("one", head + table + "money_year = { rent = 2022 }\n" + x)
    inputs = load("one", model=[]).inputs
    assert [row.median for row in inputs["rent"].distributions] == pytest.approx([2 * ratio, 4 * ratio])
    assert [row.median for row in inputs["fee"].distributions] == [10, 20]
    page("strange", head + table + "money_year = { hours = 2022 }\n" + x)
    with pytest.raises(InputError, match="money_year: 'hours' is not a column with money; known: rent, fee"):
        load("strange", model=[])
    page("both", head + table + "money_year = 2022\n" + x + "money_year = 2023\n")
    with pytest.raises(InputError, match="column 'rent' is in money of 2022, the entry in that of 2023"):
        load("both", model=[])


def test_an_entry_that_names_a_column_of_an_extended_file_is_in_money_of_that_file(page):
    page("tables/rents", "").with_suffix(".csv").write_text("run,rent [USD/h]\nA,2\nB,4\n")
    page("old", 'price_year = 2022\n[tables.run]\nfile = "tables/rents.csv"\nsource = "a test"\n')
    x = entry("x", unit="USD/h", by='"run"', value='"rent"')
    for year in (2024, 2022):
        page("new", f'price_year = {year}\nextends = ["old"]\ntargets = ["rent", "x"]\n{x}')
        inputs, ratio = load("new", model=[]).inputs, CPI[year] / CPI[2022]
        for name in ("rent", "x"):
            assert [row.median for row in inputs[name].distributions] == pytest.approx([2 * ratio, 4 * ratio])
            assert ("money_year" in inputs[name].stated) == (year != 2022)


def test_a_disclosed_figure_is_compared_in_money_of_the_price_year():
    figure = {"quantity": "x", "value": 490e6, "unit": "USD", "source": "a test", "money_year": 2025}
    page = study(2023, input_entry("x", "lognormal", unit="USD", p5=1e8, p95=1e9), disclosed={"seen": figure})
    found = load(page, model=[])
    assert found.file.disclosed["seen"].value == pytest.approx(490e6 * CPI[2023] / CPI[2025])
    text = disclosed_amount(found, found.file.disclosed["seen"])
    assert text == "$490M in money of 2025, $463.8M in that of 2023"


def test_a_decision_is_in_money_of_the_price_year():
    stated = {"quantity": "x", "act": "below", "threshold": 2e6, "unit": "USD", "gain": 8e6, "loss": 3e6}
    x = input_entry("x", "lognormal", unit="USD", p5=1e6, p95=9e6)
    found = load(study(2023, x, decision=stated | {"money_year": 2025}), model=[]).file.decision
    ratio = CPI[2023] / CPI[2025]
    assert (found.threshold, found.gain, found.loss) == tuple(pytest.approx(v * ratio) for v in (2e6, 8e6, 3e6))


NESTED = 'family = "study"\nstudy = "base"\nquantity = "x"\nunit = "USD"\nsource = "a study of ours"\n'


def test_a_quantity_of_another_study_is_converted_from_its_price_year(page):
    page("base", 'price_year = 2024\ntargets = ["x"]\n' + entry("x", "uniform", "USD", low=100, high=200))
    page("top", 'price_year = 2025\ntargets = ["y"]\n[inputs.y]\n' + NESTED)
    run = mcf.run("top", model=[], draws=2**12)
    assert run.summary["y"].values["p50"] == pytest.approx(150 * CPI[2025] / CPI[2024], rel=1e-3)
    assert "y: stated in money of 2024, converted to the price year 2025 by consumer prices, × 1.026" in run.notes
    page("same", 'price_year = 2024\ntargets = ["y"]\n[inputs.y]\n' + NESTED)
    assert load("same", model=[]).notes == ()
    page("clash", 'price_year = 2025\ntargets = ["y"]\n[inputs.y]\n' + NESTED + "money_year = 2023\n")
    with pytest.raises(InputError, match="y: money_year = 2023: base states money of 2024; delete money_year"):
        load("clash", model=[])


def test_a_nested_study_in_a_mixture_of_another_money_year_is_in_money_of_its_study(page):
    page("base", 'price_year = 2025\ntargets = ["x"]\n' + entry("x", "uniform", "USD", low=100, high=200))
    parts = [{"family": "study", "study": "base", "quantity": "x"}] * 2
    top = study(2025, input_entry("y", "mixture", unit="USD", parts=parts, money_year=2012), targets=("y",))
    assert mcf.run(top, model=[], draws=2**12).summary["y"].values["p50"] == pytest.approx(150, rel=1e-3)


def test_nested_studies_with_money_of_two_years_need_a_price_year(page):
    for name, year in (("base", 2024), ("other", 2022)):
        page(name, f'price_year = {year}\ntargets = ["x"]\n' + entry("x", "uniform", "USD", low=100, high=200))
    text = 'targets = ["y", "z"]\n[inputs.y]\n' + NESTED + "[inputs.z]\n" + NESTED.replace("base", "other")
    page("top", text)
    with pytest.raises(InputError, match="takes money of 2022 and of 2024 from other studies; add price_year"):
        load("top", model=[])


def test_a_price_index_of_ones_own_takes_precedence(page):
    page("tables/price-index", "").with_suffix(".csv").write_text("year,USD [1],EUR [1]\n2030,100,100\n2031,150,110\n")
    page("top", 'price_year = 2031\ntargets = ["x"]\n' + entry("x", unit="EUR", value=100, money_year=2030))
    assert median("top") == pytest.approx(110)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,USD [1],note\n2024,100,a\n2025,110,b\n", ""),
        ("year,USD\n2024,100\n2025,110\n", r"there is no price index of USD, a column USD \[1\], in priors/tables/"),
        ("year,USD [1]\n2024,100\n2025,110\n2024,90\n", "'2024' is the label of 2 rows; labels must be distinct"),
        ("year,USD [1]\nlate,100\n", "late: a year is expected, such as 2025"),
    ],
)
def test_a_price_index_may_have_remarks_and_is_refused_where_it_is_ambiguous(page, text, message):
    page("tables/price-index", "").with_suffix(".csv").write_text(text)
    stated = study(2024, input_entry("x", unit="USD", value=100, money_year=2025))
    with pytest.raises(InputError, match=message) if message else nullcontext():
        assert load(stated, model=[]).inputs["x"].stated["times"] == pytest.approx(100 / 110)


def test_a_conversion_is_repeated_from_the_manifest(page, tmp_path):
    text = 'price_year = 2023\ntargets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1e6, p95=9e6, money_year=2025)
    page("top", text)
    mcf.run("top", model=[], draws=256).write(tmp_path / "saved", report=False)
    manifest = json.loads((tmp_path / "saved/manifest.json").read_text())
    assert manifest["page"]["price_year"] == 2023
    assert manifest["inputs"]["x"]["p5"] == 1e6
    assert manifest["inputs"]["x"]["money_year"] == 2025
    assert manifest["inputs"]["x"]["times"] == pytest.approx(CPI[2023] / CPI[2025])


def test_verify_repeats_a_run_with_converted_amounts(page, command):
    page("bill", 'price_year = 2023\ntargets = ["gpu_price"]\n' + GPU_PRICE)
    run = command("run", "bill", "--draws", 256, "--no-report")
    assert run.code == 0
    assert "gpu_price: stated in money of 2025, converted to the price year 2023" in run.err
    assert command("verify", "reports/bill").code == 0
    again = rebuild(read_folder("reports/bill"))
    np.testing.assert_array_equal(again.values["gpu_price"], recipe.run(load("bill"), draws=256).values["gpu_price"])


def test_a_converted_amount_is_information_of_check_and_is_shown_with_its_year(page, command):
    page("bill", 'price_year = 2023\ntargets = ["gpu_price"]\n' + GPU_PRICE)
    found = command("check", "--strict", "bill")
    assert found.code == 0
    assert "info: priors/bill.toml: gpu_price: stated in money of 2025, converted to the price year 2023" in found.err
    shown = command("show", "bill").out
    assert "price year: 2023" in shown
    assert "money: stated in money of 2025" in shown


@pytest.mark.parametrize(
    ("source", "warned"),
    [
        ("a blog, in dollars of 2025", True),
        ("a blog, 490 million 2025 dollars", True),
        ("a blog (2025), in 2025 USD", True),
        ("a blog, dollars of January 2025", True),
        ("a blog, in 2025 prices", True),
        ("a blog of 2025", False),
        ("a shop, for 1500 USD", False),
        ("a shop, for 2000 dollars", False),
        ("a shop, for 12.2025 EUR", False),
        ("a blog, in dollars of 2023, from dollars of 2025", False),
    ],
)
def test_a_source_about_money_of_another_year_is_a_warning(page, source, warned):
    price = entry("gpu_price", "lognormal", "USD/chip", source, p5=1e4, p95=3e4)
    page("bill", 'price_year = 2023\ntargets = ["gpu_price"]\n' + price)
    found = [text for text in lint.of_file(priors_file.load("bill")) if "money_year = 2025" in text]
    assert len(found) == warned
    page("bill", 'price_year = 2023\ntargets = ["gpu_price"]\n' + price + "money_year = 2025\n")
    assert lint.of_file(priors_file.load("bill")) == []


def test_tables_figures_and_parts_about_money_of_another_year_are_warnings(page):
    page("tables/rents", "").with_suffix(".csv").write_text("run,rent [USD/h]\nA,2\nB,4\n")
    source = 'source = "a blog, in dollars of 2025"\n'
    part = '[[inputs.x.parts]]\nfamily = "uniform"\nlow = 1\nhigh = 2\n'
    page(
        "bill",
        'price_year = 2023\ntargets = ["x", "rent"]\n[tables.run]\nfile = "tables/rents.csv"\n' + source
        + '[disclosed.seen]\nquantity = "x"\nvalue = 1\nunit = "USD"\n' + source
        + '[inputs.x]\nfamily = "mixture"\nunit = "USD"\nsource = "two blogs"\n' + part + source + part,
    )  # fmt: skip
    found = [text for text in lint.of_file(priors_file.load("bill")) if "money_year = 2025" in text]
    assert [text.split(": its source")[0] for text in found] == [
        "priors/bill.toml: x: parts[1]",
        "priors/bill.toml: disclosed.seen",
        "priors/bill.toml: tables.run",
    ]


def test_a_table_that_states_its_year_or_has_no_money_causes_no_warning(page):
    page("tables/rents", "").with_suffix(".csv").write_text("run,rent [USD/h]\nA,2\n")
    page("tables/hours", "").with_suffix(".csv").write_text("job,hours [h]\nA,2\n")
    text = 'price_year = 2023\ntargets = ["x"]\n[tables.run]\nfile = "tables/rents.csv"\nmoney_year = 2025\n'
    text += 'source = "a blog"\n[tables.job]\nfile = "tables/hours.csv"\nsource = "a blog, in dollars of 2025"\n'
    page("bill", text + entry("x", "value", "USD/h", "a blog, in dollars of 2025", by='"run"', value='"rent"'))
    assert lint.of_file(priors_file.load("bill")) == []


def test_scenarios_are_compared_in_money_of_the_first_price_year():
    first, other = bill_study(2022, 2.0), bill_study(2025, 3.0)
    found = mcf.compare(first, other, model=[bill], draws=2**10)
    ratio = 3 / 2 * CPI[2022] / CPI[2025]
    assert found.ratio["bill"].sel(figure="value", statistic="p50").item() == pytest.approx(ratio)
    waterfall = found.waterfall("bill")
    assert float(waterfall.bar.sum()) == pytest.approx(waterfall.attrs["total"])
    assert float(waterfall.factor.sel(input="price")) == pytest.approx(ratio)
    assert [note for note in found.notes if "its money of 2025 is converted to 2022" in note and "× 0.909" in note]


def test_scenarios_in_another_currency_are_compared_by_its_price_index(page):
    page("tables/price-index", "").with_suffix(".csv").write_text("year,EUR [1]\n2022,100\n2025,120\n")
    first, other = (study(year, input_entry("x", unit="EUR", value=3)) for year in (2022, 2025))
    found = mcf.compare(first, other, model=[], draws=2**8)
    assert found.ratio["x"].sel(figure="value", statistic="p50").item() == pytest.approx(100 / 120)
    assert [note for note in found.notes if "its money of 2025 is converted to 2022" in note and "× 0.8333" in note]


def test_scenarios_that_state_the_same_money_of_one_year_do_not_differ():
    first, other = (bill_study(year, 2.0) for year in (2022, 2025))
    for each in (first, other):
        each["inputs"]["price"]["money_year"] = 2024
    found = mcf.compare(first, other, model=[bill], draws=2**8)
    assert found.pairs[0].differing == {}
    assert found.difference["bill"].sel(figure="value", statistic="p50").item() == 0


def test_a_loaded_study_with_pins_of_its_own_is_converted_for_comparison():
    first = load(bill_study(2022, 2.0), model=[bill])
    other = load(bill_study(2025, 2.0), model=[bill], set={"price": 4})
    found = mcf.compare(first, other, draws=2**8)
    expected = 2 * CPI[2022] / CPI[2025]
    assert found.ratio["bill"].sel(figure="value", statistic="p50").item() == pytest.approx(expected)


def test_a_pickled_study_is_converted_from_the_years_of_its_files(page):
    page("old", "price_year = 2022\n" + entry("x", unit="USD", value=100))
    page("new", 'price_year = 2025\nextends = ["old"]\ntargets = ["x"]\n')
    page("first", 'price_year = 2022\ntargets = ["x"]\n' + entry("x", unit="USD", value=100))
    copy = pickle.loads(pickle.dumps(load("new", model=[])))
    for other in (load("new", model=[]), copy):
        found = mcf.compare(load("first", model=[]), other, draws=64)
        assert found.ratio["x"].sel(figure="value", statistic="p50").item() == 1


def test_a_pin_of_all_scenarios_is_the_same_amount_in_each():
    found = mcf.compare(bill_study(2022, 2.0), bill_study(2025, 3.0), model=[bill], set={"price": 4}, draws=2**8)
    assert found.ratio["bill"].sel(figure="value", statistic="p50").item() == 1


def test_scenarios_without_a_price_year_are_compared_as_stated():
    undated = mcf.compare(bill_study(None, 2.0), bill_study(None, 3.0), model=[bill], draws=2**8)
    assert undated.notes == ()
    half = mcf.compare(bill_study(2022, 2.0), bill_study(None, 3.0), model=[bill], draws=2**8)
    assert half.ratio["bill"].sel(figure="value", statistic="p50").item() == pytest.approx(1.5)
    assert [note for note in half.notes if "it states no price year; its money is compared as stated" in note]


def test_a_comparison_that_would_need_an_unknown_index_is_refused():
    pages = [study(year, input_entry("x", "lognormal", unit="EUR", p5=1, p95=9)) for year in (2022, 2025)]
    with pytest.raises(InputError, match=r"compare: .*there is no price index of EUR"):
        mcf.compare(*pages, model=[], draws=64)


def test_an_outcome_in_money_of_another_year_is_scored_in_that_of_the_run(page, command):
    page(
        "bill", 'price_year = 2023\ntargets = ["gpu_price", "tdp"]\n' + GPU_PRICE + entry("tdp", unit="W/chip", value=4)
    )
    assert command("run", "bill", "--draws", 256, "--no-report", "--quiet").code == 0
    scored = command("score", "reports/bill", "--outcome", "gpu_price=20000 USD/chip", "--money-year", 2025, "--json")
    assert scored.code == 0
    row = json.loads(scored.out)[0]
    assert row["outcome"] == pytest.approx(20000 * CPI[2023] / CPI[2025])
    assert "stated in money of 2025" in row["note"]
    refused = command("score", "reports/bill", "--outcome", "tdp=4 W/chip", "--money-year", 2025)
    assert refused.code == 2
    assert "tdp is no amount of money" in refused.err


def test_shipped_forecasts_convert_what_their_sources_state_in_other_years():
    forecast = load("frontier-cost")
    assert forecast.file.stated.price_year == 2023
    assert forecast.file.disclosed["grok4"].value == pytest.approx(490e6 * CPI[2023] / CPI[2025])
    assert forecast.file.disclosed["gpt45"].value == pytest.approx(340e6)  # in money of the price year
    later = load("frontier-cost-2025")
    assert later.inputs["cost_threshold"].medians == [pytest.approx(1e9 * CPI[2025] / CPI[2023])]
    assert "times" not in later.inputs["gpu_price"].stated


def test_the_index_is_beside_the_priors_that_the_package_ships():
    assert (ROOT / "priors" / money.INDEX_FILE).is_file()
