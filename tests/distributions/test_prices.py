"""Predicted prices of a chip on a day, checked against closed forms, simulated histories and the table of prices."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from scipy import optimize, stats

from mcfrontier.core.errors import InputError
from mcfrontier.distributions import prices
from mcfrontier.distributions.prices import Chip, Quote, Quotes, Target, fitted, predict
from mcfrontier.study import csv_table
from mcfrontier.study.samples import read_quotes
from tests.conftest import ROOT

START, LAST = date(2022, 1, 1), date(2026, 1, 1)
ON_DEMAND, ONE_YEAR, LISTED = ("on demand", "market"), ("1 year", "market"), ("on demand", "hyperscaler")
SPREADS = {  # of the simulated histories
    "basis": 0.2, "generation": 0.2, "chip": 0.3, "walk of tier": 0.2, "walk of chip": 0.1,
    "seller": 0.25, "seller on basis": 0.1, "seller for chip": 0.1, "residual": 0.1,
}  # fmt: skip


class History:
    """Simulated prices of four years in weeks: effects are drawn where they are first needed, walks step by step."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.chips = tuple(
            Chip(f"chip {i}", f"generation {i % 3}", tuple(np.exp(self.rng.normal(5, 0.8, 2)))) for i in range(6)
        )
        self.effects = defaultdict(self.rng.standard_normal)
        self.walks = defaultdict(lambda: self.rng.standard_normal(208).cumsum() / np.sqrt(52))

    def quote(self, seller, first_week=0):
        """A quote of a seller, of any chip on any basis in any week."""
        chip, week = self.chips[self.rng.integers(6)], int(self.rng.integers(first_week, 208))
        term, tier = self.rng.choice(["spot", "year"]), self.rng.choice(["list", "contract"])
        keys = [(term, tier), chip.generation, chip.name, seller, (seller, term, tier), (seller, term, tier, chip.name)]
        static = [name for name in SPREADS if "walk" not in name and name != "residual"]
        log = 0.6 * np.log(chip.features).sum() + (term == "spot") - 0.8 * (tier == "contract")
        log += sum(SPREADS[name] * self.effects[name, key] for name, key in zip(static, keys, strict=True))
        log += SPREADS["walk of tier"] * self.walks[tier][week] + SPREADS["walk of chip"] * self.walks[chip.name][week]
        log += SPREADS["residual"] * self.rng.standard_normal()
        return Quote(float(np.exp(log)), chip.name, START + timedelta(7 * week), (str(term), str(tier)), seller)

    def quotes(self, count):
        """Quotes of eight sellers."""
        return Quotes(tuple(self.quote(f"seller {self.rng.integers(8)}") for _ in range(count)), self.chips)


def target_of(quote):
    """The same price of a new seller."""
    return Target(quote.chip, quote.day, quote.basis)


def scores(quotes, later):
    """The normal scores of quotes of new sellers in their predictive distributions."""
    found = predict(quotes, [target_of(quote) for quote in later])
    return (np.log([quote.price for quote in later]) - found.mean) / found.sd


def coverage(scores, level=0.9):
    """The share of normal scores within the central interval of a level."""
    return np.mean(np.abs(scores) < stats.norm.ppf(0.5 + level / 2))


@cache
def table(what, as_of=None):
    """The quotes of the table of prices."""
    return read_quotes(what, csv_table.Tables([ROOT / "priors"], as_of))


def test_a_prediction_is_the_conditional_normal_of_the_sum_of_effects():
    """By a covariance of pairs of rows and its inverse, with the fitted standard deviations."""
    quotes = History(3).quotes(25)
    last = quotes.quotes[0]
    rows = [*sorted(quotes.quotes), Quote(1.0, "chip 2", date(2027, 5, 1), last.basis, last.seller)]
    chips = {chip.name: chip for chip in quotes.chips}
    start = min(quote.day for quote in quotes.quotes)
    years = [(row.day - start).days / 365.25 for row in rows]
    logs = {name: np.log(chip.features) for name, chip in chips.items()}
    centre = np.mean([logs[name] for name in {quote.chip for quote in quotes.quotes}], axis=0)
    variances, matrix = fitted(quotes).sds ** 2, np.empty((26, 26))
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            chip, basis, seller = a.chip == b.chip, a.basis == b.basis, a.seller == b.seller
            generation, tier = chips[a.chip].generation == chips[b.chip].generation, a.basis[-1] == b.basis[-1]
            walk = min(years[i], years[j])
            on_basis = seller and basis
            shared = [basis, generation, chip, tier * walk, chip * walk, seller, on_basis, on_basis and chip, i == j]
            matrix[i, j] = 100 + sum(x == y for x, y in zip(a.basis, b.basis, strict=True)) + variances @ shared
            matrix[i, j] += 0.25 * (logs[a.chip] - centre) @ (logs[b.chip] - centre)
    values = np.log([row.price for row in rows[:-1]])
    centred = values - np.median(values) - [0.5 * (logs[row.chip] - centre).sum() for row in rows[:-1]]
    weights = np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
    mean = np.median(values) + 0.5 * (logs["chip 2"] - centre).sum() + weights @ centred
    found = predict(quotes, [Target("chip 2", date(2027, 5, 1), last.basis, last.seller)])
    np.testing.assert_allclose(found.mean, mean, atol=2e-6)
    np.testing.assert_allclose(found.sd, np.sqrt(matrix[-1, -1] - weights @ matrix[:-1, -1]), atol=2e-6)


