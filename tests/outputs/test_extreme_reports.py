"""Files and reports of runs with numbers at the limits of double precision."""

import itertools
import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.analysis.estimates import density, estimates
from tests.conftest import input_entry

EXTREMES = {
    "a t with a small df": {"family": "student-t", "df": 0.1, "p5": 1, "p95": 2},
    "as wide as floats": {"family": "lognormal", "p5": 1, "p95": 1e300},
    "as narrow as floats": {"family": "normal", "p5": 1e9, "p95": 1000000000.000001},
    "at the end of floats": {"family": "lognormal", "p5": 1e307, "p95": 1e308},
    "of both signs": {"family": "normal", "mean": 0, "sd": 1e308},
    "denormal": {"family": "uniform", "low": 1e-310, "high": 2e-310},
    "constant": {"family": "normal", "mean": 1, "sd": 1e-300},
}


def not_finite(constant):
    raise AssertionError(f"{constant} is not JSON")


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("unit", ["USD", "FLOP", "W"])
def test_a_run_of_extreme_numbers_has_all_files_and_a_report(name, unit, tmp_path):
    if unit != "USD" and name in ("a t with a small df", "constant"):
        pytest.skip("as in USD")
    words = dict(EXTREMES[name])
    page = {"title": "t", "targets": ["x"], "inputs": input_entry("x", words.pop("family"), unit, **words)}
    files = mcf.run(page, model=[], draws=2**8).write(tmp_path)
    assert {"percentiles.csv", "percentiles.json", "draws.nc", "report.pdf", "report.html", "manifest.json"} == {
        f.name for f in files
    }
    json.loads((tmp_path / "percentiles.json").read_text(), parse_constant=not_finite)


@mcf.node("1")
def product(a, b):
    """The product."""
    return a * b


@mcf.node("1")
def total(a, b):
    """The sum."""
    return a + b


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations([*EXTREMES][1:], 2)])
def test_sensitivity_analyses_of_extreme_numbers_give_results_or_one_line(one, other):
    inputs = {}
    for name, chosen in (("a", one), ("b", other)):
        words = dict(EXTREMES[chosen])
        inputs |= input_entry(name, words.pop("family"), **words)
    page = {"title": "t", "targets": ["total", "product"], "inputs": inputs}
    try:
        run = mcf.run(page, model=[product, total], draws=2**8)
    except mcf.InputError as refused:
        assert "none of its draws is finite; look for" in str(refused)
        return
    for analysis in (run.sobol, run.shapley, run.tornado, run.regression, run.first_order, run.interval_reduction):
        try:
            analysis("total")
        except mcf.InputError as refused:
            assert "its variance cannot be split; use first_order" in str(refused)
    assert len(run.summary) == 4


def test_moments_of_draws_whose_squares_overflow_are_right():
    x = np.random.default_rng(3).normal(5, 2, 2**12)
    known, errors = estimates.with_errors(x, (0.05, 0.5))
    for scale in (2.0**900, 2.0**-900):
        found, found_errors = estimates.with_errors(x * scale, (0.05, 0.5))
        if scale > 1:
            np.testing.assert_array_equal(found, known * scale)
            np.testing.assert_array_equal(found_errors, errors * scale)
        np.testing.assert_allclose(found[[0, 2, 3]], known[[0, 2, 3]] * scale, rtol=1e-12)


def test_a_far_draw_does_not_widen_the_kernel_beyond_the_drawn_range():
    """Half of the range is the largest standard deviation of values in it."""
    x = np.sort(np.append(np.random.default_rng(3).normal(0, 1, 9999), 1e30))
    points, heights = density.density(x)
    assert heights.size == points.size == density.DENSITY_BINS
    assert np.isfinite(heights).all()
    ordinary = density.density(np.sort(x[:-1]))[1]
    assert heights.sum() * (points[1] - points[0]) == pytest.approx(1, abs=0.5)
    assert heights.max() < ordinary.max()


@pytest.mark.parametrize(
    ("value", "unit", "error", "text"),
    [
        (1.7e308, "1", 0.0, "1.7 × 10³⁰⁸"),
        (1.7976e308, "1", 0.0, "1.8 × 10³⁰⁸"),
        (1e-310, "1", 0.0, "1 × 10⁻³¹⁰"),
        (1.234e300, "1", np.inf, "1 × 10³⁰⁰"),
        (12.34, "USD", np.inf, "$10"),
        (1e300, "EW", 0.0, "1 × 10³⁰⁰ EW"),
        (1e300, "share", 0.0, "1 × 10³⁰²%"),
        (3e12, "AD", 0.0, "3 trillion years"),
    ],
)
def test_numbers_at_the_ends_of_floats_have_a_text(value, unit, error, text):
    from mcfrontier.core.formatting import amount

    assert amount(value, unit, error) == text
