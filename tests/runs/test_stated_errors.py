"""Stated Monte Carlo errors of shipped studies: they decrease with the draws, and cover long runs."""

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.runs.estimates import integrated

WORDS = ("p5", "p50", "p95")
MULTIPLE = stats.t.ppf(0.975, 15)


def percentiles(run, rows):
    """The percentiles of rows and their stated errors: (rows, 3) each."""
    found = [run.summary[row] for row in rows]
    return (
        np.array([[getattr(each, part)[word] for word in WORDS] for each in found]) for part in ("values", "errors")
    )


def test_errors_decrease_with_the_draws_at_every_size():
    """Four times the draws have at most 0.8 of the errors, of estimates with an input integrated out and of others."""
    runs = [mcf.run("gpt4", draws=2**bits) for bits in range(12, 20)]
    rows = runs[0].core.rows_of(runs[0].targets)
    for short, long in zip(runs, runs[2:], strict=False):
        of_short, of_long = integrated(short.core), integrated(long.core)
        for own in ([row for row in rows if row in of_short and row in of_long], [r for r in rows if r not in of_long]):
            (_, before), (_, after) = percentiles(short, own), percentiles(long, own)
            ratios = np.log(after / before)
            assert np.exp(ratios[np.isfinite(ratios)].mean()) < 0.8


@pytest.mark.parametrize("name", ["gpt4", "capacity"])
def test_intervals_of_short_runs_cover_the_percentiles_of_a_long_one(name):
    truth = mcf.run(name, draws=2**20, seed=999)
    rows = [row for row in truth.core.rows_of(truth.targets) if truth.core.varies(row)]
    exact, rest = percentiles(truth, rows)
    covered = []
    for seed in range(40):
        values, errors = percentiles(mcf.run(name, draws=2**12, seed=seed), rows)
        covered.append(np.abs(values - exact) <= MULTIPLE * np.hypot(errors, rest))
    assert np.mean(covered) > 0.93
    assert np.mean(covered, axis=(0, 2)).min() > 0.88
