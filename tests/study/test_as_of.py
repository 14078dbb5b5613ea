"""Tables of facts as of a day: their rows known on it, as in a table frozen by hand."""

import datetime
import json
import re

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core import units
from mcfrontier.core.errors import InputError
from tests.conftest import entry

TABLE = """run,cost [USD],known_from,known_until
e,5,,
a,10,2023-01-01,
b,20,2024-01-01,2024-06-01
b,30,2024-06-01,
c,40,2025-01-01,
d,50,,
"""
FROZEN = {
    "2022-12-31": "run,cost [USD]\ne,5\nd,50\n",
    "2023-06-01": "run,cost [USD]\ne,5\na,10\nd,50\n",
    "2024-05-31": "run,cost [USD]\ne,5\na,10\nb,20\nd,50\n",
    "2024-06-01": "run,cost [USD]\ne,5\na,10\nb,30\nd,50\n",
    None: "run,cost [USD]\ne,5\na,10\nb,30\nc,40\nd,50\n",
}
STUDY = (
    'targets = ["x", "z"]\n[tables.run]\nfile = "tables/u.csv"\nsource = "s"\n'
    + entry("x", family="lognormal", unit="USD", by='"run"', times='"cost"', p5=0.5, p95=2)
    + entry("z", family="empirical", unit="USD", file='"tables/u.csv"', column='"cost"')
)


@pytest.fixture
def table(page):
    """Write the table of the study: table(text)."""
    page("study", STUDY)

    def write(text):
        page("tables/u", "").with_suffix(".csv").write_text(text)

    return write


def files_of(folder, day):
    mcf.run("study", as_of=day, draws=64).write(folder, report=False)
    return {name: (folder / name).read_bytes() for name in ("percentiles.csv", "percentiles.json", "draws.nc")}


@pytest.mark.parametrize("day", FROZEN)
def test_a_run_as_of_a_day_equals_the_run_on_a_table_frozen_by_hand(table, here, day):
    table(TABLE)
    found = files_of(here / "as-of", day)
    assert json.loads((here / "as-of" / "manifest.json").read_text())["as_of"] == day
    table(FROZEN[day])
    assert files_of(here / "frozen", None) == found


def test_a_sample_of_a_table_has_the_figures_known_on_the_day(table):
    table(TABLE)
    assert mcf.load("study", targets=["z"], as_of="2024-02-01").inputs["z"].stated["values"] == [5, 10, 20, 50]
    later = mcf.load("study", targets=["z"], as_of=datetime.date(2024, 7, 1))
    assert later.inputs["z"].stated["values"] == [5, 10, 30, 50]


def test_a_nested_study_is_read_as_of_the_same_day(table, page):
    table(TABLE)
    page("outer", 'targets = ["w"]\n' + entry("w", family="study", unit="USD", study='"study"', quantity='"x[b]"'))
    median = {day: mcf.run("outer", as_of=day, draws=4096).summary["w"].values["p50"] for day in ("2024-02-01", None)}
    assert median["2024-02-01"] == pytest.approx(20, rel=0.02)
    assert median[None] == pytest.approx(30, rel=0.02)


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        ("2022-01-01", "no row is known as of 2022-01-01; the first is known from 2023-01-01"),
        ("June", "June is not a day; write it as 2025-06-30"),
    ],
)
def test_a_day_before_every_row_or_no_day_is_refused_in_a_line(table, command, day, problem):
    table(TABLE.replace("d,50,,\n", "").replace("e,5,,\n", ""))
    code, _, err = command("run", "study", "--as-of", day)
    assert code == 2
    assert problem in err
    assert err.count("\n") == 1


def test_a_row_without_a_readable_day_is_refused_with_its_line(table):
    table(TABLE.replace("2025-01-01", "2025-13-01"))
    with pytest.raises(InputError, match=r"c: known_from: '2025-13-01' is not a day; .* \(line 6\)"):
        mcf.load("study")


def test_every_command_that_runs_a_study_reads_it_as_of_the_day(table, command):
    table(TABLE)
    for words in (
        ("run", "study", "--no-report", "--draws", 64),
        ("percentiles", "study", "--draws", 64),
        ("show", "study"),
    ):
        assert re.search(r"\bc\b", command(*words).out), words
        found = command(*words, "--as-of", "2024-02-01")
        assert found.code == 0, words
        assert not re.search(r"\bc\b", found.out), words
    assert command("check", "study", "--as-of", "2022-01-01").code == command("check", "study").code == 0
    for name in ("compare", "solve", "reproduce"):
        assert "--as-of" in command(name, "--help").out


