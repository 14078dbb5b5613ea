"""Commands at once: no row of a ledger is lost, and a folder is of one run as a whole."""

import csv

import pytest

from tests.reliability.scenarios import OUTCOME, SCENARIOS, SHORT_RUN, after, command, copied, prepare
from tests.reliability.scenarios import run as arguments_of_run

SCORES = 8


def test_eight_scores_at_once_are_eight_rows(forks, tmp_path):
    made = prepare(forks, SCENARIOS["first score"], tmp_path / "scenario")
    copied(made.folder, tmp_path / "at once")
    outcomes = [f"energy_cost={0.1 + number / 100:.2f} USD" for number in range(SCORES)]
    results = forks.run(
        *(command(tmp_path / "at once", (*OUTCOME, text), number) for number, text in enumerate(outcomes))
    )
    assert [result["code"] for result in results] == [0] * SCORES
    with (tmp_path / "at once" / "work" / "ledger.csv").open() as file:
        rows = [*csv.DictReader(file)]
    assert sorted(round(float(row["outcome"]), 9) for row in rows) == [round(0.1 + n / 100, 9) for n in range(SCORES)]
    left = {path for path in after(tmp_path / "at once") if path.startswith("work/.")}
    assert not left


@pytest.mark.slow
def test_three_runs_at_once_leave_the_files_of_one(forks, tmp_path):
    made = prepare(forks, SCENARIOS["two runs"], tmp_path / "scenario")
    place = copied(made.folder, tmp_path / "at once")
    seeds = (2, 3, 1)
    results = forks.run(*(command(place, arguments_of_run("--no-report", seed=seed), seed) for seed in seeds))
    assert [result["code"] for result in results] == [0, 0, 0]
    assert after(place) in [*made.new, made.old]
    assert arguments_of_run("--no-report", seed=1) == SHORT_RUN
    assert not any("earlier run" in result["err"] for result in results)
