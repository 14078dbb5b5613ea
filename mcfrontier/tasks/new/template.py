"""The text of a priors file of a training run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from mcfrontier.core.text import toml
from mcfrontier.runs.lint import FILL_IN
from mcfrontier.study.prior import BF16
from mcfrontier.tasks.new.run import TrainingRun

SOURCE = f"{FILL_IN}: where this figure comes from"
MOE = {"dense": 0, "moe": 1}
PRICE = "server_price"
QUOTES = "in tables/prices.csv, each with its source, most by way of the data of Epoch AI (CC BY 4.0)"
UNITS = {"chip_count": "chip", "run_time": "day", "active_parameters": "parameter", "tokens": "token"}

HEAD = """\
# Made by `python -m mcfrontier new`. Every figure may be changed.
#   python -m mcfrontier check {name}    names the sources to fill in, and doubtful figures
#   python -m mcfrontier run {name}      writes percentiles, draws and a report
#   python -m mcfrontier show {name}     lists all inputs, also those of the files in `extends`
format = 1
title = {title}
question = {question}
price_date = {day}  # the day on which chips and rents are priced
rent_term = "3 years"    # or "1 year", "on demand"
precision = {precision} # of the arithmetic
extends = ["utilisation/basis", {chip}]
targets = [
{targets}
]
"""
BUDGET = """
# Chips and days are stated, so chip-hours and operations follow from them.
[same]
chip_time = "run_chip_time"
training_compute = "compute_budget"
"""
STATED = """
# The run. A number that is not known is a distribution: is = "150k..250k chip" has the ends of a 90 % interval, and
# docs/expressions.md all other forms; `python -m mcfrontier preview "150k..250k chip"` shows it.
[inputs]
"""
UTILISATION = (
    "The utilisation of the chips: the share of their dense BF16 peak that the operations use in all paid time, that "
    "is, MFU times goodput. It is predicted from disclosed runs, as far as they are like this one: {like}."
)
LOW_PRECISION = (
    " It is a share of the BF16 peak in {precision} too, so that runs of all precisions can be compared: the "
    "{precision} peak of this chip is {ratio:.2g} times as high, so 15 % of the {precision} peak is {share:.2g} % of "
    "the BF16 peak. Few disclosed runs are in {precision}."
)
FIXED = "The file {part} states the price of the years in which this chip was new. This is that of price_date."
GENERATIONS = {"tpu": "TPUs", "other": "chips of this kind"}


def run_study(name: str, run: TrainingRun) -> str:
    """The priors file of a run."""
    made = "What can this run train, and what does it cost?" if run.days else "What does this run take and cost?"
    head = HEAD.format(
        name=name,
        title=toml.value(run.title),
        question=toml.value(made),
        day=run.day,
        precision=toml.value(run.precision).ljust(12),
        chip=toml.value(run.part.name),
        targets="\n".join(f"    {toml.value(target)}," for target in run.targets),
    )
    return "".join([head, BUDGET if run.days else "", *stated(run), *utilisation(run), *fixed_price(run)])


def stated(run: TrainingRun) -> Iterator[str]:
    """The entries of the numbers of a run."""
    yield STATED
    numbers = (run.chips, run.days, run.parameters, run.tokens)
    for (name, unit), x in zip(UNITS.items(), numbers, strict=True):
        if x is not None:
            yield f"{name} = {toml.value({'is': f'{toml.number(toml.whole(x))} {unit}', 'source': SOURCE})}\n"


def utilisation(run: TrainingRun) -> Iterator[str]:
    """The utilisation of disclosed runs like this one, in what is known of it."""
    generation = run.label_and_generation[1]
    where: dict[str, Any] = {"generation": generation} if generation else {}
    where |= {"moe": MOE[run.architecture]} if run.architecture else {}
    where |= {"precision": run.precision}
    kind = {"dense": "dense models", "moe": "mixtures of experts", "": "dense models and mixtures of experts"}
    chips = f" on {GENERATIONS.get(generation, generation.capitalize())}" if generation else ""
    about = UTILISATION.format(like=f"{kind[run.architecture]}{chips}, in {run.precision.upper()}")
    if run.precision != BF16:
        ratio = peak_rate(run, run.precision) / peak_rate(run, BF16)
        about += LOW_PRECISION.format(precision=run.precision.upper(), ratio=ratio, share=15 * ratio)
    yield comment(about)
    yield block(
        "utilisation",
        {
            "family": "reference",
            "file": "tables/disclosed.csv",
            "column": "utilisation",
            "where": where,
            "group": "family",
            "offsets": ["generation", "moe", "precision"],
            "unit": "share",
            "source": "papers and model cards of the makers of the runs, some by way of the data of Epoch AI (CC BY "
            "4.0); each with its source in tables/disclosed.csv",
        },
    )


def fixed_price(run: TrainingRun) -> Iterator[str]:
    """The price on the day of a chip whose file states that of its own time; that of a chip never sold is left."""
    label, generation = run.label_and_generation
    priors = run.part.priors
    if not label or generation == "tpu" or PRICE not in priors or priors[PRICE].stated["family"] == "price":
        return
    yield comment(FIXED.format(part=run.part.name))
    source = f"quotes of servers {QUOTES}"
    yield block(PRICE, {"family": "price", "chip": label, "what": "server", "unit": "USD/chip", "source": source})


def peak_rate(run: TrainingRun, precision: str) -> float:
    """The dense peak rate of a chip at a precision."""
    return run.part.priors[f"{precision}_peak_rate"].medians[0]


def comment(text: str) -> str:
    """A paragraph as lines of a comment, after an empty one."""
    return "\n".join(["", *textwrap.wrap(text, 118, initial_indent="# ", subsequent_indent="# "), ""])


def block(name: str, stated: Mapping[str, Any]) -> str:
    """An entry and a line break."""
    return f"{toml.entry(name, stated)}\n"
