"""Long runs from the command line: files, notes and resuming."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.outputs.folder import write
from mcfrontier.sampling.engine import engine
from mcfrontier.sampling.engine.checkpoint import CHECKPOINT_FILE, Checkpoint
from mcfrontier.sampling.engine.engine import Engine
from tests.conftest import BILL, input_entry


@pytest.fixture
def bill(page):
    page("bill", BILL)


def test_a_long_run_writes_percentiles_and_describes_them(bill, command, tmp_path):
    result = command("run", "bill", "--draws", 2**19, "--no-report", "--method", "order")
    assert result.code == 0
    assert "targets: percentiles of all 524,288 draws, from counts in bins at most 0.049 % wide" in result.err
    assert "all other results are of the first 131,072" in result.err
    assert "the draws are too many to be written by default; --save-draws writes them" in result.err
    folder = tmp_path / "reports" / "bill"
    assert {path.name for path in folder.iterdir()} == {"percentiles.csv", "percentiles.json", "manifest.json"}
    found = json.loads((folder / "percentiles.json").read_text())
    assert found["draws"] == 2**19
    assert found["quantities"]["energy_cost"]["p50"] == pytest.approx(3**0.5 * 0.0725, rel=0.02)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["method"] == "order"


def test_the_report_of_a_long_run_describes_its_method(bill, command, tmp_path):
    from pypdf import PdfReader

    command("run", "bill", "--draws", 2**19, "--quiet")
    text = " ".join("".join(p.extract_text() for p in PdfReader(tmp_path / "reports/bill/report.pdf").pages).split())
    assert "--draws 524288" in text
    assert "percentiles of all 524,288 draws, from counts in bins" in text


def test_saved_draws_are_chunks_that_zarr_and_xarray_open(bill, command, tmp_path, monkeypatch):
    zarr = pytest.importorskip("zarr")
    import xarray as xr

    monkeypatch.setattr("mcfrontier.outputs.folder.zarr.CHUNK_NUMBERS", 4 * 2**20)
    result = command("run", "bill", "--draws", 2**20 + 2**19, "--sampler", "random", "--no-report", "--save-draws")
    assert result.code == 0, result.err
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


def test_insufficient_disk_space_is_reported_before_writing(bill, monkeypatch, tmp_path, command):
    pytest.importorskip("zarr")
    usage = type("Usage", (), {"free": 10**6})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    result = command("run", "bill", "--draws", 2**19, "--no-report", "--save-draws")
    assert result.code == 2
    assert "0.0 GB of disk are free" in result.err
    assert not any(path.name != CHECKPOINT_FILE for path in (tmp_path / "reports").rglob("*.*"))


def test_resume_continues_an_interrupted_run(bill, command, tmp_path, monkeypatch):
    """2^23 draws in eight parts, interrupted after three."""
    requested = ("run", "bill", "--draws", 2**23, "--no-report", "--method", "order", "--json")
    folder, parts, stopped = tmp_path / "reports" / "bill", [], []
    count = engine.count

    def stopping(job, *stretch):
        parts.append(stretch)
        if len(parts) == 4 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        return count(job, *stretch)

    monkeypatch.setattr(engine, "count", stopping)
    result = command(*requested)
    assert result.code == 130
    assert "stopped; the same command with --resume continues from here" in result.err
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT_FILE]
    assert command("run", "bill", "--draws", 64, "--no-report").code == 0  # a small run keeps the checkpoint
    assert command("run", "bill", "--draws", 2**19, "--no-report").code == 0  # a run with other draws does not use it
    gone_on = command(*requested, "--resume")
    assert f"{CHECKPOINT_FILE}: 3,145,728 draws are counted" in gone_on.err
    assert len(parts) == 4 + 1 + 5
    assert not (folder / CHECKPOINT_FILE).exists()
    assert gone_on.out == command(*requested).out
    assert "nothing to resume: there is no unfinished.npz" in command(*requested, "--resume").err


def test_the_checkpoint_of_another_run_is_rejected(bill, command, tmp_path):
    who = Engine(checkpoint=Checkpoint(tmp_path / "reports" / "bill" / CHECKPOINT_FILE))
    with pytest.raises(ZeroDivisionError):
        mcf.run("bill", draws=2**23, engine=who, progress=lambda steps, found: failing(steps))
    result = command("run", "bill", "--draws", 2**23, "--seed", 3, "--resume", "--no-report")
    assert result.code == 2
    assert "the checkpoint of a different run; leave out --resume" in result.err


def test_a_stopped_run_does_not_claim_the_checkpoint_of_another(bill, command, tmp_path, monkeypatch):
    def stopping(*_):
        raise KeyboardInterrupt

    path = tmp_path / "reports" / "bill" / CHECKPOINT_FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"of another run")
    monkeypatch.setattr(engine, "count", stopping)
    result = command("run", "bill", "--draws", 2**23, "--no-report")
    assert (result.code, "--resume" in result.err) == (130, False)


def failing(steps):
    for done, step in enumerate(steps):
        if len(steps) == 8 and done == 2:
            raise ZeroDivisionError
        yield step


def test_draws_are_written_as_netcdf_or_zarr(bill):
    assert {"draws.nc", "draws.zarr"} <= write.WRITERS.keys()


@pytest.mark.parametrize("option", [("--engine", "processes"), ("--resume",)], ids=lambda words: words[0])
def test_an_option_without_effect_on_few_draws_is_reported(bill, command, option):
    result = command("run", "bill", "--draws", 64, "--no-report", *option)
    assert result.code == 0
    assert f"{option[0]}: no effect, since all 64 draws are retained in memory" in result.err


def test_an_empty_folder_or_scheduler_name_is_rejected(bill, command):
    for words in (("--out", ""), ("--engine", "dask", "--scheduler", " ")):
        assert command("run", "bill", *words).code == 2


def test_draws_may_be_written_as_1e3():
    assert (
        mcf.run({"targets": ["x"], "inputs": input_entry("x", value=3)}, draws=1e3, sampler="lhs").sampler.draws == 1000
    )
