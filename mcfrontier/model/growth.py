"""Growth in steps, converted to growth per year."""

from mcfrontier.graph import node


@node("1")
def yearly_growth(growth_step, step_time, one_year):
    """Growth factor of a quantity per year, from its factor per step and the time of a step."""
    return growth_step ** (one_year / step_time)
