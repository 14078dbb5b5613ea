"""Units: parsing and conversion."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mcfrontier as mcf
from mcfrontier.core import units
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions import amounts
from mcfrontier.core.formatting import amount
from mcfrontier.core.kinds import date_digits


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
    assert amounts.read(day, "AD", "start") == pytest.approx(year)


def test_a_duration_is_not_a_date_and_an_impossible_date_is_rejected():
    assert not units.same_kind("year", "AD")
    for text, found in (("2 years", "'years' is not a unit of start"), ("2027-02-30", "there is no such day")):
        with pytest.raises(InputError, match=found):
            amounts.read(text, "AD", "start")


@pytest.mark.parametrize(
    "text",
    ["USD**9**9**9**9", "2**2**2**9", "h**10", "((h**9)**9)", "h" + "*h" * 10, "h**0.5", "kW⁹⁹⁹", "h/1e999", "1/0"],
)
def test_a_unit_with_a_large_or_broken_power_is_refused(text):
    with pytest.raises(InputError, match=r"power|not a unit"):
        units.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 9 + "h" + ")" * 9, "more than 8 parentheses"),
        ("h" + " " * 200, "at most 100 characters"),
        ("(h", "check its parentheses"),
        ("h)", "check its parentheses"),
        ("3 day", "leave the number out"),
        ("h\nh", "not a unit"),
        ("ZWh**9*ZB**9", "beyond the range of numbers"),
        ("d", "write day"),
        ("ms", "write seconds, 1 ms as 0.001 s"),
        ("$", "write USD"),
        ("AD/day", "AD is a date and stands alone; a time is in year"),
        ("kAD", "AD is a date and stands alone; a time is in year"),
    ],
)
def test_a_text_that_is_no_unit_is_refused_with_a_remedy(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        units.scale(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [("kW h", "kW*h"), ("USD per chip", "USD/chip"), ("h^2", "h**2"), ("(USD/h)**2", "USD*USD/h/h"), ("1/h", "h**-1")],
)
def test_a_unit_may_be_written_in_several_ways(text, same):
    assert units.parse(text) == units.parse(same)


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("3 d", "day", "write day"),
        ("10 k", "USD", "write 10k or 1e4, without a space"),
        ("$3M", "USD", "such as 15_000 USD, without $ and commas"),
        ("80B", "GB", "'80B' is 8e+10; write 80 B for bytes"),
        ("2027-07", "AD", "write a day such as 2027-07-01, or a year as 2027.5"),
        ("2027-07-01T12:00:00", "AD", "write a day such as 2027-07-01, or a year as 2027.5"),
    ],
)
def test_a_number_that_cannot_be_read_is_refused_with_a_remedy(text, unit, message):
    with pytest.raises(InputError, match=re.escape(message)):
        amounts.read(text, unit, "x")


def test_an_integer_of_thousands_of_digits_is_no_number():
    with pytest.raises(InputError, match="a number is expected"):
        amounts.read(10**5000, "USD", "x")


@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_a_day_is_a_year_of_the_calendar_and_back(day):
    year = units.year_of(day.year, day.month, day.day)
    assert units.day_of(year) == day
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert amount(year, "AD", 0.1) == f"{months[day.month - 1]} {day.year}"


def test_dates_are_displayed_as_dates():
    assert amount(2026.38, "AD", 0.01) == "May 2026"
    assert amount(2026.38, "AD", 0.01, date_digits(0.1)) == "19 May 2026"
    assert amount(2026, "AD") == "2026"
    assert amount(0.38, "AD") == "0.38 years"


def test_days_of_an_entry_are_years_of_the_calendar():
    keys = {"family": "uniform", "source": "s", "low": date(2026, 7, 1), "high": date(2027, 1, 1)}
    run = mcf.run({"targets": ["x"], "inputs": {"x": {**keys, "unit": "AD"}}}, draws=2**8)
    assert 2026 + 181 / 365 < run["x"].min() < run["x"].max() < 2027
    assert run.summary["x"].text("p50") in ("Sep 2026", "Oct 2026")
    with pytest.raises(mcf.InputError, match=r'low: expected a number, got a date; .* unit = "AD"'):
        mcf.load({"targets": ["x"], "inputs": {"x": {**keys, "unit": "year"}}})
