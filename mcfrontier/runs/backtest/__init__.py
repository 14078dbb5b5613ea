"""Forecasts from the rows of tables known on a day, against what was published since."""
