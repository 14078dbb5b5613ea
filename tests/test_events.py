"""Events: nodes that happen or do not, told by their probability; and what is told along a path."""

import csv
import json

import numpy as np
import pytest
from matplotlib.patches import Polygon

import mcfrontier as mcf
from mcfrontier import figures, wording
from mcfrontier.figures import style
from mcfrontier.outputs import report
from tests.conftest import believed

YEARS = ["2024", "2025", "2026", "2027"]


@mcf.node("share", event=True)
def late(delay, limit):
    """That it comes after the limit."""
    return delay > limit


@mcf.node("USD")
def bill(delay, rate):
    """What waiting costs."""
    return delay * rate


@mcf.node("share", event=True)
def doubtful(delay, limit):
    """An event that is none."""
    return delay / limit


RATE = believed("rate", "value", "USD/day", value=5.0)
DELAY = believed("delay", "uniform", "day", low=0.0, high=10.0)
LIMIT = believed("limit", "value", "day", value=3.0)
LIMITS = believed("limit", "value", "day", by="year", value=[8.0, 6.0, 3.0, 1.0])
DELAYS = believed("delay", "uniform", "day", by="year", low=[1.0, 1.0, 1.0, 1.0], high=[5.0, 10.0, 50.0, 100.0])


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
    with pytest.raises(mcf.InputError, match="an event is told by its probability, which is a share, not in USD"):
        mcf.node("USD", event=True)


def test_an_event_that_is_neither_0_nor_1_is_told():
    assert any("doubtful: 4,096 of 4,096 draws of this event are neither" in note for note in run(["doubtful"]).notes)


def test_files_tell_the_probability_of_an_event(tmp_path):
    done = run()
    done.write(tmp_path, report=False)
    told = json.loads((tmp_path / "percentiles.json").read_text())["quantities"]
    assert told["late"]["probability"] == done.summary["late"].values["mean"]
    assert told["late"]["mc_error"]["probability"] == done.summary["late"].errors["mean"]
    assert "probability" not in told["delay"]
    rows = list(csv.DictReader((tmp_path / "percentiles.csv").read_text().splitlines()))
    (row,) = [row for row in rows if row["statistic"] == "probability"]
    assert (row["quantity"], float(row["value"])) == ("late", done.summary["late"].values["mean"])


def test_the_report_tells_the_probability_of_an_event():
    told = report.contents(run(["late", "bill"], DELAY | LIMIT | RATE))
    assert told["answer"].startswith("A delay: late with a probability of 70%") or "70." in told["answer"]
    head, other = told["headlines"]
    assert len(head["figures"]) == 1
    assert head["hangs"] == "delay"
    assert len(other["figures"]) == 3
    assert [len(row["cells"]) for row in told["targets"]] == [1, 5]


def test_a_report_of_events_alone_is_written(tmp_path):
    run().write(tmp_path)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_figures_of_percentiles_leave_events_out():
    done = run()
    assert [name.__name__ for name in figures.FIGURES if name(done)] == []


def test_a_precision_is_that_of_the_probability():
    done = mcf.run({"title": "A", "targets": ["late"], "inputs": DELAY | LIMIT}, model=[late], precision=0.002)
    assert done.summary["late"].errors["mean"] <= 0.002
    assert "the worst is probability of late" in done.notes[0]


def test_the_rows_of_an_event_stand_in_a_grid_with_their_errors():
    (grid,) = report.contents(by_year(["late"], DELAY | LIMITS))["grids"]
    assert [label for label, _ in grid["rows"]] == YEARS
    assert [cells[0][0][:2] for _, cells in grid["rows"]] == ["20", "40", "70", "90"]
    assert all(cells[0][1].startswith("± ") for _, cells in grid["rows"])


def test_an_event_by_year_is_headed_by_the_year_in_which_it_is_least_certain():
    inputs = DELAY | believed("limit", "value", "day", by="year", value=[9.0, 8.0, 6.0, 3.0, 1.0])
    done = run(["late"], inputs, dimensions={"year": [*YEARS, "2028"]})
    assert done.headlines == ["late[2026]"]


def test_many_draws_count_an_event_as_few_do():
    many = run(["late", "bill"], DELAY | LIMIT | RATE, draws=2**19)
    assert many.counted is not None
    found = many.summary["late"]
    assert abs(found.values["mean"] - 0.7) <= 4 * found.errors["mean"] + 1e-6


def test_labels_that_are_numbers_that_rise_are_a_path():
    assert by_year().study.path("bill") == "year"
    for labels in (["2024", "2026", "2025", "2027"], ["a", "b", "c", "d"]):
        done = run(["bill"], DELAYS | RATE, dimensions={"year": labels})
        assert done.study.path("bill") == ""
        assert figures.fan(done) == []


def test_a_fan_has_its_bands_and_its_median_where_the_percentiles_are():
    done = by_year()
    (drawn,) = figures.fan(done)
    values = [done.summary[f"bill[{year}]"].values for year in YEARS]
    median = next(line for line in drawn.lines if len(line.get_xdata()) == 4)
    assert list(median.get_xdata()) == [2024, 2025, 2026, 2027]
    np.testing.assert_allclose(median.get_ydata(), np.log10([value["p50"] for value in values]))
    outer = next(artist for artist in drawn.artists if isinstance(artist, Polygon)).get_xy()
    np.testing.assert_allclose(outer[:4, 1], np.log10([value["p5"] for value in values]))
    assert figures.along(done) == []


def test_the_lines_of_an_exceedance_are_the_shares_of_draws_above():
    done = by_year(["late", "bill"], DELAY | LIMITS | RATE | {"delay": DELAYS["delay"]})
    event, *others = figures.exceedance(done)
    line = next(line for line in event.lines if len(line.get_xdata()) == 4)
    np.testing.assert_allclose(line.get_ydata(), [done.summary[f"late[{year}]"].values["mean"] for year in YEARS])
    (values,) = others
    told = {text.get_text() for text in values.texts}
    lines = [line for line in values.lines if len(line.get_xdata()) == 4]
    assert {"above $10", "above $100"} <= told
    assert any(np.allclose(line.get_ydata(), [(done.told(f"bill[{y}]") > 100).mean() for y in YEARS]) for line in lines)


def test_figures_of_paths_leave_other_studies_alone(gpt4):
    assert figures.fan(gpt4) == figures.exceedance(gpt4) == []


def test_words_at_the_ends_of_lines_stand_apart_and_in_order():
    found = style.apart([1.0, 0.98, 0.99, 0.2], 0.1, 0.0, 1.0)
    assert found == pytest.approx([1.0, 0.8, 0.9, 0.2])


@pytest.mark.parametrize(
    ("value", "error", "told"),
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
def test_a_probability_near_1_does_not_claim_to_be_certain(value, error, told):
    assert wording.probability(value, error) == told


def test_a_disclosed_figure_may_be_of_a_row():
    words = {"quantity": "bill[2025]", "value": 25.0, "unit": "USD", "source": "the till"}
    told = report.contents(by_year(disclosed={"till": words}))["disclosed"]
    assert told == ["Bill [2025]: $25 (the till). This is the 44th percentile in this study, of which it is no input."]
    with pytest.raises(
        mcf.InputError, match=r"disclosed.till: there is no row 'bill\[2023\]'; did you mean 'bill\[202"
    ):
        by_year(disclosed={"till": words | {"quantity": "bill[2023]"}})
