"""Inputs from distributions of squigglepy, which are recognised by the names of their classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import quoted
from mcfrontier.distributions.curves import Distribution
from mcfrontier.study.prior import prior

SOURCE = "a distribution of squigglepy"
CONVERTERS: dict[str, Callable[[Any], dict[str, Any]]] = {  # of a class of squigglepy, to the keys of an entry
    "NormalDistribution": lambda x: {"family": "normal", "mean": x.mean, "sd": x.sd},
    "LognormalDistribution": lambda x: {"family": "lognormal", "mu": x.norm_mean, "sigma": x.norm_sd},
    "UniformDistribution": lambda x: {"family": "uniform", "low": x.x, "high": x.y},
    "TriangularDistribution": lambda x: {"family": "triangular", "low": x.left, "mode": x.mode, "high": x.right},
    "PERTDistribution": lambda x: {"family": "pert", "low": x.left, "mode": x.mode, "high": x.right},
    "BetaDistribution": lambda x: {"family": "beta", "alpha": x.a, "beta": x.b},
    "GammaDistribution": lambda x: {"family": "gamma", "shape": x.shape, "scale": x.scale},
    "ConstantDistribution": lambda x: {"family": "value", "value": x.x},
}
OWN_BOUNDS = ("triangular", "pert")  # families whose low and high are no truncation
Weighted = tuple[float, dict[str, Any]]


def from_squigglepy(
    distributions: Mapping[str, Any], units: Mapping[str, str] | None = None, sources: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Convert distributions of squigglepy to a study, which `load` and `run` take.

    Normal, lognormal, uniform, triangular, PERT, beta, gamma and constant distributions and mixtures of them are
    converted exactly. A distribution that is clipped is a mixture of what lies within and of the bounds, with the
    probability beyond them; a bound that is never exceeded is left out.

    Parameters
    ----------
    distributions : mapping of str to a distribution or a number
        The inputs by name.
    units : mapping of str to str, optional
        Their units; ``"1"``, a plain number, where none is given.
    sources : mapping of str to str, optional
        Their sources.

    Returns
    -------
    dict
        The content of a priors file: the inputs, which are also its targets.

    Raises
    ------
    InputError
        For a distribution of another kind, with its name and its class.

    Examples
    --------
    >>> import squigglepy as sq
    >>> study = mcf.from_squigglepy({"price": sq.lognorm(9_000, 20_000)}, units={"price": "USD/chip"})
    >>> mcf.load(study).targets
    ('price',)
    """
    inputs = {}
    for name, given in distributions.items():
        parts = [*parts_of(given, f"{name}: {type(given).__name__}", 1.0)]
        head = {"unit": (units or {}).get(name, "1"), "source": (sources or {}).get(name, SOURCE)}
        if len(parts) == 1:
            inputs[name] = parts[0][1] | head
            continue
        members = [{"name": f"part {i}", **entry} for i, (_, entry) in enumerate(parts, 1)]
        inputs[name] = {"family": "mixture", "weights": [weight for weight, _ in parts], "parts": members} | head
    if unknown := [name for each in (units, sources) for name in each or () if name not in inputs]:
        raise InputError(f"{unknown[0]}: there is no distribution of this name; remove its unit or its source")
    return {"title": "Distributions of squigglepy", "targets": [*inputs], "inputs": inputs}


def parts_of(given: Any, place: str, weight: float) -> Iterator[Weighted]:
    """A distribution as weighted entries; refused where there is no family for it."""
    kind = type(given).__name__
    if isinstance(given, int | float | np.number) and not isinstance(given, bool):
        yield weight, {"family": "value", "value": float(given)}
        return
    if getattr(given, "correlation_group", None) is not None:
        raise InputError(f"{place}: is correlated; convert it without, and state the correlation under [correlation]")
    bounds = [None if (x := getattr(given, key, None)) is None else float(x) for key in ("lclip", "rclip")]
    if kind == "MixtureDistribution" and bounds == [None, None]:
        for share, part in zip(np.divide(given.weights, sum(given.weights)), given.dists, strict=True):
            yield from parts_of(part, place, weight * float(share))
        return
    if kind == "CategoricalDistribution" and all(isinstance(each, int | float) for each in given.items):
        for each, share in given.items.items():
            yield weight * float(share), {"family": "value", "value": float(each)}
        return
    if kind not in CONVERTERS or (kind == "PERTDistribution" and given.lam != 4):
        known = ", ".join(name.removesuffix("Distribution") for name in CONVERTERS)
        raise InputError(f"{place}: there is no family for {quoted(kind)} as it is stated; known: {known}, Mixture")
    entry = {key: x if key == "family" else float(x) for key, x in CONVERTERS[kind](given).items()}
    yield from clipped(entry, place, weight, bounds[0], bounds[1])


def clipped(
    entry: dict[str, Any], place: str, weight: float, low: float | None, high: float | None
) -> Iterator[Weighted]:
    """A distribution whose draws beyond two bounds are set to these."""
    whole = distribution_of(entry)
    low = None if low is None or whole.low >= low else low
    high = None if high is None or whole.high <= high else high
    if entry["family"] in OWN_BOUNDS and (low, high) != (None, None):
        raise InputError(f"{place}: a clipped {entry['family']} is no family; clip its result, or leave the clip out")
    below = 0.0 if low is None else probability(whole.cdf, low)
    above = 0.0 if high is None else probability(whole.sf, high)
    if below + above < 1:
        within = {**entry, **({"low": low} if low is not None else {}), **({"high": high} if high is not None else {})}
        yield weight * (1 - below - above), within
    if low is not None and below > 0:
        yield weight * below, {"family": "value", "value": low}
    if high is not None and above > 0:
        yield weight * above, {"family": "value", "value": high}


def distribution_of(entry: dict[str, Any]) -> Distribution:
    """The distribution of an entry without a unit."""
    (found,) = prior("x", {**entry, "unit": "1", "source": SOURCE}, "", {}, {}).distributions
    return found


def probability(curve: Callable[[Any], Any], x: float) -> float:
    """The value of a curve of a distribution at a number."""
    return float(curve(np.asarray(x)))
