"""The grammar of amounts, beliefs and formulas."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions import amounts
from mcfrontier.core.expressions.parser import amount, belief, expression
from mcfrontier.core.expressions.tree import (
    Binary,
    Call,
    Interval,
    Name,
    Negative,
    Number,
    Points,
    Pool,
    Quantiles,
    Spread,
    constant,
)

NAMES = st.builds(Name, st.sampled_from(["x", "gpu_price", "p5"]), st.sampled_from(["", "H100", "a [old], 2027"]))
SIZES = st.floats(min_value=0, max_value=1e300)
NUMBERS = st.builds(Number, SIZES, st.sampled_from(["", "%", "USD/chip", "MW*h", "AD", "h^-1", "1/h"]))
TREES = st.recursive(
    NAMES | NUMBERS,
    lambda part: st.one_of(
        st.builds(Negative, part),
        st.builds(Binary, st.sampled_from("+-*/"), part, part),
        st.builds(Binary, st.just("^"), part, NAMES),
        st.builds(lambda *parts: Call("where", (Binary("<=", *parts[:2]), *parts[2:])), part, part, part, part),
        st.builds(lambda part: Call("sum", (part,), "year"), part),
    ),
    max_leaves=20,
)
SIGNED = st.builds(Number, st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "%", "USD/chip"]))
FAMILIES = st.sampled_from(["", "lognormal", "student-t"])
LEVELS = st.floats(min_value=0.1, max_value=99.9)
FORMS = st.one_of(
    SIGNED,
    st.builds(Interval, SIGNED, SIGNED, FAMILIES, LEVELS),
    st.builds(Points, st.just("pert"), st.tuples(SIGNED, SIGNED, SIGNED)),
    st.builds(Spread, SIGNED, SIGNED, FAMILIES),
    st.builds(Quantiles, st.just(("p10", "p50", "p97_5")), st.tuples(SIGNED, SIGNED, SIGNED), FAMILIES),
)
BELIEFS = FORMS | st.builds(
    lambda parts: Pool(*zip(*parts, strict=True)), st.lists(st.tuples(SIZES, FORMS), min_size=1, max_size=4)
)


def finite(tree):
    """Whether no constant in a tree is beyond the range of numbers."""
    return all((value := constant(each)) is None or abs(value) < 1e308 for each in tree.walk())


@given(TREES.filter(finite))
def test_a_formula_that_is_written_as_text_is_read_back_as_the_same_formula(tree):
    assert expression(str(tree)) == tree


@given(BELIEFS)
def test_a_belief_that_is_written_as_text_is_read_back_as_the_same_belief(tree):
    assert belief(str(tree)) == tree


@given(st.text(alphabet="0123456789kMBT.,:|%+-*/^()[]<>= $xyUSDh\n", max_size=60) | st.text(max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text):
    for read in (expression, belief, amount):
        try:
            read(text)
        except InputError as problem:
            assert "\n" not in str(problem)
            assert len(str(problem)) <= limits.MESSAGE_LENGTH


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2 ^ 2", -4),
        ("2 ^ 3 ^ 2", 512),
        ("2 ^ -1 * 8", 4),
        ("1 - 2 - 3", -4),
        ("2 / 4 / 2", 0.25),
        ("-2 * -3 + 1", 7),
        ("1e3 + 1_000", 2000),
        ("9k + 1.5M", 1_509_000),
        ("(1.1B)", 1.1e9),
        ("2T", 2e12),
    ],
)
def test_operators_bind_as_in_mathematics_and_suffixes_multiply(text, value):
    assert constant(expression(text)) == value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("9kW", Number(9, "kW")),
        ("20k USD/chip", Number(20_000, "USD/chip")),
        ("2 MW*h", Number(2, "MW*h")),
        ("1e9 USD / chip_count", Binary("/", Number(1e9, "USD"), Name("chip_count"))),
        ("30%^x", Binary("^", Number(30, "%"), Name("x"))),
        ("5 USD/(chip*h)", Number(5, "USD/(chip*h)")),
        ("2026-01-01 - 2 day", Binary("-", Number(2026, "AD"), Number(2, "day"))),
        ("max(x[a, b], along=year)", Call("max", (Name("x", "a, b"),), "year")),
    ],
)
def test_a_unit_follows_its_number_without_spaces_inside(text, tree):
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("9k..20k USD/chip", Interval(Number(9000), Number(20_000, "USD/chip"))),
        ("1..2", Interval(Number(1), Number(2))),
        ("80% -3..5", Interval(Number(-3), Number(5), "", 80)),
        ("normal 50% 1..2", Interval(Number(1), Number(2), "normal", 50)),
        ("12 h..2 day", Interval(Number(12, "h"), Number(2, "day"))),
        ("pert 1/2/3 USD", Points("pert", (Number(1), Number(2), Number(3, "USD")))),
        ("9 ± 1%", Spread(Number(9), Number(1, "%"))),
        ("p10=1 p50=2 USD", Quantiles(("p10", "p50"), (Number(1), Number(2, "USD")))),
        ("30%: 1..2 | 0.7: 3", Pool((0.3, 0.7), (Interval(Number(1), Number(2)), Number(3)))),
        ("2026-01-01..2027-01-01", Interval(Number(2026, "AD"), Number(2027, "AD"))),
    ],
)
def test_a_belief_in_one_line_has_its_form(text, tree):
    assert belief(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9k-20k", "at '-20k' (character 3): .. or +- is expected; did you mean '9k..20k'?"),
        ("9k to 20k USD", "did you mean '9k..20k USD'?"),
        ("$9k", "did you mean '9k USD'?"),
        ("$9k..$20k", "did you mean '9k USD..20k USD'?"),
        ("9,000..20,000", "did you mean '9_000..20_000'?"),
        ("9 k", "did you mean '9k'?"),
        ("3 million USD", "did you mean '3M USD'?"),
        ("9k..20k USD / chip", "did you mean '9k..20k USD/chip'?"),
        ("9k..", "at its end: a number is expected; write it as LOW..HIGH UNIT, such as 9k..20k USD/chip"),
        ("normal 5", ".. or +- is expected"),
        ("0.3: 1..2 | 3", "a weight is expected, such as"),
        ("0% 1..2", "above 0% and below 100%"),
        ("x", "at its end: a number is expected"),
        ("p10=1, p50", "= is expected after a percentile"),
        ("", "at its end: a number is expected"),
    ],
)
def test_a_belief_in_another_form_is_refused_with_the_one_that_was_meant(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        belief(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x**2", "did you mean 'x^2'?"),
        ("1e9 USD/chip_count", "put spaces around its operator: 1e9 USD / chip_count"),
        ("9 gpu_price", "such as 9 * gpu_price"),
        ("9 k", "did you mean '9k'?"),
        ("maximum(x, 9,000)", "did you mean 'maximum(x, 9_000)'?"),
        ("x < y < z", "one comparison at a time"),
        ("(x", "closing parenthesis is expected"),
        ("x y", "at 'y' (character 3): an operator or the end is expected"),
        ("9^9^9^9", "the result is not a finite number"),
        ("(-8)^0.5", "the result is not a finite number"),
        ("1 / (2 - 2)", "the result is not a finite number"),
        ("x ^ 101", "exponents go up to 100"),
        ("f()", "f has no argument"),
        ("f(x, along=y, z)", "along is the last argument"),
        ("x[ ]", "with labels in brackets"),
        ("None", "a name of a quantity is expected"),
        ("1e999", "the largest is 1.8e308"),
        ("2 USD/chp", "did you mean 'chip'?"),
        ("(" * 300, "more than 200 operations"),
        ("-" * 300 + "x", "more than 200 operations"),
        ("+".join("x" * 300), "more than 200 operations"),
        ("x" * 3000, "at most 2,000 characters"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused_with_a_remedy(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        expression(text)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("15_000 USD/chip", "USD/chip", 15_000),
        ("9k USD / chip", "USD/chip", 9000),
        (" -3.5 ", "USD", -3.5),
        ("40 GW h", "MWh", 40_000),
        ("30%", "share", 0.3),
        (".5", "share", 0.5),
        ("+2. USD per chip", "USD/chip", 2),
        ("2027.5", "AD", 2027.5),
        ("5 B", "byte", 5),
        (1e-7, "h", 1e-7),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_quantity(text, unit, value):
    assert amounts.read(text, unit, "x") == pytest.approx(value, rel=1e-15)
