"""Formulas of past costs, their growth, and forecasts from them."""