def test_a_price_index_not_known_on_the_day_is_replaced_by_the_last_one_with_a_note(page, here):
    page("tables/price-index", "").with_suffix(".csv").write_text(
        "year,USD [1],known_from\n2020,100,2021-01-15\n2021,110,2022-01-15\n2022,132,2023-01-15\n"
    )
    page(
        "study",
        'targets = ["x"]\nprice_year = 2022\n' + entry("x", family="value", value=10, unit="USD", money_year=2020),
    )
    now, then = mcf.load("study"), mcf.load("study", as_of="2022-06-30")
    assert now.inputs["x"].medians[0] == pytest.approx(13.2)
    assert then.inputs["x"].medians[0] == pytest.approx(11)
    text = "the price index of USD of 2022 was not known as of 2022-06-30; that of 2021 stands for it"
    assert text in then.notes
    assert text not in now.notes


def test_verify_repeats_a_run_as_of_its_day(table, command, here):
    table(TABLE)
    mcf.run("study", as_of="2024-02-01", draws=64).write(here / "out", report=False)
    assert command("verify", here / "out").code == 0


def test_the_report_says_as_of_when(table, command, here):
    from pypdf import PdfReader

    table(TABLE)
    command("run", "study", "--draws", 64, "--as-of", "2024-02-01")
    text = " ".join(" ".join(each.extract_text() for each in PdfReader("reports/study/report.pdf").pages).split())
    assert "As of 2024-02-01" in text
    assert "--as-of 2024-02-01" in text


def test_a_column_without_a_figure_on_the_day_is_missing(table, here):
    table("run,cost [USD],rent [USD],known_from,known_until\na,10,,,\nb,20,,,\nc,20,3,2024-01-01,\n")
    rent = mcf.load("study", as_of="2023-06-01").file.columns["run", "rent"]
    assert np.isnan(rent.values).tolist() == [True, True]


def test_a_day_that_changes_nothing_is_named_in_a_note(page, table):
    page("plain", 'targets = ["x"]\n' + entry("x", family="lognormal", p5=1, p95=2))
    note = "the day 2024-02-01 is without effect, since no entry is from a table, and only their rows have days"
    assert mcf.load("plain", as_of="2024-02-01").notes == (note,)
    assert mcf.load("plain").notes == ()
    table(TABLE)
    assert note not in mcf.load("study", as_of="2024-02-01").notes


def test_a_row_that_ends_before_it_is_known_is_refused(table):
    table("run,cost [USD],known_from,known_until\na,10,2024-05-01,2024-05-01\nb,20,,\n")
    with pytest.raises(InputError, match=r"a: known_until, 2024-05-01, is not later than known_from, .*\(line 2\)"):
        mcf.load("study")


def test_a_label_of_only_that_is_not_known_on_the_day_is_refused_with_the_day(table, page):
    table(TABLE)
    page("part", 'extends = ["study"]\ntargets = ["x"]\n[only]\nrun = ["c"]\n')
    with pytest.raises(InputError, match=r"only: run as of 2024-02-01: .* is not a label"):
        mcf.load("part", as_of="2024-02-01")


def test_a_study_is_compared_with_itself_as_of_a_day(table):
    table(TABLE)
    found = mcf.compare("study", targets=["z"], as_of="2024-02-01", draws=256)
    assert found.names == ("study", "study as of 2024-02-01")
    values = [run.study.inputs["z"].stated["values"] for run in found.pairs[0].runs]
    assert values == [[5, 10, 30, 40, 50], [5, 10, 20, 50]]


def test_an_entry_may_be_the_day_as_of_which_tables_are_read(page, here):
    day = entry("day", family="value", unit="AD", value='"as_of"')
    page("dated", 'date = 2026-11-30\ntargets = ["day"]\n' + day)
    page("plain", 'targets = ["day"]\n' + day)
    for stated, expected in ((None, (2026, 11, 30)), ("2023-12-31", (2023, 12, 31))):
        assert mcf.load("dated", as_of=stated).inputs["day"].distributions[0].median == pytest.approx(
            units.year_of(*expected)
        )
    with pytest.raises(InputError, match=r"day: value = .as_of.: the file states no date; add it, or a day$"):
        mcf.load("plain")
