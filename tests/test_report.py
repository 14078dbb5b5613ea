"""What the report says, against figures worked by hand."""

import math
import re

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis import shape
from mcfrontier.figures import spread, tornado
from mcfrontier.outputs import report
from tests.conftest import ROOT, believed


@pytest.fixture(scope="module")
def small():
    return mcf.run(ROOT / "tests/cases/small.toml", draws=2**16)


def test_the_answer_is_the_median_and_the_90_percent_interval_of_the_first_target(small):
    assert report.answer(small).startswith(
        "A small run: amortised cost $10,300 (median), with 90 % probability between $7,890 and $12,600;"
    )


def test_the_answer_names_the_smallest_and_the_largest_of_the_other_accounts(small):
    assert "come to $38,500 (development cost) to $20.5M (upfront cost)." in report.answer(small)


def test_an_answer_that_is_known_says_so():
    run = mcf.run({"title": "Three", "targets": ["x"], "inputs": believed("x", value=3)}, draws=64)
    assert report.answer(run) == "Three: x 3; nothing in it is uncertain."


def test_an_account_is_so_many_times_the_smallest(small):
    """Cloud cost is 100,000 x U(1, 3), amortised 5,000 + U(2627, 7880): apart, so medians 200,000 / 10,253."""
    rows = {row["name"]: row for row in report.contents(small)["accounts"]}
    assert rows["Amortised cost"]["ratio"] == []
    low, middle, high = (float(figure) for figure in rows["Cloud cost"]["ratio"])
    assert low < middle < high
    assert middle == pytest.approx(200_000 / 10_253, rel=0.05)


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        ("about", "This is the 25th percentile in this study, of which it is no input."),
        ("at least", "of which it is no input: 25 % of the draws disagree with it."),
        ("at most", "of which it is no input: 75 % of the draws disagree with it."),
    ],
)
def test_a_disclosed_figure_is_told_with_its_percentile(bound, told):
    disclosed = {"quantity": "x", "value": 2.5, "unit": "USD", "source": "a paper", "bound": bound}
    page = {"targets": ["x"], "inputs": believed("x", "uniform", "USD", low=0, high=10), "disclosed": {"a": disclosed}}
    (line,) = report.contents(mcf.run(page, draws=2**12))["disclosed"]
    assert "$2.50" in line or "$2.5" in line
    assert line.endswith(told)


def test_rows_along_a_dimension_each_have_their_line():
    disclosed = {"quantity": "x", "value": 5, "unit": "USD", "source": "a paper"}
    page = {"targets": ["x"], "dimensions": {"chip": ["a", "b"]}, "disclosed": {"one": disclosed}}
    run = mcf.run(page | {"inputs": believed("x", "uniform", "USD", low=[0, 4], high=[10, 6], by="chip")}, draws=2**12)
    told = report.contents(run)
    assert [row["name"] for row in told["headlines"]] == ["X [a]", "X [b]"]
    assert [row["name"] for row in told["inputs"]] == ["x [a]", "x [b]"]
    for row in "ab":
        percentile = re.search(rf"the (\d+)\w\w percentile of x \[{row}\]", told["disclosed"][0])
        assert abs(int(percentile[1]) - 50) <= 3


def test_what_was_set_is_told_on_page_1():
    run = mcf.run("gpt4", draws=64, set={"gpu_price": 15_000})
    assert ["Set", "for this run, whatever the priors say: GPU price 15000"] in report.facts(run)


def test_the_command_makes_the_run_again():
    run = mcf.run("gpt4", draws=64, seed=3, set={"tdp": "0.5 kW/chip"}, targets=["energy"])
    command = dict(map(tuple, report.made(run)))["Command"]
    assert command == "python -m mcfrontier run gpt4 --draws 64 --seed 3 --set 'tdp=0.5 kW/chip' --target energy"


def test_a_run_in_python_claims_no_command():
    run = mcf.run({"targets": ["x"], "inputs": believed("x", value=3)}, draws=64)
    assert dict(map(tuple, report.made(run)))["Command"].startswith("mcf.run(...) in Python")


