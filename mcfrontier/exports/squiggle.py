"""A run's quantities as source text of Squiggle, and of squigglepy, its sibling in Python: a distribution each.

The calls are those that both have (squiggle-language.com/docs/Api/Dist, squigglepy/distributions.py). Squiggle gets its
plain ones, not those of Sym: a name that is used twice in a formula is then one quantity, not two alike.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from mcfrontier.analysis.intervals import BRIEF_WORDS
from mcfrontier.exports.fits import NEAR, VALUES, Fit, allowed, finite, nearest, ordered
from mcfrontier.exports.kinds import Words
from mcfrontier.finished import Finished
from mcfrontier.wording import label, probability

WIDTH = 120
ABOUT = (
    "Each name is the distribution of one quantity by itself. What they have to do with each other is lost: do not "
    "add, multiply or compare them; export what you want to know as a quantity of its own.",
    f"Each is the simplest named distribution, or mixture of at most three, whose CDF is nowhere more than {NEAR:.0%} "
    "from that of the draws (or than twice its Monte Carlo error, if that is more); where there is none, it is "
    f"{VALUES:,} values of equal probability. Told of each: the largest difference of the CDFs, and how far p5, p50 "
    "and p95 are off.",
)
EVENTS = "An event is 1 if it happens and 0 if not."

Call = Callable[..., str]
MIXTURES = {f"mixture of {count} {kind}s": kind for count in ("two", "three") for kind in ("lognormal", "normal")}


class Language(NamedTuple):
    """How a language is written: its comments, its first line, the kinds of distributions it has, mixtures, lists of
    values; and which words of its own a quantity cannot be named by."""

    comment: str
    opening: str
    calls: dict[str, Call]
    mixture: str
    values: str
    taken: frozenset[str]


def like(form: str) -> Call:
    """A call with its words in order."""
    return lambda *words: form.format(*map(number, words))


def hump(low: float, mode: float, high: float) -> str:
    """A pert where there is none: the beta that it is, from low to high."""
    peak = (mode - low) / (high - low)
    return like("{} + {} * beta({}, {})")(low, high - low, round(1 + 4 * peak, 6), round(5 - 4 * peak, 6))


SQUIGGLE_CALLS = {
    "lognormal": like("lognormal({{p5: {}, p95: {}}})"),
    "normal": like("normal({{p5: {}, p95: {}}})"),
    "beta": like("beta({}, {})"),
    "gamma": like("gamma({}, {})"),
    "uniform": like("uniform({}, {})"),
    "triangular": like("triangular({}, {}, {})"),
    "pert": hump,
    "bernoulli": like("bernoulli({})"),
}
SQUIGGLE = Language(
    comment="//",
    opening="",
    calls=SQUIGGLE_CALLS,
    mixture="mixture([\n  {}\n], [{}])",
    values="SampleSet.fromList([\n{}\n])",
    taken=frozenset(
        # a quantity of a call's name would take its place
        ("import", "export", "as", "if", "then", "else", "true", "false", "to", "mixture", *SQUIGGLE_CALLS)
    ),
)
SQUIGGLEPY = Language(
    comment="#",
    opening="import squigglepy as sq\n",
    calls={
        "lognormal": like("sq.lognorm({}, {})"),
        "normal": like("sq.norm({}, {})"),
        "beta": like("sq.beta({}, {})"),
        "gamma": like("sq.gamma({}, {})"),
        "uniform": like("sq.uniform({}, {})"),
        "triangular": like("sq.triangular({}, {}, {})"),
        "pert": like("sq.pert({}, {}, {})"),
        "bernoulli": like("sq.bernoulli({})"),
        "student-t": like("{} + {} * sq.tdist(t={})"),  # a tdist with a centre of its own is skewed
    },
    mixture="sq.mixture([\n  {}\n], weights=[{}])",
    values="sq.discrete([\n{}\n])",
    taken=frozenset(("sq", *keyword.kwlist)),
)


def squiggle(run: Finished, rows: Sequence[str]) -> str:
    """Squiggle text."""
    return text(run, rows, SQUIGGLE)


def squigglepy(run: Finished, rows: Sequence[str]) -> str:
    """Python text that squigglepy reads."""
    return text(run, rows, SQUIGGLEPY)


def text(run: Finished, rows: Sequence[str], language: Language) -> str:
    """A comment on where it is from and how it is meant, and then the rows."""
    asked = run.manifest
    told = f"{asked.study}: {asked.draws:,} draws, sampler {asked.sampler}, seed {asked.seed}"
    told += f", mcfrontier {asked.versions['mcfrontier']}"
    told += "".join(f", given evidence on {name}" for name in asked.evidence)
    told += "".join(f", {name} set to {value}" for name, value in asked.set.items())
    events = [EVENTS] * any(map(run.is_event, rows))
    head = [comment(line, language) for line in (told + ".", *ABOUT, *events)]
    names = identifiers(rows, language)
    return "\n".join([*head, language.opening, *(defined(run, row, names[row], language) for row in rows)])


def comment(line: str, language: Language) -> str:
    """A line as comment, folded."""
    start = language.comment + " "
    return textwrap.fill(line, WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False)


def identifiers(rows: Sequence[str], language: Language) -> dict[str, str]:
    """A legal name for each row, none twice: price_A100 for price[A100]. In Squiggle a name starts with a small
    letter."""
    names: dict[str, str] = {}
    for row in rows:
        name = re.sub(r"\W+", "_", row, flags=re.ASCII).rstrip("_") or "quantity"
        name = name[0].lower() + name[1:] if name[0].isalpha() else f"x{name}"
        while name in language.taken or name in names.values():
            name += "_"
        names[row] = name
    return names


def defined(run: Finished, row: str, name: str, language: Language) -> str:
    """The line of a row, below a comment that says what it is and how near."""
    draws = run.told(row)
    what = f"{label(row)}, {run.unit(row)}" if run.unit(row) != "1" else label(row)
    held = finite(draws)
    if not held.size:
        return comment(f"{what}: no draw of it is a number", language) + "\n"
    if lost := draws.size - held.size:
        what += f" ({lost:,} draws are no numbers and left out)"
    if run.is_event(row):
        (chance, *_), (error, *_) = run.estimates(row, [])
        told = f"{label(row)}: an event, with a probability of {probability(chance, error)}"
        return f"{comment(told, language)}\n{name} = {language.calls['bernoulli'](chance)}\n"
    if held[0] == held[-1]:
        return f"{comment(f'{what}: known', language)}\n{name} = {number(held[0])}\n"
    ready = ordered(draws)
    fit = nearest(ready, {*language.calls, *MIXTURES})
    misses = ", ".join(
        f"{word} {round(100 * miss, 2) + 0.0:+.2f}%" for word, miss in zip(BRIEF_WORDS, fit.misses, strict=True)
    )
    noise = f" (Monte Carlo error {ready.error:.1%})" if allowed(ready) > NEAR else ""
    told = f"{what}: {fit.kind}, CDF within {100 * fit.distance:.2f}%{noise}; {misses}"
    return f"{comment(told, language)}\n{name} = {called(fit, row, language)}\n"


def called(fit: Fit, row: str, language: Language) -> str:
    """The expression of a fitted distribution."""
    if fit.kind == "values":
        lines = textwrap.fill(listed(shuffled(fit.words, row)), WIDTH, initial_indent="  ", subsequent_indent="  ")
        return language.values.format(lines)
    if fit.kind not in MIXTURES:
        return language.calls[fit.kind](*fit.words)
    count = len(fit.words) // 3
    pairs = zip(fit.words[: 2 * count : 2], fit.words[1 : 2 * count : 2], strict=True)
    parts = ",\n  ".join(language.calls[MIXTURES[fit.kind]](*pair) for pair in pairs)
    return language.mixture.format(parts, listed(fit.words[2 * count :]))


def shuffled(values: Words, row: str) -> list[float]:
    """Values in an order that belongs to the row: Squiggle takes the samples of two quantities side by side, and two
    rising lists would rise together."""
    return [x for _, x in sorted((sha256(f"{row} {i}".encode()).digest(), x) for i, x in enumerate(values))]


def listed(values: Sequence[float]) -> str:
    """Numbers with commas between."""
    return ", ".join(map(number, values))


def number(value: float) -> str:
    """A number as both languages read it."""
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        return f"{value:.15g}"
    return np.format_float_scientific(float(f"{value:.15g}"), trim="-", exp_digits=1).replace("e+", "e")
