"""Operations, chip-hours and length of a training run.

They are tied by one identity: operations = chips x time x peak rate x MFU x goodput. A study states some of them. Where
it states chips and time, `[same]` makes the rest follow: chip_time = "run_chip_time" and
training_compute = "compute_budget".
"""

from mcfrontier.graph import node


@node("FLOP")
def training_compute(flop_per_parameter_token, active_parameters, tokens):
    """Operations of the final training run.

    Forward and backward pass, 6 FLOP per parameter and token: Kaplan et al. (2020), section 2.1.
    """
    return flop_per_parameter_token * active_parameters * tokens


@node("chip*h")
def chip_time(training_compute, achieved_rate):
    """Paid chip-hours of the final training run."""
    return training_compute / achieved_rate


@node("TFLOP/s/chip")
def achieved_rate(peak_rate, mfu, goodput):
    """Operations of a chip in all paid time.

    MFU is the share of the peak rate used while training, goodput the share of paid time spent training at this rate.
    """
    return peak_rate * mfu * goodput


@node("TFLOP/s/chip")
def rate_at_utilisation(bf16_peak_rate, utilisation):
    """Operations of a chip in all paid time, from its utilisation: MFU times goodput, of the dense BF16 peak.

    A study that states a utilisation takes this rate: [same] achieved_rate = "rate_at_utilisation".
    """
    return bf16_peak_rate * utilisation


@node("chip*h")
def paid_chip_time(chip_time, discarded_share):
    """Chip-hours of the final run and of those that failed or were discarded."""
    return chip_time / (1 - discarded_share)


@node("chip*h")
def charged_chip_time(paid_chip_time, occupancy):
    """Chip-hours that the owner charges to the run: those of its runs, with their part of the idle ones."""
    return paid_chip_time / occupancy


@node("day")
def training_time(chip_time, chip_count):
    """Length of the final training run."""
    return chip_time / chip_count


@node("day")
def run_time(training_time):
    """Length of the final training run, from which the chip-hours follow where it is stated."""
    return training_time


@node("chip*h")
def cluster_chip_time(chip_count, cluster_time):
    """Chip-hours of a whole cluster over the time of use, busy or idle."""
    return chip_count * cluster_time


@node("chip*h")
def run_chip_time(chip_count, run_time):
    """Chip-hours of the final training run: its chips, for its whole time."""
    return chip_count * run_time


@node("TFLOP/s/chip")
def peak_rate(bf16_peak_rate):
    """Dense peak rate of a chip at the precision of the run: BF16, where the study states no other."""
    return bf16_peak_rate


@node("share")
def mfu(bf16_mfu, bf16_peak_rate, peak_rate):
    """MFU, a share of the peak rate at the precision of the run, from a share of the BF16 peak."""
    return bf16_mfu * bf16_peak_rate / peak_rate


@node("share")
def implied_utilisation(training_compute, peak_rate, run_chip_time):
    """Share of the peak rate used over the whole time of the run: MFU times goodput."""
    return training_compute / (peak_rate * run_chip_time)


@node("year")
def serial_time(training_compute, card_rate):
    """Time of a run at the rate of one card, or of the stated few."""
    return training_compute / card_rate
