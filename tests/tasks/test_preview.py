"""A preview has the percentiles, the moments and the curve of the stated distribution."""

import math

import numpy as np
import pytest
from scipy import stats

from tests.cli.test_bad_input import assert_one_line_error

Z = stats.norm.ppf(0.95)


def figures(lines):
    """The figures of a preview by name, without $ and commas."""
    named = (line.split(maxsplit=1) for line in lines if line.startswith(("p", "mean", "sd")) and ":" not in line)
    return {name: float(text.split("/")[0].split(" ")[0].translate({36: None, 44: None})) for name, text in named}


def test_the_figures_are_those_of_the_lognormal(command):
    result = command("preview", "lognormal 9k..20k USD/chip")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "lognormal: p5 = 9000, p95 = 20000  [USD/chip]"
    sd = math.log(20 / 9) / (2 * Z)
    exact = stats.lognorm(sd, scale=math.sqrt(9_000 * 20_000))
    for name, x in figures(lines).items():
        level = float(name[1:]) / 100 if name[1:].isdigit() else None
        assert x == pytest.approx(
            exact.ppf(level) if level else getattr(exact, {"sd": "std"}.get(name, name))(), rel=0.01
        )
    assert "below 0: 0 %" in lines


def test_the_curve_is_the_density(command):
    """Of a normal distribution: heights proportional to its density, on 80 columns from p0.2 to p99.8."""
    lines = command("preview", "normal -3..5 USD").out.splitlines()
    columns = [line.ljust(80) for line in lines[-7:-1]]
    assert max(map(len, lines)) <= 80
    eighths = np.array([sum(" ▁▂▃▄▅▆▇█".index(line[i]) for line in columns) for i in range(80)])
    exact = stats.norm(1, 4 / Z)
    edges = np.linspace(*exact.ppf([0.002, 0.998]), 81)
    mass = np.diff(exact.cdf(edges))
    assert np.abs(eighths - mass / mass.max() * 48).max() <= 0.5 + 1e-6
    assert f"below 0: {100 * exact.cdf(0):.2g} %" in lines


def test_a_wide_distribution_has_a_logarithmic_axis_and_a_share_its_range(command):
    assert "logarithmic axis" in command("preview", "1..1000 chip").out
    shown = command("preview", "30%..50%").out
    assert "above 1: 0 %" in shown or "above 100: 0 %" in shown


def test_a_belief_may_begin_with_a_minus_or_be_long(command):
    assert command("preview", "-3..5 USD").out == command("preview", "normal -3..5 USD").out
    parts = " | ".join(f"1: {i}..{i + 5}" for i in range(1, 40))
    assert command("preview", f"{parts} chip").out.startswith("mixture of 39 parts")


def test_a_known_number_has_no_curve(command):
    assert command("preview", "5 chip").out.splitlines()[-1] == "p95  5 chips"


@pytest.mark.parametrize(
    "text", ["", "x..3", "lognormol 1..2 USD", "5..3 chip", "1..2 parsec", "9k..", "1..2 USD/chip\n3"]
)
def test_what_is_no_belief_is_refused_in_one_line(text, command):
    assert_one_line_error(command("preview", text), "")
