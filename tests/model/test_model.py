"""The nodes of the model, with numbers that are easy to check."""

import math

import numpy as np
import pytest

from mcfrontier.model import compute, cost_bases, hardware, power, shares, staff


def test_compute_is_six_per_parameter_and_token():
    assert compute.training_compute(6, 175e9, 300e9) == pytest.approx(3.15e23)


def test_chip_hours_are_compute_over_the_hourly_rate_of_a_chip():
    assert (
        compute.chip_time(training_compute=1e6, achieved_rate=compute.achieved_rate(100, mfu=0.5, goodput=0.8))
        == 25_000
    )
    assert compute.rate_at_utilisation(100, 0.4) == compute.achieved_rate(100, mfu=0.5, goodput=0.8)


def test_days_are_chip_hours_over_chips():
    assert compute.training_time(chip_time=2_280 * 25_000, chip_count=25_000) == 2_280


def test_the_chips_share_of_an_a100_cluster():
    """(1 - 0.19) / 1.66, about 0.49: Cottier et al. (2024)."""
    assert hardware.gpu_share(0.19, 1.66) == pytest.approx(0.488, abs=5e-4)


def test_the_hardware_cost_of_gpt4_matches_lesswrong():
    """25,000 chips at $15,000, 70 % of the hardware: $535.7M."""
    price = hardware.cluster_price(15_000, 0.70)
    assert hardware.acquisition_cost(25_000, price) == pytest.approx(535_714_285.71, abs=0.01)


def test_a_loss_of_a_tenth_of_an_order_per_year_divides_value_by_ten_in_ten_years():
    assert hardware.chip_value(20_000, value_loss=0.1, hardware_age=10) == pytest.approx(2_000)


def test_new_chips_gain_what_the_progress_of_the_time_adds_up_to():
    assert hardware.replacement_gain(hardware_progress=0.15, cluster_time=2) == pytest.approx(10**0.3)


def test_amortised_hardware_is_the_hourly_depreciation_times_chip_hours():
    assert hardware.amortised_hardware_cost(1_000, 0.1, 0, 50) == pytest.approx(1_000 * 0.1 * 2.302585 * 50)


def test_the_amortised_hardware_and_energy_of_gpt4_in_the_published_accounting():
    """Cottier et al. (2024), data of Epoch AI: 57e6 chip-hours of an A100 bought at $24,875 with its server 638
    days before the run, interconnect 19 % of the cluster, gives $40,155,934."""
    year = 8766.0
    value = hardware.chip_value(24_875 / (1 - 0.19), 0.14 / year, 638 * 24)
    energy = power.energy(57e6, power.chip_power(0.4, power.power_overhead(6.5 / 8 / 0.4, 0.75, 1.25)))
    cost = cost_bases.amortised_cost(
        hardware.amortised_hardware_cost(value, 0.14 / year, 0, 57e6), power.energy_cost(energy, 0.0806, 0)
    )
    assert energy == pytest.approx(43.418e6, rel=1e-4)
    assert cost == pytest.approx(40_155_934, rel=1e-6)


def test_power_and_energy_costs():
    assert power.power_overhead(2, 0.75, 1.2) == pytest.approx(1.8)
    assert power.chip_power(400, 2) == 800
    assert power.cluster_power(25_000, 800) == 20e6
    assert power.energy(1000, 800) == 800_000
    assert power.energy_cost(800_000, 0.05e-3, 0) == pytest.approx(40)
    assert power.creation_energy(20e6, 8766) == 20e6 * 8766
    assert power.creation_energy_cost(20e6 * 8766, 0.05e-3) == pytest.approx(8.766e6)


def test_staff_cost_is_pay_times_time():
    pay = staff.pay(200_000, 1.25, 150_000)
    assert pay == 400_000
    rate = staff.payroll(staff_count=100, staff_time_share=0.25, pay=pay)
    assert rate == 10e6
    assert staff.staff_cost(rate, 1.5) == 15e6
    assert staff.creation_staff_cost(rate, 1) == 10e6


def test_creation_time_is_capped_at_the_limit():
    assert staff.creation_time(np.array([0.5, 1.0, 1.5]), 1.0).tolist() == [0.5, 1.0, 1.0]


