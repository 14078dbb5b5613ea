"""Scale in everyday things: laptops, consoles, the internet, homes, a country.

LessWrong, Report on Frontier Model Training (2023), FLOP Costs Are Not Everything, unless said otherwise.
"""

from mcfrontier.graph import node


@node("TB")
def training_data(tokens, bytes_per_token):
    """Room that the training data take."""
    return tokens * bytes_per_token


@node("1")
def laptops(training_data, laptop_storage):
    """How many laptops would hold the training data."""
    return training_data / laptop_storage


@node("1")
def consoles(training_compute, console_rate, console_time):
    """How many games consoles would do the run's operations in the time, at their peak."""
    return training_compute / (console_rate * console_time)


@node("1")
def consoles_over_sold(consoles, consoles_sold):
    """The same as a part of all consoles of the kind that were sold."""
    return consoles / consoles_sold


@node("ZB")
def communication(aggregate_bandwidth, bandwidth_use, run_time):
    """Data sent between the devices of a cluster during a run."""
    return aggregate_bandwidth * bandwidth_use * run_time


@node("1")
def communication_over_internet(communication, internet_traffic):
    """The same over a year's traffic of the internet."""
    return communication / internet_traffic


@node("1")
def homes(cluster_power, home_power):
    """How many homes use as much power as the cluster."""
    return cluster_power / home_power


@node("1")
def chips_over_country(chip_revenue, gpu_price, tdp, one_year, country_power):
    """Power of all the chips that a maker sells in a year, over that of a country: far too high, so an upper bound.

    LessWrong, Report on Frontier Model Training (2023), note 35.
    """
    return chip_revenue * one_year / gpu_price * tdp / country_power
