"""Events (nodes with values 0 and 1, reported by probability), and results along a path."""

import csv
import json

import numpy as np
import pytest
from matplotlib.patches import Polygon
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs import figures
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.outputs.report.report import contents
from mcfrontier.runs.headlines import headlines
from mcfrontier.study.describe import path_of
from tests.conftest import input_entry

YEARS = ["2024", "2025", "2026", "2027"]


@mcf.node("share", event=True)
def late(delay, limit):
    """The delay exceeds the limit."""
    return delay > limit


@mcf.node("USD")
def bill(delay, rate):
    """Cost of the delay."""
    return delay * rate


@mcf.node("share", event=True)
def doubtful(delay, limit):
    """An invalid event with other values than 0 and 1."""
    return delay / limit


RATE = input_entry("rate", "value", "USD/day", value=5.0)
DELAY = input_entry("delay", "uniform", "day", low=0.0, high=10.0)
LIMIT = input_entry("limit", "value", "day", value=3.0)
LIMITS = input_entry("limit", "value", "day", by="year", value=[8.0, 6.0, 3.0, 1.0])
DELAYS = input_entry("delay", "uniform", "day", by="year", low=[1.0, 1.0, 1.0, 1.0], high=[5.0, 10.0, 50.0, 100.0])


def run(targets=("late",), inputs=DELAY | LIMIT, draws=2**12, **words):
    return mcf.run(
        {"title": "A delay", "targets": [*targets], "inputs": inputs, **words},
        model=[late, bill, doubtful],
        draws=draws,
    )


def by_year(targets=("bill",), inputs=DELAYS | RATE, **more):
    return run(targets, inputs, dimensions={"year": YEARS}, **more)


def test_the_probability_of_an_event_is_its_mean_with_its_error():
    found = run().summary["late"]
    assert abs(found.values["mean"] - 0.7) <= 4 * found.errors["mean"]
    assert 0 < found.errors["mean"] < 0.01


def test_an_event_has_the_unit_of_a_share():
    with pytest.raises(mcf.InputError, match="an event is summarised by its probability, which is a share, not in USD"):
        mcf.node("USD", event=True)


def test_an_event_with_values_other_than_0_and_1_is_reported():
    assert any(
        "doubtful: 4,096 of 4,096 draws of this event are not 0 or 1" in note for note in run(["doubtful"]).notes
    )


def test_files_have_the_probability_of_an_event(tmp_path):
    done = run()
    done.write(tmp_path, report=False)
    found = json.loads((tmp_path / "percentiles.json").read_text())["quantities"]
    assert found["late"]["probability"] == done.summary["late"].values["mean"]
    assert found["late"]["mc_error"]["probability"] == done.summary["late"].errors["mean"]
    assert "probability" not in found["delay"]
    rows = list(csv.DictReader((tmp_path / "percentiles.csv").read_text().splitlines()))
    (row,) = [row for row in rows if row["statistic"] == "probability"]
    assert (row["quantity"], float(row["value"])) == ("late", done.summary["late"].values["mean"])


@pytest.mark.parametrize(("limit", "text", "hits"), [(11.0, "< 0.09%", 0), (-1.0, "> 99.91%", 2**12)])
def test_an_event_in_no_draw_or_in_all_has_a_bound(tmp_path, limit, text, hits):
    done = run(inputs=DELAY | input_entry("limit", "value", "day", value=limit))
    assert done.summary["late"].text("probability") == text
    assert done.summary["late"].errors["probability"] > 0
    assert text in repr(done)
    assert contents(done.core)["targets"][0]["cells"] == [[text, ""]]
    done.write(tmp_path, report=False)
    assert mcf.open(tmp_path).summary["late"].text("probability") == text
    file = tmp_path / "percentiles.json"
    found = json.loads(file.read_text())["quantities"]["late"]
    assert (found["hits"], found["draws"]) == (hits, 2**12)
    assert (found["low"], found["high"]) == pytest.approx(stats.binomtest(hits, 2**12).proportion_ci(0.95))


def test_a_known_event_has_no_bound():
    known = run(inputs=input_entry("delay", "value", "day", value=4.0) | LIMIT).summary["late"]
    assert (known.text("probability"), known.errors["probability"], known.probability.low) == ("100%", 0, 1)


def test_a_long_run_counts_the_draws_with_an_event():
    done = run(inputs=DELAY | input_entry("limit", "value", "day", value=9.9), draws=2**18)
    event = done.summary["late"].probability
    assert event.draws == 2**18
    assert event.hits == (done.draws.late.values > 0.5).sum()


def test_a_saved_run_without_intervals_is_read(tmp_path):
    run(inputs=DELAY | input_entry("limit", "value", "day", value=11.0)).write(tmp_path, report=False)
    content = json.loads((tmp_path / "percentiles.json").read_text())
    for word in ("low", "high", "hits", "draws"):
        del content["quantities"]["late"][word]
    (tmp_path / "percentiles.json").write_text(json.dumps(content))
    found = read_folder(tmp_path, allow_edited=True).summary["late"]
    assert (found.text("probability"), found.probability) == ("0%", None)


