"""Expressions in priors files: formulas, and beliefs in one line."""
