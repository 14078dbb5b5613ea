"""Operations, chip-hours and days of a training run."""

from mcfrontier.graph import node


@node("FLOP")
def training_compute(flop_per_parameter_token, active_parameters, tokens):
    """Operations of the final training run.

    Forward and backward pass, 6 FLOP a parameter and token: Kaplan et al. (2020), section 2.1.
    """
    return flop_per_parameter_token * active_parameters * tokens


@node("chip*h")
def chip_time(training_compute, peak_rate, mfu, goodput):
    """Chip-hours of the final training run that are paid for.

    MFU is a share of the peak rate while training, goodput the share of paid time spent training at it.
    """
    return training_compute / (peak_rate * mfu * goodput)


@node("day")
def training_time(chip_time, chip_count):
    """Length of the final training run."""
    return chip_time / chip_count
