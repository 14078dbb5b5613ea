"""The inputs of a page: the distribution of each row as parameters that a reader may change, and its draws as codes.

A draw follows from its normal score, which is that of a point of a Sobol net, or has a code. A normal, lognormal or
logitnormal distribution is linear in the score on a scale t (x, log x or log-odds of x); any other is a table over
scores, or the draws themselves where it has jumps. A changed distribution is again of the family, with other
percentiles: linear on the scale t in the one before. Where the family has no such member, it is a normal, lognormal or
logitnormal one.
"""

from __future__ import annotations

import math
from base64 import b64encode
from typing import Any

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.core.printable import printable
from mcfrontier.core.units import DATE_UNIT
from mcfrontier.distributions.chip_price import Price
from mcfrontier.distributions.curves import Curve, Distribution
from mcfrontier.distributions.family import Family, ShareFamily, Truncatable
from mcfrontier.distributions.tables import to_points
from mcfrontier.distributions.textbook import (
    LogitNormal,
    Lognormal,
    LogUniform,
    Normal,
    Peaked,
    StudentT,
    Uniform,
    Value,
)
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.sampling.sobol import combinations
from mcfrontier.sampling.streams import values_at
from mcfrontier.study.entry import entry_of, rows_of
from mcfrontier.study.prior import Prior

CODES, MISSING = 2**16 - 2, 2**16 - 1  # the largest of the codes of 16 bits, and that of a number that is not finite
CELLS, MAX_SCORE = 320, 5.0  # of a table of quantiles over normal scores to either side, with a value more at each end
NET_BITS = 32  # of the words of a net
LOG_RATIO = 8.0  # of the largest to the smallest draw, beyond which codes are linear in logarithms
ENDS = np.array([0.05, 0.95])
SCALES: dict[type[Family], str] = {Normal: "x", Lognormal: "log", Price: "log", LogitNormal: "logit"}

Json = dict[str, Any]


def input_json(prior: Prior, points: list[Any]) -> Json:
    """An input: its texts and its rows. `points` are those of its rows; empty where it is known."""
    entry, stated = prior.entry, rows_of(prior.stated, max(1, len(prior.labels)))
    rows = [entry_of(row, prior.where) for row in stated] if not entry.joint else [entry] * len(prior.labels)
    content: Json = {
        "by": entry.by if prior.labels else "",
        "family": str(entry.__struct_config__.tag),
        "autocorrelation": entry.autocorrelation,
        "joint": entry.joint,
        "source": texts(prior, "source"),
        "note": texts(prior, "note"),
        "range": allowed(prior),
    }
    if prior.known:
        return content | {"rows": [{"value": value / prior.scale} for value in values_at(prior).ravel().tolist()]}
    scores = special.ndtri([row.probabilities for row in points])
    irregular = [
        entry.joint or bool(entry.replicates()) or d.discontinuous or d.atoms.size for d in prior.distributions
    ]
    draws = np.atleast_2d(values_at(prior, points)) / prior.scale if any(irregular) else None
    content["rows"] = []
    for k, (row, distribution) in enumerate(zip(rows, prior.distributions, strict=True)):
        if isinstance(row, Value):
            content["rows"].append({"value": row.value * (row.times or 1.0)})
            continue
        own = None if draws is None or not irregular[k] else draws[k]
        quantile = tabulated(prior, k)
        content["rows"].append(row_json(row, distribution, quantile, own) | scores_json(scores[k], points[k].combined))
    if prior.labels:
        content["gaps"] = any("form" not in row for row in content["rows"])
        fix_rows(content["rows"], content["family"])
    if entry.joint:
        for row in content["rows"]:
            row["fixed"] = "its rows sum to one"
    return content


def texts(prior: Prior, key: str) -> list[str]:
    """A text of an entry for each row, or one for all."""
    value = prior.stated.get(key, "")
    return [printable(str(each)) for each in (value if isinstance(value, list) else [value])]


def allowed(prior: Prior) -> list[float | None]:
    """The lowest and the highest value that an input may take, in its unit: of shares those from 0 to all, and no
    negative value of a quantity that has none."""
    if prior.entry.unit in SHARE_UNITS:
        return [0.0, 1 / prior.scale]
    positive = prior.entry.unit != DATE_UNIT and all(not row.low < 0 for row in prior.distributions)
    return [0.0 if positive else None, None]


def scores_json(scores: Array, words: Array) -> Json:
    """The normal scores of a row: the words of its Sobol net, where its points are one, else a code of each."""
    if net := net_of(words):
        return {"net": net}
    low, high = float(scores.min()), float(scores.max())
    return {"scores": [low, high, coded(scores, low, high)]}


