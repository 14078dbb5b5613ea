"""Benchmarks of time, memory and accuracy. They measure only; correctness is checked by the tests."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
