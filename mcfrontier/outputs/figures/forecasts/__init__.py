"""Figures of forecasts and their outcomes: coverage, percentiles, outcomes in their intervals."""
