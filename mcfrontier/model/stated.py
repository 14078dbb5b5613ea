"""Runs of a table, each with some figures stated: the rest follows from these, and from classes of other runs.

A figure that a run states comes first. Chip-hours that are not stated follow from chips and time, or from operations
and the achieved rate; operations from parameters and tokens, or from chip-hours; the time from chips and chip-hours.
"""

import numpy as np

from mcfrontier.graph import node


def first_known(stated, derived):
    """What is stated, and where it is not (NaN), what is derived."""
    return np.where(np.isnan(stated), derived, stated)


@node("FLOP")
def stated_compute(training_compute_stated, flop_per_parameter_token, active_parameters_stated, tokens_stated):
    """Operations of a run, as stated, or from its active parameters and tokens; missing where neither is stated."""
    return first_known(training_compute_stated, flop_per_parameter_token * active_parameters_stated * tokens_stated)


@node("chip*h")
def stated_chip_time(chip_time_stated, chip_count_stated, training_time_stated):
    """Chip-hours of a run, as stated, or from its chips and its time; missing where neither is stated."""
    return first_known(chip_time_stated, chip_count_stated * training_time_stated)


@node("chip*h")
def predicted_chip_time(stated_compute, achieved_rate):
    """Chip-hours of a run from its operations and its class alone."""
    return stated_compute / achieved_rate


@node("day")
def predicted_training_time(predicted_chip_time, chip_count_stated):
    """Length of a run from its operations, its chips and its class alone."""
    return predicted_chip_time / chip_count_stated


@node("FLOP")
def hardware_compute(stated_chip_time, achieved_rate):
    """Operations of a run from its chip-hours and its class alone."""
    return stated_chip_time * achieved_rate


@node("FLOP")
def filled_compute(stated_compute, hardware_compute):
    """Operations of a run, as stated, or from its chip-hours."""
    return first_known(stated_compute, hardware_compute)


@node("chip*h")
def filled_chip_time(stated_chip_time, predicted_chip_time):
    """Chip-hours of a run, as stated, or from its operations."""
    return first_known(stated_chip_time, predicted_chip_time)


@node("day")
def filled_training_time(training_time_stated, filled_chip_time, chip_count_stated, typical_training_time):
    """Length of a run, as stated, or from its chip-hours and chips, or that of other runs."""
    return first_known(training_time_stated, first_known(filled_chip_time / chip_count_stated, typical_training_time))


@node("chip")
def filled_chip_count(chip_count_stated, filled_chip_time, filled_training_time):
    """Chips of a run, as stated, or from its chip-hours and its length."""
    return first_known(chip_count_stated, filled_chip_time / filled_training_time)


@node("W/chip")
def filled_tdp(tdp_stated, typical_tdp):
    """Thermal design power of a chip, as stated, or that of other chips."""
    return first_known(tdp_stated, typical_tdp)


def share_below(predicted, disclosed):
    """1 where a prediction lies below the disclosed figure, else 0; missing where none is disclosed."""
    return np.where(np.isnan(disclosed + predicted), np.nan, predicted < disclosed)


@node("share", event=True)
def chip_time_below_disclosed(predicted_chip_time, chip_time_stated):
    """Event that the prediction lies below the disclosed chip-hours: its probability is the percentile of these."""
    return share_below(predicted_chip_time, chip_time_stated)


@node("share", event=True)
def time_below_disclosed(predicted_training_time, training_time_stated):
    """Event that the prediction lies below the disclosed length: its probability is the percentile of that."""
    return share_below(predicted_training_time, training_time_stated)


@node("share", event=True)
def energy_below_disclosed(energy, disclosed_energy_stated):
    """Event that the energy lies below the disclosed one: its probability is the percentile of that."""
    return share_below(energy, disclosed_energy_stated)


@node("share", event=True)
def amortised_below_disclosed(amortised_cost, disclosed_amortised_stated):
    """Event that the amortised cost lies below the disclosed one: its probability is the percentile of that."""
    return share_below(amortised_cost, disclosed_amortised_stated)


@node("share", event=True)
def rent_below_disclosed(cloud_cost, disclosed_cost_stated):
    """Event that the rent lies below the disclosed cost: its probability is the percentile of that."""
    return share_below(cloud_cost, disclosed_cost_stated)
