"""Contradictions between the quantities of a training run: more operations than its chips do at their peak rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from mcfrontier import graph
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount, percent
from mcfrontier.model.cost_bases import BOUNDS
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.runs.sweeps import is_sweep
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.study import validate
from mcfrontier.study.study import Study

MAX_IMPOSSIBLE_SHARE = 1e-3  # of draws: more are no rounding, nor the far tail of two inputs that agree
CHECK_DRAWS = 2**12
CHECK_NUMBERS, CHECK_TOTAL = 2**19, 2**25  # the most numbers of one quantity and of all, which limit the draws
RATE = "peak_rate"
# the operations of a run, and the chip-hours in which they are done
RUN_PAIRS = (
    ("training_compute", "chip_time"),
    ("training_compute", "run_chip_time"),
    ("compute_budget", "run_chip_time"),
)


def with_targets(study: Study, names: Iterable[str]) -> Study:
    """The study with those of some quantities as further targets that its entries suffice for, whether or not its own
    targets need these entries."""
    priors = {name: prior for name, prior in study.file.priors.items() if prior.entry.resolved} | dict(study.inputs)
    unneeded = {name: value for name, value in study.pins.items() if name not in study.inputs and not is_sweep(value)}
    priors |= {name: validate.pin(name, value, priors, study.nodes) for name, value in unneeded.items()}
    targets = [*study.targets, *(name for name in names if graph.computable(study.nodes, priors, name))]
    needed, order = graph.order(study.nodes, priors, targets)
    inputs = {name: priors[name] for name in needed}
    return replace(study, inputs=inputs, order=order, targets=tuple(dict.fromkeys(targets)))


def few_draws(study: Study, names: tuple[str, ...] | None = None) -> dict[str, Array]:
    """A few draws of some quantities, by default all, without evidence: enough to find what is wrong in one of a
    hundred."""
    most = min(CHECK_NUMBERS // max(study.sizes, default=1), CHECK_TOTAL // max(1, sum(study.sizes)))
    count = min(CHECK_DRAWS, 1 << most.bit_length() - 1)
    plan = streams.sampler(SAMPLER, SEED, count, study.sampled)
    return evaluate_blocks(Blocks(study, plan, study.quantities if names is None else names), plan.draws)


def crossed_shares(values: Mapping[str, Array]) -> dict[tuple[str, str], float]:
    """The share of draws beyond each bound between two of these quantities."""
    found = {}
    for lower, upper in BOUNDS:
        if lower in values and upper in values:
            margin = values[upper] - values[lower]
            found[lower, upper] = float((margin < 0).sum() / max(1, np.isfinite(margin).sum()))
    return found


def contradiction(study: Study) -> str:
    """Why a study is impossible, in one line; "" where nothing is wrong.

    A run cannot do more operations than its chips do at the peak rate of the precision in use.
    """
    whole = with_targets(study, dict.fromkeys(name for pair in RUN_PAIRS for name in (*pair, RATE)))
    pairs = [pair for pair in RUN_PAIRS if {*pair, RATE} <= {*whole.quantities} and comparable(whole, *pair)]
    if not pairs:
        return ""
    values = few_draws(whole, (RATE, *dict.fromkeys(name for pair in pairs for name in pair)))
    for operations, hours in pairs:
        with np.errstate(all="ignore"):
            share = float(np.max(np.mean(values[operations] > values[hours] * values[RATE], axis=-1)))
        if share > MAX_IMPOSSIBLE_SHARE:
            return text(whole, operations, hours, share, float(np.nanmax(values[RATE])))
    return ""


def comparable(study: Study, operations: str, hours: str) -> bool:
    """Whether the two can contradict each other.

    They cannot where this package computes one from the other: its formulas do not exceed the peak rate. In a model of
    the user, the names may be those of other quantities, which have other units.
    """
    if study.own_model:
        whole, time, rate = (units.parse(study.unit(name)) for name in (operations, hours, RATE))
        return bool(whole.dimensionality == (time * rate).dimensionality)
    first, second = ({name, *sum(graph.order(study.nodes, study.inputs, (name,)), ())} for name in (operations, hours))
    return operations not in second and hours not in first


def text(study: Study, operations: str, hours: str, share: float, rate: float) -> str:
    """The message on a run with too many operations for its chip-hours."""
    first, second = (inputs_behind(study, name) for name in (operations, hours))
    apart = [", ".join(sorted(own)) or "fixed values" for own in (first - second, second - first)]
    rate_text = amount(rate / 3600, "FLOP/s/chip")
    remedy = (
        "check the figures and units of these; if they are right, compute one of the two from the other, as with "
        '[same] training_compute = "compute_budget", or state it as evidence'
    )
    return (
        f"{operations} and {hours} contradict each other: in {percent(share)} of draws the run does more operations "
        f"than its chips can at their peak rate, {rate_text} ({study.file.precision}); the one comes from {apart[0]}, "
        f"the other from {apart[1]}; {remedy}"
    )


def inputs_behind(study: Study, name: str) -> set[str]:
    """The inputs that a quantity depends on: the uncertain ones, or all where none is uncertain."""
    found = graph.order(study.nodes, study.inputs, (name,))[0]
    return {each for each in found if not study.inputs[each].known} or {*found}
