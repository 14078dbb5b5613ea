"""What several tests use: a command line in process, priors files made on the spot, one run of GPT-4."""

import gc
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import scipy.special  # noqa: F401 - before mpmath, which warns when pickle looks through it for scipy's functions

import mcfrontier as mcf
from mcfrontier.cli import main

ROOT = Path(__file__).parent.parent


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys):
    """Run a command line in this process: command("run", "gpt4") -> (code, out, err)."""

    def call(*arguments):
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
        finally:
            gc.unfreeze()
            gc.enable()
        return Ended(code, *capsys.readouterr())

    return call


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def page(here):
    """Write a priors file into ./priors of an empty folder, and stand there: page("study", text)."""

    def write(name, text):
        path = here / "priors" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def gpt4():
    """GPT-4 as it ships, with few draws."""
    return mcf.run("gpt4", draws=2**12, seed=7)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, gpt4):
    """The same, written; not to be changed."""
    place = tmp_path_factory.mktemp("reports") / "gpt4"
    gpt4.write(place, report=False)
    return place


@mcf.node("1")
def root(a):
    """None of what is below 0."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(a)


@mcf.node("1")
def sure(root):
    """One number, where there is a root."""
    return 0.1 + 0 * root


@pytest.fixture
def holed(tmp_path):
    """A run of quantities that have no figure in many draws, in a folder: holed(mean of a, draws)."""

    def call(mean, draws):
        page = {"targets": ["root", "sure"], "inputs": believed("a", "normal", mean=mean, sd=1)}
        run = mcf.run(page, model=[root, sure], draws=draws)
        run.write(tmp_path / "holed", report=False)
        return run, tmp_path / "holed"

    return call


def entry(name, family="value", unit="1", source="a test", **words):
    """An entry of a priors file as text."""
    lines = [f"[inputs.{name}]", f'family = "{family}"', f'unit = "{unit}"', f'source = "{source}"']
    return "\n".join([*lines, *(f"{word} = {value}" for word, value in words.items())]) + "\n"


def believed(name, family="value", unit="1", **words):
    """An entry as part of the mapping of a priors file."""
    return {name: {"family": family, "unit": unit, "source": "a test", **words}}


BILL = (
    'title = "A bill"\ntargets = ["energy_cost"]\n'
    + entry("energy", "lognormal", "kWh", p5=1, p95=3)
    + entry("energy_price", "uniform", "USD/kWh", low=0.05, high=0.10)
)
