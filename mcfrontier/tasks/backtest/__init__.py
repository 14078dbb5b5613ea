"""Forecasts from what was known on some days, and what was published since, as tables, JSON and PDF."""
