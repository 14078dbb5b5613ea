"""The installed package."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_an_installed_wheel_finds_its_priors_and_runs_without_the_source(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site, away = tmp_path / "site", tmp_path / "away"
    away.mkdir()
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        file.extractall(site)
    assert {
        "mcfrontier/_priors/gpt4.toml",
        "mcfrontier/_priors/chips/a100.toml",
        "mcfrontier/_priors/ledger.csv",
    } <= names
    assert {
        "mcfrontier/sampling/data/joe-kuo.npy",
        "mcfrontier/outputs/report/report.typ",
        "mcfrontier/priors.schema.json",
    } <= names

    if shutil.which("cc") and Path(sysconfig.get_path("include"), "Python.h").exists():
        assert any(name.startswith("mcfrontier/core/kernels/compiled.") for name in names)

    # the folder goes first on the path, ahead of an editable install
    command = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mcfrontier.cli import main; main()"
    run = [sys.executable, "-c", command, str(site), "run", "gpt4", "--draws", "1024"]
    result = subprocess.run(run, cwd=away, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (away / "reports/gpt4/report.pdf").read_bytes().startswith(b"%PDF")
    where = subprocess.run([*run[:4], "check"], cwd=away, capture_output=True, text=True)
    assert "priors/gpt4.toml" in where.stdout
