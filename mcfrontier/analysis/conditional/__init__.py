"""Conditional estimates: percentiles with one input integrated out (pre-integration)."""

METHODS = ("auto", "order")  # integrate an input out where that gives smaller errors, or always use order statistics
