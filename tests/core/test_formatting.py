"""Formatting of figures for readers."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mcfrontier
from mcfrontier.core import digits, formatting
from mcfrontier.core.formatting import amount, percent


@pytest.mark.parametrize("module", [formatting, mcfrontier])
def test_the_examples_in_the_docstrings_are_correct(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((535_714_285.71, "USD"), "$536M"),
        ((1.234e9, "USD"), "$1.23B"),
        ((999_960_000, "USD"), "$1B"),
        ((15_000, "USD/chip"), "$15,000/chip"),
        ((1.36, "USD/chip/h"), "$1.36/chip-hour"),
        ((-5e6, "USD"), "−$5M"),
        ((0, "USD"), "$0"),
        ((20e6, "EUR"), "€20M"),
        ((43_418, "MWh"), "43.4 GWh"),
        ((22.4, "MW"), "22.4 MW"),
        ((57e6, "chip*h"), "57 million chip-hours"),
        ((25_000, "chip"), "25,000 chips"),
        ((1, "year"), "1 year"),
        ((13e12, "token"), "13 trillion tokens"),
        ((2.1e25, "FLOP"), "2.1 × 10²⁵ FLOP"),
        ((312, "TFLOP/s/chip"), "312 TFLOP/s/chip"),
        ((0.7, "share"), "70%"),
        ((0.14, "1/year"), "0.14/year"),
        ((math.nan, "USD"), "–"),
        ((96.537, "day", 0.08), "96.5 days"),
        ((96.537, "day", 0.3), "96.5 days"),
        ((96.537, "day", 4), "97 days"),
        ((96.537, "day", 9.6), "100 days"),
        ((0.41234, "share", 0.00001), "41.2%"),
        ((0.41234, "share", 0.02), "41%"),
        ((41.234, "%", 0.05), "41.2%"),
        ((41.234, "%", 2), "41%"),
    ],
)
def test_an_amount_is_formatted_for_readers(arguments, message):
    assert amount(*arguments) == message


@given(st.floats(1e-20, 1e30), st.floats(1e-12, 1e3))
def test_no_digit_beyond_the_error_is_shown(value, relative_error):
    kept, last = digits.rounded(value, error := value * relative_error)
    leading = math.floor(math.log10(value) + 1e-12)
    first = math.floor(math.log10(float(f"{error:.0e}")) + 1e-12)  # of the reported error
    assert last == leading or last >= first
    assert last >= leading - 2
    assert abs(kept - value) <= 0.5001 * 10.0**last


@given(st.floats(1e-20, 1e30), st.floats(1e-12, 1e3))
def test_rounding_is_below_the_error_or_beyond_three_digits(value, relative_error):
    kept, _ = digits.rounded(value, error := value * relative_error)
    assert abs(kept - value) <= max(0.5264 * error, 0.005001 * value)


@given(st.floats(1e-20, 1e30))
def test_three_digits_are_correct(value):
    kept, _ = digits.rounded(value)
    assert kept == pytest.approx(value, rel=5.001e-3)


def test_ordinals():
    found = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 22: "22nd", 38: "38th"}
    for count, word in found.items():
        assert formatting.ordinal(count) == word


@pytest.mark.parametrize(
    ("share", "text"), [(0.00031, "0.031 %"), (0.041, "4.1 %"), (0.85, "85 %"), (0.999, "100 %"), (1.0, "100 %")]
)
def test_a_share_of_draws_has_no_exponent(share, text):
    assert percent(share) == text
