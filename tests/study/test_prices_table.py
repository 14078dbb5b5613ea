"""The table of prices: one level a row, within its ends, in dollars of its year; bases that differ are apart."""

import json
import re
from collections import Counter
from datetime import date
from math import sqrt

import pytest

import mcfrontier as mcf
from mcfrontier.study import csv_table
from tests.conftest import ROOT, entry
from tests.study.test_tables_of_facts import SOURCES, days, rows

PRICES = rows("prices")
LEVELS = ("price", "rent", "other")
UNLISTED = {"H100 PCIe", "H100 NVL", "H100/H200", "H800 PCIe", "A100 PCIe", "A100 (memory not stated)"}
UNLISTED |= {"MI250", "MI300A", "MI308X", "MI325X", "MI350X", "MI355X"}
DOLLARS = r"\$([\d,.]*\d)"


def level(row):
    """The one level of a row."""
    (found,) = (float(row[name]) for name in LEVELS if row[name])
    return found


def count(name, **which):
    """How many rows have each text of a column, of the rows with some texts."""
    return Counter(row[name] for row in PRICES if all(row[key] == text for key, text in which.items()))


def test_there_are_315_prices_with_a_label_and_a_level_each():
    assert len(PRICES) == len({row["quote"] for row in PRICES}) == 315
    assert all(level(row) > 0 for row in PRICES)


def test_counts_are_those_of_the_collected_prices():
    assert count("what") == {"rent": 225, "bought": 78, "made": 6, "built": 6}
    assert count("kind") == {"quote": 263, "estimate": 46, "index": 5, "assumed": 1}
    assert count("confidence") == {"A": 245, "B": 56, "C": 14}
    terms = {"on demand": 126, "1 year": 44, "3 years": 42, "list average": 7, "spot index": 5, "not stated": 1}
    assert count("term", what="rent") == terms
    assert count("term") == terms | {"": 315 - 225}


def test_a_rent_is_of_the_market_or_of_a_hyperscaler():
    hyperscalers = {"Amazon Web Services", "Microsoft Azure", "Google Cloud", "Oracle Cloud"}
    for row in PRICES:
        listed = row["seller"] in hyperscalers or row["term"] == "list average"
        assert row["tier"] == ("" if row["what"] != "rent" else "hyperscaler" if listed else "market")


def test_the_column_of_a_level_follows_from_what_is_priced():
    for row in PRICES:
        expected = "rent" if row["per"] == "chip-hour" else "price" if row["per"] == "chip" else "other"
        assert row[expected]
        assert (row["what"] == "rent") == (expected == "rent")
    assert count("per", what="bought") == {"chip": 76, "rack of 72 chips": 2}
    assert count("per", what="built") == {"site": 4, "GW of total facility power": 1, "GW of IT power": 1}


def test_a_chip_alone_and_its_share_of_a_board_server_or_rack_are_apart():
    alone, shares = {"chip": 35, "chip or card": 21}, {"share of a server": 16, "share of a board of eight": 4}
    assert count("includes", what="bought") == alone | shares | {"rack": 1, "rack with external network": 1}
    assert count("includes", what="rent") == {"chip-hour with its share of the instance": 204, "chip-hour": 21}
    for row in PRICES:
        assert ("DGX" in row["note"]) <= (row["includes"] == "share of a server")
        assert ("board of 8" in row["note"]) <= (row["includes"] == "share of a board of eight")


def test_levels_are_the_geometric_means_of_their_ends_but_medians_for_tpus():
    for row in PRICES:
        for name in ("price", "rent"):
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            assert bool(low) == bool(high)
            if low:
                assert float(low) < level(row) < float(high)
                middle = sqrt(float(low) * float(high))
                median = row["note"].startswith("Epoch AI's median")
                assert level(row) == pytest.approx(middle, rel=0.03 if median else 1e-5)


def test_a_share_is_an_eighth_of_the_amount_in_its_note():
    found = 0
    for row in PRICES:
        if whole := re.search(DOLLARS + " in all", row["note"]):
            assert level(row) * 8 == pytest.approx(float(whole[1].replace(",", "")), rel=1e-5)
            found += 1
        elif whole := re.search("instance of 8 at " + DOLLARS + " an hour", row["note"]):
            assert level(row) * 8 == pytest.approx(float(whole[1]), abs=0.05)
            found += 1
    assert found == 11


def test_the_parts_of_a_site_add_up_to_it():
    for row in PRICES:
        if parts := re.findall(r"(?:compute|construction) " + DOLLARS + " billion", row["note"]):
            assert sum(map(float, parts)) * 1e9 == pytest.approx(level(row), rel=1e-6)


def test_money_is_of_the_year_of_the_price_but_where_the_source_states_another():
    stated = [row["quote"] for row in PRICES if row["money_year"] != row["date"][:4]]
    assert stated == ["xAI Colossus 1, 100,000 H100 built, xAI, 2024-09-02"]


def test_a_price_is_known_from_its_day_or_the_later_one_of_its_source():
    for row in PRICES:
        start, _ = days(row)
        published = date.fromisoformat(SOURCES[row["source_id"]]["date"])
        day = date.fromisoformat(row["date"])
        assert start == (published if row["source_id"].startswith("epoch-") else max(day, published))


def test_chips_have_the_labels_of_the_table_of_chips():
    listed = {row["chip"] for row in rows("chips")}
    assert {row["chip"] for row in PRICES if row["what"] != "built"} <= listed | UNLISTED


def rents(quotes, page):
    """The rents of some quotes, as a study reads them."""
    table = 'targets = ["quoted"]\n[tables.quote]\nfile = "tables/prices.csv"\nsource = "s"\n'
    quoted = entry("quoted", family="value", unit="USD/chip/h", by='"quote"', value='"rent"')
    page("study", f"{table}[only]\nquote = {json.dumps(quotes)}\n{quoted}")
    study = mcf.load("study")
    return dict(zip(study.file.dimensions["quote"], study.inputs["quoted"].medians, strict=True))


def test_a_study_reads_quotes_of_one_series(page):
    series = {"H200 rent, spot index, Ornn, 2026-03-20": 2.63, "H200 rent, spot index, Ornn, 2026-06-30": 5.03}
    contract = {"H100 rent, 1 year, neoclouds, 2025-10-31": 1.70, "H100 rent, 1 year, neoclouds, 2026-03-31": 2.35}
    known = series | contract | {"H100 rent, on demand, Lambda Labs, 2024-01-29": 3.49}
    assert rents([*known], page) == pytest.approx(known)


def test_as_of_a_day_no_later_price_or_estimate_is_read():
    path = ROOT / "priors/tables/prices.csv"
    labels, _ = csv_table.read(path, date(2026, 4, 1))
    assert not [each for each in labels if "neoclouds" in each or "2026-06" in each]
    assert "H100 bought, Epoch AI January 2026, 2022" in labels
    earlier, _ = csv_table.read(path, date(2024, 1, 29))
    assert "H100 rent, on demand, Lambda Labs, 2024-01-29" in earlier
    assert not [each for each in earlier if "Epoch AI" in each]
    assert {row["quote"] for row in PRICES if row["date"] > "2024-01-29"}.isdisjoint(earlier)