@pytest.mark.parametrize("draws", [64, 2**10, 2**14])
def test_digits_of_the_table_stop_at_their_error(draws):
    """The last digit that is not 0 stands no further to the right than the first of the error as it is told."""
    run = mcf.run(ROOT / "tests/cases/small.toml", draws=draws, targets=["cloud_cost"])
    (row,) = report.contents(run)["targets"]
    errors = run.summary["cloud_cost"].errors
    for (told, _), word in zip(row["cells"], ("p5", "p25", "p50", "p75", "p95"), strict=True):
        digits = told.strip("$").replace(",", "")
        worth = 10 ** (len(digits) - len(digits.rstrip("0")))
        first = 10 ** math.floor(math.log10(float(f"{errors[word]:.0e}")) + 1e-12)
        assert worth >= first or len(digits.strip("0")) == 1, (told, errors[word])


def words_of(figure):
    return [text.get_text() for text in figure.texts]


def test_a_tornado_stars_the_input_in_which_the_target_turns_back_and_puts_the_widest_on_top():
    @mcf.node("1")
    def hill(x, y):
        return y - (x - 5) ** 2

    inputs = believed("y", "uniform", low=0, high=20) | believed("x", "uniform", low=0, high=10)
    (figure,) = tornado(mcf.run({"targets": ["hill"], "inputs": inputs}, model=[hill], draws=2**10))
    told = [word for word in words_of(figure) if word.rstrip(" *") in ("x", "y")]
    assert told == ["x *", "y"]
    assert words_of(figure)[0] == "Hill: 10"


def test_the_exceedance_curve_falls_and_the_median_stands_at_a_half():
    (figure,) = spread(mcf.run({"targets": ["x"], "inputs": believed("x", "uniform", low=10, high=20)}, draws=2**12))
    lines = [artist for artist in figure.artists + figure.lines if hasattr(artist, "get_xdata")]
    (falling,) = [line for line in lines if len(line.get_xdata()) > 100]
    assert (np.diff(falling.get_ydata()) < 0).all()
    assert np.interp(15, falling.get_xdata(), falling.get_ydata()) == pytest.approx(0.5, abs=0.01)


def test_a_figure_disclosed_of_what_is_not_asked_is_left_out():
    assert report.contents(mcf.run("gpt4", draws=64, targets=["energy"]))["disclosed"] == []


def test_the_density_of_normal_draws_is_the_bell_curve():
    rising = np.sort(np.random.default_rng(1).normal(size=200_000))
    points, heights = shape.density(rising)
    np.testing.assert_allclose(heights, stats.norm.pdf(points), atol=0.012)


def test_the_exceedance_falls_from_1_to_0_through_a_half_at_the_median():
    values, chances = shape.exceedance(np.arange(100_001.0))
    assert (np.diff(chances) < 0).all()
    np.testing.assert_allclose(chances, 1 - values / 100_000, atol=1e-4)


def test_the_outline_of_a_prior_peaks_at_its_mode():
    prior = mcf.load("gpt4").inputs["gpu_share"].distributions[0]
    points = np.array(shape.outline(prior))
    low, high = prior.quantile(np.array([0.002, 0.998]))
    assert low + points[points[:, 1].argmax(), 0] * (high - low) == pytest.approx(0.70, abs=0.01)


def test_targets_along_a_dimension_stand_in_one_grid_in_the_order_of_the_labels():
    page = {"targets": ["y", "x"], "dimensions": {"chip": list("abcde")}}
    page["inputs"] = believed("x", "uniform", low=[1, 2, 3, 4, 5], high=9, by="chip")
    page["inputs"] |= believed("y", "value", value=[1, None, 3, 4, 5], by="chip")
    run = mcf.run(page, draws=2**10)
    (grid,) = report.contents(run)["grids"]
    assert (grid["along"], grid["heads"]) == ("Chip", ["Y", "X"])
    assert [label for label, _ in grid["rows"]] == list("abcde")
    assert grid["rows"][0][1][0] == ["1"]
    assert grid["rows"][1][1][0] == []
    assert float(grid["rows"][1][1][1][0]) == pytest.approx(5.5, abs=4 * run.summary["x[b]"].errors["p50"])
    assert report.contents(run)["targets"] == []


