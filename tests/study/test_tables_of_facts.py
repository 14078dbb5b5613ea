"""The tables of facts in priors/tables: each row has its days and a source, and the figures agree with each other."""

from datetime import date
from itertools import pairwise

import pytest

from mcfrontier.study import csv_table
from tests.conftest import ROOT

TABLES = sorted((ROOT / "priors/tables").glob("*.csv"))
NAMES = [path.stem for path in TABLES]
FOUR = {"known_from", "known_until", "source_id", "confidence"}


def rows(name):
    """The rows of a table by the names of its columns, without units."""
    head, *found = csv_table.records(ROOT / f"priors/tables/{name}.csv")
    names = [csv_table.split_head(cell)[0] for cell in head.cells]
    return [dict(zip(names, row.cells, strict=True)) for row in found]


SOURCES = {row["source_id"]: row for row in rows("sources")}


def days(row):
    """The day from which a row is known, and that on which it ends."""
    return date.fromisoformat(row["known_from"]), date.fromisoformat(row["known_until"] or "9999-12-31")


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_source_a_confidence_and_days_in_order(name):
    for row in rows(name):
        assert row.keys() >= FOUR
        start, end = days(row)
        assert start < end
        assert start >= date.fromisoformat(SOURCES[row["source_id"]]["date"])
        assert row["confidence"] in {"A", "B", "C"}


@pytest.mark.parametrize("name", NAMES)
def test_no_label_occurs_twice_on_one_day(name):
    keys = ("quantity", "chip") if name == "plausible" else (next(iter(rows(name)[0])),)
    found = {}
    for row in rows(name):
        found.setdefault(tuple(row[key] for key in keys), []).append(days(row))
    for spans in found.values():
        spans.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_every_source_is_cited_and_derived_from_known_ones_that_are_not_later():
    used = {row["source_id"] for name in NAMES if name != "sources" for row in rows(name)}
    parents = {each: row["derived_from"].split() for each, row in SOURCES.items()}
    assert SOURCES.keys() == used | {each for found in parents.values() for each in found}
    for each, row in SOURCES.items():
        assert row["kind"] == ("derived" if parents[each] else "primary")
        for parent in parents[each]:
            assert (SOURCES[parent]["date"], parent) < (row["date"], each)  # so there are no circles


def test_the_ids_of_sources_are_plain_and_begin_with_their_author_and_year():
    assert len(SOURCES) == len(rows("sources"))
    for each, row in SOURCES.items():
        assert each.replace("-", "").isalnum()
        assert each == each.lower()
        years = [part for part in each.split("-") if part.isdigit() and len(part) == 4]
        assert years[:1] in ([], [row["date"][:4]])


def test_no_unverified_figure_is_in_a_table():
    assert not [path.name for path in TABLES if "mythos" in path.read_text().lower()]
