"""The commands that ask about a study beyond a run: shares of a spread, probabilities, differences, solutions."""
