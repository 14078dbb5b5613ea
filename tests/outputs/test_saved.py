"""Saved runs read back from their folders give the same results."""

import asyncio
import json
import time

import numpy as np
import pytest
import zarr

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.outputs.folder.zarr import create_store
from mcfrontier.runs.estimates import estimates
from mcfrontier.runs.summary import from_draws
from tests.conftest import input_entry


@pytest.mark.parametrize("name", ["gpt4", "chips", "deepseek-v3-given"])
def test_a_folder_has_the_results_of_its_run(tmp_path, name):
    draws = 2**15 if name == "deepseek-v3-given" else 2**10  # evidence reduces the effective sample size
    run = mcf.run(name, draws=draws, seed=3)
    run.write(tmp_path, report=False)
    back = read_folder(tmp_path)
    assert back.rows == list(run.core.rows)
    for row in run.core.rows:
        assert back.unit(row) == run.core.unit(row)
        np.testing.assert_array_equal(back.samples(row), np.broadcast_to(run.core.samples(row), draws))
        for here, there in zip(
            back.estimates(row, (0.05, 0.5, 0.95)), estimates(run.core, row, (0.05, 0.5, 0.95)), strict=True
        ):
            np.testing.assert_allclose(here, there, rtol=1e-12, atol=0)
        for here, there in zip(back.estimates(row, (0.31,)), from_draws(run.core, row, (0.31,)), strict=True):
            np.testing.assert_allclose(here[2:], there[2:], rtol=1e-12, atol=0)


@pytest.mark.parametrize("row", ["root", "sure"])
def test_a_folder_has_the_results_of_its_run_with_non_finite_draws(non_finite_run, row):
    run, folder = non_finite_run(-1.0, 2**6)
    for here, there in zip(read_folder(folder).from_draws(row, [0.31]), from_draws(run.core, row, [0.31]), strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-12, atol=1e-16)


def test_descriptions_longer_than_the_limit_are_shortened_so_that_the_run_can_be_read(tmp_path):
    inputs = input_entry("a", "uniform", low=1, high=2, note="\u200b" * 9_000)  # escaped, each has six characters
    mcf.run({"title": "T", "targets": ["a"], "inputs": inputs}, draws=64).write(tmp_path, report=False)
    assert mcf.open(tmp_path)["a"].size == 64


def test_chunked_draws_are_read(tmp_path):
    run = mcf.run("gpt4", draws=2**19, targets=["acquisition_cost"])
    run.write(tmp_path, report=False, draws="float64")
    x = read_folder(tmp_path).samples("acquisition_cost")
    np.testing.assert_array_equal(x[: run.core.retained], run.core.samples("acquisition_cost"))
    assert x.size == 2**19


def broken(folder, name, text):
    (folder / name).write_text(text)


def another_format(folder):
    found = json.loads((folder / "manifest.json").read_text())
    broken(folder, "manifest.json", json.dumps(found | {"format": 7, "versions": {"mcfrontier": "9.9"}}))


def shortened(folder):
    whole = (folder / "draws.nc").read_bytes()
    (folder / "draws.nc").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("harm", "message"),
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
def test_an_unreadable_folder_is_reported_with_one_line(tmp_path, gpt4, harm, message):
    gpt4.write(tmp_path, report=False)
    harm(tmp_path)
    with pytest.raises(InputError) as problem:
        read_folder(tmp_path).samples("energy")
    assert message in str(problem.value)
    assert "\n" not in str(problem.value)


def test_an_unknown_folder_and_quantity_are_reported_with_a_suggestion(tmp_path, gpt4):
    gpt4.write(tmp_path / "gpt4", report=False)
    with pytest.raises(InputError, match=r"there is no such folder; did you mean '.*/gpt4'\?"):
        read_folder(tmp_path / "gtp4")
    with pytest.raises(InputError, match=r"percentiles\.csv: not the folder of a run: it is a file; name the folder"):
        read_folder(tmp_path / "gpt4" / "percentiles.csv")
    with pytest.raises(InputError, match="it has no quantity 'enregy'; did you mean 'energy'"):
        read_folder(tmp_path / "gpt4").rows_of(["enregy"])


@pytest.fixture
def damaged(folder, tmp_path):
    """A copy of a run without hashes, as old versions wrote it, with a changed JSON file: damaged(name, change)."""

    def copy(name, change):
        for path in folder.iterdir():
            content = json.loads(path.read_text()) if path.suffix == ".json" else None
            if content is None:
                (tmp_path / path.name).write_bytes(path.read_bytes())
                continue
            if path.name == "manifest.json":
                content["files"] = {}
            if path.name == name:
                change(content)
            (tmp_path / path.name).write_text(json.dumps(content))
        return tmp_path

    return copy


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows["energy"].pop("mc_error"),
        lambda rows: rows["energy"].update(p50="x"),
        lambda rows: rows["energy"].update(unit=None),
        lambda rows: rows["energy"]["mc_error"].update(p50=[]),
    ],
)
def test_percentiles_that_are_no_numbers_are_refused(damaged, change):
    with pytest.raises(InputError, match=r"percentiles\.json: damaged.*energy has (no|not all)"):
        mcf.open(damaged("percentiles.json", lambda content: change(content["quantities"])))


def test_a_manifest_without_targets_is_refused(damaged):
    with pytest.raises(InputError, match=r"manifest\.json: damaged.*no targets"):
        mcf.open(damaged("manifest.json", lambda content: content.update(targets=[])))


@pytest.mark.parametrize("plan", [{"exact": True}, {"draws": 147456, "draws_asked": 147456}])
def test_a_saved_run_of_a_plan_that_is_gone_is_read_but_not_made_again(damaged, plan):
    place = damaged("manifest.json", lambda content: content.update(plan))
    statistics = json.loads((place / "percentiles.json").read_text())
    broken(place, "percentiles.json", json.dumps(statistics | {"draws": plan.get("draws", statistics["draws"])}))
    saved = mcf.open(place)
    assert saved.summary["energy"].values["p50"] > 0
    with pytest.raises(InputError, match="no longer supports; make the run again"):
        saved.tornado("energy")


def test_draws_are_not_read_from_a_run_that_replaced_the_one_that_was_opened(tmp_path):
    page = {"targets": ["x"], "inputs": input_entry("x", "uniform", low=0, high=1)}
    mcf.run(page, draws=64, seed=1).write(tmp_path, report=False)
    old, opened = read_folder(tmp_path), read_folder(tmp_path)
    assert opened.chunk_draws
    mcf.run(page, draws=64, seed=2).write(tmp_path, report=False)
    for run in (old, opened):
        with pytest.raises(InputError, match="another run was written there in the meantime"):
            run.samples("x")


def test_a_store_that_fails_is_left_when_its_threads_have_written(tmp_path):
    """zarr writes in threads, whose results are no longer awaited after a failure."""

    def late():
        time.sleep(0.2)
        (tmp_path / "late").touch()

    def failing():
        with create_store(tmp_path / "x.zarr"):
            asyncio.run_coroutine_threadsafe(asyncio.to_thread(late), zarr.core.sync._get_loop())
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        failing()
    assert (tmp_path / "late").exists()
