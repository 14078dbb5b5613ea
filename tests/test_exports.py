"""Each form of a finished run is read back by the library it is meant for, or held to the rules it must obey."""

import csv
import io

import numpy as np
import pytest

from mcfrontier.finished import finished


@pytest.fixture(scope="module")
def folder(tmp_path_factory, gpt4):
    """GPT-4, run and written."""
    place = tmp_path_factory.mktemp("reports") / "gpt4"
    gpt4.write(place, report=False)
    return place


def test_csv_holds_every_draw_to_the_last_bit(command, folder):
    ended = command("export", folder, "--to", "csv", "--target", "energy", "--target", "training_time")
    head, *lines = csv.reader(io.StringIO(ended.out))
    run = finished(folder)
    assert head == ["energy [MWh]", "training_time [day]"]
    np.testing.assert_array_equal(
        np.array(lines, float), np.column_stack([run.told(n) for n in run.rows_of(["energy", "training_time"])])
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "cvs"), "--to cvs: unknown form; did you mean 'csv'?"),
        (("--to", "csv", "--target", "enregy"), "it has no quantity 'enregy'; did you mean 'energy'?"),
        (("--to", "csv", "--out", "/proc/none/x.csv"), "cannot be written"),
        (("--to", "csv", "--out", ""), "--out: the name of a file is expected, not nothing"),
    ],
)
def test_an_export_that_cannot_be_is_refused_in_a_line(command, folder, words, told):
    ended = command("export", folder, *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1
