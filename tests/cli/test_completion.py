"""Completion in a shell, by the environment variable of click."""

import re

import pytest

from mcfrontier.runs.load import load
from mcfrontier.study import locate
from tests.conftest import ROOT


@pytest.fixture
def completed(command, monkeypatch):
    """Complete the last word of a command line: the words that the shell offers."""

    def call(*words):
        monkeypatch.setenv("_MCFRONTIER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(("mcfrontier", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        return [line.split(",", 1)[1] for line in command().out.splitlines() if line]

    return call


def test_commands_are_completed(completed):
    assert completed("ver") == ["verify"]


def test_studies_are_completed(completed):
    assert completed("run", "gpt4") == [name for name in locate.runnable() if name.startswith("gpt4")]


def test_quantities_of_the_study_are_completed(completed):
    expected = [name for name in load("gpt4").quantities if name.startswith("chip_")]
    assert completed("run", "gpt4", "--target", "chip_") == expected
    assert completed("run", "gpt4", "--set", "chip_") == [f"{name}=" for name in expected]
    assert completed("explain", "gpt4", "chip_") == expected


def test_quantities_of_a_saved_run_are_completed(completed, folder):
    assert "energy" in completed("export", str(folder), "--target", "ener")


def test_nothing_is_completed_without_a_study(completed):
    assert completed("run", "--target", "x") == []
    assert completed("run", "nonsense", "--target", "x") == []


def test_the_hook_checks_priors_files_alone():
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "entry: mcfrontier check\n" in text
    pattern = re.search("files: (.*)", text)[1]
    assert [bool(re.search(pattern, path)) for path in ("priors/a.toml", "x/priors/b/a.toml", "a.toml")] == [1, 1, 0]
