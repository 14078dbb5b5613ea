"""Published figures of the source documents compared with computed ones, and validation of documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier.tasks.reproduce import reproduce
from tests.conftest import ROOT

COUNTS = {"L": 19, "B": 7, "C": 11, "T": 9, "E": 15, "EU": 8}
SYSTEMS = [f"{letter}{i}" for letter, count in COUNTS.items() for i in range(1, count + 1)]
BY_HAND = {k: v for k, v in json.loads((ROOT / "tests/cases/systems.json").read_text()).items() if k != "about"}


@pytest.fixture(scope="module")
def rows():
    return reproduce.reproduce()


def test_every_system_is_present_and_agrees(rows):
    assert {row.id for row in rows} == set(SYSTEMS)
    assert [row for row in rows if not row.agrees] == []


@pytest.mark.parametrize("system", list(BY_HAND))
def test_a_system_matches_manual_or_published_results(system, rows):
    unit, figures, *half_a_digit = BY_HAND[system]
    ours = [row.ours for row in rows if row.id == system and row.unit == unit and "disclosed" not in row.verdict]
    within = {"rel": 0, "abs": half_a_digit[0]} if half_a_digit else {"rel": 2e-4}
    assert ours[: len(figures)] == pytest.approx(figures, **within)


def test_the_ratio_is_computed_over_document(rows):
    compared = [row for row in rows if row.document is not None and row.ours is not None]
    assert len(compared) > 100
    assert all(row.ratio == pytest.approx(row.ours / row.document) for row in compared)


def test_no_row_uses_the_documents_answer_as_an_input():
    for place in reproduce.read():
        row = place.row
        assert row.document not in row.set.values(), place.where
        assert row.quantity not in row.set, place.where


def test_every_row_that_agrees_by_another_figure_differs_from_the_document():
    for place in reproduce.read():
        row = place.row
        if row.arithmetic is not None:
            assert not reproduce.same(row.arithmetic, row.document, row.digits, row.bound), place.where


def test_disclosed_figures_are_reported_with_their_percentile(rows):
    found = {row.question: row.verdict for row in rows if row.verdict.startswith("disclosed")}
    assert len(found) >= 5
    assert all("percentile of ours" in verdict for verdict in found.values())


def test_the_command_prints_a_table_and_counts_and_writes_a_pdf(command, tmp_path):
    result = command("reproduce", "L1", "b2", "--out", tmp_path / "out")
    assert result.code == 0
    assert "$536M" in result.out
    assert "systems 2, figures 2: 2 in agreement to the digits printed" in result.out
    assert (tmp_path / "out/reproduce.pdf").read_bytes().startswith(b"%PDF")


def test_the_command_prints_rows_as_json(command):
    (row,) = json.loads(command("reproduce", "L1", "--json").out)
    assert list(row) == ["id", "question", "document", "ours", "ratio", "verdict", "unit"]
    assert (row["document"], row["unit"], row["verdict"]) == (500e6, "USD", "agrees")
    assert row["ours"] == pytest.approx(535_714_285.714)


DOCUMENT = 'title = "A page"\nsource = "us"\n[[rows]]\nid = "X1"\nquestion = "how many?"\nunit = "W"\n'
TWELVE = 'study = "gpt4"\nquantity = "cluster_power"\nset = { chip_count = 12, chip_power = 1 }\n'


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("document = 10\ndigits = 1\n", 0),
        ("document = 13\n", 1),
        ('document = 11\narithmetic = 12\nslip = "so it is"\n', 0),
        ('document = 11\narithmetic = 14\nslip = "so it is"\n', 1),
        ('document = 13\njudgement = "a guess"\n', 0),
        ('document = 10\nbound = "at least"\n', 0),
        ('document = 13\nbound = "at least"\n', 1),
        ('document = 13\nbound = "at most"\n', 0),
    ],
)
def test_a_row_that_disagrees_without_a_reason_gives_exit_code_1(row, code, page, command):
    page("documents/ours", DOCUMENT + TWELVE + row)
    assert command("reproduce", "X1").code == code


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (TWELVE, "X1 (how many?): give document and study, or state in judgement"),
        ("document = 1\n", "give document and study"),
        (TWELVE + "document = 11\narithmetic = 12\n", "slip or revised the reason"),
        (TWELVE.replace("gpt4", "gtp4") + "document = 12\n", "there is no such study; did you mean 'gpt4'?"),
        (
            TWELVE.replace('"cluster_power"', '"cluster_pow"') + "document = 12\n",
            "'cluster_pow' is no node",
        ),
        (TWELVE.replace('"cluster_power"', '"cluster_power[x]"') + "document = 12\n", "there is no such row"),
        (TWELVE.replace("set = {", "set = { tokens = 1,") + "document = 12\n", "set tokens: no target needs it"),
        (TWELVE + 'document = 12\nslop = "x"\n', "unknown key 'slop'"),
        (TWELVE + 'document = "12"\n', "expected a number"),
        ('study = "gpt4"\ndisclosed = "musk"\n', "gpt4 discloses no 'musk'"),
    ],
)
def test_an_invalid_row_is_rejected_with_one_line(row, message, page, command):
    page("documents/ours", DOCUMENT + row)
    result = command("reproduce", "X1")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert message in result.err


def test_an_unknown_system_is_rejected(command):
    result = command("reproduce", "L20")
    assert (result.code, result.out) == (2, "")
    assert "L20: no document has a system of this name; did you mean" in result.err


@given(st.floats(1e-12, 1e30), st.integers(1, 9))
def test_a_figure_agrees_with_its_rounded_value(figure, digits):
    rounded = float(f"{figure:.{digits - 1}e}")
    assert reproduce.same(figure, rounded, digits)
    assert reproduce.significant_digits(rounded) <= digits


@pytest.mark.parametrize(
    ("figure", "digits"), [(500e6, 1), (0.0105, 3), (355, 3), (1.71e27, 3), (835_584, 6), (24.04, 4)]
)
def test_significant_digits_exclude_trailing_zeros(figure, digits):
    assert reproduce.significant_digits(figure) == digits
