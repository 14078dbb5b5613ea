"""Names, options and files that no user would give: one short line without hidden characters, exit code 2."""

import os

import pytest

from mcfrontier.core import limits

NAMES = {
    "empty": "",
    "spaces": "  ",
    "300 letters": "a" * 300,
    "300 letters of two bytes": "é" * 300,
    "a megabyte": "x" * 10**6,
    "many folders": "a/" * 300,
    "a line break": "a\nmcfrontier: ok",
    "an escape sequence": "\x1b]52;c;aGk=\x07\x1b[2J",
    "a reversed text": "\u202eabc",
    "NUL": "a\0b",
    "half a character": "\udcff",
}
COMMANDS = {
    "run": lambda name: ("run", name),
    "show": lambda name: ("show", name),
    "check": lambda name: ("check", name),
    "percentiles": lambda name: ("percentiles", name),
    "verify": lambda name: ("verify", name),
    "export": lambda name: ("export", name, "--to", "csv"),
    "format": lambda name: ("export", "gpt4", "--to", name),
    "compare": lambda name: ("compare", "gpt4", name),
    "target": lambda name: ("run", "gpt4", "--point", "--target", name),
    "set": lambda name: ("run", "gpt4", "--point", "--set", name),
    "set a value": lambda name: ("run", "gpt4", "--point", "--set", f"chip_count={name}"),
    "set a quantity": lambda name: ("run", "gpt4", "--point", "--set", f"{name}=3"),
    "draws": lambda name: ("run", "gpt4", "--draws", name),
    "sampler": lambda name: ("run", "gpt4", "--sampler", name),
    "quantiles": lambda name: ("percentiles", "gpt4", "--quantiles", name),
    "condition": lambda name: ("solve", "gpt4", "--for", "chip_count", "--so-that", name),
    "ledger": lambda name: ("score", "--all", "--ledger", name),
    "document": lambda name: ("reproduce", name),
    "new": lambda name: ("new", f"{name}/", "--like", "gpt4"),
    "chip": lambda name: ("new", "mine", "--chip", name, "--chips", "8", "--days", "9"),
    "command": lambda name: (name,),
    "option": lambda name: ("run", f"--{name}"),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_hostile_argument_gives_one_short_line(command, here, words, name):
    result = command(*words(name))
    assert result.code == 2
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err[:-1].isprintable()
    assert len(result.err) < 1000
    assert not [*here.iterdir()]


def test_an_empty_name_of_a_study_is_reported(command):
    assert command("run", "").err == "mcfrontier: the name of a study is empty; `list` shows all\n"


def test_a_pipe_as_a_ledger_is_refused_without_waiting(command, here):
    os.mkfifo(here / "pipe.csv")
    result = command("score", "--all", "--ledger", "pipe.csv")
    assert result.code == 2
    assert "a pipe or a device, where a file is expected" in result.err


def test_a_source_of_an_outcome_that_could_not_be_read_back_is_refused(command, folder, here):
    words = ("score", folder, "--outcome", "energy=43.4 GWh", "--source")
    result = command(*words, "x" * (limits.TEXT_LENGTH + 1))
    assert result.code == 2
    assert "--source: 10,001 characters; at most 10,000" in result.err
    assert not [*here.iterdir()]
