"""A run read back from its folder says what the run said."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.errors import InputError
from mcfrontier.finished import finished


@pytest.mark.parametrize("name", ["gpt4", "chips", "deepseek-v3-given"])
def test_a_folder_tells_what_its_run_tells(tmp_path, name):
    draws = 2**15 if name == "deepseek-v3-given" else 2**10  # evidence leaves few of them
    run = mcf.run(name, draws=draws, seed=3)
    run.write(tmp_path, report=False)
    back = finished(tmp_path)
    assert back.rows == list(run.rows)
    for row in run.rows:
        assert back.unit(row) == run.unit(row)
        np.testing.assert_array_equal(back.told(row), np.broadcast_to(run.told(row), draws))
        for levels in ((0.05, 0.5, 0.95), (0.31,)):
            for here, there in zip(back.estimates(row, levels), run.estimates(row, levels), strict=True):
                np.testing.assert_allclose(here, there, rtol=1e-12, atol=0)


@pytest.mark.parametrize("row", ["root", "sure"])
def test_a_folder_tells_what_its_run_tells_where_draws_have_no_figure(holed, row):
    run, folder = holed(-1.0, 2**6)
    for here, there in zip(finished(folder).of_draws(row, [0.31]), run.of_draws(row, [0.31]), strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-12, atol=1e-16)


def test_draws_that_were_chunked_are_read_as_well(tmp_path):
    run = mcf.run("gpt4", draws=2**19, targets=["acquisition_cost"])
    run.write(tmp_path, report=False, save_draws=True)
    x = finished(tmp_path).told("acquisition_cost")
    np.testing.assert_array_equal(x[: run.held], run.told("acquisition_cost"))
    assert x.size == 2**19


def broken(folder, name, text):
    (folder / name).write_text(text)


def another_format(folder):
    told = json.loads((folder / "manifest.json").read_text())
    broken(folder, "manifest.json", json.dumps(told | {"format": 7, "versions": {"mcfrontier": "9.9"}}))


def shortened(folder):
    whole = (folder / "draws.nc").read_bytes()
    (folder / "draws.nc").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda f: (f / "manifest.json").unlink(), "not the folder of a run: it has no manifest.json"),
        (lambda f: broken(f, "manifest.json", "{"), "manifest.json: damaged"),
        (lambda f: broken(f, "manifest.json", '{"format": 1}'), "missing required field `study`"),
        (another_format, "written by mcfrontier 9.9 in format 7, and this version reads format 1"),
        (lambda f: (f / "percentiles.json").unlink(), "percentiles.json: cannot be read"),
        (lambda f: (f / "draws.nc").unlink(), "draws.nc: not there any more"),
        (lambda f: broken(f, "draws.nc", "text"), "draws.nc: damaged"),
        (shortened, "draws.nc: damaged"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_cannot_be_read_is_told_in_a_line(tmp_path, gpt4, harm, told):
    gpt4.write(tmp_path, report=False)
    harm(tmp_path)
    with pytest.raises(InputError) as problem:
        finished(tmp_path).told("energy")
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_folder_that_is_none_and_a_quantity_that_is_none_are_told_with_the_nearest(tmp_path, gpt4):
    gpt4.write(tmp_path / "gpt4", report=False)
    with pytest.raises(InputError, match=r"there is no such folder; did you mean '.*/gpt4'\?"):
        finished(tmp_path / "gtp4")
    with pytest.raises(InputError, match=r"percentiles\.csv: not the folder of a run: it is a file; name the folder"):
        finished(tmp_path / "gpt4" / "percentiles.csv")
    with pytest.raises(InputError, match="it has no quantity 'enregy'; did you mean 'energy'"):
        finished(tmp_path / "gpt4").rows_of(["enregy"])
