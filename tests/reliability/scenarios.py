"""The commands that are killed: each with the folder before and after it."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import BILL


@dataclass(frozen=True)
class Scenario:
    """A command, and what is checked after it was killed.

    arguments  the command
    before     commands that make the folder in which it is run
    again      the command that is given after the kill; by default the same
    read       a command that reads what is there after the kill
    beside     a command that runs at the same time, and is not killed
    """

    arguments: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    again: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def run(*options, seed=1, draws=256):
    """The arguments of a run of the small study."""
    return ("run", "bill", "--seed", str(seed), "--draws", str(draws), "--out", "r", "--quiet", *options)


SHORT_RUN, LONG_RUN_DRAWS = run("--no-report"), 2**15
READ = ("percentiles", "r", "--format", "csv")
LONG_RUN = run("--no-report", "--method", "order", draws=LONG_RUN_DRAWS, seed=2)
OUTCOME = ("score", "r", "--outcome")
SCENARIOS = {
    "run": Scenario(run("--no-report", seed=2), (SHORT_RUN,), read=READ),
    "run in a new folder": Scenario(SHORT_RUN),
    "run with report": Scenario(run(seed=2), (run(),), read=READ),
    "run without the old report": Scenario(run("--no-report", seed=2), (run(),), read=READ),
    "long run": Scenario(LONG_RUN, (SHORT_RUN,), again=(*LONG_RUN, "--resume"), read=READ),
    "long run with its draws": Scenario(
        (*LONG_RUN, "--save-draws"), (run("--no-report", "--save-draws", draws=LONG_RUN_DRAWS),), read=READ
    ),
    "two runs": Scenario(run("--no-report", seed=2), (SHORT_RUN,), read=READ, beside=run("--no-report", seed=3)),
    "compare": Scenario(("compare", "bill", "--set", "energy=2 kWh", "--draws", "128", "--out", "c"),
                        (("compare", "bill", "--set", "energy=3 kWh", "--draws", "128", "--out", "c"),)),
    "score": Scenario((*OUTCOME, "energy_cost=0.2 USD"), (SHORT_RUN, (*OUTCOME, "energy_cost=0.1 USD")),
                      read=("score", "--all", "--ledger", "ledger.csv")),
    "first score": Scenario((*OUTCOME, "energy_cost=0.2 USD"), (SHORT_RUN,)),
    "verify": Scenario(("verify", "r"), (run(),), read=READ),
    **{
        f"export to {form}": Scenario(
            ("export", "r", "--to", form, "--out", f"e.{form}"),
            (SHORT_RUN, ("export", "r", "--to", form, "--out", f"e.{form}"), run("--no-report", seed=2)),
        )
        for form in ("csv", "parquet", "xlsx", "zarr", "arviz")
    },
}  # fmt: skip


@dataclass
class Prepared:
    """A scenario with its folder before the command and its states: the contents of that folder by path."""

    scenario: Scenario
    folder: Path
    old: dict[str, bytes]
    new: list[dict[str, bytes]]
    seconds: float = 0.0
    events: int = 0
    moves: list[int] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)


def state(folder):
    """The contents of a folder, by path."""
    paths = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink() or not any(path.iterdir())]
    paths = [path for path in paths if path != folder / "tmp"]
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in sorted(paths)}


def unfinished(content):
    """The paths that a killed command may leave until the next one."""
    return {path for path in content if any(part.startswith(".") for part in Path(path).parts)}


def command(place, arguments, number=0, **more):
    """A command for the server."""
    temporary = place / "tmp"
    return {
        "arguments": [*arguments],
        "folder": str(place / "work"),
        "log": str(place / f"log{number}"),
        "environment": {"TMPDIR": str(temporary)},
        **more,
    }


def prepare(forks, scenario, place):
    """Make the folder before the command, and its state after an uninterrupted one."""
    before = place / "before"
    (before / "work" / "priors").mkdir(parents=True)
    (before / "tmp").mkdir()
    (before / "work" / "priors" / "bill.toml").write_text(BILL)
    for arguments in scenario.before:
        (result,) = forks.run(command(before, arguments))
        assert result["code"] == 0, result
    for path in before.glob("log*"):
        path.unlink()
    made = Prepared(scenario, before, state(before), [])
    commands = [scenario.arguments, *([scenario.beside] if scenario.beside else [])]
    for number, arguments in enumerate(commands):
        copy = copied(before, place / f"new{number}")
        (result,) = forks.run(command(copy, arguments))
        assert result["code"] == 0, result
        made.seconds, made.events, made.moves = (result[word] for word in ("seconds", "events", "moves"))
        made.new.append(after(copy))
        if scenario.read:
            made.readings.append(reading(forks, copy, scenario))
    if scenario.read:
        made.readings.append(reading(forks, copied(before, place / "old"), scenario))
    return made


def copied(folder, place):
    """A copy of a folder."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    return place


def after(place):
    """The state of a folder, without the logs of the commands."""
    return {path: content for path, content in state(place).items() if not path.startswith("log")}


def reading(forks, place, scenario):
    """What a reader prints."""
    (result,) = forks.run(command(place, scenario.read, number=9))
    assert result["code"] == 0, result
    return result["out"]
