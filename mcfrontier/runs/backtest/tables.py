"""The tables of facts of the backtest: those beside its priors file."""

from __future__ import annotations

from pathlib import Path

from mcfrontier.study import locate

STUDY = "calibration/backtest"  # the priors file
ESTIMATES, DISCLOSED, CHIPS, PRICES = (f"tables/{name}.csv" for name in ("frontier", "disclosed", "chips", "prices"))


def path_of(table: str) -> Path:
    """The path of a table."""
    return locate.data_file(table, locate.find(STUDY)[1])
