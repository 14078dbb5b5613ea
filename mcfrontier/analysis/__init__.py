"""Analyses: functions of arrays, without pictures and without files."""
