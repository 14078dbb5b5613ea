"""The check for matplotlib, before a module of figures imports it."""

from mcfrontier.outputs.libraries import check_packages

check_packages("figures")