def test_a_target_with_many_rows_has_a_figure_of_them_and_leads_with_the_first():
    from mcfrontier.figures import along

    page = {"targets": ["x"], "dimensions": {"chip": list("abcde")}}
    page["inputs"] = believed("x", "uniform", "USD", low=[1, 2, 3, 4, 5], high=9, by="chip")
    run = mcf.run(page, draws=2**10)
    (figure,) = along(run)
    assert {text.get_text() for text in figure.texts} >= {"X", *"abcde"}
    assert run.headlines == ["x[a]"]
    assert run.accounts == []
    assert report.contents(run)["leading"] == "along"


def test_a_best_guess_is_told_row_by_row():
    page = {"targets": ["x"], "dimensions": {"chip": list("ab")}}
    page["inputs"] = believed("x", "uniform", low=1, high=9, best=[2, 3], by="chip")
    rows = report.contents(mcf.run(page, draws=64))["inputs"]
    assert [row["figures"][-1] for row in rows] == ["best 2", "best 3"]


def test_the_note_of_a_disclosed_figure_is_told():
    disclosed = {"quantity": "y", "value": 2, "unit": "1", "source": "a paper", "note": "another year"}
    page = {"targets": ["y"], "inputs": believed("y", "uniform", low=0, high=10), "disclosed": {"a": disclosed}}
    (line,) = report.contents(mcf.run(page, draws=2**10))["disclosed"]
    assert line.endswith("Another year")


def rows_of_uniforms(count):
    page = {"targets": ["x"], "dimensions": {"chip": [f"c{i}" for i in range(count)]}}
    low = [100.0 * (i + 1) for i in range(count)]
    page["inputs"] = believed("x", "uniform", low=low, high=[100 + value for value in low], by="chip")
    return mcf.run(page, draws=2**12)


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (4, 4), (5, 1)])
def test_a_few_rows_are_each_a_headline_and_of_many_the_first(count, shown):
    assert rows_of_uniforms(count).headlines == [f"x[c{i}]" for i in range(shown)]


def test_of_too_many_headlines_each_target_keeps_its_first():
    page = {"targets": [f"x{i}" for i in range(4)], "dimensions": {"chip": list("abc")}, "inputs": {}}
    for name in page["targets"]:
        page["inputs"] |= believed(name, "uniform", low=[None, 1, 2], high=9, by="chip")
    assert mcf.run(page, draws=64).headlines[:3] == ["x0[b]", "x0[c]", "x1[b]"]
    page["targets"].append("y")
    page["inputs"] |= believed("y", "uniform", low=1, high=[2, 3, 4], by="chip")
    assert mcf.run(page, draws=64).headlines == ["x0[b]", "x1[b]", "x2[b]", "x3[b]", "y[a]"]


def test_a_grid_tells_the_median_and_the_90_percent_interval():
    """Uniform from 100 to 200: 105, 150, 195."""
    (grid,) = report.contents(rows_of_uniforms(5))["grids"]
    name, ((middle, reach),) = grid["rows"][0]
    assert name == "c0"
    assert [float(middle), *map(float, reach.split(" to "))] == pytest.approx([150, 105, 195], abs=4)


def test_the_figure_of_many_rows_draws_the_interval_and_the_median_of_each():
    from matplotlib.collections import LineCollection

    from mcfrontier.figures import along

    (figure,) = along(rows_of_uniforms(5))
    bars = next(part for part in figure.artists if isinstance(part, LineCollection) and len(part.get_segments()) == 5)
    found = np.array([segment[:, 0] for segment in bars.get_segments()])
    expected = np.log10([[100 * (i + 1) + 5, 100 * (i + 1) + 95] for i in range(5)])  # 100 to 600: on a log axis
    np.testing.assert_allclose(found, expected, atol=5e-3)
