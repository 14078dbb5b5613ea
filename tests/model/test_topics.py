"""The nodes of capacity, scaling, chips, inference, search and everyday equivalents, with numbers easy to check."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mcfrontier.model import capacity, chips, everyday, inference, scaling, search
from mcfrontier.model.forecasts import history, trend

HOFFMANN = {  # A, alpha, B, beta at references of 1: Hoffmann et al. (2022)
    "parameter_loss_scale": 406.4,
    "parameter_reference": 1.0,
    "parameter_exponent": 0.34,
    "token_loss_scale": 410.7,
    "token_reference": 1.0,
    "token_exponent": 0.28,
}


def test_a_cluster_determines_the_budget_and_the_largest_model():
    """100,000 chips of 1,979 TFLOP/s for 100 days: 1.71e27 FLOP, 19e12 parameters on 15e12 tokens."""
    budget = capacity.compute_budget(100_000 * 2_400, 1_979e12 * 3_600)
    assert budget == pytest.approx(1.709856e27)
    assert capacity.largest_model(budget, 6, 15e12) == pytest.approx(19e12, rel=1e-3)
    assert capacity.compute_multiple(budget, 2.1e25) == pytest.approx(81.4, abs=0.05)


def test_rented_compute_is_budget_times_compute_per_dollar():
    assert capacity.rented_compute(100, compute_per_dollar=2) == 200
    assert capacity.compute_per_dollar(achieved_rate=4, rental_price=2) == 2


def losses(parameters, tokens):
    words = dict(HOFFMANN)
    a, n, alpha = (words[f"parameter_{word}"] for word in ("loss_scale", "reference", "exponent"))
    b, d, beta = (words[f"token_{word}"] for word in ("loss_scale", "reference", "exponent"))
    return scaling.parameter_loss(a, parameters, n, alpha), scaling.token_loss(b, tokens, d, beta)


def test_the_loss_has_the_published_parts():
    """0.03 for 1e12 parameters, 0.25 for 300e9 tokens: Sunyan (2023), after Hoffmann et al. (2022)."""
    parts = losses(1e12, 3e11)
    assert [round(part, 2) for part in parts] == [0.03, 0.25]
    assert scaling.loss(1.69, *parts) == pytest.approx(1.69 + sum(parts))


@given(st.floats(1e19, 1e28), st.floats(0.2, 5))
def test_the_optimal_split_of_a_budget_minimises_the_loss(budget, stretch):
    best = scaling.optimal_parameters(budget, 6, **HOFFMANN)
    tokens = scaling.optimal_tokens(budget, 6, best)
    assert 6 * best * tokens == pytest.approx(budget)
    assert sum(losses(best * stretch, tokens / stretch)) >= sum(losses(best, tokens)) * (1 - 1e-12)


@given(st.floats(1, 1e12), st.floats(1, 1e12))
def test_the_choice_of_references_changes_nothing(parameters, tokens):
    moved = HOFFMANN | {"parameter_reference": parameters, "token_reference": tokens}
    moved["parameter_loss_scale"] *= parameters**-0.34
    moved["token_loss_scale"] *= tokens**-0.28
    assert scaling.optimal_parameters(1e25, 6, **moved) == pytest.approx(
        scaling.optimal_parameters(1e25, 6, **HOFFMANN)
    )


def test_slopes_and_exponents_determine_the_loss_scales():
    assert scaling.parameter_loss_scale(0.12, 0.4) == pytest.approx(0.3)
    assert scaling.token_loss_scale(0.12, 0.3) == pytest.approx(0.4)
    assert scaling.irreducible_loss(2.5, 0.3, 0.4) == pytest.approx(1.8)


def test_a_fixed_ratio_of_tokens_to_parameters():
    """6 x 10 x 200 = 12,000."""
    assert scaling.rule_parameters(12_000, 6, 20) == pytest.approx(10)
    assert scaling.rule_tokens(10, 20) == 200


def test_ratios_of_chip_price_and_performance():
    assert chips.price_per_fp32_rate(1_000, 20) == chips.price_per_bf16_rate(1_000, 20) == 50
    assert chips.price_per_eight_bit_rate(15_000, 624) == pytest.approx(24.04, abs=5e-3)
    assert chips.price_per_memory(8_000, 80) == chips.price_per_bandwidth(200, 2) == chips.price_per_power(40_000, 400)
    assert chips.bf16_rate_per_power(312, 400) == 0.78
    assert chips.bf16_rate_per_price(312, 15_600) == 0.02
    assert chips.eight_bit_over_fp32(1_979, 66.91) == pytest.approx(29.6, abs=0.03)
    assert chips.fp32_over_cpu(14.1, 2.82) == pytest.approx(5)
    assert chips.export_rating(624, 8) == 4_992
    assert chips.ordinary_memory_share(80, 2.05, 16_400) == pytest.approx(0.01)
    assert chips.disk_memory_share(80, 0.014, 11_200) == pytest.approx(1e-4)


def test_training_memory_and_the_chips_for_it():
    """20 bytes a parameter: GPT-3 3.5 TB, 44 chips of 80 GB."""
    assert chips.training_memory(175e9, 20) == 3.5e12
    assert chips.chips_for_memory(3.5e12, 80e9) == 44
    assert chips.newer_chip_cost_over_older(np.array([[10.0, 20.0], [5.0, 4.0]])).tolist() == [0.5, 0.2]


def test_serving_costs_and_token_prices():
    """2 x 175e9 FLOP at 312 TFLOP/s x 0.213 and $19.22 an hour for 8: $0.003515 for 1,000 tokens."""
    cost = inference.serving_cost(2, 175e9, 312e12 * 3_600, 0.213, 19.22 / 8)
    assert 1_000 * cost == pytest.approx(0.003515, abs=5e-7)
    assert inference.serving_cost_share(1, 5) == 0.2
    assert inference.serving_margin(0.2) == 0.8
    assert inference.product_token_price(82 / 100_000, 0.75) * 1_000 == pytest.approx(0.615)
    assert inference.product_margin(0.615, 0.02, 5) == pytest.approx(0.837, abs=5e-4)
    assert inference.equal_performance_cost(0.4, 0.5, 2) == pytest.approx(0.1)


def test_query_costs_and_revenue():
    """5 answers of 450 words at $0.02 for 750, 30 % kept, margin 75 %: $0.0105."""
    tokens = search.query_tokens(5, 50, 400, 0.75)
    assert tokens == 3_000
    assert search.query_cost(tokens, 0.02 / 1_000, 0.30, 0.75) == pytest.approx(0.0105)
    assert search.searches(1.2e12, 0.60, 0.30, 1) == pytest.approx(2.4e12)
    assert search.query_revenue(100e9, 2e12) == 0.05
    assert search.query_cost_over_revenue(0.07, 0.05) == pytest.approx(1.4)
    assert search.optimised_query_cost(0.08, 4, 2) == 0.01
    assert search.optimised_cost_over_revenue(0.01, 0.04) == 0.25
    assert search.search_bill(2e12, 0.01) == 20e9


def test_everyday_equivalents():
    assert everyday.training_data(13e12, 2) == 26e12
    assert everyday.laptops(26e12, 256e9) == pytest.approx(101.6, abs=0.05)
    assert everyday.consoles(2e25, 10.28e12, 90 * 86_400) == pytest.approx(250_200, abs=50)
    assert everyday.consoles_over_sold(384_000, 38.4e6) == 0.01
    assert everyday.communication(5e15, 0.5, 90 * 86_400) == pytest.approx(1.944e22)
    assert everyday.communication_over_internet(7, 3.5) == 2
    assert everyday.homes(140e6, 2.5e3) == 56_000
    assert everyday.chips_over_country(15e9, 15_000, 500, 1, 500e9) == pytest.approx(1e-3)


def test_links_and_pipelines():
    assert capacity.device_links(4) == 6
    assert capacity.microbatches(8, 3) == 24
    assert capacity.pipeline_idle_share(pipeline_stages=5, microbatches=16) == 0.2


def test_a_doubling_every_half_year_is_four_times_a_year():
    assert trend.yearly_growth(2, 0.5, 1) == 4


def test_a_trend_through_points_on_a_line():
    """Costs that double every year for three years, with one missing row."""
    date = np.array([[0.0], [1.0], [2.0], [3.0]])
    log = np.log10([[1.0], [2.0], [np.nan], [8.0]])
    assert trend.growth_count(log).tolist() == [3]
    rate = trend.growth_rate(log, date)
    assert rate == pytest.approx(np.log10(2))
    assert trend.growth_fit(log, date, rate) == pytest.approx(1)
    assert trend.growth(rate, 1) == pytest.approx(2)
    assert trend.doubling_time(rate) == pytest.approx(1)
    assert trend.trend_crossing_date(log, date, rate, cost_threshold=32, one_dollar=1) == pytest.approx(5)
    assert trend.growth_offset(np.array([41.0]), np.array([0.0])) == pytest.approx(0)
    at_p95 = stats.norm.ppf(0.95)  # Student's t, not the normal: 1.685 for 39 degrees of freedom
    assert (
        trend.growth_offset(41.0, at_p95) == pytest.approx(trend.growth_reach(41.0)) == pytest.approx(1.6849, abs=1e-4)
    )
    assert trend.trend_rate(0.4, 0.05, 2) == pytest.approx(0.5)


@given(st.lists(st.integers(-500, 500), min_size=4, max_size=30, unique=True), st.integers(0, 2**32 - 1))
def test_a_trend_equals_scipys_regression(dates, seed):
    logs = np.random.default_rng(seed).normal(size=len(dates))
    date, log = np.array(dates)[:, None] / 100, logs[:, None]
    found = stats.linregress(date[:, 0], logs)
    rate, fit = trend.growth_rate(log, date), trend.growth_fit(log, date, trend.growth_rate(log, date))
    error = trend.growth_error(log, date, rate, trend.growth_count(log))
    assert [float(x[0]) for x in (rate, fit)] == pytest.approx([found.slope, found.rvalue**2], rel=1e-6, abs=1e-9)
    assert float(error[0]) == pytest.approx(found.stderr, rel=1e-4)


def test_a_trend_selects_its_cost_basis_and_exclusions():
    rows = {"amortised_cost_2023usd": [10, 10, 10], "cloud_cost_2023usd": [100, 100, 100]}
    rows |= {"acquisition_cost_2023usd": [1_000, 1_000, 1_000], "tpu": [0, 1, 0], "outlier": [0, 0, 1]}
    rows = {name: np.array(column, float)[:, None, None] for name, column in rows.items()}
    trends = {"counts_rent": [0, 0, 1, 0], "counts_purchase": [0, 0, 0, 1], "leaves_out_tpus": [0, 1, 0, 0]}
    trends |= {"leaves_out_outliers": [0, 1, 0, 0]}
    trends = {name: np.array(column, float)[None, :, None] for name, column in trends.items()}
    found = trend.log_cost(**rows, **trends, one_dollar=1.0)[:, :, 0]
    nan = np.nan
    np.testing.assert_allclose(found, [[1, 1, 2, 3], [1, nan, 2, 3], [1, nan, 2, 3]])


def test_the_latest_of_equally_costly_runs_determines_the_crossing():
    date, log = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    found = trend.trend_crossing_date(log, date, np.array([1.0]), cost_threshold=100, one_dollar=1)
    assert found == pytest.approx(4)


def test_a_typical_purchase_multiple_is_the_geometric_mean():
    assert history.typical_purchase_multiple(np.array([[10.0], [np.nan], [1_000.0]])) == pytest.approx(100)