def test_the_gradient_of_the_posterior_is_that_of_differences():
    quotes = History(4).quotes(20)
    rows = fitted(quotes).rows
    parts = np.array([*prices.components(rows.as_column(), rows), np.eye(20)])
    fixed, values = prices.fixed_covariance(rows.as_column(), rows), np.random.default_rng(1).normal(size=20)
    logs = np.random.default_rng(2).normal(-1.5, 0.5, len(prices.SCALES))
    made = prices.negative_log_posterior(logs, values, fixed, parts)[1]
    known = optimize.approx_fprime(logs, lambda x: prices.negative_log_posterior(x, values, fixed, parts)[0], 1e-7)
    np.testing.assert_allclose(made, known, atol=1e-4)


def test_nine_of_ten_later_quotes_of_new_sellers_lie_in_the_90_percent_interval():
    found = []
    for seed in range(20):
        history = History(seed)
        quotes = history.quotes(50)
        found.append(scores(quotes, [history.quote(f"new {i}", first_week=150) for i in range(6)]))
    assert 0.85 < coverage(np.concatenate(found)) < 0.95


def test_the_scale_of_prices_and_the_order_of_quotes_do_not_matter():
    quotes = History(5).quotes(30)
    targets = [target_of(quote)._replace(day=LAST) for quote in quotes.quotes[:5]]
    found = predict(quotes, targets)
    dearer = replace(quotes, quotes=tuple(quote._replace(price=7 * quote.price) for quote in quotes.quotes))
    scaled = predict(dearer, targets)
    np.testing.assert_allclose(scaled.mean, found.mean + np.log(7), atol=2e-6)
    np.testing.assert_allclose(scaled.sd, found.sd, atol=2e-6)
    turned = predict(Quotes(quotes.quotes[::-1], quotes.chips[::-1]), targets)
    assert all(np.array_equal(one, other) for one, other in zip(found, turned, strict=True))
    assert predict(quotes, targets[2:3]).mean == found.mean[2]


def test_after_the_last_quote_and_before_the_first_the_median_stays_and_the_variance_grows_with_time():
    quotes = table("rent")
    sds = fitted(quotes).sds
    for first, step in ((date(2026, 9, 1), 1), (date(2022, 1, 1), -1)):
        days = [first + step * timedelta(years * 365.25) for years in (0, 1, 3)]
        found = predict(quotes, [Target("H100", day, ON_DEMAND) for day in days])
        np.testing.assert_allclose(found.mean, found.mean[0], atol=2e-6)
        apart = np.array([(day - first).days / 365.25 * step for day in days])
        np.testing.assert_allclose(found.sd**2 - found.sd[0] ** 2, (sds[3] ** 2 + sds[4] ** 2) * apart, atol=2e-6)


def test_a_quote_with_a_wide_interval_pulls_less_than_an_exact_one():
    quotes = [Quote(2.0, "A", START, ON_DEMAND, "one"), Quote(2.0, "A", START, ON_DEMAND, "two")]
    medians = [
        predict(Quotes((*quotes, Quote(8.0, "A", START, ON_DEMAND, "", ratio)), ()), [Target("A", START, ON_DEMAND)])
        for ratio in (1.0, 2.0, 20.0)
    ]
    exact, narrow, wide = (float(each.mean[0]) for each in medians)
    assert np.log(2) < wide < narrow < exact < np.log(8)


def test_equal_quotes_of_one_seller_are_not_those_of_many():
    def market(sellers):
        quotes = tuple(Quote(2.0, "A", START, ON_DEMAND, f"seller {i % sellers}") for i in range(10))
        return float(predict(Quotes(quotes, ()), [Target("A", START, ON_DEMAND)], market=True).sd[0])

    assert market(1) > 1.5 * market(10)


def test_one_quote_leaves_no_price_certain():
    found = predict(Quotes((Quote(2.0, "A", START, ON_DEMAND, "one"),), ()), [Target("A", START, ON_DEMAND)])
    low, middle, high = found.distribution(0).ppf(np.array([0.05, 0.5, 0.95]))
    assert middle == pytest.approx(2)
    assert low < 1.5 < 2.7 < high


