"""Rent of a chip: the owner's cost per chip-hour, times a margin for the length of the contract."""

import numpy as np

from mcfrontier.graph import node


@node("1/year")
def capital_recovery(cost_of_capital, economic_life):
    """Payment per year, as a share of the price, that repays a price with its return over the economic life.

    In continuous payments; without a cost of capital it is the reciprocal of the life.
    """
    returns = np.maximum(cost_of_capital * economic_life, np.finfo(float).tiny)
    return returns / -np.expm1(-returns) / economic_life


@node("USD/chip/h")
def owner_cost(cluster_price, capital_recovery, operating_rate, rented_share, chip_power, energy_price):
    """Owner's cost per rented chip-hour over the economic life: capital, facility, operation and electricity.

    The chip with its share of servers and network costs the same whether it is rented out or waits for a tenant.
    """
    return cluster_price * (capital_recovery + operating_rate) / rented_share + chip_power * energy_price


@node("1")
def rent_margin(rent_margin_3_years):
    """Rent over the owner's cost, under a commitment of three years where the study states no rent_term."""
    return rent_margin_3_years


@node("USD/chip/h")
def rental_price(owner_cost, rent_margin):
    """Rent per chip-hour: the owner's cost times the margin. A study may state it in place of this formula."""
    return owner_cost * rent_margin
