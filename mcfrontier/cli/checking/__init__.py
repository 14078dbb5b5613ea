"""The commands that check: studies, saved runs, forecasts."""
