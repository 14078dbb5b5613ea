"""Conditional estimates: percentiles with one input integrated out (pre-integration)."""
