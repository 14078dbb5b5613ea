"""Runs of which some figures are stated: the rest follows from these, whichever they are."""

import numpy as np
import pytest

from mcfrontier.model import stated

NAN, RATE = np.nan, 4e14 * 3600  # of a chip, per hour
FLOP, CHIPS, DAYS = 3e24, 2_000.0, 60.0
HOURS = CHIPS * DAYS * 24


def hours_of(compute=NAN, parameters=NAN, tokens=NAN, hours=NAN, chips=NAN, days=NAN):
    """All figures of a run of which some are stated, by hand: the order in which each is looked for."""
    flop = stated.stated_compute(compute, 6, parameters, tokens)
    own = stated.stated_chip_time(hours, chips, days * 24)
    predicted = stated.predicted_chip_time(flop, RATE)
    whole = stated.filled_chip_time(own, predicted)
    length = stated.filled_training_time(days * 24, whole, chips, 100 * 24)
    compute = stated.filled_compute(flop, stated.hardware_compute(own, RATE))
    return compute, whole, length / 24, stated.filled_chip_count(chips, whole, length)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"compute": FLOP}, (FLOP, FLOP / RATE, 100, FLOP / RATE / 2_400)),
        ({"parameters": 5e10, "tokens": 1e13}, (FLOP, FLOP / RATE, 100, FLOP / RATE / 2_400)),
        ({"compute": FLOP, "chips": CHIPS}, (FLOP, FLOP / RATE, FLOP / RATE / CHIPS / 24, CHIPS)),
        ({"compute": FLOP, "hours": HOURS, "chips": CHIPS}, (FLOP, HOURS, DAYS, CHIPS)),
        ({"hours": HOURS}, (HOURS * RATE, HOURS, 100, HOURS / 2_400)),
        ({"chips": CHIPS, "days": DAYS}, (HOURS * RATE, HOURS, DAYS, CHIPS)),
        ({"hours": HOURS, "chips": CHIPS, "days": 50.0}, (HOURS * RATE, HOURS, 50, CHIPS)),
        ({"tokens": 1e13}, (NAN, NAN, 100, NAN)),
    ],
)
def test_what_is_not_stated_follows_from_what_is(words, found):
    np.testing.assert_allclose(hours_of(**words), found, rtol=1e-12)


def test_the_percentile_of_a_disclosed_figure_is_the_share_of_predictions_below_it():
    predicted = np.array([1.0, 2.0, 3.0, 4.0])
    assert stated.chip_time_below_disclosed(predicted, 3.5).mean() == 0.75
    assert np.isnan(stated.chip_time_below_disclosed(predicted, NAN)).all()
    assert np.isnan(stated.energy_below_disclosed(np.array([NAN]), 1.0)).all()
    for node in (stated.time_below_disclosed, stated.rent_below_disclosed, stated.amortised_below_disclosed):
        assert node(predicted, 2.5).mean() == 0.5
