"""Convergence of percentiles, and runs that double their draws until a precision is reached."""

import json
from functools import partial

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.analysis.estimates import convergence, estimates
from mcfrontier.core import memory
from mcfrontier.outputs.figures import convergence as figure
from mcfrontier.runs.estimates import relative_errors
from tests.conftest import input_entry

LOGNORMAL_PAGE = {"targets": ["x"], "inputs": input_entry("x", "lognormal", "USD", p5=1, p95=9)}


@pytest.mark.parametrize("sampler", ["sobol", "random"])
def test_percentiles_of_the_first_draws_equal_those_of_a_shorter_run(sampler):
    found = run_of(LOGNORMAL_PAGE, draws=2**12, sampler=sampler).convergence("x")
    short = run_of(LOGNORMAL_PAGE, draws=2**9, sampler=sampler)
    np.testing.assert_array_equal(found.sel(draws=2**9, figure="value"), short.quantiles([0.05, 0.5, 0.95]).x)
    np.testing.assert_array_equal(found.sel(draws=2**9, figure="mc_error"), short.mc_error([0.05, 0.5, 0.95]).x)


@pytest.mark.parametrize("draws", [32, 64, 65, 1000, 2**12])
def test_the_last_percentiles_equal_those_of_the_run(draws):
    run = run_of(LOGNORMAL_PAGE, draws=draws, sampler="lhs")
    found = run.convergence("x")
    assert found.draws.values[-1] == draws
    assert (np.diff(found.draws) > 0).all()
    assert found.sel(figure="value")[-1].values.tolist() == [
        run.summary["x"].values[word] for word in ("p5", "p50", "p95")
    ]
    assert found.attrs["unit"] == "USD"


run_of = partial(mcf.run, method="order")  # convergence is computed from order statistics