def test_the_cost_bases():
    assert cost_bases.upfront_cost(500, 10, 30, 0) == 540
    assert cost_bases.amortised_cost(38, 2) == 40
    assert cost_bases.cloud_cost(1.36, 57e6) == pytest.approx(77_520_000)
    assert cost_bases.development_cost(2, 40, 35, 0) == 115


def test_the_shares_of_a_cost_basis_sum_to_one():
    up = cost_bases.upfront_cost(500, 10, 30, 0)
    assert sum(
        [
            shares.upfront_hardware_share(500, up),
            shares.upfront_energy_share(10, up),
            shares.upfront_staff_share(30, up),
        ]
    ) == pytest.approx(1)
    assert shares.amortised_hardware_share(38, 40) + shares.amortised_energy_share(2, 40) == pytest.approx(1)
    whole = cost_bases.development_cost(2, 40, 35, 0)
    parts = [
        shares.development_hardware_share(2, 38, whole),
        shares.development_energy_share(2, 2, whole),
        shares.development_staff_share(35, whole),
    ]
    assert math.fsum(parts) == pytest.approx(1)


def test_capital_cost_is_hardware_and_facility():
    """16,000 chips at $30,000, land and plant as much again: $960M, the Colossus article (2024)."""
    bought = hardware.acquisition_cost(16_000, 30_000)
    assert cost_bases.capital_cost(bought, hardware.facility_cost(bought, 0.5)) == 960e6
    assert hardware.facility_cost(bought, 0) == 0


def test_ownership_cost_is_purchase_less_resale_value():
    """A tenth of an order of magnitude per year for ten years leaves a tenth of the value."""
    fetched = hardware.resale_value(1_000, value_loss=0.1, cluster_time=10)
    assert fetched == pytest.approx(100)
    assert cost_bases.ownership_cost(1_000, fetched, 0, 3 * 8766) == pytest.approx(900)


def test_cluster_rent_covers_the_whole_rental_period():
    """25,000 chips for 95 days at a dollar an hour."""
    assert cost_bases.cluster_rent(1, compute.cluster_chip_time(25_000, 95 * 24)) == 57e6


def test_straight_line_depreciation_runs_over_the_economic_life():
    part = hardware.straight_line_cost(
        cluster_price=8_000, economic_life=4 * 8766, capital_rate=0, charged_chip_time=8766
    )
    assert part == pytest.approx(2_000)
    assert cost_bases.inhouse_cost(part, 500) == pytest.approx(2_500)
    assert shares.inhouse_hardware_share(2_000, 2_500) + shares.inhouse_energy_share(500, 2_500) == 1


def test_the_chip_share_of_a_server_excludes_the_makers_margin():
    """1 - 195,000 / ((269,010 - 42,000) x 5/4): LessWrong (2023), note 6."""
    listed = hardware.server_list_price(195_000, 32_010, 42_000)
    factor = hardware.server_cost_factor(listed, 42_000, 195_000)
    assert 1 - hardware.gpu_share(0.2, factor) == pytest.approx(1 - 195_000 / ((269_010 - 42_000) * 5 / 4))
    assert hardware.server_chip_price(195_000, 8) == 24_375
    assert hardware.gpu_price(24_900, 1.66) == pytest.approx(15_000)


def test_an_overhead_of_23_percent_is_a_share_of_19():
    assert hardware.interconnect_share(1 / 0.81) == pytest.approx(0.19)


def test_a_budget_buys_chips_with_their_share_of_the_cluster():
    assert hardware.chip_count(1e9, 40_000) == 25_000


def test_implied_utilisation_is_mfu_times_goodput():
    """3.14e23 FLOP on 10,000 V100 of 125 TFLOP/s for 14.8 days: 0.197, data of Epoch AI (CC BY 4.0)."""
    used = compute.implied_utilisation(3.14e23, 125e12 * 3600, compute.run_chip_time(10_000, 14.8 * 24))
    assert used == pytest.approx(0.1964, abs=5e-5)


def test_the_shares_of_company_spending_sum_to_one():
    whole = cost_bases.company_cost(416.45, 89.31)
    hard = shares.company_hardware_share(416.45, 10, whole)
    assert hard + shares.company_energy_share(10, whole) + shares.company_staff_share(89.31, whole) == pytest.approx(1)
