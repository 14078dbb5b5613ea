"""Everyday comparisons: laptops, consoles, the internet, homes, a country.

LessWrong, Report on Frontier Model Training (2023), FLOP Costs Are Not Everything, unless stated otherwise.
"""

from mcfrontier.graph import node


@node("TB")
def training_data(tokens, bytes_per_token):
    """Size of the training data."""
    return tokens * bytes_per_token


@node("1")
def laptops(training_data, laptop_storage):
    """Number of laptops with enough storage for the training data."""
    return training_data / laptop_storage


@node("1")
def consoles(training_compute, console_rate, console_time):
    """Number of games consoles that would do the operations of the run in the stated time, at peak rate."""
    return training_compute / (console_rate * console_time)


@node("1")
def consoles_over_sold(consoles, consoles_sold):
    """Number of these consoles divided by the number sold of this kind."""
    return consoles / consoles_sold


@node("ZB")
def communication(aggregate_bandwidth, bandwidth_use, run_time):
    """Data sent between the devices of a cluster during a run."""
    return aggregate_bandwidth * bandwidth_use * run_time


@node("1")
def communication_over_internet(communication, internet_traffic):
    """Data sent between devices, divided by the internet traffic of a year."""
    return communication / internet_traffic


@node("1")
def homes(cluster_power, home_power):
    """Number of homes with the same power consumption as the cluster."""
    return cluster_power / home_power


@node("1")
def chips_over_country(chip_revenue, gpu_price, tdp, one_year, country_power):
    """Power of all chips that a maker sells in a year, divided by that of a country: an upper bound, far too high.

    LessWrong, Report on Frontier Model Training (2023), note 35.
    """
    return chip_revenue * one_year / gpu_price * tdp / country_power
