"""Shares of the cost components in each cost basis.

The share named `upfront_staff_share` is the component `staff` of the cost basis `upfront_cost`. The components of a
cost basis that are targets of a study are displayed as one bar.
"""

from mcfrontier.graph import node


@node("share")
def upfront_hardware_share(acquisition_cost, upfront_cost):
    """Share of hardware in the upfront cost."""
    return acquisition_cost / upfront_cost


@node("share")
def upfront_energy_share(creation_energy_cost, upfront_cost):
    """Share of energy in the upfront cost."""
    return creation_energy_cost / upfront_cost


@node("share")
def upfront_staff_share(creation_staff_cost, upfront_cost):
    """Share of staff in the upfront cost."""
    return creation_staff_cost / upfront_cost


@node("share")
def amortised_hardware_share(amortised_hardware_cost, amortised_cost):
    """Share of hardware in the amortised cost of the final run."""
    return amortised_hardware_cost / amortised_cost


@node("share")
def amortised_energy_share(energy_cost, amortised_cost):
    """Share of energy in the amortised cost of the final run."""
    return energy_cost / amortised_cost


@node("share")
def development_hardware_share(experiment_factor, amortised_hardware_cost, development_cost):
    """Share of hardware in the whole development."""
    return experiment_factor * amortised_hardware_cost / development_cost


@node("share")
def development_energy_share(experiment_factor, energy_cost, development_cost):
    """Share of energy in the whole development."""
    return experiment_factor * energy_cost / development_cost


@node("share")
def development_staff_share(staff_cost, development_cost):
    """Share of staff in the whole development."""
    return staff_cost / development_cost


@node("share")
def inhouse_hardware_share(straight_line_cost, inhouse_cost):
    """Share of hardware in the cost in the owner's books."""
    return straight_line_cost / inhouse_cost


@node("share")
def inhouse_energy_share(energy_cost, inhouse_cost):
    """Share of energy in the cost in the owner's books."""
    return energy_cost / inhouse_cost


@node("share")
def company_hardware_share(compute_spending, creation_energy_cost, company_cost):
    """Share of hardware in the spending of the company: all computing except its electricity."""
    return (compute_spending - creation_energy_cost) / company_cost


@node("share")
def company_staff_share(staff_spending, company_cost):
    """Share of staff in the spending of the company."""
    return staff_spending / company_cost


@node("share")
def company_energy_share(creation_energy_cost, company_cost):
    """Share of energy in the spending of the company."""
    return creation_energy_cost / company_cost
