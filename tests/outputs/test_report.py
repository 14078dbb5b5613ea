"""The contents of the report, against manual results."""

import math
import re

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
import mcfrontier.model
from mcfrontier.analysis.estimates import density
from mcfrontier.graph import nodes_of
from mcfrontier.model import cost_bases as bases
from mcfrontier.model.cost_bases import QUESTIONS
from mcfrontier.outputs.figures import density as density_figure
from mcfrontier.outputs.figures import style, tornado
from mcfrontier.outputs.figures.drawing import POINTS
from mcfrontier.outputs.report import report
from mcfrontier.runs.headlines import cost_bases, headlines
from tests.conftest import ROOT, input_entry


def contents(run):
    """The data passed to the report template."""
    return report.contents(run.core)


@pytest.fixture(scope="module")
def small():
    return mcf.run(ROOT / "tests/cases/small.toml", draws=2**16)


def test_the_answer_is_the_median_and_the_90_percent_interval_of_the_first_target(small):
    assert report.answer(small.core).startswith(
        "A small run: amortised cost $10,300 (median), with 90 % probability between $7,890 and $12,600. "
    )


def test_the_answer_names_the_smallest_and_the_largest_of_the_other_cost_bases(small):
    found = report.answer(small.core)
    assert "Medians on other cost bases: $38,500 (development cost) to $20.5M (upfront cost)." in found


def test_a_known_answer_is_reported_as_certain():
    run = mcf.run({"title": "Three", "targets": ["x"], "inputs": input_entry("x", value=3)}, draws=64)
    assert report.answer(run.core) == "Three: x 3, without uncertainty."


def test_a_cost_basis_has_its_ratio_to_the_smallest(small):
    """Cloud cost is 100,000 x U(1, 3), amortised 5,000 + U(2627, 7880): independent, with medians 200,000 / 10,253."""
    rows = {row["name"]: row for row in contents(small)["cost_bases"]}
    assert rows["Amortised cost"]["ratio"] == []
    low, middle, high = (float(figure) for figure in rows["Cloud cost"]["ratio"])
    assert low < middle < high
    assert middle == pytest.approx(200_000 / 10_253, rel=0.05)


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        ("about", "This is the 25th percentile in this study, which does not use it as an input."),
        ("at least", "does not use it as an input; 25 % of the draws disagree with it."),
        ("at most", "does not use it as an input; 75 % of the draws disagree with it."),
    ],
)
def test_a_disclosed_figure_is_reported_with_its_percentile(bound, message):
    disclosed = {"quantity": "x", "value": 2.5, "unit": "USD", "source": "a paper", "bound": bound}
    page = {
        "targets": ["x"],
        "inputs": input_entry("x", "uniform", "USD", low=0, high=10),
        "disclosed": {"a": disclosed},
    }
    (line,) = contents(mcf.run(page, draws=2**12))["disclosed"]
    assert "$2.50" in line or "$2.5" in line
    assert line.endswith(message)


def test_each_row_along_a_dimension_has_a_line():
    disclosed = {"quantity": "x", "value": 5, "unit": "USD", "source": "a paper"}
    page = {"targets": ["x"], "dimensions": {"chip": ["a", "b"]}, "disclosed": {"one": disclosed}}
    run = mcf.run(
        page | {"inputs": input_entry("x", "uniform", "USD", low=[0, 4], high=[10, 6], by="chip")}, draws=2**12
    )
    found = contents(run)
    assert [row["name"] for row in found["headlines"]] == ["X [a]", "X [b]"]
    assert [row["name"] for row in found["inputs"]] == ["x [a]", "x [b]"]
    for row in "ab":
        percentile = re.search(rf"the (\d+)\w\w percentile of x \[{row}\]", found["disclosed"][0])
        assert abs(int(percentile[1]) - 50) <= 3


def test_pins_are_listed_on_page_1():
    run = mcf.run("gpt4", draws=64, set={"gpu_price": 15_000, "energy": "40 GWh"})
    assert ["Set", "for this run, in place of the priors: GPU price = $15,000/chip, energy = 40 GWh"] in report.facts(
        run.core
    )


def test_the_report_has_the_command_that_repeats_the_run():
    run = mcf.run("gpt4", draws=64, seed=3, set={"tdp": "0.5 kW/chip"}, targets=["energy"])
    command = dict(map(tuple, report.provenance(run.core)))["Command"]
    assert command == "python -m mcfrontier run gpt4 --draws 64 --seed 3 --set 'tdp=0.5 kW/chip' --target energy"


def test_a_run_in_python_has_no_command():
    run = mcf.run({"targets": ["x"], "inputs": input_entry("x", value=3)}, draws=64)
    assert dict(map(tuple, report.provenance(run.core)))["Command"].startswith("mcf.run(...) in Python")


