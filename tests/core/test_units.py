"""Units: parsing and conversion."""

import pytest

from mcfrontier.core import units
from mcfrontier.core.errors import InputError


@pytest.mark.parametrize(
    ("unit", "base_units"),
    [
        ("USD/chip", 1),
        ("kWh", 1000),
        ("day", 24),
        ("year", 8766),
        ("month", 730.5),
        ("TFLOP/s/chip", 3600e12),
        ("%", 0.01),
        ("share", 1),
        ("1", 1),
        ("USD/kWh", 1e-3),
        ("MW", 1e6),
    ],
)
def test_a_unit_has_its_scale_in_base_units(unit, base_units):
    assert units.scale(unit) == pytest.approx(base_units, rel=1e-14)


def test_a_watt_for_an_hour_is_energy():
    assert units.same_kind("W*h", "kWh")
    assert units.same_kind("J", "MWh")
    assert units.convert(3.6e6, "J", "kWh") == pytest.approx(1)


def test_currencies_do_not_mix():
    assert not units.same_kind("USD", "EUR")


@pytest.mark.parametrize("text", ["USX", "kWhh", "USD/chp", "3 USD", "USD//", "USD +", "é", "__import__('os')"])
def test_an_invalid_unit_is_rejected(text):
    with pytest.raises(InputError, match="unit"):
        units.parse(text)


def test_an_unknown_unit_has_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'kWh'"):
        units.parse("kWhh")


@pytest.mark.parametrize(
    ("day", "year"), [("2027-01-01", 2027), ("2028-07-02", 2028.5), ("2027-12-31", 2028 - 1 / 365)]
)
def test_a_date_is_read_as_a_decimal_year(day, year):
    assert units.read(day, "AD", "start") == pytest.approx(year)


def test_a_duration_is_not_a_date_and_an_impossible_date_is_rejected():
    assert not units.same_kind("year", "AD")
    for text, found in (("2 years", "'years' is not a unit of start"), ("2027-02-30", "there is no such day")):
        with pytest.raises(InputError, match=found):
            units.read(text, "AD", "start")
