"""The rows of a run as a library of SIPmath 3.0, the standard of ProbabilityManagement.org: a metalog of each, whose
uniform numbers come from the HDR generator of D. Hubbard through a Gaussian copula.

The layout is that of the standard's JSON schema of 2021 and of its reference implementation, PySIP
(github.com/probability-management/PySIPmath: PySIP3library.py, chanceCalc.py, tests/multi-lib-schema-2021-08-19.json).
The metalog is that of T. Keelin, The Metalog Distributions, Decision Analysis 13 (2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from mcfrontier.analysis.estimates import ranks
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.kinds import QuantityKind
from mcfrontier.distributions.metalog import between, fit_weights, is_increasing, quantile_at
from mcfrontier.outputs.exports.fits import allowed, finite, ordered
from mcfrontier.outputs.exports.kinds import Draws
from mcfrontier.outputs.exports.origin import origin
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.study.correlation import nearest_correlation

LEVELS = np.arange(1, 1000) / 1000  # of the quantiles that a metalog is fitted to
LOGITS = np.linspace(-12, 12, 4801)  # of the probabilities at which a metalog is compared with the draws
CLOSE = 0.002  # distance of the CDFs at which no further term is added
TERMS = range(2, 17)  # "18 metalog parameters" of the standard are 16 terms and two bounds
DIGITS = 12  # of a coefficient
MAX_VALUES = 50  # of a quantity that takes few values, which becomes a table of them
MOVED = 0.005  # change of a rank correlation that is reported
ENTITY, SEEDS = 1, 10**7  # the entity of the HDR generator, and the number of first variables
DENSITY_BINS, DENSITY_SHARE = 25, 0.001  # of the small density that readers display, and what it leaves out at each end
COPULA, MATRIX = "Gaussian", "correlationMatrix"
DEPENDENCE = "A Gaussian copula keeps the rank correlations of the metalogs; other dependence between them is lost."

Bounds = tuple[float | None, float | None]


class Fit(NamedTuple):
    """A metalog: its bounds, its coefficients, and the largest distance of its CDF from that of the draws."""

    bounds: Bounds
    weights: Array
    distance: float


def sipmath(run: RunFolder, rows: Sequence[str], note: Callable[[str], None] = lambda _: None) -> str:
    """JSON text. `note` is called where a metalog is not close to the draws, or where dependence is lost."""
    draws = {row: run.samples(row) for row in rows}
    if empty := [row for row in rows if not finite(draws[row]).size]:
        note(f"{', '.join(empty)}: no draw is a number; left out")
    draws = {row: x for row, x in draws.items() if row not in empty}
    rows = list(draws)
    if not rows:
        raise InputError("--to sipmath: no row is left; name others with --target")
    far: dict[str, float] = {}
    sips = {row: sip(run, row, x, note, far) for row, x in draws.items()}
    if far:
        note(f"{', '.join(far)}: their metalogs differ from the draws, by up to {max(far.values()):.1%} of the CDF")
    joined = [row for row in rows if len(sips[row]["arguments"].get("aCoefficients", ())) > 1]
    if apart := [row for row in rows if "value" in sips[row]["arguments"]]:
        note(f"{', '.join(apart)}: tables of few values, independent of the rest: a copula is of continuous quantities")
    start = int(sha256(run.manifest.study.encode()).hexdigest(), 16) % SEEDS
    library: dict[str, Any] = {"objectType": "sipModel", "libraryType": "SIPmath_3_0", "name": run.manifest.study}
    library |= {"version": "1", "provenance": origin(run) + "."}
    uniform: dict[str, Any] = {"rng": [generator(i, start) for i in range(1, len(rows) + 1)]}
    references = {row: {"source": "rng", "name": f"hdr{i}"} for i, row in enumerate(rows, start=1)}
    if len(joined) > 1:
        library["provenance"] += f" {DEPENDENCE}"
        library["globalVariables"] = [correlations(joined, [draws[row] for row in joined], note)]
        uniform["copula"] = [copula([references[row]["name"] for row in joined])]
        layers = zip(joined, uniform["copula"][0]["copulaLayer"], strict=True)
        references |= {row: {"source": "copula", "name": COPULA, "copulaLayer": layer} for row, layer in layers}
    library["U01"] = uniform
    library["sips"] = [{"name": row, "ref": references[row], **sips[row]} for row in rows]
    return json_text(library) + "\n"


def generator(i: int, start: int) -> dict[str, Any]:
    """The HDR generator of a row. The first variable comes from the name of the study, so that the libraries of two
    studies are independent."""
    seeds = {"entity": ENTITY, "varId": start + i, "seed3": 0, "seed4": 0}
    return {"name": f"hdr{i}", "function": "HDR_2_0", "arguments": {"counter": "PM_Index", **seeds}}


def copula(generators: Sequence[str]) -> dict[str, Any]:
    """The Gaussian copula of some generators."""
    matrix = {"type": "globalVariables", "value": MATRIX}
    layers = [f"c{i}" for i in range(1, len(generators) + 1)]
    arguments = {"correlationMatrix": matrix, "rng": generators}
    return {"name": COPULA, "function": "GaussianCopula", "arguments": arguments, "copulaLayer": layers}


def sip(run: RunFolder, row: str, x: Array, note: Callable[[str], None], far: dict[str, float]) -> dict[str, Any]:
    """The function of a row, its arguments and its statistics. A row whose metalog is not close is added to `far`."""
    rising = finite(x)
    if rising.size < x.size:
        note(f"{row}: {x.size - rising.size:,} draws are not finite and left out")
    values, counts = np.unique(rising, return_counts=True)
    if values.size == 1:
        function, arguments = "Metalog_1_0", {"aCoefficients": values.tolist()}
    elif values.size <= MAX_VALUES:
        upto = counts.cumsum() / rising.size
        function, arguments = "Lookup_Table", {"value": np.stack([upto, values], axis=1).tolist()}
    else:
        ready = ordered(x)
        fit = nearest(ready, support(rising, run.kind(row)))
        if fit is None:
            raise InputError(f"{row}: its spread is too small for a metalog; leave it out")
        function, arguments = "Metalog_1_0", {"aCoefficients": fit.weights.tolist()}
        arguments |= {k: v for k, v in zip(("lowerBound", "upperBound"), fit.bounds, strict=True) if v is not None}
        if fit.distance > allowed(ready):
            far[row] = fit.distance
    return {"function": function, "arguments": arguments, "metadata": statistics(rising, run.unit(row))}


def statistics(rising: Array, unit: str) -> dict[str, Any]:
    """The statistics of a row, by the names of the reference implementation, and its unit."""
    percents = (5, 25, 50, 75, 95)
    found = zip(percents, np.percentile(rising, percents, method="hazen").tolist(), strict=True)
    low, high = np.quantile(rising, (DENSITY_SHARE, 1 - DENSITY_SHARE), method="hazen").tolist()
    density = np.histogram(rising, DENSITY_BINS, (low, high), density=True)[0] if low < high else np.array([])
    return {
        "unit": unit,
        "count": rising.size,
        "mean": float(rising.mean()),
        "std": float(rising.std()),
        "min": float(rising[0]),
        **{f"P{percent}": value for percent, value in found},
        "max": float(rising[-1]),
        "density": density.tolist(),
    }


def nearest(draws: Draws, bounds: Bounds) -> Fit | None:
    """The metalog of the fewest terms that is as close to draws as their Monte Carlo error; if none is, the nearest."""
    y = between(*bounds)[0](np.quantile(draws.rising, LEVELS, method="hazen"))
    scale = float(np.ptp(y)) or 1.0  # so that the coefficients of large and small numbers are as exact
    points = tuple(zip(LEVELS.tolist(), (y / scale).tolist(), strict=True))
    best: Fit | None = None
    for terms in TERMS:
        weights = np.array([float(f"{weight * scale:.{DIGITS}g}") for weight in fit_weights(points, terms)])
        if not np.isfinite(weights).all() or not is_increasing(weights / scale):
            continue
        distance = float(np.abs(np.interp(y, quantile_at(LOGITS, weights), special.expit(LOGITS)) - LEVELS).max())
        if best is None or distance < best.distance:
            best = Fit(bounds, weights, distance)
        if best.distance <= max(CLOSE, draws.error):
            break
    return best


def support(rising: Array, kind: QuantityKind) -> Bounds:
    """The bounds of a metalog: 0 of positive draws, and 1 of those that cannot be larger. With an upper bound the lower
    one is 0, since the reference implementation of the standard errs on others."""
    if rising[0] <= 0:
        return None, None
    return 0.0, (1.0 if rising[-1] < 1 == kind.high else None)


def correlations(rows: Sequence[str], draws: Sequence[Array], note: Callable[[str], None]) -> dict[str, Any]:
    """The correlations of the normal scores by which the copula has the rank correlations of the draws."""
    ordered = [ranks.ranks(x) for x in draws]
    found = np.array([[ranks.rank_correlation(one, other) for other in ordered] for one in ordered])
    matrix = 2 * np.sin(math.pi * found / 6)
    np.fill_diagonal(matrix, 1.0)  # but for rounding
    matrix = nearest_correlation(matrix)
    moved = np.abs(6 * np.arcsin(matrix / 2) / math.pi - found).max()
    if moved > MOVED:
        note(f"no Gaussian copula has these rank correlations; those of the nearest one differ by up to {moved:.2g}")
    entries = [
        {"row": row, "col": rows[j], "value": float(matrix[i, j])} for i, row in enumerate(rows) for j in range(i + 1)
    ]
    return {"name": MATRIX, "value": {"columns": rows, "rows": rows, "matrix": entries}}
