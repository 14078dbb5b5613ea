"""What a run prints: headlines first, as much as a screen has room for, and all rows on request."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.formatting import label
from mcfrontier.outputs.overview import SCREEN_LINES, overview, screen_lines
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import headlines

LABELS = ["one", "two", "three", "four"]


@mcf.node("share", event=True)
def positive(x):
    """Whether x is positive."""
    return x > 0


def run_of(count, labels=LABELS, names="xyz"):
    """A run of normal inputs along a dimension, each with its own mean, and an event."""
    entry = {"family": "normal", "by": "place", "mean": [*range(len(labels))], "sd": 1, "unit": "1", "source": "a test"}
    inputs = {f"{name}{i}" if i else name: entry for name in names for i in range(count)}
    study = {"title": "t", "targets": [*inputs, "positive"], "dimensions": {"place": labels}, "inputs": inputs}
    return mcf.run(study, model=[positive], draws=256).core


def test_the_labels_of_a_quantity_are_columns():
    run = run_of(1)
    tables, hidden = overview(run, all_rows=False)
    assert hidden == 0
    lines = {line[0]: line[1:] for line in tables["t", *LABELS]}
    for name in "xyz":
        for word in ("p5", "p50", "p95"):
            assert lines[f"{name} {word}"] == [summary(run)[f"{name}[{each}]"].text(word) for each in LABELS]
    assert tables["Probability", *LABELS][0][1:] == [
        summary(run)[f"positive[{each}]"].text("probability") for each in LABELS
    ]


def test_labels_that_do_not_fit_a_screen_are_rows():
    labels = [f"{each}-is-a-label-of-one-long-word" for each in LABELS]
    tables, _ = overview(run_of(1, labels), all_rows=True)
    assert {head[1:4] for head in tables} == {("p5", "p50", "p95"), ("probability", "MC error")}


@pytest.mark.parametrize("name", ["gpt4", "development", "history", "chips"])
def test_a_screen_has_room_for_what_is_printed_and_each_row_left_out_is_counted(name):
    run = mcf.run(name, draws=256).core
    tables, hidden = overview(run, all_rows=False)
    assert screen_lines(tables) <= SCREEN_LINES
    every = sum(len(run.known_rows(target)) for target in run.study.targets)
    columns = [head for head in tables if "p50" not in head and "probability" not in head]
    assert not columns or name == "development"
    below = sum(len(lines) for head, lines in tables.items() if head not in columns)
    beside = sum(len(line) - 1 for head in columns for line in tables[head]) // 3
    assert below + beside + hidden == every
    first = next(iter(tables.values()))[0][0]
    assert first.startswith(label(run.rows[headlines(run)[0]][0]))


def test_all_rows_are_printed_on_request(command, here):
    shown = command("run", "chips", "--draws", 64, "--no-report", "--all").out
    short = command("run", "chips", "--draws", 64, "--no-report").out
    assert "H100" in shown
    assert len(shown.splitlines()) > 100 > 24 >= len(short.splitlines())
    assert " more rows: --all prints them" in short


def test_many_rows_are_medians_on_request():
    run = run_of(1, [f"n{i}" for i in range(50)], "x")
    tables, _ = overview(run, all_rows=True)
    (lines,) = (each for head, each in tables.items() if head[0] == "t: medians")
    assert [line[0] for line in lines] == [f"n{i}" for i in range(50)]
    assert np.allclose([float(line[1]) for line in lines[10:]], range(10, 50), rtol=0.05)
    assert overview(run, all_rows=False)[1] == 98
