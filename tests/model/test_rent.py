"""Rents: the owner's cost, the margins as estimated from quotes, and rents that pay their owner."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.prices import Target, predict
from mcfrontier.model import rent
from mcfrontier.runs import consistency
from mcfrontier.study import csv_table
from mcfrontier.study.samples import read_quotes
from tests.conftest import ROOT, entry

HOURS = 8766
SERVER = ("share of a server", "quote")
DAYS = [date(2023, 6, 30), date(2024, 6, 30), date(2025, 6, 30), date(2026, 3, 31)]
KINDS = ("A100 40GB", "A100 80GB", "A100 PCIe", "H100", "H100 PCIe", "H200")
POWER = {"A100": 0.73, "H100": 1.15, "H200": 1.15}  # kW of a chip in its server, with cooling
TERMS = ("on demand", "1 year", "3 years")
# what Google pays for a chip, and its lists on demand, for one year and for three years
GOOGLE = {"v3": (2676, None, None, 0.90), "v4": (3005, 3.22, 2.03, 1.45)}
GOOGLE |= {"v5e": (2691, 1.20, 0.84, 0.54), "v6e": (4069, 2.70, 1.89, 1.22)}


def test_payments_at_the_capital_recovery_repay_the_price_over_the_life():
    days = (np.arange(5 * 365) + 0.5) / 365
    paid = rent.capital_recovery(0.1, 5) * np.exp(-0.1 * days).sum() / 365
    assert paid == pytest.approx(1, abs=1e-6)
    assert rent.capital_recovery(0.0, 4) == pytest.approx(1 / 4)


def test_the_owner_of_a_chip_pays_for_capital_operation_and_electricity():
    yearly = 40_000 * (0.25 + 0.05) / 0.9
    assert rent.owner_cost(40_000, 0.25 / HOURS, 0.05 / HOURS, 0.9, 1.2, 0.1) == pytest.approx(yearly / HOURS + 0.12)
    assert rent.rental_price(owner_cost=2, rent_margin=1.3) == pytest.approx(2.6)


def median(study, name):
    """The median of an input of a study that extends chips."""
    return mcf.load({"extends": ["common", study], "targets": [name]}).inputs[name].distributions[0].median


def owner_cost(server_price, power=1.0):
    """The owner's cost per hour at the medians of its inputs."""
    capital, life, rate, share, price, network = (
        median("rents/market", name)
        for name in (
            "cost_of_capital",
            "economic_life",
            "operating_rate",
            "rented_share",
            "energy_price",
            "interconnect_overhead",
        )
    )
    yearly = capital / (1 - np.exp(-capital * life)) + rate
    return server_price * network * yearly / share / HOURS + power * price


@pytest.fixture(scope="module")
def quotes():
    tables = csv_table.Tables([ROOT / "priors"])
    return read_quotes("rent", tables), read_quotes("server", tables)


def log_margins(rents, servers, chips, days):
    """The logs of rents over the owner's cost at the predicted price of a server of that day."""
    prices = predict(servers, [Target(chip, day, SERVER) for chip, day in zip(chips, days, strict=True)]).mean
    power = np.array([POWER.get(chip[:4], 1.0) for chip in chips])
    return np.log(rents) - np.log(owner_cost(np.exp(prices), power))


@pytest.mark.parametrize("term", TERMS)
def test_the_margin_of_a_term_is_between_its_quotes_and_the_prediction_from_all_quotes(term, quotes):
    rents, servers = quotes
    found = [quote for quote in rents.quotes if quote.basis == (term, "market")]
    asked = log_margins(
        [quote.price for quote in found], servers, [quote.chip for quote in found], [quote.day for quote in found]
    )
    chips, days = zip(*[(chip, day) for chip in KINDS for day in DAYS], strict=True)
    made = predict(rents, [Target(chip, day, (term, "market")) for chip, day in zip(chips, days, strict=True)])
    predicted = log_margins(np.exp(made.mean), servers, chips, days)
    estimate = np.exp((asked.mean() + predicted.mean()) / 2)
    name = f"rent_margin_{term.replace(' ', '_')}"
    assert median("rents/market", name) == pytest.approx(estimate, rel=0.03)


