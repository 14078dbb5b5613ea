"""CSV tables: records are those of the csv module, units of columns count, and damage is reported by line."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from tests.conftest import entry

TOP = 'targets = ["x"]\n[tables.run]\nfile = "tables/u.csv"\nsource = "s"\n'


@pytest.fixture
def table(page, here):
    """Write a table and a study that has its columns by name: table(text, **entry)."""

    def write(text, **words):
        page("tables/u", "").with_suffix(".csv").write_bytes(text.encode())
        words = {"family": "lognormal", "unit": "USD", "by": '"run"', **words}
        page("study", TOP + entry("x", **words))
        return mcf.load("study")

    return write


def medians(study):
    return np.array(study.inputs["x"].medians)


def test_rows_with_line_breaks_and_hashes_in_quotes_are_kept(table):
    study = table(
        'run,v [USD],remark\na,1,"see\n# 3 below"\n# a comment, "not closed\nc,2,"x"\n\nd,3,y\n',
        value='"v"',
        family="value",
    )
    assert study.file.dimensions["run"] == ["a", "c", "d"]
    assert medians(study).tolist() == [1, 2, 3]


def test_a_label_keeps_its_line_break_and_other_separators_do_not_cut_a_cell(table):
    study = table('run,v [USD],remark\r\n"a\r\nb",1,x\u2028y\r\nc,2,x\x0cy\r\n', value='"v"', family="value")
    assert study.file.dimensions["run"] == ["a\nb", "c"]
    assert medians(study).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('run,v [USD]\na,1\n"b,2\nc,3\n', "line 3: a quote is not closed"),
        ('# remark\nrun,v [USD]\na,"1"2\n', "line 3: text follows the closing quote"),
        ("run,v [USD]\ra,1\r", "line 1: has a bare carriage return"),
        ("run,v [USD]\na,1\nb\n", "b: 1 cells where the head has 2; give one each \\(line 3\\)"),
        ('run,v [USD]\n"a\nb",1\nc,1,2\n', "c: 3 cells where the head has 2; give one each \\(line 4\\)"),
        ("run;v [USD]\na;1\n", "line 1: cells are separated by semicolons; save it with commas"),
        ("run\tv [USD]\na\t1\n", "line 1: cells are separated by tabs; save it with commas"),
        ("run,v\na,1\n", "value: the head of column 'v' has no unit; write it as v \\[USD\\]"),
        ("run,v [USD]\na,\nb,\n", "column 'v' has no figure"),
        ("run,v [USD]\na,1e999\n", "a: v: '1e999' is not a finite number; .* \\(line 2\\)"),
        ("run,v [USD]\n,1\n", "line 2: has no label"),
        ("run,v [USD]\na," + "1" * 200_000 + "\n", "line 2: a cell has more than 100,000 characters"),
        ("run,v [USD]\na," + "1" * 110_000 + "\n", "line 2: a cell has more than 100,000 characters"),
        ("run" + ",v" * 1000 + "\na" + "," * 1000 + "\n", "1,001 columns are too many; the limit is 1,000"),
        ("run,v [USD]\na\x00,1\n", "has the hidden character U\\+0000; remove it"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(table, text, message):
    with pytest.raises(InputError, match=message):
        table(text, value='"v"', family="value")


def test_a_column_is_converted_to_the_unit_of_the_entry(table):
    study = table("run,lo [kUSD],hi [USD]\na,1,2000\n", p5='"lo"', p95='"hi"')
    assert study.inputs["x"].distributions[0].ppf(np.array([0.05, 0.95])) == pytest.approx([1000, 2000])


@pytest.mark.parametrize(
    ("head", "words", "message"),
    [
        (
            "lo [USD],hi [EUR/h]",
            {"p5": '"lo"', "p95": '"hi"'},
            "p95: column 'hi' is in \\[EUR/h\\]; give it in \\[USD\\]",
        ),
        ("lo [1],hi [1]", {"p5": '"lo"', "p95": '"hi"'}, "p5: column 'lo' is in \\[1\\]; give it in \\[USD\\]"),
        (
            "lo [USD],hi [USD]",
            {"mu": '"lo"', "sigma": 1},
            "mu: column 'lo' is in \\[USD\\]; give it in \\[1\\], without",
        ),
        (
            "lo [USD],hi [USD]",
            {"p5": '"lo"', "p95": 3, "times": '"hi"'},
            "p5: column 'lo' is in \\[USD\\]; give it in \\[1\\], since times has the unit",
        ),
    ],
)
def test_a_column_in_a_unit_that_does_not_fit_is_refused(table, head, words, message):
    with pytest.raises(InputError, match=message):
        table(f"run,{head}\na,1,2\n", **words)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("lo [1],hi [1],t [USD]", {"p5": '"lo"', "p95": '"hi"', "times": '"t"'}),
        ("lo [1],hi [1],t [kUSD]", {"p5": '"lo"', "p95": '"hi"', "times": '"t"'}),
        ("lo [USD],hi [USD],t [1]", {"p5": '"lo"', "p95": '"hi"', "times": '"t"'}),
    ],
)
def test_columns_beside_times_may_be_multiples(table, head, words):
    factor = 1000 if "kUSD" in head else 1
    study = table(f"run,{head}\na,0.5,2,10\n", **words)
    assert study.inputs["x"].distributions[0].ppf(np.array([0.05, 0.95])) == pytest.approx([5 * factor, 20 * factor])


def test_a_table_that_is_a_pipe_is_refused_without_waiting(page, here):
    import os

    page("study", TOP + entry("x", "value", value='"v"', by='"run"'))
    (here / "priors" / "tables").mkdir()
    os.mkfifo(here / "priors" / "tables" / "u.csv")
    with pytest.raises(InputError, match=r"priors folders|where a file is expected"):
        mcf.load("study")
