"""Estimates from draws: statistics with Monte Carlo errors, ranks, densities, tails, conditioning on evidence."""
