"""Tables in narrow terminals."""

import re
import textwrap
from itertools import product

import pytest

from mcfrontier.cli import terminal
from mcfrontier.core.text.columns import column_widths, height

HEAD = ("GPT-4", "p50", "MC error of p50")
ROWS = [["amortised cost", "$34.7M", "$400,000"], ["training compute", "2.08 × 10²⁵ FLOP", "1 × 10²³ FLOP"]]
WORDS = {word for cell in (*HEAD, *ROWS[0], *ROWS[1]) for word in cell.split()}


@pytest.fixture
def shown(monkeypatch, capsys):
    """The text of a table in a terminal of some width."""

    def show(columns):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm")
        terminal.show_table(HEAD, ROWS)
        return re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)

    return show


@pytest.mark.parametrize("columns", [12, 20, 26, 30, 40, 80])
def test_no_number_and_no_word_is_broken_at_any_width(shown, columns):
    words = {word.rstrip(":;") for word in shown(columns).split()}
    assert words == WORDS


@pytest.mark.parametrize("columns", [20, 30, 40, 80])
def test_no_line_is_wider_than_the_terminal(shown, columns):
    assert all(len(line) <= columns for line in shown(columns).splitlines())


def test_a_row_is_a_paragraph_where_the_terminal_is_too_narrow_for_columns(shown):
    assert re.sub(r"\s+", " ", shown(20)).startswith(
        "GPT-4 amortised cost: p50 $34.7M; MC error of p50 $400,000 training compute: p50 2.08"
    )


def test_a_table_has_columns_where_its_words_fit(shown):
    assert "amortised cost              $34.7M         $400,000" in shown(80)


def test_columns_have_the_widths_with_the_fewest_lines():
    """Of all widths of three columns, tried one by one, none gives fewer lines."""
    lines = [["a long name of a row", "12 million chips", "3"], ["name", "4 chips", "5 of 6"]]

    def count(widths):
        return sum(max(len(textwrap.wrap(cell, w)) for cell, w in zip(line, widths, strict=True)) for line in lines)

    for columns in range(20, 45):
        found = column_widths(lines, (), columns)
        possible = [w for w in product(range(4, 21), range(7, 17), range(2, 7)) if sum(w) + 4 <= columns]
        best = min(map(count, possible), default=0)
        assert (count(found) if found else 0) == best == height(lines, found) if found else best == 0


def test_the_spaces_before_a_cell_count_in_its_width():
    assert column_widths([["  one word"]], (), 80) == [len("  one word")]
