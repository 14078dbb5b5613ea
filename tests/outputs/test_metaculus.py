"""The CDF of a question satisfies the server's rules, reimplemented here, and is the nearest that does."""

import json
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import mcfrontier as mcf
from mcfrontier.outputs.exports.metaculus import Grid, beyond, counts
from mcfrontier.outputs.exports.standard import BILLION, standardised
from mcfrontier.outputs.folder.saved import read_folder

RANGE = ("--lower", "0", "--upper", "500e6 USD", "--open-upper")


@pytest.fixture
def exported_cdf(command, folder):
    """Export the CDF of a target: exported_cdf("cloud_cost", "--lower", ...) -> the parsed JSON."""

    def call(target, *words):
        result = command("export", folder, "--to", "metaculus", "--target", target, *words)
        assert (result.code, result.err) == (0, "")
        return json.loads(result.out)

    return call


def broken_rules(cdf, open_lower, open_upper):
    """The rules of the server that a CDF violates, in exact decimal and in floating-point arithmetic."""
    steps = len(cdf) - 1
    exact = [Decimal(repr(x)) for x in cdf]
    rises = [after - before for before, after in pairwise(exact)]
    found = [f"{x} has more than ten places" for x in exact if x != round(x, 10)]
    found += [f"a step of {rise} is less than 0.01 / N" for rise in rises if rise * steps < Decimal("0.01")]
    found += [f"a step of {rise} is more than 40 / N" for rise in rises if rise * steps > 40]
    if exact[0] < Decimal("0.001") if open_lower else exact[0] != 0:
        found += [f"it starts at {exact[0]}"]
    if exact[-1] > Decimal("0.999") if open_upper else exact[-1] != 1:
        found += [f"it ends at {exact[-1]}"]
    rounded = np.round(np.diff(np.round(cdf, 10)), 9)
    if not (rounded >= np.round(0.01 / steps, 9)).all() or not (rounded <= 0.2 * 200 / steps).all():
        found += ["a step is refused in floating point"]
    return found


def test_the_rules_detect_violations():
    good = np.linspace(0, 1, 201).round(10).tolist()
    assert broken_rules(good, False, False) == []
    assert broken_rules(good, True, True) == ["it starts at 0.0", "it ends at 1.0"]
    assert len(broken_rules([*good[:5], good[4], *good[6:]], False, False)) == 2
    assert any(
        "40 / N" in found
        for found in broken_rules([0.0, 0.3, *np.linspace(0.31, 1, 199).round(10).tolist()], False, False)
    )


draws = st.one_of(
    st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=60),
    st.lists(st.sampled_from([-9.0, 0.0, 0.3, 0.300001, 1.0, 9.0]), min_size=1, max_size=20),
    st.builds(lambda middle, width, n: (middle + width * np.arange(n)).tolist(), *[st.floats(-2, 2)] * 2, st.just(99)),
)


@settings(max_examples=300)
@given(draws, st.booleans(), st.booleans(), st.integers(3, 1201), st.sampled_from([None, -1e-6, -1.0]))
def test_any_draws_give_a_cdf_that_the_server_accepts(x, open_lower, open_upper, points, zero_point):
    grid, x = Grid(0.0, 1.0, open_lower, open_upper, zero_point, points), np.array(x)
    if not (((x >= 0) | open_lower) & ((x <= 1) | open_upper)).any():
        return  # rejected: all draws are beyond closed bounds
    cdf = (standardised(counts(grid, x), open_lower, open_upper) / BILLION).tolist()
    assert len(cdf) == points
    assert broken_rules(cdf, open_lower, open_upper) == []


