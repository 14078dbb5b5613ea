"""Benchmarks. They time and count, and hold nothing to be true: the tests do that."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
