"""What a priors file takes from other studies: quantiles of their quantities.

A page asks each other study once, for all that it wants of it, and what a study said is kept for other pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mcfrontier.errors import InputError, located, suggest
from mcfrontier.wording import parts

if TYPE_CHECKING:
    from mcfrontier.study import Study

DRAWS, QUANTILES = 2**14, 2049  # of a study that is asked for a quantity
MOST = 16  # studies of which what was said is kept
TRAIL: ContextVar[tuple[str, ...]] = ContextVar("trail", default=())  # studies that wait for another's quantity
WANTED: ContextVar[Mapping[str, list[str]]] = ContextVar("wanted")  # quantities that a page wants, by study
READ: ContextVar[dict[tuple[str, ...], Study]] = ContextVar("read")  # studies that were read for a page
LEFT_OUT: ContextVar[bool] = ContextVar("left_out", default=False)  # such entries are not read


class Said(NamedTuple):
    """A quantity of a study: its unit, and evenly spread quantiles of each of its rows in it."""

    unit: str
    rows: dict[str, np.ndarray]


KNOWN: dict[tuple[str, tuple[str, ...]], dict[str, Said]] = {}  # by digest of a page, and what was asked of it


@contextmanager
def asking(entries: Mapping[str, Any]) -> Iterator[None]:
    """While these entries are read, each other study is asked once, for all that they want."""
    wanted: dict[str, list[str]] = {}
    for each in (each for entry in entries.values() for each in with_parts(entry)):
        if asks(each) and isinstance(each.get("study"), str) and isinstance(each.get("quantity"), str):
            names = wanted.setdefault(each["study"], [])
            names += [name] if (name := parts(each["quantity"])[0]) not in names else []
    tokens = WANTED.set(wanted), READ.set({})
    try:
        yield
    finally:
        WANTED.reset(tokens[0])
        READ.reset(tokens[1])


@contextmanager
def left_out() -> Iterator[None]:
    """Read pages without the entries that ask other studies, which takes no draws."""
    token = LEFT_OUT.set(True)
    try:
        yield
    finally:
        LEFT_OUT.reset(token)


def skipped(entry: Any) -> bool:
    """Whether an entry is left out for now."""
    return LEFT_OUT.get() and any(map(asks, with_parts(entry)))


def with_parts(entry: Any) -> list[Any]:
    """An entry and the parts that it has."""
    found = entry.get("parts") if isinstance(entry, Mapping) else None
    return [entry, *(found if isinstance(found, list) else [])]


def asks(entry: Any) -> bool:
    """Whether an entry, or a part of one, asks another study."""
    return isinstance(entry, Mapping) and entry.get("family") == "study"


def outcome(stated: Mapping[str, Any], place: str, unit: str) -> list[float]:
    """Quantiles, evenly spread, of a quantity of another study, in a unit."""
    from mcfrontier import units

    if stated.get("by") or "values" in stated:
        raise InputError(f"{place}: another study's quantity has one row, and its values are not stated; take by out")
    name, quantity = (stated.get(word) for word in ("study", "quantity"))
    if not isinstance(name, str) or not isinstance(quantity, str):
        raise InputError(f'{place}: it takes study = "..." and quantity = "...", both as text')
    if name in (trail := TRAIL.get()):
        raise InputError(f"{place}: study: goes in a circle, {' -> '.join((*trail, name))}; take one of them out")
    token = TRAIL.set((*trail, name))
    try:
        with located(f"{place}: study"):
            said = say(name, parts(quantity)[0])
            if quantity not in said.rows:
                raise InputError(f"{quantity}: this run has no such quantity{suggest(quantity, said.rows)}")
    finally:
        TRAIL.reset(token)
    if not units.same_kind(said.unit, unit):
        raise InputError(f"{place}: unit '{unit}': {quantity} of {name} is in {said.unit}")
    found = said.rows[quantity] * units.convert(1.0, said.unit, unit)
    if found[0] == found[-1]:
        raise InputError(f"{place}: {quantity} of {name} is known, {found[0]:g} {unit}; state it as a value")
    return found.tolist()


def say(name: str, quantity: str) -> Said:
    """What a study says of a quantity. It is asked for all that the page wants of it, unless that cannot be."""
    wanted = WANTED.get({}).get(name, [])
    try:
        return drawn(loaded(name, wanted))[quantity] if len(wanted) > 1 else drawn(loaded(name, [quantity]))[quantity]
    except InputError:  # another entry's fault, told with that entry
        return drawn(loaded(name, [quantity]))[quantity]


def loaded(name: str, targets: list[str]) -> Study:
    """A study with some targets, read once for a page."""
    from mcfrontier import study

    known, key = READ.get({}), (name, *targets)
    if key not in known:
        known[key] = study.load(name, targets=targets)
    return known[key]


def drawn(asked: Study) -> dict[str, Said]:
    """The targets of a study, drawn; what was drawn before is not drawn again."""
    from mcfrontier import study

    key = asked.page.digest, asked.targets
    if key not in KNOWN:
        run = study.run(asked, draws=DRAWS)
        while len(KNOWN) >= MOST:
            del KNOWN[next(iter(KNOWN))]
        KNOWN[key] = {
            name: Said(asked.unit(name), {row: quantiles(run.told(row)) for row in run.known_rows(name)})
            for name in asked.targets
        }
    return KNOWN[key]


def quantiles(x: np.ndarray) -> np.ndarray:
    """Evenly spread quantiles of the draws that are finite."""
    return np.quantile(x[np.isfinite(x)], (np.arange(QUANTILES) + 0.5) / QUANTILES)
