"""What the cost bases leave out unless a study states it: costs of capital, idle chips, discarded runs and data.

Each is a node without arguments: its value is the one at which nothing is added, and a prior of its name replaces it.
"""

from mcfrontier.graph import node


@node("1/year")
def capital_rate():
    """Return on the value of the hardware that its owner forgoes in a year, as a share of it; none unless stated."""
    return 0.0


@node("share")
def occupancy():
    """Share of the time in which the owner's chips run anything at all; all of it unless stated."""
    return 1.0


@node("share")
def discarded_share():
    """Share of chip-hours in runs that failed or were discarded, of these and the final run; none unless stated."""
    return 0.0


@node("USD")
def data_cost():
    """Cost of licences, labelling and synthesis of the training data; none unless stated."""
    return 0.0