@pytest.mark.parametrize("place", range(3))
def test_the_margins_of_googles_chips_are_its_lists_over_its_cost(place):
    known = [(row[0], row[1 + place]) for row in GOOGLE.values() if row[1 + place]]
    logs = [np.log(listed / owner_cost(paid * 1.64, 0.25)) for paid, listed in known]
    name = f"rent_margin_{TERMS[place].replace(' ', '_')}"
    assert median("rents/google", name) == pytest.approx(np.exp(np.mean(logs)), rel=0.05)


TOP = 'targets = ["rental_price", "rent_margin", "owner_cost"]\nextends = ["common", "chips/{chip}", "sites/other"]\n'


@pytest.mark.parametrize(("chip", "kind"), [("a100", "A100 80GB"), ("h100", "H100"), ("h200", "H200")])
@pytest.mark.parametrize("term", TERMS)
def test_rents_lie_near_those_quoted_for_their_term(chip, kind, term, page, quotes):
    page("study", f'price_date = 2024-06-30\nrent_term = "{term}"\n' + TOP.format(chip=chip))
    found = mcf.run("study", draws=2**11).quantiles([0.05, 0.5, 0.95]).rental_price.values
    quoted = predict(quotes[0], [Target(kind, date(2024, 6, 30), (term, "market"))]).distribution(0)
    factors = found / quoted.ppf(np.array([0.05, 0.5, 0.95]))
    assert (abs(np.log(factors)) < np.log(1.5)).all()


def test_the_rent_term_picks_the_margin_and_is_three_years_by_default(page):
    for term in ("", *TERMS):
        page("study", (f'rent_term = "{term}"\n' if term else "") + TOP.format(chip="h100"))
        name = f"rent_margin_{(term or '3 years').replace(' ', '_')}"
        middle = float(mcf.run("study", draws=2**11)["rent_margin"].median())
        assert middle == pytest.approx(median("rents/market", name), rel=0.01)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('rent_term = "2 years"\n' + TOP, "rent_term: invalid word '2 years'; known: on demand, 1 year, 3 years"),
        (
            'rent_term = "1 year"\ntargets = ["rent_margin"]\n'
            + entry("rent_margin_3_years", "lognormal", "1", p5=1, p95=2),
            'rent_term = "1 year": it needs rent_margin_1_year, and rent_margin_3_years is stated; state it',
        ),
        (
            TOP + entry("rent_margin", "normal", "1", p5=-0.5, p95=2),
            "rent_margin: a margin is a factor on the owner's cost, 1.3 for a rent 30 % above it, and -inf lies below",
        ),
        (
            TOP + entry("rent_margin", "value", "1", value=-0.2),
            "-0.2 lies below 0; use a lognormal, or truncate it with",
        ),
    ],
)
def test_a_term_or_margin_that_cannot_be_is_refused_in_one_line(text, problem, page):
    page("study", text.format(chip="h100"))
    with pytest.raises(InputError) as refusal:
        mcf.load("study")
    assert problem in str(refusal.value)
    assert "\n" not in str(refusal.value)


def shipped():
    """The shipped studies that have a rent and a cost of the owner."""
    for path in sorted((ROOT / "priors").glob("**/*.toml")):
        name = str(path.relative_to(ROOT / "priors").with_suffix(""))
        text = path.read_text()
        if "\ntargets = [" in text and name.split("/")[0] not in ("calibration", "documents"):
            yield name


@pytest.mark.slow
@pytest.mark.parametrize("name", [*shipped()])
def test_the_rents_of_shipped_studies_pay_their_owner(name, monkeypatch):
    monkeypatch.setattr(consistency, "CHECK_DRAWS", 2**10)
    bounds = dict.fromkeys(name for bound in consistency.BOUNDS for name in bound)
    study = consistency.with_targets(mcf.load(name), bounds)
    values = consistency.few_draws(study)
    assert all(share <= 0.05 for share in consistency.crossed_shares(values).values())
    if {"rental_price", "owner_cost"} <= values.keys() and "rental_price" not in study.inputs:
        both = (values[key].reshape(-1, values[key].shape[-1])[-1] for key in ("rental_price", "owner_cost"))
        assert stats.spearmanr(*both).statistic > 0.3
