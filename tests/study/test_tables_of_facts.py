"""The tables of facts in priors/tables: each row has its days and a source, and the figures agree with each other."""

import re
from datetime import date
from itertools import pairwise

import pytest

import mcfrontier as mcf
from mcfrontier.core import units
from mcfrontier.study import csv_table
from mcfrontier.study.values import central_values
from tests.conftest import ROOT, entry

TABLES = sorted((ROOT / "priors/tables").glob("*.csv"))
NAMES = [path.stem for path in TABLES]
FOUR = {"known_from", "known_until", "source_id", "confidence"}


def rows(name):
    """All rows of a table, of any day, by the names of its columns, without units."""
    head, *found = csv_table.parsed((ROOT / f"priors/tables/{name}.csv").read_text())
    names = [csv_table.split_head(cell)[0] for cell in head.cells]
    return [dict(zip(names, row.cells, strict=True)) for row in found]


SOURCES = {row["source_id"]: row for row in rows("sources")}


PRIORS = sorted((ROOT / "priors").rglob("*.toml"))


def named_in(path):
    """The values of the keys that name sources in a priors file."""
    return " ".join(re.findall(r"^sources = (.*)", path.read_text(), re.M))


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
    used |= {each for path in PRIORS for each in re.findall(r'"([\w-]+)"', named_in(path)) if each != "source_id"}
    own = {each for path in PRIORS for each in re.findall(r"^\[sources\.([\w-]+)\]", path.read_text(), re.MULTILINE)}
    assert not own & SOURCES.keys()
    assert SOURCES.keys() == (used - own) | {each for found in parents.values() for each in found}
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


def current(name):
    """The rows that no other one replaced."""
    return [row for row in rows(name) if not row["known_until"]]


RUNS = current("disclosed")
PAID = [row for row in RUNS if row["utilisation"]]
UNPAID = {"plan", "upper bound", "logged, not paid", "third party", ""}


def test_utilisation_is_compute_over_chip_time_at_the_dense_bf16_peak():
    peaks = {row["chip"]: float(row["bf16_rate"]) * 1e12 for row in current("chips") if row["bf16_rate"]}
    for row in PAID:
        possible = float(row["chip_time"]) * 3600 * peaks[row["chip"]]
        assert float(row["utilisation"]) == pytest.approx(float(row["training_compute"]) / possible, abs=5.1e-5)


def test_the_chip_of_a_run_is_one_of_the_table_and_of_the_same_generation():
    generations = {row["chip"]: row["generation"] for row in current("chips")}
    assert [row["run"] for row in RUNS if row["chip"] and row["generation"] != generations[row["chip"]]] == []


def test_the_figures_of_grok_3_are_revised_in_april_2026():
    name, kinds = "tables/systems.csv", (("training_compute", "FLOP"), ("chip_count", "chip"))
    for day, expected in (
        ("2025-06-30", (4.64e26, 1e5)),
        ("2026-04-29", (4.64e26, 1e5)),
        ("2026-04-30", (3.5e26, 8e4)),
    ):
        tables = csv_table.Tables([ROOT / "priors"], date.fromisoformat(day))
        assert tuple(csv_table.read_figures(name, *kind, tables).values[-1] for kind in kinds) == expected


def test_hours_that_were_not_paid_have_no_utilisation():
    assert not [row["run"] for row in PAID if row["hours_kind"] in UNPAID]


CLASSES = {  # chips, experts and precision: rows and families
    ("ampere", "0", "bf16"): (20, 12),
    ("hopper", "0", "bf16"): (12, 8),
    ("hopper", "1", "bf16"): (4, 3),
    ("hopper", "0", "fp8"): (1, 1),
    ("hopper", "1", "fp8"): (1, 1),
    ("blackwell", "1", "bf16"): (2, 2),
    ("tpu", "0", "bf16"): (2, 2),
    ("other", "0", "bf16"): (1, 1),
}


def test_the_runs_with_paid_hours_are_43_of_29_families_in_eight_classes():
    found = {}
    for row in PAID:
        found.setdefault((row["generation"], row["moe"], row["precision"]), []).append(row["family"])
    assert {key: (len(each), len(set(each))) for key, each in found.items()} == CLASSES
    assert (len(RUNS), len(PAID), len({row["family"] for row in PAID})) == (113, 43, 29)


def test_compute_by_6nd_is_six_operations_a_parameter_and_token():
    for row in (row for row in RUNS if row["compute_basis"] == "6ND"):
        product = 6 * float(row["active_parameters"]) * float(row["tokens"])
        assert float(row["training_compute"]) == pytest.approx(product, rel=0.01)


def test_hours_by_count_and_time_are_their_product():
    for row in (row for row in RUNS if row["hours_kind"] == "count x time" and row["training_time"]):
        product = float(row["chip_count"]) * float(row["training_time"]) * 24
        assert float(row["chip_time"]) == pytest.approx(product, rel=1e-3)


def test_the_disclosed_runs_are_a_dimension_of_a_study(page, here):
    text = 'targets = ["hours"]\n[tables.run]\nfile = "tables/disclosed.csv"\nsource = "s"\n'
    page("study", text + entry("hours", family="value", unit="chip*h", by='"run"', value='"chip_time"'))
    study = mcf.load("study")
    hours = dict(zip(study.file.dimensions["run"], study.inputs["hours"].medians, strict=True))
    assert hours["DeepSeek-V3"] == 2_664_000
    assert hours["DeepSeek-V3, all phases"] == 2_788_000


def test_published_estimates_are_dated_by_release_and_their_dollars_converted_by_consumer_prices():
    index = {row["year"]: float(row["USD"]) for row in rows("price-index")}
    for row in rows("frontier"):
        day = date.fromisoformat(row["published"])
        assert float(row["record_date"]) == pytest.approx(units.year_of(day.year, day.month, day.day), abs=1e-4)
        assert row["published"] <= row["known_from"]
        if row["published_cost"] or row["published_rent"]:
            converted = index["2023"] / index[row["money_year"]]
            assert float(row["published_deflator"]) == pytest.approx(converted, rel=1e-5)


def test_published_costs_of_2015_to_2023_are_those_of_the_study_history():
    study = mcf.load("history", targets=["amortised_cost_2023usd", "cloud_cost_2023usd"])
    values = central_values(study)
    amounts = zip(*(values[name].ravel() for name in study.targets), strict=True)
    central = dict(zip(study.file.dimensions["run"], amounts, strict=True))
    found = [row for row in current("frontier") if row["source_id"] == "cottier-2024" and row["published_cost"]]
    assert len(found) == 41
    for row in found:
        amortised, rented = central[row["run"]]
        assert float(row["published_cost"]) == pytest.approx(amortised, rel=1e-4)
        assert float(row["published_rent"] or "nan") == pytest.approx(rented, rel=1e-4, nan_ok=True)


def test_the_published_record_of_a_day_is_the_largest_estimate_of_that_day():
    name = "tables/frontier.csv"
    for day, largest in (
        ("2023-12-31", 2.15e25),
        ("2025-06-30", 4.64e26),
        ("2026-05-01", 5e26),
        ("2026-10-07", 1.0001e27),
    ):
        tables = csv_table.Tables([ROOT / "priors"], date.fromisoformat(day))
        assert max(csv_table.read_figures(name, "published_compute", "FLOP", tables).values) == pytest.approx(largest)
