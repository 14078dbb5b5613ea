"""Tables that state figures in some rows only: optional columns, columns of another table, words, and a table of one's
own in place of the study's."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from tests.conftest import entry

STUDY = (
    'targets = ["energy", "rate_stated"]\n[tables.run]\nfile = "tables/u.csv"\nsource = "s"\npartial = true\n'
    'optional = ["chip_time [chip*h]", "rate [TFLOP/s]"]\njoin = { chip = "tables/chips.csv" }\n'
    'words = { kind = ["new", "old"] }\n[same]\nchip_time = "chip_time_stated"\n'
    + entry("chip_power", family="value", unit="W/chip", by='"run"', value='"power"')
)
CHIPS = "chip,maker,power [W/chip]\nA,x,300\nB,y,500\n"
TABLE = "run,chip,kind,chip_time [chip*h]\nr,A,new,10\ns,B,old,\nt,,,30\n"


@pytest.fixture
def table(page, here):
    """Write the study and its tables: table(text)."""

    def write(text=TABLE):
        page("study", STUDY)
        page("tables/chips", "").with_suffix(".csv").write_text(CHIPS)
        page("tables/u", "").with_suffix(".csv").write_text(text)

    return write


def test_columns_of_another_table_are_taken_by_the_label_in_a_cell_and_missing_where_it_is_empty(table):
    table()
    study = mcf.load("study")
    np.testing.assert_array_equal(study.file.columns["run", "power"].values, [300, 500, np.nan])
    assert study.file.columns["run", "maker"].texts == ("x", "y", "")
    assert np.isnan(study.file.columns["run", "rate"].values).all()


def test_a_table_of_ones_own_takes_the_place_of_the_studys(table, here, command):
    table()
    (here / "mine.csv").write_text("run,chip,kind,chip_time [chip*day]\nmine,B,new,2\n")
    study = mcf.load("study", table="mine.csv")
    assert study.file.dimensions["run"] == ["mine"]
    assert study.file.columns["run", "power"].values == (500,)
    code, out, err = command("run", "study", "--table", "mine.csv", "--draws", 64, "--no-report")
    assert code == 0, err
    assert "24 kWh" in out or "0.024 MWh" in out


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("run,chip,chip_time [chip*h]\nr,A,1\n", "there is no column 'kind'"),
        ("run,kind,chip_time [chip*h]\nr,new,1\n", "there is no column 'chip'"),
        ("run,chip,kind\nr,C,new\n", r"r: chip: 'C' is not in priors/tables/chips.csv; .*add it there"),
        ("run,chip,kind\nr,A,mid\n", "r: kind: 'mid' is none of new, old"),
        (
            "run,chip,kind,chip_time\nr,A,new,1\n",
            r"the head of column 'chip_time' has no unit; write it as chip_time \[chip\*h\]",
        ),
        (
            "run,chip,kind,Chip time [chip*h]\nr,A,new,1\n",
            r"another spelling or unit; write it as chip_time \[chip\*h\]",
        ),
        ("run,chip,kind,chip_time [day]\nr,A,new,1\n", r"another spelling or unit; write it as chip_time \[chip\*h\]"),
        ("run,chip,kind,chip_time (chip*h)\nr,A,new,1\n", r"another spelling or unit; write it as chip_time"),
        ("run,chip,kind,chip_time [chip*h]\nr,A,new,-1\n", r"r: chip_time: -1 is not above 0; .*\(line 2\)"),
        ('run,chip,kind,chip_time [chip*h]\nr,A,new,"24,000"\n', r"'24,000' is not a finite number; write 24000"),
        ("run,chip,kind\nr\u202e,A,new\n", r"u\.csv: run: 'r\\u202e': has the hidden character U\+202E; remove it"),
        ("run,chip,kind\nr,A,new\nr,A,new\n", r"u\.csv: 'r' is the label of 2 rows; labels must be distinct"),
    ],
)
def test_a_damaged_table_is_refused_in_a_line(table, text, problem):
    table(text)
    with pytest.raises(InputError, match=problem):
        mcf.load("study")


def test_words_are_compared_as_numbers_where_they_are_numbers_and_lines_of_commas_are_no_rows(table, page):
    table("run,chip,kind\nr,A,1.0\n,,\n")
    page("study", STUDY.replace('["new", "old"]', '["0", "1"]'))
    assert mcf.load("study").file.dimensions["run"] == ["r"]


def test_a_file_replaces_the_one_table_of_a_study_that_has_one(table, page, here):
    table()
    page("plain", 'targets = ["x"]\n' + entry("x", family="lognormal", p5=1, p95=2))
    with pytest.raises(InputError, match="no tables, and one file replaces one"):
        mcf.load("plain", table="priors/tables/u.csv")
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        mcf.load("study", table="nowhere.csv")


def test_verify_repeats_a_run_of_a_table_of_ones_own(table, here, command):
    table()
    (here / "mine.csv").write_text("run,chip,kind,chip_time [chip*h]\nmine,B,new,2\n")
    assert command("run", "study", "--table", "mine.csv", "--draws", 64, "--out", "out", "--no-report").code == 0
    assert command("verify", "out").out.startswith("bit-identical")
    (here / "mine.csv").write_text("run,chip,kind,chip_time [chip*h]\nmine,B,new,3\n")
    code, out, _ = command("verify", "out")
    assert code == 1
    assert "chip_time_stated: value [2.0] -> [3.0]" in out
    (here / "mine.csv").unlink()
    code, _, err = command("verify", "out")
    assert code == 2
    assert "mine.csv: cannot be read" in err


def test_the_report_states_the_table_in_its_command(table, here, command):
    from pypdf import PdfReader

    table()
    (here / "mine.csv").write_text("run,chip,kind,chip_time [chip*h]\nmine,B,new,2\n")
    command("run", "study", "--table", "mine.csv", "--draws", 64)
    text = " ".join(" ".join(each.extract_text() for each in PdfReader("reports/study/report.pdf").pages).split())
    assert "--table mine.csv" in text


def test_columns_of_ones_own_table_that_no_formula_needs_are_named_in_a_note(table, here):
    table()
    (here / "mine.csv").write_text("run,chip,kind,chip_hours [chip*h],note\nmine,B,new,2,x\n")
    note = "mine.csv: not read, since no formula needs them: columns chip_hours"
    assert note in mcf.load("study", table="mine.csv").notes
    (here / "mine.csv").write_text("run,chip,kind,chip_time [chip*h],note\nmine,B,new,2,x\n")
    assert not mcf.load("study", targets=["rate_stated"], table="mine.csv").notes
