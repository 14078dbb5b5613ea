"""Figures in matplotlib, in notebooks and from the command line."""

import json

import matplotlib
import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.outputs.figures import FIGURES
from tests.conftest import ROOT

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def run():
    return mcf.run("gpt4", draws=2**10)


@pytest.fixture(autouse=True)
def closed():
    yield
    matplotlib.pyplot.close("all")


def texts(ax):
    return {text.get_text() for text in ax.texts}


@pytest.mark.parametrize(
    "name", [name for name, figure in FIGURES.items() if figure.of and name not in ("fan", "along")]
)
def test_a_figure_of_any_quantity_stands_on_axes(run, name):
    ax = getattr(run.plot, name)("energy")
    assert any(text.startswith("Energy") for text in texts(ax))


def test_a_figure_stands_on_given_axes_with_the_texts_of_the_report(run):
    figure, axes = matplotlib.pyplot.subplots(1, 2)
    ax = run.plot.tornado("cloud_cost", ax=axes[1])
    assert ax is axes[1]
    (drawing,) = FIGURES["tornado"].of(run.core, "cloud_cost")
    assert texts(ax) == {text.get_text().replace("$", r"\$") for text in drawing.texts}
    figure.canvas.draw()


def test_an_artist_lies_at_its_point_of_the_drawing(run):
    ax = run.plot.density("energy")
    ax.figure.canvas.draw()
    (drawing,) = FIGURES["density"].of(run.core, "energy")
    for line, original in zip(ax.lines, drawing.lines, strict=True):
        place = ax.transData.inverted().transform(line.get_transform().transform(line.get_xydata()))
        assert place == pytest.approx(original.get_transform().transform(original.get_xydata()))


def test_the_paths_of_a_target_lie_one_below_the_other():
    run = mcf.run("frontier-cost", draws=64)
    ax = run.plot.fan("frontier_cost")
    paths = FIGURES["fan"].of(run.core, "frontier_cost")
    assert ax.get_ylim()[1] == pytest.approx(sum(each.height for each in paths))


def test_a_figure_of_a_whole_run_takes_no_target(run):
    with pytest.raises(mcf.InputError, match="a figure of the whole run"):
        run.plot.shares("energy")


def test_a_figure_with_nothing_to_draw_is_refused(run):
    with pytest.raises(mcf.InputError, match="nothing to draw of energy"):
        run.plot.fan("energy")


def test_the_waterfall_of_a_comparison_is_that_of_its_pair():
    found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost"], draws=64)
    assert "Acquisition cost" in texts(found.plot.waterfall("acquisition_cost"))
    with pytest.raises(mcf.InputError, match="energy: its difference is not attributed"):
        found.plot.waterfall("energy")


def test_a_run_displays_small_densities(run, tmp_path):
    run.write(tmp_path, report=False)
    for each in (run, mcf.open(tmp_path)):
        assert each._repr_html_().count("<svg") == len(each._display.summaries)


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_figure_draws_a_saved_run_into_a_file(command, run, tmp_path, kind, start):
    run.write(tmp_path / "run", report=False)
    arguments = ("figure", tmp_path / "run", "tornado", "--target", "cloud_cost", "--out", tmp_path / f"x.{kind}")
    assert command(*map(str, arguments)).code == 0
    first = (tmp_path / f"x.{kind}").read_bytes()
    assert first.startswith(start)
    command(*map(str, arguments))
    assert (tmp_path / f"x.{kind}").read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tornadoo", "--out", "x.svg"), "did you mean 'tornado'?"),
        (("tornado", "--out", "x.gif"), "a file that ends in .svg, .pdf, .png is expected"),
        (("tornado", "--target", "enrgy", "--out", "x.svg"), "did you mean 'energy'?"),
    ],
)
def test_a_wrong_figure_is_refused_in_one_line(command, run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    run.write("run", report=False)
    result = command("figure", "run", *arguments)
    assert result.code == 2
    assert message in result.err
    assert result.err.count("\n") == 1
    assert not list(tmp_path.glob("x.*"))


def test_the_notebook_runs():
    cells = json.loads((ROOT / "docs/notebook.ipynb").read_text())["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert np.isfinite(names["run"].quantiles([0.5])["amortised_cost"]).all()
