"""The installed package."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


def built(folder, *, pure=False):
    """The wheel built from this tree, without compiled kernels if it is pure."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    hooks = {"HATCH_BUILD_NO_HOOKS": "1"} if pure else {}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | hooks)
    (wheel,) = folder.glob("*.whl")
    return wheel


def run_installed(site, away, *arguments):
    """A command of the package in a folder, which goes first on the path, ahead of an editable install."""
    command = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mcfrontier.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, str(site), *arguments], cwd=away, capture_output=True, text=True
    )


@pytest.mark.slow
def test_a_pure_wheel_gives_the_percentiles_of_the_compiled_one(tmp_path):
    wheel = built(tmp_path / "dist", pure=True)
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as file:
        assert not [name for name in file.namelist() if name.endswith((".so", ".pyd", ".pyx"))]
        file.extractall(tmp_path / "site")
    arguments = ("run", "gpt4", "--draws", "4096", "--no-report", "--out")
    for place, out in ((tmp_path / "site", "pure"), (ROOT, "here")):
        result = run_installed(place, tmp_path, *arguments, out)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "pure/percentiles.csv").read_bytes() == (tmp_path / "here/percentiles.csv").read_bytes()
    result = run_installed(tmp_path / "site", tmp_path, "site", "gpt4", "--draws", "1024", "--out", "pages")
    assert (result.returncode, result.stderr) == (0, "")
    assert "/blob/main/SECURITY.md" in (tmp_path / "pages/docs/trust.html").read_text()


def test_the_links_of_the_readme_in_the_metadata_of_a_wheel_are_absolute(tmp_path):
    with zipfile.ZipFile(built(tmp_path, pure=True)) as file:
        (name,) = (name for name in file.namelist() if name.endswith("/METADATA"))
        head, readme = file.read(name).decode().split("\n\n", 1)
    address = re.search(r"^Project-URL: Repository, (\S+)$", head, re.M)[1]
    links = re.findall(r"\]\(([^)]+)\)", readme)
    own = [link for link in links if not link.startswith("http") or link.startswith(address)]
    assert own
    for link in own:
        assert (ROOT / re.sub(rf"^{address}/(raw|blob)/main/", "", link).partition("#")[0]).exists(), link
        assert link.startswith(f"{address}/")


@pytest.mark.slow
def test_an_installed_wheel_finds_its_priors_and_runs_without_the_source(tmp_path):
    wheel = built(tmp_path / "dist")
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
        "mcfrontier/manifest.schema.json",
    } <= names

    if shutil.which("cc") and Path(sysconfig.get_path("include"), "Python.h").exists():
        assert any(name.startswith("mcfrontier/core/kernels/compiled.") for name in names)

    result = run_installed(site, away, "run", "gpt4", "--draws", "1024")
    assert result.returncode == 0, result.stderr
    assert (away / "reports/gpt4/report.pdf").read_bytes().startswith(b"%PDF")
    assert "priors/gpt4.toml" in run_installed(site, away, "check", "gpt4").stdout
