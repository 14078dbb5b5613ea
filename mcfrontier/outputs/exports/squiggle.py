"""The quantities of a run as source text of Squiggle and of squigglepy, its Python sibling: a distribution each.

The calls are those of squiggle-language.com/docs/Api/Dist and squigglepy/distributions.py. Squiggle gets its plain
calls, not those of Sym, so that a name used twice in a formula is one quantity, not two independent ones.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from mcfrontier.core.formatting import label
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.core.printable import one_line
from mcfrontier.outputs.exports.fits import MAX_DISTANCE, VALUE_COUNT, Fit, allowed, finite, nearest, ordered
from mcfrontier.outputs.exports.kinds import Parameters
from mcfrontier.outputs.exports.origin import origin
from mcfrontier.outputs.folder.saved import RunFolder

WIDTH = 120
EXPLANATION = (
    "Each name is the marginal distribution of one quantity. Their dependence is lost: do not add, multiply or compare "
    "them; export the result you need as a quantity of its own.",
    "Each is the simplest named distribution, or mixture of at most three, whose CDF differs nowhere by more than "
    f"{MAX_DISTANCE:.0%} from that of the draws (or twice its Monte Carlo error, if that is more); where there is none,"
    f" it is {VALUE_COUNT:,} values of equal probability. Stated for each: the largest difference of the CDFs, and the "
    "errors of p5, p50 and p95.",
)
EVENT_TEXT = "An event is 1 if it happens and 0 if not."

Call = Callable[..., str]
MIXTURES = {f"mixture of {count} {kind}s": kind for count in ("two", "three") for kind in ("lognormal", "normal")}


class Language(NamedTuple):
    """The syntax of a language: its comments, its first line, the calls of its distributions, its mixtures and lists of
    values, and its reserved words, which cannot name a quantity."""

    comment: str
    opening: str
    calls: dict[str, Call]
    mixture: str
    values: str
    reserved: frozenset[str]


def template(form: str) -> Call:
    """A call with its parameters in order."""
    return lambda *parameters: form.format(*map(number, parameters))


def pert_as_beta(low: float, mode: float, high: float) -> str:
    """A PERT distribution in a language without one: a beta from low to high."""
    peak = (mode - low) / (high - low)
    return template("{} + {} * beta({}, {})")(low, high - low, round(1 + 4 * peak, 6), round(5 - 4 * peak, 6))


SQUIGGLE_CALLS = {
    "lognormal": template("lognormal({{p5: {}, p95: {}}})"),
    "normal": template("normal({{p5: {}, p95: {}}})"),
    "beta": template("beta({}, {})"),
    "gamma": template("gamma({}, {})"),
    "uniform": template("uniform({}, {})"),
    "triangular": template("triangular({}, {}, {})"),
    "pert": pert_as_beta,
    "bernoulli": template("bernoulli({})"),
}
SQUIGGLE = Language(
    comment="//",
    opening="",
    calls=SQUIGGLE_CALLS,
    mixture="mixture([\n  {}\n], [{}])",
    values="SampleSet.fromList([\n{}\n])",
    reserved=frozenset(
        # a quantity with the name of a call would replace it
        ("import", "export", "as", "if", "then", "else", "true", "false", "to", "mixture", *SQUIGGLE_CALLS)
    ),
)
SQUIGGLEPY = Language(
    comment="#",
    opening="import squigglepy as sq\n",
    calls={
        "lognormal": template("sq.lognorm({}, {})"),
        "normal": template("sq.norm({}, {})"),
        "beta": template("sq.beta({}, {})"),
        "gamma": template("sq.gamma({}, {})"),
        "uniform": template("sq.uniform({}, {})"),
        "triangular": template("sq.triangular({}, {}, {})"),
        "pert": template("sq.pert({}, {}, {})"),
        "bernoulli": template("sq.bernoulli({})"),
        "student-t": template("{} + {} * sq.tdist(t={})"),  # a tdist with its own centre is skewed
    },
    mixture="sq.mixture([\n  {}\n], weights=[{}])",
    values="sq.discrete([\n{}\n])",
    reserved=frozenset(("sq", *keyword.kwlist)),
)


def squiggle(run: RunFolder, rows: Sequence[str]) -> str:
    """Squiggle text."""
    return text(run, rows, SQUIGGLE)


def squigglepy(run: RunFolder, rows: Sequence[str]) -> str:
    """Python text for squigglepy."""
    return text(run, rows, SQUIGGLEPY)


def text(run: RunFolder, rows: Sequence[str], language: Language) -> str:
    """Comments on the origin and the meaning of the text, and then the rows."""
    events = [EVENT_TEXT] * any(run.kind(row) is EVENT for row in rows)
    head = [comment(line, language) for line in (origin(run) + ".", *EXPLANATION, *events)]
    names = identifiers(rows, language)
    return "\n".join([*head, language.opening, *(definition(run, row, names[row], language) for row in rows)])


def comment(line: str, language: Language) -> str:
    """A text as wrapped comment."""
    start = language.comment + " "
    return textwrap.fill(one_line(line), WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False)


def identifiers(rows: Sequence[str], language: Language) -> dict[str, str]:
    """A valid name for each row, without repetition: price_A100 for price[A100]. In Squiggle a name starts with a
    lower-case letter."""
    names: dict[str, str] = {}
    for row in rows:
        name = re.sub(r"\W+", "_", row, flags=re.ASCII).rstrip("_") or "quantity"
        name = name[0].lower() + name[1:] if name[0].isalpha() else f"x{name}"
        while name in language.reserved or name in names.values():
            name += "_"
        names[row] = name
    return names


def definition(run: RunFolder, row: str, name: str, language: Language) -> str:
    """The line of a row, below a comment with its meaning and the errors of the fit."""
    draws = run.samples(row)
    name_and_unit = f"{label(row)}, {run.unit(row)}" if run.unit(row) != "1" else label(row)
    known = finite(draws)
    if not known.size:
        return comment(f"{name_and_unit}: no draw of it is a number", language) + "\n"
    if missing := draws.size - known.size:
        name_and_unit += f" ({missing:,} draws are not finite and left out)"
    if run.kind(row) is EVENT:
        chance = run.summary[row].values[PROBABILITY]
        text = f"{label(row)}: an event, with a probability of {run.summary[row].text(PROBABILITY)}"
        return f"{comment(text, language)}\n{name} = {language.calls['bernoulli'](chance)}\n"
    if known[0] == known[-1]:
        return f"{comment(f'{name_and_unit}: known', language)}\n{name} = {number(known[0])}\n"
    ready = ordered(draws)
    fit = nearest(ready, {*language.calls, *MIXTURES})
    misses = ", ".join(
        f"{word} {round(100 * miss, 2) + 0.0:+.2f}%" for word, miss in zip(SUMMARY_STATISTICS, fit.misses, strict=True)
    )
    noise = f" (Monte Carlo error {ready.error:.1%})" if allowed(ready) > MAX_DISTANCE else ""
    text = f"{name_and_unit}: {fit.kind}, CDF within {100 * fit.distance:.2f}%{noise}; {misses}"
    return f"{comment(text, language)}\n{name} = {expression(fit, row, language)}\n"


def expression(fit: Fit, row: str, language: Language) -> str:
    """The expression of a fitted distribution."""
    if fit.kind == "values":
        lines = textwrap.fill(listed(shuffled(fit.parameters, row)), WIDTH, initial_indent="  ", subsequent_indent="  ")
        return language.values.format(lines)
    if fit.kind not in MIXTURES:
        return language.calls[fit.kind](*fit.parameters)
    count = len(fit.parameters) // 3
    pairs = zip(fit.parameters[: 2 * count : 2], fit.parameters[1 : 2 * count : 2], strict=True)
    parts = ",\n  ".join(language.calls[MIXTURES[fit.kind]](*pair) for pair in pairs)
    return language.mixture.format(parts, listed(fit.parameters[2 * count :]))


def shuffled(values: Parameters, row: str) -> list[float]:
    """Values in an order derived from the name of the row: Squiggle pairs the samples of two quantities, and two sorted
    lists would be perfectly correlated."""
    return [x for _, x in sorted((sha256(f"{row} {i}".encode()).digest(), x) for i, x in enumerate(values))]


def listed(values: Sequence[float]) -> str:
    """Numbers separated by commas."""
    return ", ".join(map(number, values))


def number(value: float) -> str:
    """A number in the syntax of both languages."""
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        return f"{value:.15g}"
    return np.format_float_scientific(float(f"{value:.15g}"), trim="-", exp_digits=1).replace("e+", "e")