@pytest.mark.parametrize("draws", [64, 2**10, 2**14])
def test_digits_in_the_table_are_limited_by_their_error(draws):
    """The last nonzero digit is not beyond the first digit of the reported error."""
    run = mcf.run(ROOT / "tests/cases/small.toml", draws=draws, targets=["cloud_cost"])
    (row,) = contents(run)["targets"]
    errors = run.summary["cloud_cost"].errors
    for (found, _), word in zip(row["cells"], ("p5", "p25", "p50", "p75", "p95"), strict=True):
        digits = found.strip("$").replace(",", "")
        value = 10 ** (len(digits) - len(digits.rstrip("0")))
        first = 10 ** math.floor(math.log10(float(f"{errors[word]:.0e}")) + 1e-12)
        assert value >= first or len(digits.strip("0")) == 1, (found, errors[word])


def words_of(figure):
    return [text.get_text() for text in figure.texts]


def test_a_tornado_marks_non_monotone_inputs_and_sorts_by_width():
    @mcf.node("1")
    def hill(x, y):
        return y - (x - 5) ** 2

    inputs = input_entry("y", "uniform", low=0, high=20) | input_entry("x", "uniform", low=0, high=10)
    (figure,) = tornado(mcf.run({"targets": ["hill"], "inputs": inputs}, model=[hill], draws=2**10).core)
    found = [word for word in words_of(figure) if word.rstrip(" *") in ("x", "y")]
    assert found == ["x *", "y"]
    assert words_of(figure)[0] == "Hill: 10"


def test_the_exceedance_curve_decreases_through_a_half_at_the_median():
    (figure,) = density_figure(
        mcf.run({"targets": ["x"], "inputs": input_entry("x", "uniform", low=10, high=20)}, draws=2**12).core
    )
    lines = [artist for artist in figure.artists + figure.lines if hasattr(artist, "get_xdata")]
    (falling,) = [line for line in lines if len(line.get_xdata()) > 100]
    assert (np.diff(falling.get_ydata()) < 0).all()
    assert np.interp(15, falling.get_xdata(), falling.get_ydata()) == pytest.approx(0.5, abs=0.01)


def test_a_disclosed_figure_of_another_quantity_is_left_out():
    assert contents(mcf.run("gpt4", draws=64, targets=["acquisition_cost"]))["disclosed"] == []


def test_the_density_of_normal_draws_is_gaussian():
    rising = np.sort(np.random.default_rng(1).normal(size=200_000))
    points, heights = density.density(rising)
    np.testing.assert_allclose(heights, stats.norm.pdf(points), atol=0.012)


def test_the_exceedance_is_the_complement_of_the_empirical_cdf():
    values, chances = density.exceedance(np.arange(100_001.0))
    assert (np.diff(chances) < 0).all()
    np.testing.assert_allclose(chances, 1 - values / 100_000, atol=1e-4)


def test_the_density_of_a_prior_peaks_at_its_mode():
    prior = mcf.load("gpt4").inputs["gpu_share"].distributions[0]
    points = np.array(density.prior_density(prior))
    low, high = prior.ppf(np.array([0.002, 0.998]))
    assert low + points[points[:, 1].argmax(), 0] * (high - low) == pytest.approx(0.70, abs=0.01)


def test_targets_along_a_dimension_form_one_grid_in_label_order():
    page = {"targets": ["y", "x"], "dimensions": {"chip": list("abcde")}}
    page["inputs"] = input_entry("x", "uniform", low=[1, 2, 3, 4, 5], high=9, by="chip")
    page["inputs"] |= input_entry("y", "value", value=[1, None, 3, 4, 5], by="chip")
    run = mcf.run(page, draws=2**10)
    (grid,) = contents(run)["grids"]
    assert (grid["along"], grid["heads"]) == ("Chip", ["Y", "X"])
    assert [label for label, _ in grid["rows"]] == list("abcde")
    assert grid["rows"][0][1][0] == ["1"]
    assert grid["rows"][1][1][0] == []
    assert float(grid["rows"][1][1][1][0]) == pytest.approx(5.5, abs=4 * run.summary["x[b]"].errors["p50"])
    assert contents(run)["targets"] == []


def test_a_target_with_many_rows_has_a_figure_and_its_first_row_as_headline():
    from mcfrontier.outputs.figures import along

    page = {"targets": ["x"], "dimensions": {"chip": list("abcde")}}
    page["inputs"] = input_entry("x", "uniform", "USD", low=[1, 2, 3, 4, 5], high=9, by="chip")
    run = mcf.run(page, draws=2**10)
    (figure,) = along(run.core)
    assert {text.get_text() for text in figure.texts} >= {"X", *"abcde"}
    assert headlines(run.core) == ["x[a]"]
    assert cost_bases(run.core) == []
    assert report.lead_files(report.draw_figures(run.core), disclosed=0) == ["along-0.svg"]