def net_of(words: Array) -> str:
    """The shift and the direction words of 16 interleaved digital nets that points are, without their last bits; "" if
    they are none. Point k of a net is the exclusive or of the shift and of the directions at the set bits of k."""
    points = words.reshape(-1, RANDOMISATIONS) if words.size % RANDOMISATIONS == 0 else words[:0].reshape(0, 1)
    bits = len(points).bit_length() - 1
    if len(points) != 1 << max(bits, 0):
        return ""
    first = points[0]
    directions = [points[1 << bit] ^ first for bit in range(bits)]
    if not np.array_equal(combinations(np.array(directions, np.uint64)) ^ first, points):
        return ""
    return encoded((np.array([first, *directions]) >> np.uint64(BITS - NET_BITS)).astype("<u4"))


def tabulated(prior: Prior, k: int) -> Curve:
    """The quantile function of a row, in the unit of the entry: of one of many, by the faster table of the engine."""
    if prior.entry.joint or not prior.labels:
        return prior.distributions[k].ppf

    def quantile(p: Array) -> Array:
        values: Array = prior.quantiles[k](to_points(p)) / prior.scale
        return values

    return quantile


def row_json(row: Family, distribution: Distribution, quantile: Curve, draws: Array | None) -> Json:
    """A row: its percentiles on its scale, and what makes draws of normal scores."""
    times = row.times or 1.0
    scale = next((t for family, t in SCALES.items() if isinstance(row, family)), "")
    if scale and isinstance(row, Truncatable):
        ends = np.asarray(row.untruncated().ppf(ENDS)) * times
        content: Json = {"form": "normal", "t": scale, "cut": [each and each * times for each in (row.low, row.high)]}
        content["whole"] = row.whole * times if isinstance(row, ShareFamily) else 1.0
    else:
        ends, content = quantile(ENDS), {"form": "other", "t": "x"}
        if keys := shifted_keys(row):
            content = {"form": "affine", "t": "log" if isinstance(row, LogUniform) else "x", "keys": keys}
            content["support"] = [
                each if math.isfinite(each) else None for each in (distribution.low, distribution.high)
            ]
    content |= {"p5": float(ends[0]), "p95": float(ends[1]), "median": distribution.median, "times": times}
    if draws is not None:
        content["x"] = coded_draws(draws)
    elif content["form"] != "normal":
        values = quantile(special.ndtr(MAX_SCORE * (2 * np.arange(-1, CELLS + 2) / CELLS - 1)))
        content["table"] = encoded((np.log(values) if content["t"] == "log" else values).astype("<f4"))
    return content


def shifted_keys(row: Family) -> Json:
    """The parameters of a location-scale family that a reader's percentiles move ("at") or stretch ("by"), in the unit
    of the entry before `times`; none of another family, or of a truncated one."""
    if isinstance(row, Uniform | LogUniform):
        return {"low": [row.low, "at"], "high": [row.high, "at"]}
    if isinstance(row, Peaked):
        return {"low": [row.low, "at"], "mode": [row.mode, "at"], "high": [row.high, "at"]}
    if isinstance(row, StudentT) and row.low is None and row.high is None:
        own: Json = {"df": [row.df, "as"]} | {key: [value, "at"] for key, value in row.percentiles.items()}
        if row.mean is not None:
            own |= {"mean": [row.mean, "at"], "scale": [row.scale, "by"]}
        return own
    return {}


def fix_rows(rows: list[Json], family: str) -> None:
    """Mark the rows of an input with labels that a priors file could not state again with one of them changed: those of
    a family without percentiles of its own."""
    for row in rows:
        if row.get("form") == "other":
            row["fixed"] = f"rows of the family {family} are changed in the priors file"


def coded_draws(x: Array) -> list[Any]:
    """Draws as [scale, lowest, highest, codes]; those that are not finite have the code MISSING."""
    x = np.where(np.isfinite(x), x, np.nan)
    known = x[np.isfinite(x)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if low > 0 and high / low > LOG_RATIO:
        low, high = math.log(low), math.log(high)
        return ["log", low, high, coded(np.log(x), low, high)]
    return ["x", low, high, coded(x, low, high)]


def coded(x: Array, low: float, high: float) -> str:
    """Numbers from `low` to `high` as codes from 0 to CODES."""
    steps = (x - low) * (CODES / (high - low)) if high > low else np.zeros(x.shape)
    return encoded(np.where(np.isfinite(x), np.rint(np.nan_to_num(steps)), MISSING).astype("<u2"))


def encoded(x: Array) -> str:
    """The bytes of numbers in base64."""
    return b64encode(x.tobytes()).decode()
