"""Prices of chips in priors files: predicted from dated quotes, refused, described, converted and repeated."""

import json
from datetime import date
from math import exp, isnan, log

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.prices import Chip, Quote, Quotes, Target, predict
from mcfrontier.outputs.figures import FIGURES
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.outputs.report import report
from mcfrontier.study import csv_table, priors_file
from mcfrontier.tasks.verify.rebuild import rebuild
from tests.conftest import ROOT, entry

SERVER, CHIP, THREE_YEARS = ("share of a server", "quote"), ("chip", "estimate"), ("3 years", "market")
PRICES = """quote,date,chip,what,term,tier,kind,price [USD/chip],price_low [USD/chip],price_high [USD/chip],\
rent [USD/chip/h],includes,seller,known_from
1,2024-01-10,big,bought,,,quote,30000,,,,share of a server,one,2024-01-10
2,2024-03-01,big,bought,,,quote,33000,,,,share of a server,two,2024-03-01
3,2024-06-01,small,bought,,,estimate,8000,7000,9000,,chip,maker,2025-02-01
4,2024-09-01,small,bought,,,quote,12000,,,,share of a server,one,2024-09-01
5,2025-01-01,bare,bought,,,quote,20000,,,,share of a server,two,2025-01-01
6,2024-05-01,big,rent,3 years,market,quote,,,,2.0,chip-hour,one,2024-05-01
7,2024-07-01,big,rent,1 year,hyperscaler,quote,,,,4.0,chip-hour,three,2024-07-01
8,2024-08-01,small,rent,3 years,market,quote,,,,0.7,chip-hour,two,2024-08-01
9,2024-08-01,small,rent,spot,market,index,,,,0.1,chip-hour,two,2024-08-01
"""
CHIPS = """chip,generation,bf16_rate [TFLOP/s/chip],chip_memory [GB/chip],known_from
big,new,1000,80,2023-01-01
small,old,300,40,2023-01-01
bare,old,,,2023-01-01
nothing,old,,,2023-01-01
later,new,2000,160,2024-10-01
"""
BOUGHT = (
    Quote(30000, "big", date(2024, 1, 10), SERVER, "one"),
    Quote(33000, "big", date(2024, 3, 1), SERVER, "two"),
    Quote(8000, "small", date(2024, 6, 1), CHIP, "maker", 9000 / 7000),
    Quote(12000, "small", date(2024, 9, 1), SERVER, "one"),
    Quote(20000, "bare", date(2025, 1, 1), SERVER, "two"),
)
RENTS = (
    Quote(2.0, "big", date(2024, 5, 1), THREE_YEARS, "one"),
    Quote(4.0, "big", date(2024, 7, 1), ("1 year", "hyperscaler"), "three"),
    Quote(0.7, "small", date(2024, 8, 1), THREE_YEARS, "two"),
)
FEATURES = (
    Chip("big", "new", (1000.0, 80.0)),
    Chip("small", "old", (300.0, 40.0)),
    Chip("bare", "old", (None, None)),
    Chip("nothing", "old", (None, None)),
    Chip("later", "new", (2000.0, 160.0)),
)
TOP = 'price_date = 2025-06-01\nrent_term = "3 years"\n'


@pytest.fixture
def tables(here):
    """Write tables of prices and chips to ./priors."""

    def write(prices=PRICES, chips=CHIPS):
        folder = here / "priors" / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prices.csv").write_text(prices)
        (folder / "chips.csv").write_text(chips)

    return write


@pytest.fixture
def study(page, tables):
    """Write a study with a price `x`, and small tables: study(chip='"big"', what='"server"')."""

    def write(top=TOP, unit="USD/chip", prices=PRICES, **words):
        tables(prices)
        words = {"chip": '"big"', "what": '"server"', **words}
        page("study", f'title = "T"\ntargets = ["x"]\n{top}' + entry("x", "price", unit, **words))
        return "study"

    return write


def percentiles(name="study", **words):
    """p5, p50 and p95 of the input."""
    return mcf.load(name, **words).inputs["x"].distributions[0].ppf(np.array([0.05, 0.5, 0.95]))


def predicted(quotes, chip, day, basis, seller=""):
    """The same percentiles, by `predict`."""
    made = predict(Quotes(quotes, FEATURES), [Target(chip, day, basis, seller)])
    return np.exp(made.mean[0] + made.sd[0] * np.array([-1.6448536269514722, 0, 1.6448536269514722]))


DAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ({}, (BOUGHT, "big", DAY, SERVER)),
        ({"date": "2024-02-01"}, (BOUGHT, "big", date(2024, 2, 1), SERVER)),
        ({"date": '"2024-02-01"'}, (BOUGHT, "big", date(2024, 2, 1), SERVER)),
        ({"what": '"chip"'}, (BOUGHT, "big", DAY, CHIP)),
        ({"what": '"chip"', "seller": '"maker"'}, (BOUGHT, "big", DAY, CHIP, "maker")),
        ({"chip": '"later"'}, (BOUGHT, "later", DAY, SERVER)),
        ({"what": '"rent"', "unit": "USD/chip/h"}, (RENTS, "big", DAY, THREE_YEARS)),
        (
            {"what": '"rent"', "unit": "USD/chip/h", "term": '"on demand"', "tier": '"hyperscaler"'},
            (RENTS, "big", DAY, ("on demand", "hyperscaler")),
        ),
    ],
)
def test_a_price_is_predicted_from_the_quotes_on_a_basis_in_money_of_its_year(words, known, study):
    study(top=TOP + f"price_year = {known[2].year}\n", **words)
    np.testing.assert_allclose(percentiles(), predicted(*known), rtol=1e-9)


def test_units_are_converted(study):
    known = predicted(BOUGHT, "big", DAY, SERVER)
    study(unit="kUSD/chip")
    np.testing.assert_allclose(percentiles(), known / 1000, rtol=1e-9)


def test_amounts_are_in_money_of_the_year_of_the_date_and_of_the_price_date_by_default(study):
    index = {2024: 313.689, 2025: 0.0}
    for line in (ROOT / "priors/tables/price-index.csv").read_text().splitlines():
        if line[:4] in ("2024", "2025"):
            index[int(line[:4])] = float(line.split(",")[1])
    known = predicted(BOUGHT, "big", date(2024, 2, 1), SERVER)
    study(date="2024-02-01")  # in money of 2025, the year of price_date
    np.testing.assert_allclose(percentiles(), known * index[2025] / index[2024], rtol=1e-9)
    assert mcf.load("study").file.stated.price_year == 2025
    assert any("stated in money of 2024, converted to the price year 2025" in note for note in mcf.load("study").notes)
    study(top=TOP.replace("2025", "2027") + "price_year = 2025\n")  # of a year without an index
    np.testing.assert_allclose(percentiles(), predicted(BOUGHT, "big", date(2027, 6, 1), SERVER), rtol=1e-9)
    notes = mcf.load("study").notes
    assert any("the price index of USD of 2027 is not known yet; that of 2025 stands for it" in note for note in notes)


def test_a_study_in_money_of_the_year_after_the_last_index_is_compared_with_one_of_another_year(page, command):
    page("one", RUN.format(chip="b200"))
    page("two", RUN.format(chip="b200").replace("price_date", "price_year = 2022\nprice_date", 1))
    result = command("compare", "one", "two", "--target", "cluster_price", "--draws", 64)
    assert result.code == 0, result.err
    assert "its money of 2022 is converted to 2026" in result.out + result.err


def test_the_interval_widens_with_the_distance_to_the_quotes(study):
    widths = []
    for day in ("2024-03-01", "2025-06-01", "2027-06-01", "2031-06-01"):
        study(top=f"price_date = {day}\n")
        low, _, high = percentiles()
        widths.append(log(high / low))
    assert (np.diff(widths) > 0).all()


def test_each_row_of_a_table_has_its_own_chip_and_day(study, here):
    top = TOP + 'price_year = 2025\n[tables.run]\nfile = "mine.csv"\nsource = "s"\noptional = ["bought_on"]\n'
    table = "run,kind,bought_on,size [1]\na,big,2024-02-01,1\nb,small,,2\nc,,2025-03-01,3\nd,nothing,2025-03-01,4\n"
    study(top=top, by='"run"', chip='"kind"', date='"bought_on"')
    (here / "priors" / "mine.csv").write_text(table)
    made = mcf.load("study").inputs["x"]
    assert made.stated["money_year"] == [2024, 2025, 2025, 2025]
    days = [date(2024, 2, 1), DAY, date(2025, 3, 1), date(2025, 3, 1)]
    factor = made.stated["times"][0]
    assert made.stated["times"] == [factor, 1, 1, 1]
    for chip, day, row, times in zip(
        ("big", "small", "", "nothing"), days, made.distributions, (factor, 1, 1, 1), strict=True
    ):
        known = times * predicted(BOUGHT, chip, day, SERVER)
        np.testing.assert_allclose(row.ppf(np.array([0.05, 0.5, 0.95])), known, rtol=1e-9)
    (here / "priors" / "mine.csv").write_text(table.replace("bought_on", "other_day"))
    assert mcf.load("study").inputs["x"].stated["date"] == ["2025-06-01"] * 4


