"""People: what they are paid, and for how long."""

import numpy as np

from mcfrontier.graph import node


@node("USD/person/year")
def pay(salary, pay_overhead, equity):
    """What a person costs a year: salary with its overhead, and equity."""
    return salary * pay_overhead + equity


@node("USD/year")
def payroll(staff_count, staff_time_share, pay):
    """What the people cost a year for the time they give to the model."""
    return staff_count * staff_time_share * pay


@node("USD")
def staff_cost(payroll, project_time):
    """People, equity included, over the whole project."""
    return payroll * project_time


@node("year")
def creation_time(project_time, creation_limit):
    """Time in which the model is made, as far as it counts as spending up front."""
    return np.minimum(project_time, creation_limit)


@node("USD")
def creation_staff_cost(payroll, creation_time):
    """People, equity included, while the model is made."""
    return payroll * creation_time
