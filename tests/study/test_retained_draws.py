"""How many draws stay in memory: all of up to twice the default number, else as many as the default."""

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.study.study import retained_draws
from tests.conftest import input_entry

PAGE = {"title": "T", "targets": ["x"], "inputs": input_entry("x", "uniform", low=0, high=1)}


@pytest.mark.parametrize(
    ("draws", "retained"), [(1, 1), (2**17, 2**17), (2**18, 2**18), (2**18 + 1, 2**17), (2**30, 2**17)]
)
def test_draws_beyond_twice_the_default_are_not_all_retained(draws, retained):
    study = mcf.load(PAGE)
    assert study.draws == 2**17
    assert retained_draws(study, draws) == retained


def test_with_evidence_all_draws_are_retained():
    evidence = {"seen": {"quantity": "x", "p5": 0.4, "p95": 0.6, "unit": "1", "source": "a test"}}
    assert retained_draws(mcf.load(PAGE | {"evidence": evidence}), 2**30) == 2**30


def test_the_retained_draws_of_a_long_run_are_the_first_of_it():
    long, short = mcf.run(PAGE, draws=2**19), mcf.run(PAGE, draws=2**17)
    np.testing.assert_array_equal(long.core.samples("x"), short["x"])
    np.testing.assert_array_equal(long["x"][: 2**17], short["x"])