def test_best_guesses_are_listed_by_row():
    page = {"targets": ["x"], "dimensions": {"chip": list("ab")}}
    page["inputs"] = input_entry("x", "uniform", low=1, high=9, best=[2, 3], by="chip")
    rows = contents(mcf.run(page, draws=64))["inputs"]
    assert [row["figures"][-1] for row in rows] == ["best 2", "best 3"]


def test_the_note_of_a_disclosed_figure_is_reported():
    disclosed = {"quantity": "y", "value": 2, "unit": "1", "source": "a paper", "note": "another year"}
    page = {"targets": ["y"], "inputs": input_entry("y", "uniform", low=0, high=10), "disclosed": {"a": disclosed}}
    (line,) = contents(mcf.run(page, draws=2**10))["disclosed"]
    assert line.endswith("Another year")


def rows_of_uniforms(count):
    page = {"targets": ["x"], "dimensions": {"chip": [f"c{i}" for i in range(count)]}}
    low = [100.0 * (i + 1) for i in range(count)]
    page["inputs"] = input_entry("x", "uniform", low=low, high=[100 + value for value in low], by="chip")
    return mcf.run(page, draws=2**12)


@pytest.mark.parametrize(("count", "displayed"), [(1, 1), (4, 4), (5, 1)])
def test_up_to_four_rows_are_headlines_and_else_the_first(count, displayed):
    assert headlines(rows_of_uniforms(count).core) == [f"x[c{i}]" for i in range(displayed)]


def test_too_many_headlines_are_reduced_to_the_first_of_each_target():
    page = {"targets": [f"x{i}" for i in range(4)], "dimensions": {"chip": list("abc")}, "inputs": {}}
    for name in page["targets"]:
        page["inputs"] |= input_entry(name, "uniform", low=[None, 1, 2], high=9, by="chip")
    assert headlines(mcf.run(page, draws=64).core)[:3] == ["x0[b]", "x0[c]", "x1[b]"]
    page["targets"].append("y")
    page["inputs"] |= input_entry("y", "uniform", low=1, high=[2, 3, 4], by="chip")
    assert headlines(mcf.run(page, draws=64).core) == ["x0[b]", "x1[b]", "x2[b]", "x3[b]", "y[a]"]


def test_page_1_compares_the_rows_of_the_first_target_from_the_largest():
    found = contents(rows_of_uniforms(8))
    assert [row["name"] for row in found["headlines"]] == [f"X [c{i}]" for i in (7, 6, 5, 4, 3, 2)]
    assert found["answer"].endswith("x 150 (c0) to 850 (c7), medians of 8 rows.")


def test_page_1_has_at_most_six_rows_with_the_question_and_the_published_figure_of_each():
    rows = {row["name"]: row for row in contents(mcf.run("gpt4", draws=64))["headlines"]}
    assert list(rows)[:4] == ["Amortised cost", "Cloud cost", "Development cost", "Acquisition cost"]
    assert len(rows) == 6
    assert rows["Development cost"]["published"] == "at least $100M"
    assert rows["Cloud cost"]["about"] == "What does a tenant pay for the chip-hours of this run alone?"


def test_each_cost_basis_of_the_model_has_a_question():
    assert nodes_of(bases).keys() <= QUESTIONS.keys() <= nodes_of(mcfrontier.model).keys()


def test_a_grid_has_the_median_and_the_90_percent_interval():
    """Uniform from 100 to 200: 105, 150, 195."""
    (grid,) = contents(rows_of_uniforms(5))["grids"]
    name, ((middle, reach),) = grid["rows"][0]
    assert name == "c0"
    assert [float(middle), *map(float, reach.split(" to "))] == pytest.approx([150, 105, 195], abs=4)


def test_the_figure_of_many_rows_has_the_interval_and_median_of_each():
    from matplotlib.collections import LineCollection

    from mcfrontier.outputs.figures import along

    (figure,) = along(rows_of_uniforms(5).core)
    bars = next(part for part in figure.artists if isinstance(part, LineCollection) and len(part.get_segments()) == 5)
    found = np.array([segment[:, 0] for segment in bars.get_segments()])
    expected = np.log10([[100 * (i + 1) + 5, 100 * (i + 1) + 95] for i in range(5)])  # 100 to 600: on a log axis
    np.testing.assert_allclose(found, expected, atol=5e-3)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_rows_of_a_figure_lie_one_below_the_other_between_its_title_and_its_axis(count):
    """The axis stands BELOW inches from the bottom; the rows are of equal height above it."""
    labels = [f"row {i}" for i in range(count)]
    made = style.row_panel("a title", labels, (0.0, 1.0))
    heights = [made.data.transform((0.0, row))[1] for row in range(count)]
    axis, top = style.BELOW * POINTS, made.drawing.height - style.ABOVE * POINTS
    assert axis < heights[-1] <= heights[0] < top
    assert heights == sorted(heights, reverse=True)
    assert made.data.transform((0.0, made.bottom))[1] == pytest.approx(axis)
