"""Every registry is the only list of its members: a member added to it is known everywhere."""

import json
import re
import sys
import types

import click
import numpy as np
import pypdf
import pytest

import mcfrontier as mcf
from mcfrontier.cli import COMMANDS
from mcfrontier.core.errors import InputError
from mcfrontier.core.registry import function_at
from mcfrontier.distributions.curves import UNIFORM, on_interval
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.distributions.family import Family
from mcfrontier.outputs.exports import EXPORTS, Export
from mcfrontier.outputs.figures import BODY, FIGURES, FRONT, INPUTS, Figure
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.sampling import SAMPLERS, SamplerKind
from mcfrontier.sampling.engine import ENGINES
from mcfrontier.study.json_schema import schema
from tests.conftest import entry, input_entry

TWO = (
    'title = "Two"\ntargets = ["a", "b"]\n'
    + entry("a", "uniform", low=1, high=3)
    + entry("b", "uniform", low=0, high=1)
)


def text_of(path):
    """The text of a PDF on one line."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


# A sampler


@pytest.fixture
def sampler(monkeypatch):
    """A sampler named "dice"."""
    kind = SamplerKind("mcfrontier.sampling.random:random_stream", "rolled dice", "points by rolling dice")
    monkeypatch.setitem(SAMPLERS, "dice", kind)


def test_a_new_sampler_runs_and_is_named_in_the_report(sampler, page, tmp_path):
    page("two", TWO)
    run = mcf.run("two", draws=256, sampler="dice")
    assert 1 < float(run["a"].min()) < float(run["a"].max()) < 3
    run.write(tmp_path / "out")
    assert "rolled dice" in text_of(tmp_path / "out" / "report.pdf")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["sampler"] == "dice"


def test_a_new_sampler_is_known_to_the_commands(sampler, page, command):
    page("two", TWO)
    assert "dice" in command("run", "--help").out
    assert command("run", "two", "--sampler", "dice", "--draws", 256, "--quiet").code == 0
    assert command("verify", "reports/two").code == 0
    assert command("compare", "two", "two", "--sampler", "dice", "--draws", 256).code == 0
    assert "did you mean 'dice'" in command("run", "two", "--sampler", "dise").err


def test_a_new_sampler_is_compared(sampler, page):
    page("two", TWO)
    found = mcf.compare("two", "two", draws=256, sampler="dice")
    assert float(np.abs(found.difference.a).max()) == 0


# Functions that registries name


def test_every_function_that_a_registry_names_exists():
    places = [kind.stream for kind in SAMPLERS.values()]
    places += [*ENGINES.values(), *(export.make for export in EXPORTS.values())]
    assert all(callable(function_at(place)) for place in places)


# A figure


@pytest.mark.parametrize("place", [FRONT, BODY, INPUTS])
def test_a_new_figure_stands_in_the_report(monkeypatch, place, page, tmp_path):
    page("two", TWO)
    run = mcf.run("two", draws=256)

    def dummy(run):
        """A caption that no other figure has."""
        return FIGURES["density"].draw(run)

    monkeypatch.setitem(FIGURES, "dummy", Figure(dummy, "A heading of its own", place))
    run.write(tmp_path / "out")
    assert "A caption that no other figure has." in text_of(tmp_path / "out" / "report.pdf")
    if place != FRONT:
        assert "A heading of its own" in text_of(tmp_path / "out" / "report.pdf")
    assert "dummy" in dir(run.plot)
    run.plot.dummy()


# An export


def lines(run, rows):
    """The names of the rows, one on a line."""
    return "\n".join(rows) + "\n"


def test_a_new_export_is_written_and_named_in_the_help(monkeypatch, page, command, tmp_path):
    page("two", TWO)
    command("run", "two", "--draws", 64, "--no-report", "--quiet")
    monkeypatch.setitem(EXPORTS, "lines", Export(f"{__name__}:lines", text=True))
    assert "lines" in command("export", "--help").out
    assert command("export", "reports/two", "--to", "lines").out == "a\nb\n"
    ended = command("export", "reports/two", "--to", "lines", "--out", tmp_path / "x.txt")
    assert (ended.code, (tmp_path / "x.txt").read_text()) == (0, "a\nb\n")
    assert "did you mean 'lines'" in command("export", "reports/two", "--to", "line").err


# A family


class Ramp(Family, kw_only=True, frozen=True, tag="ramp"):
    """The square root of a uniform variable, stretched to end at `high`."""

    high: float

    def untruncated(self):
        return on_interval(UNIFORM, 0.0, self.high)


def test_a_new_family_is_sampled_described_by_the_schema_and_suggested(monkeypatch, page):
    monkeypatch.setitem(FAMILIES, "ramp", Ramp)
    inputs = input_entry("x", "ramp", high=4)
    draws = mcf.run({"title": "T", "targets": ["x"], "inputs": inputs}, draws=2**12)["x"]
    assert float(draws.mean()) == pytest.approx(2, abs=0.01)
    assert "ramp" in json.dumps(schema())
    with pytest.raises(InputError, match="did you mean 'ramp'"):
        mcf.load({"title": "T", "targets": ["x"], "inputs": input_entry("x", "ramb", high=4)})


# A command


def test_a_new_command_is_in_the_help_and_runs(monkeypatch, command):
    module = types.ModuleType("mcfrontier.cli.greet")
    module.command = click.Command("greet", callback=lambda: click.echo("hello"), help="Print a greeting.")
    monkeypatch.setitem(sys.modules, "mcfrontier.cli.greet", module)
    monkeypatch.setitem(COMMANDS, "greet", "Read")
    shown = command("--help").out
    assert "Print a greeting." in shown
    assert shown.index("Read") < shown.index("greet") < shown.index("Check")
    assert command("greet").out == "hello\n"
    assert "did you mean 'greet'" in command("great").err


def test_every_command_has_a_group_and_a_module(command):
    shown = command("--help").out
    for name, group in COMMANDS.items():
        assert f"{group}:" in shown
        assert shown.index(f"{group}:") < shown.index(f"\n  {name}")


# A study and a node


def test_a_new_study_is_listed_run_and_checked(page, command):
    page("two", TWO)
    assert "two" in command("list").out
    assert command("check", "two").code == 0
    command("run", "two", "--draws", 64, "--no-report", "--quiet")
    assert read_folder("reports/two").targets == ["a", "b"]


def test_a_new_node_is_evaluated_and_proved(page):
    @mcf.node("1")
    def product(a, b):
        """The product of both."""
        return a * b

    page("two", TWO)
    run = mcf.run("two", model=[product], targets=["product"], draws=2**12)
    assert float(run["product"].mean()) == pytest.approx(1, abs=0.01)
