"""The nodes of the model, by numbers one can check in the head."""

import math

import numpy as np
import pytest

from mcfrontier.model import accounts, compute, hardware, power, shares, staff


def test_compute_is_six_a_parameter_and_token():
    assert compute.training_compute(6, 175e9, 300e9) == pytest.approx(3.15e23)


def test_chip_hours_are_compute_over_what_a_chip_does_in_an_hour():
    assert compute.chip_time(training_compute=1e6, peak_rate=100, mfu=0.5, goodput=0.8) == 25_000


def test_days_are_chip_hours_over_chips():
    assert compute.training_time(chip_time=2_280 * 25_000, chip_count=25_000) == 2_280


def test_the_chips_share_of_an_a100_cluster():
    """(1 - 0.19) / 1.66, about 0.49: Cottier et al. (2024)."""
    assert hardware.gpu_share(0.19, 1.66) == pytest.approx(0.488, abs=5e-4)


def test_the_hardware_of_gpt4_as_lesswrong_reckons_it():
    """25,000 chips at $15,000, 70 % of the hardware: $535.7M."""
    price = hardware.cluster_price(15_000, 0.70)
    assert hardware.acquisition_cost(25_000, price) == pytest.approx(535_714_285.71, abs=0.01)


def test_value_falls_tenfold_in_ten_years_at_a_tenth_of_an_order_a_year():
    assert hardware.chip_value(20_000, depreciation=0.1, hardware_age=10) == pytest.approx(2_000)


def test_amortised_hardware_is_the_value_lost_in_an_hour_times_chip_hours():
    assert hardware.amortised_hardware_cost(1_000, 0.1, 50) == pytest.approx(1_000 * 0.1 * 2.302585 * 50)


def test_the_amortised_hardware_and_energy_of_gpt4_in_the_published_accounting():
    """Cottier et al. (2024), data of Epoch AI: 57e6 chip-hours of an A100 bought at $24,875 with its server 638
    days before the run, interconnect 19 % of the cluster, gives $40,155,934."""
    year = 8766.0
    value = hardware.chip_value(24_875 / (1 - 0.19), 0.14 / year, 638 * 24)
    energy = power.energy(57e6, power.chip_power(0.4, power.power_overhead(6.5 / 8 / 0.4, 0.75, 1.25)))
    cost = accounts.amortised_cost(
        hardware.amortised_hardware_cost(value, 0.14 / year, 57e6), power.energy_cost(energy, 0.0806)
    )
    assert energy == pytest.approx(43.418e6, rel=1e-4)
    assert cost == pytest.approx(40_155_934, rel=1e-6)


def test_power_and_its_bill():
    assert power.power_overhead(2, 0.75, 1.2) == pytest.approx(1.8)
    assert power.chip_power(400, 2) == 800
    assert power.cluster_power(25_000, 800) == 20e6
    assert power.energy(1000, 800) == 800_000
    assert power.energy_cost(800_000, 0.05e-3) == pytest.approx(40)
    assert power.creation_energy(20e6, 8766) == 20e6 * 8766
    assert power.creation_energy_cost(20e6 * 8766, 0.05e-3) == pytest.approx(8.766e6)


def test_people_cost_salary_with_overhead_and_equity_for_the_time_they_give():
    pay = staff.pay(200_000, 1.25, 150_000)
    assert pay == 400_000
    rate = staff.payroll(staff_count=100, staff_time_share=0.25, pay=pay)
    assert rate == 10e6
    assert staff.staff_cost(rate, 1.5) == 15e6
    assert staff.creation_staff_cost(rate, 1) == 10e6


def test_spending_up_front_counts_for_the_limit_at_most():
    assert staff.creation_time(np.array([0.5, 1.0, 1.5]), 1.0).tolist() == [0.5, 1.0, 1.0]


def test_the_accounts():
    assert accounts.upfront_cost(500, 10, 30) == 540
    assert accounts.amortised_cost(38, 2) == 40
    assert accounts.cloud_cost(1.36, 57e6) == pytest.approx(77_520_000)
    assert accounts.development_cost(2, 40, 35) == 115


def test_the_shares_of_an_account_add_up():
    up = accounts.upfront_cost(500, 10, 30)
    assert sum(
        [
            shares.upfront_hardware_share(500, up),
            shares.upfront_energy_share(10, up),
            shares.upfront_staff_share(30, up),
        ]
    ) == pytest.approx(1)
    assert shares.amortised_hardware_share(38, 40) + shares.amortised_energy_share(2, 40) == pytest.approx(1)
    whole = accounts.development_cost(2, 40, 35)
    parts = [
        shares.development_hardware_share(2, 38, whole),
        shares.development_energy_share(2, 2, whole),
        shares.development_staff_share(35, whole),
    ]
    assert math.fsum(parts) == pytest.approx(1)