@pytest.mark.parametrize("points", [3, 4, 12, 50])
@pytest.mark.parametrize("ends", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("kind", ["atom", "ends", "random", "flat"])
def test_the_cdf_is_the_nearest_that_satisfies_the_rules(points, ends, kind):
    """A general-purpose solver gives the same CDF."""
    cdf = {
        "atom": np.where(np.arange(points) < points // 2, 0.0, 1.0),
        "ends": np.full(points, 0.5),
        "random": np.sort(np.random.default_rng(points).random(points)),
        "flat": np.linspace(0.2, 0.7, points),
    }[kind]
    steps, bounds = points - 1, [(0.0, 1.0)] * points
    bounds[0] = (0.001, 0.999) if ends[0] else (0.0, 0.0)
    bounds[-1] = (0.001, 0.999) if ends[1] else (1.0, 1.0)
    found = optimize.minimize(
        lambda c: ((c - cdf) ** 2).sum(),
        np.linspace(0.001, 0.999, points),
        jac=lambda c: 2 * (c - cdf),
        bounds=bounds,
        constraints=optimize.LinearConstraint(np.diff(np.eye(points), axis=0), 0.01 / steps, 40 / steps),
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    assert found.success
    np.testing.assert_allclose(standardised(cdf, *ends) / BILLION, found.x, atol=1e-6)


def test_a_cdf_that_satisfies_the_rules_is_unchanged():
    cdf = np.linspace(0.01, 0.9, 201)
    np.testing.assert_allclose(standardised(cdf, True, True) / BILLION, cdf, rtol=0, atol=1e-9)


def test_an_atom_spreads_into_adjacent_steps():
    steps = np.diff(standardised(np.where(np.arange(201) < 100, 0.0, 1.0), True, True) / BILLION)
    assert (steps > 0.0001).sum() == 5
    np.testing.assert_allclose(steps[98:101], 0.2, atol=1e-9)


def test_draws_at_grid_points_are_counted_as_by_the_server():
    """A draw at a grid point counts for the step that ends there; one at the lower bound for the first step."""
    grid = Grid(0.0, 4.0, True, True, None, 5)
    draws = np.array([-1.0, 0, 1, 1, np.nan, 2.5, 4, 7, 7])
    np.testing.assert_array_equal(counts(grid, draws) * 8, [1, 4, 4, 5, 6])  # one is not finite
    assert [share for share, _ in beyond(grid, np.tile(draws, 16))] == [1 / 8, 2 / 8]


def test_the_points_of_a_logarithmic_scale_increase_by_a_ratio_from_the_zero_point():
    grid = Grid(2.0, 1001.0, False, False, 1.0, 4)
    np.testing.assert_allclose(grid.x - 1, [1, 10, 100, 1000], rtol=1e-12)
    ratio, t = (1001 - 1) / (2 - 1), np.linspace(0, 1, 4)
    np.testing.assert_allclose(grid.x, 2 + (1001 - 2) * (ratio**t - 1) / (ratio - 1), rtol=1e-12)


@pytest.mark.parametrize(
    "words",
    [
        RANGE,
        ("--lower", "1 MUSD", "--upper", "10_000_000_000", "--zero-point", "0", "--open-upper"),
        ("--lower", "50e6", "--upper", "80e6", "--open-lower", "--open-upper", "--points", "1e3"),
        ("--lower", "1e6", "--upper", "1e9", "--points", "11"),
    ],
    ids=" ".join,
)
def test_the_printed_cdf_satisfies_the_rules_and_matches_the_draws(exported_cdf, folder, words):
    found = exported_cdf("cloud_cost", *words)
    cdf, grid = found["continuous_cdf"], found["grid"]
    assert broken_rules(cdf, grid["open_lower"], grid["open_upper"]) == []
    assert len(cdf) == grid["points"]
    assert (found["quantity"], found["unit"]) == ("cloud_cost", "USD")
    x = read_folder(folder).samples("cloud_cost")
    assert found["outside"]["below_lower"]["draws"] == (x < grid["lower"]).mean()
    assert found["outside"]["above_upper"]["draws"] == (x > grid["upper"]).mean()
    assert found["outside"]["above_upper"]["cdf"] == pytest.approx(1 - cdf[-1], abs=1e-12)
    assert found["moved"]["largest_cdf_difference"] < 0.01


def test_bounds_are_accepted_in_any_compatible_unit(exported_cdf):
    words = ("--lower", "0 kWh", "--upper", "0.2 TWh", "--open-upper")
    grid = exported_cdf("energy", *words)["grid"]
    assert (grid["lower"], grid["upper"]) == (0, pytest.approx(200_000))


def test_percentiles_are_reported_before_and_after_with_their_error(exported_cdf, gpt4):
    found = exported_cdf("cloud_cost", *RANGE)
    width = 500e6 / 200
    for word, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        moved, (_, values, errors) = found["moved"][word], gpt4.summary["cloud_cost"]
        assert (moved["draws"], moved["mc_error"]) == (values[word], errors[word])
        assert abs(moved["before"] - values[word]) < width  # linear interpolation between the points
        at = np.interp(level, found["continuous_cdf"], np.linspace(0, 500e6, 201))
        assert moved["after"] == pytest.approx(at)
        assert moved["difference"] == pytest.approx(moved["after"] - moved["before"], abs=1e-6)
        assert abs(moved["difference"]) < width / 100  # the rules are not active here


def test_a_percentile_beyond_an_open_bound_is_null(exported_cdf):
    found = exported_cdf("cloud_cost", "--lower", "70e6", "--upper", "80e6", "--open-lower", "--open-upper")
    assert found["moved"]["p5"]["after"] is None
    assert found["moved"]["p95"]["difference"] is None
    assert found["outside"]["below_lower"]["draws"] == pytest.approx(found["outside"]["below_lower"]["cdf"], abs=0.02)


def test_a_few_draws_beyond_a_closed_bound_are_excluded_with_a_note(command, folder):
    x = read_folder(folder).samples("cloud_cost")
    upper = float(np.quantile(x, 0.97))
    result = command("export", folder, "--to", "metaculus", "--target", "cloud_cost", "--lower", "0", "--upper", upper)
    assert result.err == "note: cloud_cost: 3% of the draws lie beyond --upper, which is closed; they are left out\n"
    found = json.loads(result.out)
    assert found["outside"]["above_upper"]["draws"] == pytest.approx(0.03, abs=0.001)
    assert found["outside"]["above_upper"]["cdf"] == 0
    middle = found["continuous_cdf"][100]
    assert middle == pytest.approx((x[x <= upper] <= upper / 2).mean(), abs=0.006)


def test_a_known_quantity_is_an_atom(command, tmp_path):
    mcf.run("gpt4", draws=256, set={"mfu": 0.4}).write(tmp_path, report=False)
    words = ("--to", "metaculus", "--target", "mfu", "--lower", "0", "--upper", "1")
    cdf = json.loads(command("export", tmp_path, *words).out)["continuous_cdf"]
    assert broken_rules(cdf, False, False) == []
    assert np.interp(0.5, cdf, np.linspace(0, 1, 201)) == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--lower", "0", "--upper", "1e9"), "a question is about one row; choose with --target: amortised_cost, clou"),
        (("--target", "energy"), "state the question's range with --lower and --upper"),
        (("--target", "energy", "--lower", "5", "--upper", "5"), "--lower 5: it must be below --upper 5"),
        (("--target", "energy", "--lower", "x", "--upper", "5"), "--lower x: a number is expected, with or without a"),
        (
            ("--target", "energy", "--lower", "0", "--upper", "5 USD"),
            "--upper 5 USD: 'USD' is not a unit of energy; give",
        ),
        (("--target", "energy", "--lower", "0", "--upper", "5 TWhh"), "unknown unit 'TWhh' in 'TWhh'; did you mean"),
        (
            ("--target", "energy", "--lower", "1", "--upper", "1e6", "--zero-point", "2"),
            "--zero-point 2: it must be below",
        ),
        (
            ("--target", "energy", *RANGE[:2], "--upper", "1e6", "--points", "2"),
            "--points 2: a question has 3 to 10,001",
        ),
        (("--target", "energy", *RANGE[:2], "--upper", "1e6", "--points", "2.5"), "2.5 is not a whole number"),
        (("--target", "energy", "--lower", "1e16", "--upper", "10000000000000008"), "two of them are the same number"),
        (
            ("--target", "energy", "--lower", "0", "--upper", "20000"),
            "it is closed; add --open-upper if the question's is",
        ),
        (
            ("--target", "energy", "--lower", "1e5", "--upper", "1e6"),
            "it is closed; add --open-lower if the question's is",
        ),
    ],
    ids=lambda x: " ".join(x[2:]) if isinstance(x, tuple) else "",
)
def test_an_invalid_question_is_rejected_with_one_line(command, folder, words, message):
    result = command("export", folder, "--to", "metaculus", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_metaculus_options_are_rejected_by_other_formats(command, folder):
    result = command("export", folder, "--to", "csv", "--points", "11", "--open-lower")
    assert (result.code, result.err) == (2, "mcfrontier: --open-lower: csv does not take this option; leave it out\n")


def test_an_undefined_error_is_null(command, non_finite_run):
    _, folder = non_finite_run(-1.0, 2**6)  # some randomisations have no finite draws
    result = command(
        "export", folder, "--to", "metaculus", "--target", "root", "--lower", "0", "--upper", "0.5", "--open-upper"
    )
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    x = read_folder(folder).samples("root")
    assert found["outside"]["above_upper"]["draws"] == (x > 0.5).sum() / np.isfinite(x).sum()
    assert found["outside"]["above_upper"]["mc_error"] is None
    assert found["moved"]["p50"]["mc_error"] is None
