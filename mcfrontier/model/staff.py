"""Staff: pay, and time worked on the model."""

import numpy as np

from mcfrontier.graph import node


@node("USD/person/year")
def pay(salary, pay_overhead, equity):
    """Cost of a person per year: salary with overhead, and equity."""
    return salary * pay_overhead + equity


@node("USD/year")
def payroll(staff_count, staff_time_share, pay):
    """Cost of staff per year, for the share of time spent on the model."""
    return staff_count * staff_time_share * pay


@node("USD")
def staff_cost(payroll, project_time):
    """Cost of staff, including equity, over the whole project."""
    return payroll * project_time


@node("year")
def creation_time(project_time, creation_limit):
    """Time of development that counts towards the upfront cost."""
    return np.minimum(project_time, creation_limit)


@node("USD")
def creation_staff_cost(payroll, creation_time):
    """Cost of staff, including equity, while the model is developed."""
    return payroll * creation_time
