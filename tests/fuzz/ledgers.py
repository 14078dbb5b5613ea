"""Ledgers of scores: the shipped one, as cells and as bytes, read and added to."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fuzz import folders, mutate, tables
from tests.fuzz.files import replace_file

OUTCOMES = (
    "amortised_cost=5e7 USD", "amortised_cost=5e7", "energy = 50 GWh", "training_time=90 day", "mfu=0.4", "mfu=40%",
    "amortised_cost=1e308 USD", "amortised_cost=-1 USD", "amortised_cost=nan USD", "energy=0 J", "=5 USD", "energy=",
    "energy",
)  # fmt: skip


@cache
def rows() -> str:
    """The text of the head and the first rows of the shipped ledger."""
    return "".join((ROOT / "priors" / "ledger.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:5])


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A changed ledger, or changed outcomes, and commands that summarise it or add to it."""
    Path("ledger.csv").write_bytes(tables.changed(rng, rows()) if rng.random() < 0.7 else rows().encode())
    if rng.random() < 0.05:
        replace_file(rng, Path("ledger.csv"))
    if rng.random() < 0.4:
        return [["score", "--all", *rng.choice(([], [], ["--json"], ["--out", "made"]))]], ["ledger"]
    shutil.copytree(folders.saved_runs() / "gpt4", "run")
    outcome = rng.choice(OUTCOMES)
    if rng.random() < 0.4:
        outcome = mutate.spliced(rng, outcome)
    add = ["score", "run", "--outcome", outcome, "--source", rng.choice(("s", *mutate.WORDS))]
    return [add, ["score", "--all"]], ["ledger", outcome[:100]]
