"""The number of draws of a page."""

from __future__ import annotations

from mcfrontier.analysis.estimates.importance import MIN_EFFECTIVE
from mcfrontier.runs.core import RunCore

DRAWS, MIN_DRAWS = 2**13, 2**9
MAX_CODES = 2**20  # of the draws of all uncertain rows of inputs: 2.8 MB of the file


def uncertain_rows(run: RunCore) -> int:
    """The number of uncertain rows of inputs."""
    return sum(max(1, len(prior.labels)) for prior in run.study.uncertain)


def page_draws(run: RunCore, requested: int = DRAWS) -> int:
    """The number of draws of the page of a run: as requested, given evidence or conditions as many as leave a
    sufficient effective sample, fewer where many rows are uncertain; 0 where it would be too few for a page."""
    fitting = MAX_CODES // max(1, uncertain_rows(run))
    needed = int(MIN_EFFECTIVE * run.sampler.draws / run.effective)
    wanted = max(requested, 1 << needed.bit_length()) if needed else requested
    return min(wanted, 1 << max(0, fitting.bit_length() - 1), run.sampler.draws) if fitting >= MIN_DRAWS else 0
