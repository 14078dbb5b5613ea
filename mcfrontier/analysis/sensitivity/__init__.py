"""Sensitivity analysis: one at a time, Sobol' indices, Shapley shares, rank regression, attribution of changes."""