def test_a_row_with_an_empty_cell_is_missing(study, here):
    top = TOP + '[tables.run]\nfile = "mine.csv"\nsource = "s"\n'
    study(top=top, by='"run"', low='"least"')
    (here / "priors" / "mine.csv").write_text("run,least [USD/chip]\na,20000\nb,\n")
    made = mcf.load("study").inputs["x"].distributions
    assert made[0].low == 20_000
    assert isnan(made[1].median)


def test_as_of_a_day_it_is_that_of_tables_frozen_by_hand(study, tables, here):
    day = "2024-12-31"
    study(chip='"later"')

    def files(folder, as_of):
        mcf.run("study", as_of=as_of, draws=64).write(folder, report=False)
        return [(here / folder / name).read_bytes() for name in ("percentiles.csv", "percentiles.json", "draws.nc")]

    made = files("one", day)
    frozen = [
        "\n".join([text.splitlines()[0], *(line for line in text.splitlines()[1:] if line[-10:] <= day)]) + "\n"
        for text in (PRICES, CHIPS)
    ]
    tables(*frozen)
    assert files("two", day) == made
    assert files("three", None) == made
    tables()
    assert files("four", None) != made


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"what": '"rent"', "unit": "USD/chip/h", "date": "2024-06-01", "low": 0.5},
        {"by": '"run"', "chip": '["big", "small"]', "top": TOP + '[dimensions]\nrun = ["a", "b"]\n'},
        {
            "by": '"run"',
            "date": '["2024-05-01", "2026-01-01"]',
            "top": TOP + 'price_year = 2025\n[dimensions]\nrun = ["a", "b"]\n',
        },
    ],
)
def test_a_saved_run_is_repeated_with_and_without_the_tables(words, study, command, here):
    study(**words)
    assert command("run", "study", "--draws", 64, "--no-report").code == 0
    assert "bit-identical" in command("verify", "reports/study").out
    (here / "priors" / "tables" / "prices.csv").write_text("")
    assert (rebuild(read_folder("reports/study")).values["x"] == mcf.open("reports/study")["x"].values).all()
    manifest = json.loads((here / "reports/study/manifest.json").read_text())
    assert {"mu", "sigma", "of_chip", "of_basis", "class_known", "days_outside"} <= manifest["inputs"]["x"].keys()


RENT = {"what": '"rent"', "unit": "USD/chip/h"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"top": ""}, "x: has no date; add price_date = 2026-03-01 to the study, or date = 2026-03-01 here"),
        ({"top": "price_date = 2025-06-01\n", **RENT}, 'x: has no term; add rent_term = "3 years" to the study, or'),
        ({**RENT, "term": '"3 year"'}, "x: term: invalid word '3 year'; known: on demand, 1 year, 3 years"),
        ({"top": 'rent_term = "3 year"\n'}, "rent_term: invalid word '3 year'; known: on demand, 1 year, 3 years"),
        ({"term": '"3 years"'}, 'x: term = "3 years" is that of a rent; delete it, or state what = "rent"'),
        ({"tier": '"market"'}, 'x: tier = "market" is that of a rent; delete it, or state what = "rent"'),
        ({"chip": '"bigg"'}, "x: chip = 'bigg' is not in tables/chips.csv; did you mean 'big'?"),
        (
            {"chip": '"nothing"'},
            "x: chip = 'nothing': tables/prices.csv has no quote of it, and tables/chips.csv no ra",
        ),
        ({"what": '"chip"', "seller": '"makers"'}, "x: seller = 'makers' has no quote; did you mean 'maker'?"),
        ({"money_year": 2024}, "x: money_year = 2024: a price of 2025-06-01 is in money of 2025; delete it"),
        (
            {"unit": "USD/chip/h"},
            "x: unit 'USD/chip/h' does not measure a price of what = \"server\"; give it in USD/ch",
        ),
        ({**RENT, "unit": "USD"}, "x: unit 'USD' does not measure a price of what = \"rent\"; give it in USD/chip/h"),
        ({"date": '"2025-6-1"'}, "x: date: '2025-6-1' is not a day; write it as 2026-11-30"),
        ({"date": "2025-06-01T00:00:00"}, "x: date: '2025-06-01T00:00:00' is not a day"),
        ({"top": "", "date": "2025-06-01"}, "x: money_year = 2025: the study has no price year; add price_year"),
        ({"what": '"board"'}, "x: what: invalid word 'board'; known: chip, server, rent"),
        (
            {"prices": PRICES.replace(",tier,", ",tiers,"), **RENT},
            "prices.csv: there is no column 'tier'; did you mean",
        ),
        ({"prices": PRICES.replace("2024-03-01,big", "March,big")}, "prices.csv: 2: date: 'March' is not a day"),
        (
            {"prices": PRICES.replace("USD/chip]", "W]")},
            "prices.csv: the head of column 'price [W]' has another spelling or unit; write it as price [USD/chip]",
        ),
    ],
)
def test_an_invalid_price_is_refused_in_one_line(words, message, study, command):
    study(**words)
    result = command("run", "study")
    assert (result.code, result.err.count("\n")) == (2, 1), result.err
    assert message in result.err


