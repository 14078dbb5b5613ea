"""Outputs: files, figures, reports and exports of runs."""
