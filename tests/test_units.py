"""Units: conversion at the door."""

import pytest

from mcfrontier import units
from mcfrontier.errors import InputError


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
def test_a_unit_is_so_many_base_units(unit, base_units):
    assert units.scale(unit) == pytest.approx(base_units, rel=1e-14)


def test_a_watt_for_an_hour_is_energy():
    assert units.same_kind("W*h", "kWh")
    assert units.same_kind("J", "MWh")
    assert units.convert(3.6e6, "J", "kWh") == pytest.approx(1)


def test_currencies_do_not_mix():
    assert not units.same_kind("USD", "EUR")


@pytest.mark.parametrize("text", ["USX", "kWhh", "USD/chp", "3 USD", "USD//", "USD +", "é", "__import__('os')"])
def test_a_text_that_is_no_unit_is_refused(text):
    with pytest.raises(InputError, match="unit"):
        units.parse(text)


def test_an_unknown_unit_brings_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'kWh'"):
        units.parse("kWhh")


@pytest.mark.parametrize(
    ("day", "year"), [("2027-01-01", 2027), ("2028-07-02", 2028.5), ("2027-12-31", 2028 - 1 / 365)]
)
def test_a_day_is_read_as_a_year_of_the_calendar(day, year):
    assert units.read(day, "AD", "start") == pytest.approx(year)


def test_a_length_of_time_is_no_date_and_a_day_must_be_one():
    assert not units.same_kind("year", "AD")
    for text, told in (("2 years", "'years' is not a unit of start"), ("2027-02-30", "there is no such day")):
        with pytest.raises(InputError, match=told):
            units.read(text, "AD", "start")
