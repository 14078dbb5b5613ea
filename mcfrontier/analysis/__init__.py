"""Analyses of draws: arrays in, arrays out."""
