"""The accounts of one run: what is counted as its cost."""

from mcfrontier.graph import node


@node("USD")
def upfront_cost(acquisition_cost, creation_energy_cost, creation_staff_cost):
    """Money spent by the day the model is done: hardware, and energy and people while it is made.

    It answers how much money a newcomer needs. Nothing is written off, and the cluster's power is paid
    for all the time the model is made: LessWrong, Report on Frontier Model Training (2023), Defining Cost.
    """
    return acquisition_cost + creation_energy_cost + creation_staff_cost


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
    """The whole development: final run and experiments, amortised, and the people.

    It answers what the model took from first experiment to release. One experiment factor drives hardware
    and energy alike. Cottier et al. (2024), development cost.
    """
    return experiment_factor * amortised_cost + staff_cost
