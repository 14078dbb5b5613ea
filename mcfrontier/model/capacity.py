"""The inverse question: what a cluster, or a sum of money, can train, and limits to the use of many devices at once."""

from mcfrontier.graph import node


@node("FLOP")
def compute_budget(run_chip_time, achieved_rate):
    """Operations of a run, from its chips and its time."""
    return run_chip_time * achieved_rate


@node("parameter")
def largest_model(compute_budget, flop_per_parameter_token, tokens):
    """Largest model that can be trained on the given number of tokens.

    The compute of a run, solved for the number of parameters.
    """
    return compute_budget / (flop_per_parameter_token * tokens)


@node("1")
def compute_multiple(compute_budget, reference_compute):
    """Compute as a multiple of that of another run."""
    return compute_budget / reference_compute


@node("FLOP")
def rented_compute(money_budget, compute_per_dollar):
    """Operations of a run that a sum of money pays for when chips are rented."""
    return money_budget * compute_per_dollar


@node("FLOP/USD")
def compute_per_dollar(achieved_rate, rental_price):
    """Operations of a run for each dollar of rent."""
    return achieved_rate / rental_price


@node("1")
def device_links(device_count):
    """Links in a fully connected network of devices: quadratic in the number of devices."""
    return device_count * (device_count - 1) / 2


@node("1")
def microbatches(pipeline_stages, microbatches_per_stage):
    """Number of microbatches of a batch in a pipeline, as a multiple of the number of stages."""
    return pipeline_stages * microbatches_per_stage


@node("share")
def pipeline_idle_share(pipeline_stages, microbatches):
    """Share of the time in which a pipeline is idle while it fills and empties.

    Huang et al., GPipe (2019): p - 1 of m + p - 1 steps, for p stages and m microbatches.
    """
    return (pipeline_stages - 1) / (microbatches + pipeline_stages - 1)
