"""Limits to the use of many devices at once."""

from mcfrontier.graph import node


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
