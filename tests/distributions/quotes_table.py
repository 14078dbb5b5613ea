"""The quotes of priors/tables/prices.csv and the chips of chips.csv, as of a day, for the tests of predicted prices."""

from datetime import date

from mcfrontier.distributions.prices import Chip, Quote, Quotes
from tests.study.test_tables_of_facts import days, rows

HYPERSCALERS = {"Amazon Web Services", "Microsoft Azure", "Google Cloud", "Oracle Cloud"}
LATEST = date(9999, 1, 1)


def known(name, as_of):
    """The rows of a table that are known on a day; by default those that no later one replaced."""
    return [row for row in rows(name) if days(row)[0] <= as_of < days(row)[1]]


def chips(as_of=LATEST):
    """Chips with BF16 rate and memory."""
    found = known("chips", as_of)
    figures = [tuple(float(row[key]) if row[key] else None for key in ("bf16_rate", "chip_memory")) for row in found]
    return tuple(Chip(row["chip"], row["generation"], each) for row, each in zip(found, figures, strict=True))


def basis(row):
    """The basis of a row: of a rent its term and whether a hyperscaler asks it, else what the price includes and
    whether it is a quote; None of an index, which is a series of its own, and of what is no price of a chip."""
    if row["kind"] not in ("quote", "estimate") or row["other"] or row["term"] == "not stated":
        return None
    if row["what"] != "rent":
        return row["includes"], row["kind"]
    listed = row["seller"] in HYPERSCALERS or row["term"] == "list average"
    return row["term"], "hyperscaler" if listed else "market"


def quotes_by_day(what, as_of=LATEST):
    """The quotes of what is "bought" or of a "rent", each with the day from which it is known."""
    level = "rent" if what == "rent" else "price"
    found = []
    for row in known("prices", as_of):
        if row["what"] == what and basis(row):
            low, high = row[f"{level}_low"], row[f"{level}_high"]
            ratio = float(high) / float(low) if low else 1.0
            day = date.fromisoformat(row["date"])
            found.append((Quote(float(row[level]), row["chip"], day, basis(row), row["seller"], ratio), days(row)[0]))
    return found


def quotes(what, as_of=LATEST):
    """The quotes of what is "bought" or of a "rent" that are known on a day, and the chips."""
    return Quotes(tuple(quote for quote, _ in quotes_by_day(what, as_of)), chips(as_of))
