"""Commands that are killed: the files are the old or the new ones, and the next command leaves nothing else."""

import random
import signal

import pytest

from tests.reliability.kills import check_kill, draw_kill
from tests.reliability.scenarios import SCENARIOS, prepare

TESTED = ("run", "run with report", "long run", "two runs", "compare", "score", "verify", "export to zarr")


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTED)
def test_a_killed_command_loses_nothing_and_leaves_nothing_for_good(name, forks, tmp_path):
    made = prepare(forks, SCENARIOS[name], tmp_path / "scenario")
    moving = random.Random(name).choice(made.moves)
    check_kill(forks, made, tmp_path / "kill", {"signal": signal.SIGKILL, "event": moving})
    for seed in range(2):
        check_kill(forks, made, tmp_path / "kill", draw_kill(random.Random(f"{name} {seed}"), made))


def test_sigterm_ends_a_command_with_143_and_leaves_no_files(forks, tmp_path):
    made = prepare(forks, SCENARIOS["run"], tmp_path / "scenario")
    for event in (3, 6):  # while its files are made
        outcome, _ = check_kill(forks, made, tmp_path / "kill", {"signal": signal.SIGTERM, "event": event})
        assert outcome == "old"