def test_a_market_is_known_better_than_a_quote_and_a_named_seller_better_than_a_new_one():
    quotes, target = table("rent"), Target("A100 80GB", date(2025, 3, 3), LISTED)
    new, level = predict(quotes, [target]), predict(quotes, [target], market=True)
    named = predict(quotes, [target._replace(seller="Amazon Web Services")])
    np.testing.assert_allclose(level.mean, new.mean, atol=2e-6)
    np.testing.assert_allclose(new.sd**2 - level.sd**2, (fitted(quotes).sds[5:] ** 2).sum(), atol=2e-6)
    assert named.sd < new.sd
    assert np.exp(named.mean[0]) == pytest.approx(5.12, rel=0.1)  # its list price on the day before


def test_a_distribution_is_lognormal():
    found = predict(table("rent"), [Target("H100", LAST, ON_DEMAND), Target("H200", LAST, ON_DEMAND)])
    known = stats.lognorm(found.sd[1], scale=np.exp(found.mean[1]))
    p, made = np.array([1e-6, 0.05, 0.5, 0.95]), found.distribution(1)
    np.testing.assert_allclose(made.ppf(p), known.ppf(p), rtol=1e-9)
    np.testing.assert_allclose(made.cdf(known.ppf(p)), p, rtol=1e-9)
    np.testing.assert_allclose(made.isf(p), known.isf(p), rtol=1e-9)


def test_a_chip_without_quotes_has_the_level_of_its_class():
    """The more so the more of BF16 rate and memory; a chip of which nothing is known is as wide as LEVEL_SD."""
    quotes = table("rent")
    gb300 = Chip("GB300", "blackwell", (2500.0, 288.0))
    larger = replace(quotes, chips=(*quotes.chips, gb300, Chip("double", "blackwell", (5000.0, 576.0))))
    names = ["TPU v7", "H20", "GB300", "double", "unknown"]
    found = predict(larger, [Target(name, LAST, ON_DEMAND) for name in names])
    assert not found.of_chip.any()
    assert found.class_known.tolist() == [True, True, True, True, False]
    assert found.mean[3] > found.mean[2] > predict(quotes, [Target("H200", LAST, ON_DEMAND)]).mean[0]
    assert found.sd[4] > prices.LEVEL_SD > 2 * found.sd[2] / 1.2
    known = predict(quotes, [Target("H100", LAST, ON_DEMAND)])
    assert known.of_chip[0] == sum(quote.chip == "H100" for quote in quotes.quotes)
    assert known.of_basis[0] == sum(quote.basis == ON_DEMAND for quote in quotes.quotes)
    assert known.sd[0] < found.sd[:3].min()


def test_nine_of_ten_quotes_of_2025_lie_within_the_intervals_of_2024():
    found = [
        scores(table(what, date(2024, 12, 31)), [each for each in table(what).quotes if each.day.year == 2025])
        for what in ("bought", "rent")
    ]
    assert coverage(np.concatenate(found)) >= 0.85
    assert 0.4 < coverage(np.concatenate(found), 0.5) < 0.65


@pytest.mark.parametrize("chip", ["H100", "H200"])
def test_rents_of_2026_lie_within_the_intervals_of_2025(chip):
    later = [quote for quote in table("rent").quotes if quote.chip == chip and quote.day.year == 2026]
    assert {quote.basis for quote in later} >= ({ON_DEMAND, ONE_YEAR, LISTED} if chip == "H100" else {ON_DEMAND})
    assert (np.abs(scores(table("rent", date(2025, 12, 31)), later)) < stats.norm.ppf(0.95)).all()


def test_the_table_orders_bases_as_the_market_does():
    terms = [(term, tier) for tier in ("market", "hyperscaler") for term in ("3 years", "1 year", "on demand")]
    means = predict(table("rent"), [Target("H100", date(2025, 3, 1), basis) for basis in terms], market=True).mean
    assert (np.diff(means[:3]) > 0).all()
    assert (np.diff(means[3:]) > 0).all()
    assert (means[3:] > means[:3] + np.log(1.5)).all()


def test_indices_and_racks_are_in_no_series():
    bases = {quote.basis for what in ("bought", "rent") for quote in table(what).quotes}
    assert not any("spot index" in basis or "rack" in basis[0] for basis in bases)


@pytest.mark.parametrize(("changed", "part"), [({"price": 0.0}, "price = 0 "), ({"ratio": 0.5}, "ratio = 0.5 ")])
def test_what_is_no_price_is_refused(changed, part):
    with pytest.raises(InputError, match=f"A on 2022-01-01: .*{part}"):
        Quotes((Quote(1.0, "A", START, ON_DEMAND)._replace(**changed),), ())


def test_no_quotes_are_refused():
    with pytest.raises(InputError, match="no quote is left"):
        Quotes((), ())
