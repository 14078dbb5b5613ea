"""What a belief in one line states: percentiles, mean, what lies out of range, and the curve of its density."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.expressions.parser import belief
from mcfrontier.core.formatting import amount, percent
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.distributions.curves import Distribution
from mcfrontier.runs import recipe
from mcfrontier.runs.diagnostics import notes
from mcfrontier.runs.load import load
from mcfrontier.runs.summary import order_statistics
from mcfrontier.study.expressions.beliefs import last_unit
from mcfrontier.study.prior import Prior

PERCENTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
NAME = "belief"
HEIGHT, BLOCKS = 6, " ▁▂▃▄▅▆▇█"  # lines of the curve, and eighths of one
ENDS = (0.002, 0.998)  # of the curve
MAX_RATIO = 50  # of its ends, beyond which its axis is logarithmic


def preview(text: str, width: int) -> Iterator[str]:
    """The lines of a preview, at most `width` wide."""
    stated = {"is": text, "source": "stated"} | ({} if last_unit(belief(text)) else {"unit": "1"})
    study = load({"title": "A belief", "targets": [NAME], "inputs": {NAME: stated}})
    prior = study.inputs[NAME]
    unit, (found,) = prior.entry.unit, prior.distributions
    yield parameters(prior)
    yield ""
    for name, level in PERCENTILES.items():
        yield f"{name:5}{amount(float(found.ppf(np.asarray(level))), unit)}"
    if prior.known:
        return
    run = recipe.run(study)
    values, errors = order_statistics(run, NAME)
    for name, value, error in zip(("mean", "sd"), values.tolist(), errors.tolist(), strict=False):
        yield f"{name:5}{amount(value, unit, error)}"
    yield from notes(run)
    yield ""
    yield from out_of_range(found, unit)
    yield from curve(found, unit, width)


def parameters(prior: Prior) -> str:
    """The family and its parameters."""
    stated = {key: x for key, x in prior.stated.items() if key not in ("family", "unit", "source", "parts", "weights")}
    count = len(prior.stated.get("parts", ()))
    parts = f" of {count} parts" if count else ""
    keys = ", ".join(f"{key} = {x:g}" if isinstance(x, int | float) else f"{key} = {x}" for key, x in stated.items())
    return f"{prior.stated['family']}{parts}{': ' if keys else ''}{keys}  [{prior.entry.unit}]"


def out_of_range(found: Distribution, unit: str) -> Iterator[str]:
    """The probabilities of what is rarely meant: negative numbers, and shares above 1."""
    below = float(found.cdf(np.asarray(np.nextafter(0.0, -1))))
    yield f"below 0: {percent(below)}"
    if unit in SHARE_UNITS:
        one = units.convert(1.0, "share", unit)
        yield f"above {one:g}: {percent(float(found.sf(np.asarray(one))))}"


def curve(found: Distribution, unit: str, width: int) -> Iterator[str]:
    """The density as columns of blocks, on a logarithmic axis where the distribution is wide, and its axis."""
    low, high = (float(x) for x in found.ppf(np.array(ENDS)))
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return
    logarithmic = low > 0 and high / low > MAX_RATIO
    edges: Array = (np.geomspace if logarithmic else np.linspace)(low, high, width + 1)
    mass = np.diff(found.cdf(edges))
    eighths = np.rint(mass / mass.max() * HEIGHT * 8).astype(int)
    yield ""
    for line in range(HEIGHT - 1, -1, -1):
        yield "".join(BLOCKS[min(8, max(0, each - 8 * line))] for each in eighths).rstrip()
    middle = edges[width // 2]
    texts = [amount(float(x), unit) for x in (low, middle, high)]
    room = width - len(texts[0]) - len(texts[2])
    yield texts[0] + texts[1].center(room) + texts[2] if room > len(texts[1]) + 1 else f"{texts[0]} to {texts[2]}"
    if logarithmic:
        yield "(logarithmic axis)".center(width).rstrip()
