"""Shared fixtures and helpers: in-process commands, temporary priors files and a run of GPT-4."""

import gc
from pathlib import Path
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest
import scipy.special  # noqa: F401 - before mpmath, which warns when pickle looks through it for scipy's functions

import mcfrontier as mcf
from mcfrontier.cli import main

ROOT = Path(__file__).parent.parent

hypothesis.settings.register_profile("untimed", deadline=None)  # machines are noisy
hypothesis.settings.load_profile("untimed")


class CommandResult(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys):
    """Run a command in this process: command("run", "gpt4") -> (code, out, err)."""

    def call(*arguments):
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
        finally:
            gc.unfreeze()
            gc.enable()
        return CommandResult(code, *capsys.readouterr())

    return call


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def page(here):
    """Write a priors file to ./priors of an empty working directory: page("study", text)."""

    def write(name, text):
        path = here / "priors" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def gpt4():
    """A run of the shipped GPT-4 study with few draws."""
    return mcf.run("gpt4", draws=2**12, seed=7)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, gpt4):
    """The folder of the same run. Tests must not change it."""
    place = tmp_path_factory.mktemp("reports") / "gpt4"
    gpt4.write(place, report=False)
    return place


@mcf.node("1")
def root(a):
    """Not finite for negative a."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(a)


@mcf.node("1")
def sure(root):
    """Constant where the root is finite."""
    return 0.1 + 0 * root


@pytest.fixture
def non_finite_run(tmp_path):
    """A run with non-finite draws and its folder: non_finite_run(mean of a, draws)."""

    def call(mean, draws):
        page = {"targets": ["root", "sure"], "inputs": input_entry("a", "normal", mean=mean, sd=1)}
        run = mcf.run(page, model=[root, sure], draws=draws)
        run.write(tmp_path / "non_finite", report=False)
        return run, tmp_path / "non_finite"

    return call


def entry(name, family="value", unit="1", source="a test", **words):
    """An entry of a priors file as TOML text."""
    lines = [f"[inputs.{name}]", f'family = "{family}"', f'unit = "{unit}"', f'source = "{source}"']
    return "\n".join([*lines, *(f"{word} = {value}" for word, value in words.items())]) + "\n"


def input_entry(name, family="value", unit="1", **words):
    """An entry as a mapping, for the inputs of a priors file."""
    return {name: {"family": family, "unit": unit, "source": "a test", **words}}


BILL = (
    'title = "A bill"\ntargets = ["energy_cost"]\n'
    + entry("energy", "lognormal", "kWh", p5=1, p95=3)
    + entry("energy_price", "uniform", "USD/kWh", low=0.05, high=0.10)
)
