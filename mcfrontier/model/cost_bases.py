"""Cost bases of a run: definitions of its cost."""

from mcfrontier.graph import node

# Bounds between quantities, with reasons: in a consistent draw the first is at most the second. `check` reports the
# share of draws that are not.
BOUNDS = {
    ("owner_cost", "rental_price"): "the rent over the life of a chip pays its owner's cost",
    ("ownership_cost", "cluster_rent"): "the rent over the time of use pays for the hardware, less its resale value",
    ("amortised_cost", "cloud_cost"): "the rent of the final run pays for the loss of value and electricity",
}


# The question that each cost basis answers, for the reader whose question it is.
QUESTIONS = {
    "amortised_cost": "What does the run use up, for an owner who keeps the chips?",
    "inhouse_cost": "What do the owner's books charge for the run?",
    "cloud_cost": "What does a tenant pay for the chip-hours of this run alone?",
    "cluster_rent": "What does a tenant pay for the whole cluster over its term?",
    "acquisition_cost": "What does a buyer pay for the hardware?",
    "capital_cost": "What does an investor put in before the first chip runs?",
    "ownership_cost": "What does an owner lose who buys the cluster and sells it after its term?",
    "upfront_cost": "What money does a newcomer need until the model is complete?",
    "development_cost": "What does a lab spend on the model, with experiments and staff?",
    "company_cost": "What does a company spend in a year, on all its models?",
}


@node("USD")
def capital_cost(acquisition_cost, facility_cost):
    """Purchase of hardware, land and facility.

    The investment before the first chip runs. Without a facility of its own, it is the hardware alone.
    """
    return acquisition_cost + facility_cost


@node("USD")
def upfront_cost(acquisition_cost, creation_energy_cost, creation_staff_cost, data_cost):
    """Hardware, energy, staff and data until the model is complete.

    The money that a newcomer needs. Nothing is depreciated, and the cluster's electricity is paid for the whole time in
    which the model is developed: LessWrong, Report on Frontier Model Training (2023), Defining Cost.
    """
    return acquisition_cost + creation_energy_cost + creation_staff_cost + data_cost


@node("USD")
def ownership_cost(acquisition_cost, resale_value, capital_rate, cluster_time):
    """Purchase of hardware, less its resale value, and the return on the price.

    The cost of owning the cluster for a time, comparable with the rent of the whole cluster for the same time.
    LessWrong (2023): a long rental is a mortgage at whose end nothing is owned.
    """
    return acquisition_cost - resale_value + acquisition_cost * capital_rate * cluster_time


@node("USD")
def cluster_rent(rental_price, cluster_chip_time):
    """Rent of the whole cluster for the time of use, busy or idle.

    The payment of a tenant who commits for this time, comparable with the ownership cost.
    """
    return rental_price * cluster_chip_time


@node("USD")
def inhouse_cost(straight_line_cost, energy_cost):
    """Straight-line depreciation of hardware over its life, and electricity.

    The cost of the final run in the owner's books. Sunyan, The Economics of Large Language Models (2023).
    """
    return straight_line_cost + energy_cost


@node("USD")
def amortised_cost(amortised_hardware_cost, energy_cost):
    """Value that the hardware loses during the final run, and its electricity.

    The cost to the owner, who keeps the hardware for the next run. It is the smallest cost basis: without staff and
    experiments. Cottier et al. (2024), section 2.2.
    """
    return amortised_hardware_cost + energy_cost


@node("USD")
def cloud_cost(rental_price, paid_chip_time):
    """Chip-hours of the final run at a rental price.

    The payment of a tenant who commits for years: the price includes the owner's costs and margin.
    Cottier et al. (2024), cloud rental.
    """
    return rental_price * paid_chip_time


@node("USD")
def development_cost(experiment_factor, amortised_cost, staff_cost, data_cost):
    """Whole development: experiments, final run, staff and data.

    The cost of the model from the first experiment to release. One experiment factor applies to hardware and to energy.
    Cottier et al. (2024), development cost.
    """
    return experiment_factor * amortised_cost + staff_cost + data_cost


@node("USD")
def company_cost(compute_spending, staff_spending):
    """Spending of a company on computing and on staff in a year."""
    return compute_spending + staff_spending