def test_the_report_has_the_probability_of_an_event():
    found = contents(run(["late", "bill"], DELAY | LIMIT | RATE).core)
    assert found["answer"].startswith("A delay: late with a probability of 70%") or "70." in found["answer"]
    head, other = found["headlines"]
    assert len(head["figures"]) == 1
    assert head["sensitive_to"] == "most sensitive to delay"
    assert len(other["figures"]) == 3
    assert [len(row["cells"]) for row in found["targets"]] == [1, 5]


def test_a_report_of_events_alone_is_written(tmp_path):
    run().write(tmp_path)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_percentile_figures_exclude_events():
    done = run()
    assert [name for name, figure in figures.FIGURES.items() if figure.draw(done.core)] == []


def test_the_precision_of_an_event_applies_to_its_probability():
    done = mcf.run({"title": "A", "targets": ["late"], "inputs": DELAY | LIMIT}, model=[late], precision=0.002)
    assert done.summary["late"].errors["mean"] <= 0.002
    assert "the largest error is that of probability of late" in done.notes[0]


def test_the_rows_of_an_event_form_a_grid_with_errors():
    (grid,) = contents(by_year(["late"], DELAY | LIMITS).core)["grids"]
    assert [label for label, _ in grid["rows"]] == YEARS
    assert [cells[0][0][:2] for _, cells in grid["rows"]] == ["20", "40", "70", "90"]
    assert all(cells[0][1].startswith("± ") for _, cells in grid["rows"])


def test_the_headline_of_an_event_by_year_is_its_most_uncertain_year():
    inputs = DELAY | input_entry("limit", "value", "day", by="year", value=[9.0, 8.0, 6.0, 3.0, 1.0])
    done = run(["late"], inputs, dimensions={"year": [*YEARS, "2028"]})
    assert headlines(done.core) == ["late[2026]"]


def test_an_event_is_counted_in_a_run_of_many_draws():
    many = run(["late", "bill"], DELAY | LIMIT | RATE, draws=2**19)
    assert many.core.counted is not None
    found = many.summary["late"]
    assert abs(found.values["mean"] - 0.7) <= 4 * found.errors["mean"] + 1e-6


def test_increasing_numeric_labels_form_a_path():
    assert path_of(by_year().study, "bill") == "year"
    for labels in (["2024", "2026", "2025", "2027"], ["a", "b", "c", "d"]):
        done = run(["bill"], DELAYS | RATE, dimensions={"year": labels})
        assert path_of(done.study, "bill") == ""
        assert figures.fan(done.core) == []


def test_the_bands_and_the_median_of_a_fan_are_the_percentiles():
    done = by_year()
    (drawn,) = figures.fan(done.core)
    values = [done.summary[f"bill[{year}]"].values for year in YEARS]
    median = next(line for line in drawn.lines if len(line.get_xdata()) == 4)
    assert list(median.get_xdata()) == [2024, 2025, 2026, 2027]
    np.testing.assert_allclose(median.get_ydata(), np.log10([value["p50"] for value in values]))
    outer = next(artist for artist in drawn.artists if isinstance(artist, Polygon)).get_xy()
    np.testing.assert_allclose(outer[:4, 1], np.log10([value["p5"] for value in values]))
    assert figures.along(done.core) == []


def test_exceedance_lines_are_shares_of_draws_above_a_threshold():
    done = by_year(["late", "bill"], DELAY | LIMITS | RATE | {"delay": DELAYS["delay"]})
    event, *rest = figures.exceedance(done.core)
    line = next(line for line in event.lines if len(line.get_xdata()) == 4)
    np.testing.assert_allclose(line.get_ydata(), [done.summary[f"late[{year}]"].values["mean"] for year in YEARS])
    (values,) = rest
    found = {text.get_text() for text in values.texts}
    lines = [line for line in values.lines if len(line.get_xdata()) == 4]
    assert {"above $10", "above $100"} <= found
    assert any(
        np.allclose(line.get_ydata(), [(done.core.samples(f"bill[{y}]") > 100).mean() for y in YEARS]) for line in lines
    )


def test_path_figures_are_empty_for_studies_without_paths(gpt4):
    assert figures.fan(gpt4.core) == figures.exceedance(gpt4.core) == []


def test_line_labels_are_spaced_and_ordered():
    found = style.separate([1.0, 0.98, 0.99, 0.2], 0.1, 0.0, 1.0)
    assert found == pytest.approx([1.0, 0.8, 0.9, 0.2])


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0.99968, 0.00003, "99.968%"),
        (0.873, 0.0006, "87.3%"),
        (0.5511, 0.0008, "55.1%"),
        (0.011, 0.0002, "1.10%"),
        (1.0, 0.0, "100%"),
        (0.0, 0.0, "0%"),
        (0.9999996, 0.0000004, "99.99996%"),
    ],
)
def test_a_probability_near_1_is_not_rounded_to_1(value, error, message):
    assert EVENT.text(value, "share", error) == message


def test_a_disclosed_figure_may_refer_to_a_row():
    words = {"quantity": "bill[2025]", "value": 25.0, "unit": "USD", "source": "the till"}
    found = contents(by_year(disclosed={"till": words}).core)["disclosed"]
    assert found == [
        "Bill [2025]: $25 (the till). This is the 44th percentile in this study, which does not use it as an input."
    ]
    with pytest.raises(
        mcf.InputError, match=r"disclosed.till: there is no row 'bill\[2023\]'; did you mean 'bill\[202"
    ):
        by_year(disclosed={"till": words | {"quantity": "bill[2023]"}})
