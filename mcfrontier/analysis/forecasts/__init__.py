"""Evaluation of forecasts against outcomes: scoring rules and calibration."""