def test_a_chip_or_seller_is_refused_as_of_a_day_before_it_is_known(study):
    study(chip='"later"')
    with pytest.raises(InputError, match=r"chip = 'later' is not in tables/chips\.csv as of 2024-09-30"):
        mcf.load("study", as_of="2024-09-30")


def test_a_price_that_no_target_needs_may_have_no_date(page, tables):
    tables()
    page("part", entry("x", "price", "USD/chip", chip='"big"', what='"server"'))
    page("study", 'targets = ["y"]\nextends = ["part"]\n' + entry("y", "uniform", low=1, high=2))
    assert mcf.run("study", draws=64).targets == ["y"]
    page("study", 'targets = ["x"]\nextends = ["part"]\nprice_date = 2025-06-01\n')
    assert mcf.run("study", draws=64).targets == ["x"]
    page("further", 'targets = ["x"]\nextends = ["study"]\n')
    assert (percentiles("further") == percentiles("study")).all()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            {},
            "big with its share of a server on 2025-06-01: 2 quotes of the chip, 4 of its basis; 151 days after the l",
        ),
        (
            {"date": "2024-06-01"},
            "big with its share of a server on 2024-06-01: 2 quotes of the chip, 4 of its basis; o",
        ),
        ({"date": "2024-01-09"}, "4 of its basis; 1 day before the first quote; one more seller; log-normal"),
        ({"chip": '"later"'}, "no quote of the chip: its class by rate and memory; 4 quotes of its basis"),
        ({"what": '"chip"', "seller": '"maker"'}, "big alone on 2025-06-01: 2 quotes of the chip, 1 of its basis; 151"),
        ({"what": '"chip"', "seller": '"maker"'}, "after the last quote; one price of maker; log-normal"),
        (RENT, "rent of big, 3 years, market, on 2025-06-01: 2 quotes of the chip, 2 of its basis; 304 days after"),
        (
            {"by": '"run"', "chip": '["big", "small"]', "top": TOP + '[dimensions]\nrun = ["a", "b"]\n'},
            "each chip with its share of a server on its day, from dated quotes; one more seller; log-normal",
        ),
    ],
)
def test_show_and_the_report_state_the_quotes(words, text, study, command):
    study(**words)
    assert text in " ".join(command("show", "study").out.split())
    assert text in report.contents(mcf.run("study", draws=64).core)["inputs"][0]["note"]


def test_it_may_be_a_part_of_a_mixture(study, page):
    study()
    whole = percentiles()
    part = '[[inputs.x.parts]]\nfamily = "price"\nchip = "big"\nwhat = "server"\n'
    text = 'targets = ["x"]\n' + entry("x", "mixture", "USD/chip") + part + part.replace("]]\n", ']]\nname = "n"\n')
    page("both", TOP + text)
    np.testing.assert_allclose(percentiles("both"), whole, rtol=1e-9)
    page("both", text)
    with pytest.raises(InputError, match=r"both\.toml: x: has no date"):
        mcf.load("both")


