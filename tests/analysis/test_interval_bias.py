"""The bias of the expected interval reduction: windows of finite width hide what happens within them."""

import numpy as np

from mcfrontier.analysis.estimates.ranks import ranks
from mcfrontier.analysis.information.interval_gain import interval_gains

DRAWS = 2**14


def gain_of_wave(waves):
    """The reduction of a sine of an input by that input alone, with its error. The truth is 1: the sine is known when
    the input is."""
    u = np.random.default_rng(3).uniform(size=DRAWS)
    found = interval_gains(np.sin(2 * np.pi * waves * u), {"u": ranks(u)})
    return found.gains[0, 0], found.errors[0, 0]


def test_a_function_that_windows_are_too_wide_for_has_an_error_that_covers_the_truth():
    gain, error = gain_of_wave(60)
    assert gain < 0.9
    assert 1 - gain < 3 * error


def test_the_error_is_small_where_windows_resolve_the_function():
    gain, error = gain_of_wave(1)
    assert 1 - gain < 3 * error < 0.05
