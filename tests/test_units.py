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
