"""The accounts of one run: what is counted as its cost."""

from mcfrontier.graph import node


@node("USD")
def capital_cost(acquisition_cost, facility_cost):
    """Hardware bought, and the land and plant it stands in.

    It answers what had to be invested before the first chip ran. Without a facility of its own it is the hardware.
    """
    return acquisition_cost + facility_cost


@node("USD")
def upfront_cost(acquisition_cost, creation_energy_cost, creation_staff_cost):
    """Hardware, energy and people, until the model is done.

    It answers how much money a newcomer needs. Nothing is written off, and the cluster's power is paid
    for all the time the model is made: LessWrong, Report on Frontier Model Training (2023), Defining Cost.
    """
    return acquisition_cost + creation_energy_cost + creation_staff_cost


@node("USD")
def ownership_cost(acquisition_cost, resale_value):
    """Hardware bought, less what it fetches afterwards.

    It answers what it takes to own the cluster for a time, as one owns a house: against it stands the rent of the
    whole cluster for the same time. LessWrong (2023): a long rent is a mortgage, at whose end nothing is owned.
    """
    return acquisition_cost - resale_value


@node("USD")
def cluster_rent(rental_price, cluster_chip_time):
    """Rent of the whole cluster for the time it is held, busy or idle.

    It answers what a tenant pays who commits for that time. Against it stands the ownership cost.
    """
    return rental_price * cluster_chip_time


@node("USD")
def inhouse_cost(straight_line_cost, energy_cost):
    """Hardware written off evenly over its life, and electricity.

    It answers what the final run takes from the owner's books. Sunyan, The Economics of Large Language Models (2023).
    """
    return straight_line_cost + energy_cost


@node("USD")
def amortised_cost(amortised_hardware_cost, energy_cost):
    """Hardware value used up by the final run, and its electricity.

    It answers what the run took from its owner, who keeps the hardware for the next one. It is the
    smallest account: no people, no experiments. Cottier et al. (2024), section 2.2.
    """
    return amortised_hardware_cost + energy_cost


@node("USD")
def cloud_cost(rental_price, chip_time):
    """Chip-hours of the final run at a rental price.

    It answers what a tenant pays who commits for years: the owner's costs and margin are in the price.
    Cottier et al. (2024), cloud rental.
    """
    return rental_price * chip_time


@node("USD")
def development_cost(experiment_factor, amortised_cost, staff_cost):
    """The whole development: experiments, final run and people.

    It answers what the model took from first experiment to release. One experiment factor drives hardware
    and energy alike. Cottier et al. (2024), development cost.
    """
    return experiment_factor * amortised_cost + staff_cost


@node("USD")
def company_cost(compute_spending, staff_spending):
    """What a company spends in a year on computing and on people."""
    return compute_spending + staff_spending
