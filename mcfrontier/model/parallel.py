"""What limits the use of many devices at once."""

from mcfrontier.graph import node


@node("1")
def device_links(device_count):
    """Links among devices that are each joined to each other: they grow as the square of the devices."""
    return device_count * (device_count - 1) / 2


@node("1")
def microbatches(pipeline_stages, microbatches_per_stage):
    """Parts that a batch is cut into for a pipeline, told as a multiple of its stages, since one goes by the other."""
    return pipeline_stages * microbatches_per_stage


@node("share")
def pipeline_idle_share(pipeline_stages, microbatches):
    """The part of the time that a pipeline stands idle while it fills and empties.

    Huang et al., GPipe (2019): p - 1 of m + p - 1 steps, for p stages and m microbatches.
    """
    return (pipeline_stages - 1) / (microbatches + pipeline_stages - 1)
