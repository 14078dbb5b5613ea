"""Where the money of each account goes.

A share named `upfront_staff_share` is the part `staff` of the account `upfront_cost`; the parts of an account that
are targets of a study are drawn as one bar.
"""

from mcfrontier.graph import node


@node("share")
def upfront_hardware_share(acquisition_cost, upfront_cost):
    """Hardware's part of the money spent up front."""
    return acquisition_cost / upfront_cost


@node("share")
def upfront_energy_share(creation_energy_cost, upfront_cost):
    """Energy's part of the money spent up front."""
    return creation_energy_cost / upfront_cost


@node("share")
def upfront_staff_share(creation_staff_cost, upfront_cost):
    """People's part of the money spent up front."""
    return creation_staff_cost / upfront_cost


@node("share")
def amortised_hardware_share(amortised_hardware_cost, amortised_cost):
    """Hardware's part of the amortised cost of the final run."""
    return amortised_hardware_cost / amortised_cost


@node("share")
def amortised_energy_share(energy_cost, amortised_cost):
    """Energy's part of the amortised cost of the final run."""
    return energy_cost / amortised_cost


@node("share")
def development_hardware_share(experiment_factor, amortised_hardware_cost, development_cost):
    """Hardware's part of the whole development."""
    return experiment_factor * amortised_hardware_cost / development_cost


@node("share")
def development_energy_share(experiment_factor, energy_cost, development_cost):
    """Energy's part of the whole development."""
    return experiment_factor * energy_cost / development_cost


@node("share")
def development_staff_share(staff_cost, development_cost):
    """People's part of the whole development."""
    return staff_cost / development_cost


@node("share")
def inhouse_hardware_share(straight_line_cost, inhouse_cost):
    """Hardware's part of the cost in the owner's books."""
    return straight_line_cost / inhouse_cost


@node("share")
def inhouse_energy_share(energy_cost, inhouse_cost):
    """Energy's part of the cost in the owner's books."""
    return energy_cost / inhouse_cost


@node("share")
def company_hardware_share(compute_spending, creation_energy_cost, company_cost):
    """Hardware's part of the company's spending: all computing but its electricity."""
    return (compute_spending - creation_energy_cost) / company_cost


@node("share")
def company_staff_share(staff_spending, company_cost):
    """People's part of the company's spending."""
    return staff_spending / company_cost


@node("share")
def company_energy_share(creation_energy_cost, company_cost):
    """Energy's part of the company's spending."""
    return creation_energy_cost / company_cost
