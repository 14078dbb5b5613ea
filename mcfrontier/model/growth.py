"""Growth in steps, told for a year."""

from mcfrontier.graph import node


@node("1")
def yearly_growth(growth_step, step_time, one_year):
    """By how many times a quantity grows in a year that grows by a step in the step's time."""
    return growth_step ** (one_year / step_time)
