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
            r"the head of column 'chip_time' has no unit; write it as chip_time \[ch",
        ),
    ],
)
def test_a_damaged_table_is_refused_in_a_line(table, text, problem):
    table(text)
    with pytest.raises(InputError, match=problem):
        mcf.load("study")


def test_a_file_replaces_the_one_table_of_a_study_that_has_one(table, page, here):
    table()
    page("plain", 'targets = ["x"]\n' + entry("x", family="lognormal", p5=1, p95=2))
    with pytest.raises(InputError, match="no tables, and one file replaces one"):
        mcf.load("plain", table="priors/tables/u.csv")
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        mcf.load("study", table="nowhere.csv")
