"""The limits within which correlations are taken as stated, repaired, or refused.

Correlations r of x ~ y and y ~ z with -r of x ~ z are possible up to r = 1/2, where the smallest eigenvalue 1 - 2r is
0. By symmetry the nearest possible matrix beyond it has r = 1/2, so a repair moves each by r - 1/2.
"""

import pytest

import mcfrontier as mcf
from tests.conftest import input_entry

INPUTS = {name: entry for each in "xyz" for name, entry in input_entry(each, "normal", mean=0, sd=1).items()}


def notes(r):
    """The notes of a study of three such inputs."""
    page = {"targets": ["x", "y", "z"], "inputs": INPUTS}
    page["correlation"] = {"kind": "normal", "x ~ y": r, "y ~ z": r, "x ~ z": -r}
    return mcf.run(page, draws=64).notes


@pytest.mark.parametrize("r", [0.3, 0.4999])
def test_possible_correlations_are_taken_as_stated(r):
    assert notes(r) == ()


@pytest.mark.parametrize("r", [0.501, 0.55, 0.599])
def test_correlations_within_a_tenth_of_a_possible_matrix_are_repaired_with_a_note(r):
    (note,) = notes(r)
    assert "repaired" in note


@pytest.mark.parametrize("r", [0.601, 0.7, 0.99])
def test_correlations_further_away_are_refused(r):
    with pytest.raises(mcf.InputError, match=r"more than 0\.1: move them towards 0"):
        notes(r)