def test_the_shipped_tables_give_the_prediction_of_their_quotes(page):
    page("study", 'targets = ["x"]\n' + TOP + entry("x", "price", "USD/chip", chip='"H200"', what='"server"'))
    low, middle, high = percentiles()
    assert low < 39_083 < high  # its quote of January 2025
    assert 30_000 < middle < 50_000
    assert priors_file.load("study").priors["x"].entry.of_chip == 2
    assert exp(priors_file.load("study").priors["x"].entry.mu) == pytest.approx(middle)


def test_the_report_draws_quotes_and_the_prediction_of_other_days(study):
    study()
    (drawing,) = FIGURES["prices"].draw(mcf.run("study", draws=64).core)
    on_other_bases, on_basis = [line for line in drawing.lines if line.get_marker() == "o"]
    (curve,) = (line for line in drawing.lines if len(line.get_xdata()) > 10)
    assert (curve.get_xdata()[0], curve.get_xdata()[-1]) == (2024, 2026)
    np.testing.assert_allclose(on_basis.get_ydata(), np.log10([30_000, 33_000]))
    np.testing.assert_allclose(on_basis.get_xdata(), [2024 + 9 / 365.25, 2024 + 60 / 365.25])
    assert not len(on_other_bases.get_ydata())
    made = predict(Quotes(BOUGHT, FEATURES), [Target("big", date(2026, 1, 1), SERVER)])
    assert curve.get_ydata()[-1] == pytest.approx(made.mean[0] / log(10))
    study(chip='["big", "small"]', by='"run"', top=TOP + '[dimensions]\nrun = ["a", "b"]\n')
    assert len(FIGURES["prices"].draw(mcf.run("study", draws=64).core)) == 2


DATED = {"h20", "h200", "b200", "gb200", "gb300", "mi300x", "tpu-v5p", "tpu-v6e", "tpu-v7", "trainium2"}
MADE = {"tpu-v5p", "tpu-v6e", "tpu-v7", "trainium2"}  # and never sold
RUN = (
    'title = "A run"\nquestion = "What would it take?"\nprice_date = 2026-03-01\nrent_term = "3 years"\n'
    'targets = ["energy", "amortised_cost", "cloud_cost", "cluster_price"]\n'
    'extends = ["utilisation/any", "chips/{chip}"]\n'
    + entry("training_compute", "lognormal", "FLOP", p5=5e25, p95=2e26)
)


@pytest.mark.parametrize("chip", sorted(DATED))
def test_a_chip_with_a_class_of_utilisation_makes_a_study(chip, page):
    page("study", RUN.format(chip=chip))
    study = mcf.load("study")
    assert study.file.stated.price_year == 2026
    priced = "chip_price" if chip in MADE else "server_price"
    assert (study.inputs.keys() & {"server_price", "chip_price"}) == {priced}
    middle = {name: prior.distributions[0].median for name, prior in study.file.priors.items()}
    assert 0.3 < float(mcf.run("study", targets=["rental_price"], draws=64)["rental_price"].median()) < 12
    labels, columns = csv_table.read(ROOT / "priors/tables/chips.csv")
    place = labels.index(study.inputs[priced].entry.chip)
    known = {name: columns[name].values[place] for name in ("bf16_rate", "eight_bit_rate", "tdp")}
    assert middle["bf16_peak_rate"] == known["bf16_rate"]
    assert middle.get("fp8_peak_rate", known["eight_bit_rate"]) == known["eight_bit_rate"]
    assert middle.get("fp4_peak_rate", 4 * known["bf16_rate"]) >= 4 * known["bf16_rate"]
    assert isnan(known["tdp"]) or middle["tdp"] == known["tdp"]


def test_no_study_of_a_chip_has_a_warning(page, command):
    for chip in sorted(DATED):
        page(chip, RUN.format(chip=chip))
        result = command("check", "--strict", chip)
        assert result.code == 0, result.err


def test_the_price_of_a_chip_may_stand_for_that_with_a_server(page):
    page("study", RUN.format(chip="b200") + '[same]\ngpu_price = "chip_price"\n')
    run = mcf.run("study", targets=["gpu_price", "chip_price", "cluster_price"], draws=64)
    assert "server_price" not in run.study.inputs
    assert (run["gpu_price"].values == run["chip_price"].values).all()
    assert (run["cluster_price"].values > run["chip_price"].values).all()
