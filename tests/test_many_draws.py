"""Runs of many draws from the command line: files, notes, and going on after a stop."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier import engine, outputs
from mcfrontier.engine import KEPT, Engine, Keeper
from tests.conftest import BILL, believed


@pytest.fixture
def bill(page):
    page("bill", BILL)


def test_many_draws_leave_percentiles_and_say_what_they_are_of(bill, command, tmp_path):
    ended = command("run", "bill", "--draws", 2**19, "--no-report", "--method", "order")
    assert ended.code == 0
    assert "targets: percentiles of all 524,288 draws, from counts in bins at most 0.049 % wide" in ended.err
    assert "all else is of the first 131,072" in ended.err
    assert "the draws are left out, being many; --save-draws writes them" in ended.err
    folder = tmp_path / "reports" / "bill"
    assert {path.name for path in folder.iterdir()} == {"percentiles.csv", "percentiles.json", "manifest.json"}
    told = json.loads((folder / "percentiles.json").read_text())
    assert told["draws"] == 2**19
    assert told["quantities"]["energy_cost"]["p50"] == pytest.approx(3**0.5 * 0.0725, rel=0.02)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["method"] == "order"


def test_the_report_of_many_draws_says_how_it_was_made(bill, command, tmp_path):
    from pypdf import PdfReader

    command("run", "bill", "--draws", 2**19, "--quiet")
    text = " ".join("".join(p.extract_text() for p in PdfReader(tmp_path / "reports/bill/report.pdf").pages).split())
    assert "--draws 524288" in text
    assert "percentiles of all 524,288 draws, from counts in bins" in text


def test_saved_draws_are_chunks_that_zarr_and_xarray_open(bill, command, tmp_path, monkeypatch):
    zarr = pytest.importorskip("zarr")
    import xarray as xr

    monkeypatch.setattr("mcfrontier.outputs.zarr.NUMBERS", 3 * 2**20)
    ended = command("run", "bill", "--draws", 2**20 + 2**19, "--sampler", "random", "--no-report", "--save-draws")
    assert ended.code == 0, ended.err
    path = tmp_path / "reports" / "bill" / "draws.zarr"
    run = mcf.run("bill", draws=2**20 + 2**19, sampler="random")
    group = zarr.open_group(path, mode="r")["prior"]
    assert group["energy_cost"].chunks == (1, 2**20)
    assert group["energy_cost"].attrs["unit"] == "USD"
    for name in ("energy", "energy_price", "energy_cost"):
        np.testing.assert_array_equal(group[name][0], run.draws[name])
    with xr.open_zarr(path, group="prior", consolidated=False) as opened:
        assert opened.energy_cost.dims == ("chain", "draw")
        assert opened.sizes == {"chain": 1, "draw": 2**20 + 2**19}
    command("run", "bill", "--draws", 64, "--no-report")
    assert not path.exists()


def test_a_disk_that_is_too_small_is_told_before_it_is_full(bill, monkeypatch, tmp_path, command):
    pytest.importorskip("zarr")
    usage = type("Usage", (), {"free": 10**6})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    ended = command("run", "bill", "--draws", 2**19, "--no-report", "--save-draws")
    assert ended.code == 2
    assert "0.0 GB of disk are free" in ended.err
    assert not any(path.name != KEPT for path in (tmp_path / "reports").rglob("*.*"))


def test_a_run_that_was_stopped_goes_on_with_resume(bill, command, tmp_path, monkeypatch):
    """Of 2^23 draws in eight parts, stopped after three."""
    asked = ("run", "bill", "--draws", 2**23, "--no-report", "--method", "order", "--json")
    folder, parts, stopped = tmp_path / "reports" / "bill", [], []
    count = engine.count

    def stopping(job, *stretch):
        parts.append(stretch)
        if len(parts) == 4 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        return count(job, *stretch)

    monkeypatch.setattr(engine, "count", stopping)
    ended = command(*asked)
    assert ended.code == 130
    assert "stopped; the same command with --resume goes on from where it was" in ended.err
    assert [path.name for path in folder.iterdir()] == [KEPT]
    assert command("run", "bill", "--draws", 64, "--no-report").code == 0  # a small run leaves it there
    assert command("run", "bill", "--draws", 2**19, "--no-report").code == 0  # nor does one of other draws take it
    gone_on = command(*asked, "--resume")
    assert f"{KEPT}: 3,145,728 draws are counted" in gone_on.err
    assert len(parts) == 4 + 1 + 5
    assert not (folder / KEPT).exists()
    assert gone_on.out == command(*asked).out
    assert "nothing to go on with: there is no unfinished.npz" in command(*asked, "--resume").err


def test_a_file_of_another_run_is_not_gone_on_with(bill, command, tmp_path):
    who = Engine(keeper=Keeper(tmp_path / "reports" / "bill" / KEPT))
    with pytest.raises(ZeroDivisionError):
        mcf.run("bill", draws=2**23, engine=who, progress=lambda steps, told: failing(steps))
    ended = command("run", "bill", "--draws", 2**23, "--seed", 3, "--resume", "--no-report")
    assert ended.code == 2
    assert "of a run that was asked for something else; leave out --resume" in ended.err


def failing(steps):
    for done, step in enumerate(steps):
        if len(steps) == 8 and done == 2:
            raise ZeroDivisionError
        yield step


def test_draws_are_written_in_one_of_two_ways(bill):
    assert {"draws.nc", "draws.zarr"} <= outputs.WRITERS.keys()


@pytest.mark.parametrize("option", [("--engine", "processes"), ("--resume",)], ids=lambda words: words[0])
def test_an_option_that_few_draws_have_no_use_for_is_told(bill, command, option):
    ended = command("run", "bill", "--draws", 64, "--no-report", *option)
    assert ended.code == 0
    assert f"{option[0]}: 64 draws are all kept, and worked out here" in ended.err


def test_a_folder_or_a_scheduler_of_no_name_is_refused(bill, command):
    for words in (("--out", ""), ("--engine", "dask", "--scheduler", " ")):
        assert command("run", "bill", *words).code == 2


def test_draws_may_be_told_as_1e3():
    assert mcf.run({"targets": ["x"], "inputs": believed("x", value=3)}, draws=1e3, sampler="lhs").sampler.draws == 1000
