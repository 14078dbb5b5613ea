"""Distributions of every family, often with extreme parameters."""

from __future__ import annotations

from typing import Any


def entries(root: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a file, which may have none."""
    return root.setdefault("inputs", {"x": {"family": "value", "value": 1, "unit": "1", "source": "s"}})


def distribute(rng: Any, root: dict[str, Any], name: str, key: str = "") -> str:
    """State an input, by default any, by another family, often with extreme parameters."""
    key = key or rng.choice([*entries(root)])
    old = entries(root)[key]
    kept = {word: old[word] for word in ("unit", "source", "by") if isinstance(old, dict) and word in old}
    level = 10.0 ** rng.choice((-320, -300, -150, -9, 0, 0, 0, 0, 9, 30, 150, 300, 308))
    width = rng.choice((1 + 1e-15, 1 + 1e-9, 1.001, 1.5, 2, 2, 2, 10, 1e3, 1e9, 1e150))
    low, high = level, level * width
    middle = low * width**0.5
    entries(root)[key] = {"unit": "1", "source": "s"} | kept | distribution(rng, low, middle, high)
    return f"{key} as {entries(root)[key]['family']} from {low:g} to {high:g}"


def sample(*values: float) -> dict[str, Any]:
    """The rows of a reference class."""
    cells = {"kind": ["a", "b", ""]}
    return {"labels": ["x", "y", "z"], "values": [*values], "groups": ["g", "g", ""], "cells": cells}


def distribution(rng: Any, low: float, middle: float, high: float) -> dict[str, Any]:
    """The keys of a distribution from about `low` to about `high`."""
    sign = rng.choice((1, 1, 1, -1))
    low, middle, high = sorted(sign * each for each in (low, middle, high))
    shape = rng.choice((0.01, 0.1, 0.5, 1, 3, 30, 1000, 1e9))
    percentiles = {"p5": low, "p95": high}
    part = {"family": rng.choice(("uniform", "normal", "lognormal")), **percentiles}
    found = rng.choice((
        {"family": rng.choice(("lognormal", "normal", "logitnormal", "beta", "gamma")), **percentiles},
        {"family": rng.choice(("lognormal", "normal", "gamma", "beta")), "mean": middle, "sd": high - low},
        {"family": "student-t", "df": shape, **percentiles},
        {"family": "student-t", "df": shape, "mean": middle, "scale": high - low},
        {"family": rng.choice(("skew-normal", "metalog")), **percentiles, "p50": middle},
        {"family": rng.choice(("poisson", "negative-binomial")), "mean": middle, "dispersion": shape},
        {"family": "binomial", "trials": rng.choice((low, 1, 20, 2**60)), "chance": rng.choice((shape, 1e-9, 0.5, 1))},
        {"family": "skew-normal", "location": middle, "scale": high - low, "shape": shape},
        {"family": rng.choice(("pert", "triangular")), "low": low, "mode": middle, "high": high},
        {"family": rng.choice(("uniform", "loguniform")), "low": low, "high": high},
        {"family": "metalog", "p1": low, "p10": low + (middle - low) / 2, "p50": middle, "p90": high},
        {"family": rng.choice(("gamma", "beta")), "shape": shape, "scale": high - low, "a": shape, "b": shape},
        {"family": rng.choice(("discrete", "empirical")), "values": [low, middle, high]},
        {"family": "reference", "sample": sample(low, middle, high), "where": {"kind": rng.choice(("a", "c", 0))}},
        {"family": "price", "chip": rng.choice(("H100", "TPU v7", "CS-2", "x")), "what": rng.choice(("chip", "rent"))}
        | rng.choice(({}, {"date": rng.choice(("2026-03-01", "0001-01-01", "9999-12-31", "x"))}, {"term": "1 year"})),
        {"family": "discrete", "values": [low, high], "weights": [rng.choice((1, 1e308, 1e-320)), 1]},
        {"family": "mixture", "parts": [part, {"family": "value", "value": rng.choice((0, middle))}]},
        {"family": "mixture", "parts": [part, part], "weights": [shape, 1]},
        {"family": "dirichlet", "mean": middle, "concentration": shape},
        {"family": "value", "value": rng.choice((low, 10**400, 0))},
    ))  # fmt: skip
    if rng.random() < 0.3:
        found |= {rng.choice(("low", "high")): rng.choice((low, middle, high, 0, high * 40))}
    if rng.random() < 0.2:
        found["best"] = middle
    return found