def test_errors_of_random_draws_decrease_with_the_square_root_of_their_number():
    found = run_of(LOGNORMAL_PAGE, draws=2**16, sampler="random").convergence("x").sel(figure="mc_error", quantile=0.5)
    slope = np.polyfit(np.log(found.draws), np.log(found), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


def test_a_known_value_has_no_error():
    found = run_of({"targets": ["x"], "inputs": input_entry("x", value=3)}, draws=2**8).convergence("x")
    assert (found.sel(figure="value") == 3).all()
    assert (found.sel(figure="mc_error") == 0).all()


def test_relative_errors_are_errors_over_values():
    x = np.random.default_rng(1).normal(5, 1, 2**10)
    rows = {"x": x, "k": np.array([0.0]), "even": np.append(x - x[::-1], 0)}
    displayed = {
        row: [part[2:] for part in estimates.with_errors(x, estimates.SUMMARY_LEVELS)] for row, x in rows.items()
    }
    found = convergence.relative_errors(displayed)
    assert found["x", "p50"] == pytest.approx(np.std(x) * np.sqrt(np.pi / 2 / x.size) / 5, rel=0.5)
    assert found["k", "p95"] == 0
    assert found["even", "p50"] == np.inf


def test_the_figure_has_three_curves_that_end_at_the_percentiles():
    run = run_of(LOGNORMAL_PAGE, draws=2**12)
    (drawn,) = figure(run.core)
    lines = [artist for artist in drawn.artists + drawn.lines if hasattr(artist, "get_xdata")]
    curves = [line for line in lines if len(line.get_xdata()) == 7]
    ends = sorted(10 ** line.get_ydata()[-1] for line in curves)
    np.testing.assert_allclose(ends, [run.summary["x"].values[word] for word in ("p5", "p50", "p95")], rtol=1e-12)
    assert {"64", "512", "4,096"} <= {text.get_text() for text in drawn.texts}


def test_a_known_value_has_no_figure():
    assert figure(run_of({"targets": ["x"], "inputs": input_entry("x", value=3)}, draws=64).core) == []


# Draws until a precision is reached


def test_draws_are_doubled_until_the_largest_error_is_small_enough():
    run = run_of(LOGNORMAL_PAGE, precision=0.005, draws=2**8, sampler="random")
    draws = run.sampler.draws
    assert max(relative_errors(run.core).values()) <= 0.005
    assert max(relative_errors(run_of(LOGNORMAL_PAGE, draws=draws // 2, sampler="random").core).values()) > 0.005
    (note,) = run.notes
    row, word = max(relative_errors(run.core), key=relative_errors(run.core).get)
    assert note.startswith(
        f"precision 0.5%: reached with {draws:,} draws; the largest error is that of {word} of {row}, 0."
    )


def test_doubling_starts_from_the_default_or_requested_draws():
    assert run_of(LOGNORMAL_PAGE, precision=0.5).sampler.draws == mcf.load(LOGNORMAL_PAGE).draws
    assert run_of(LOGNORMAL_PAGE, precision=0.5, draws=2**7).sampler.draws == 2**7


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_the_files_equal_those_of_a_run_with_the_final_number_of_draws(sampler, tmp_path):
    run = run_of(LOGNORMAL_PAGE, precision=0.01, draws=100, sampler=sampler)
    assert run.sampler.draws > 128
    run.write(tmp_path / "one")
    run_of(LOGNORMAL_PAGE, draws=run.sampler.draws, sampler=sampler).write(tmp_path / "other")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_doubling_stops_at_the_maximum_and_names_the_largest_error():
    run = run_of(LOGNORMAL_PAGE, precision=1e-6, draws=2**8, most=2**10)
    assert run.sampler.draws == 2**10
    (note,) = run.notes
    assert note.startswith(
        "precision 0.0001%: not reached with 1,024 draws, the most allowed; the largest error is that of p"
    )


def test_doubling_stops_at_the_memory_limit(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: memory.required_bytes(2**9, [1]))
    run = run_of(LOGNORMAL_PAGE, precision=1e-6, draws=2**7)
    assert run.sampler.draws == 2**9
    assert "not reached with 512 draws, as many as memory has room for" in run.notes[0]


def test_a_percentile_of_zero_has_the_largest_relative_error():
    page = {"targets": ["x"], "inputs": input_entry("x", "normal", mean=0, sd=1)}
    run = run_of(page, precision=0.05, draws=2**8, most=2**10)
    assert "the largest error is that of p50 of x" in run.notes[0]


def test_a_known_row_does_not_count():
    page = {"targets": ["x", "k"], "inputs": LOGNORMAL_PAGE["inputs"] | input_entry("k", value=0)}
    assert "reached" in run_of(page, precision=0.2, draws=2**9).notes[0]


@pytest.mark.parametrize("precision", [0, -0.01, 1, 2, float("nan"), "1%", True])
def test_an_invalid_precision_is_rejected(precision):
    with pytest.raises(mcf.InputError, match=f"precision = {precision}"):
        run_of(LOGNORMAL_PAGE, precision=precision)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0", ("--precision", "0 is not a share above 0% and below 100%")),
        ("-1%", ("--precision", "-1% is not a share above 0%")),
        ("200%", ("--precision", "200% is not a share", "below 100%")),
        ("abc", ("--precision", "abc is not a share")),
        ("%", ("--precision",)),
        ("nan", ("--precision", "nan is not a share")),
    ],
)
def test_the_command_rejects_an_invalid_precision_with_one_line(text, parts, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("run", "gpt4", f"--precision={text}")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    for part in parts:
        assert part in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["5%", "0.05", " 5%"])
def test_the_command_reports_the_draws_it_took_on_standard_error(text, command, tmp_path):
    requested = ("--precision", text, "--draws", 64, "--target", "energy")
    result = command("run", "gpt4", *requested, "--no-report", "--json", "--out", tmp_path)
    assert result.code == 0
    assert "note: precision 5%: reached with" in result.err
    assert json.loads(result.out)["draws"] >= 64
