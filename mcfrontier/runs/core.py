"""The core of a run: the draws of every quantity, read in the units of the priors files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from mcfrontier.analysis.estimates.importance import Resampled
from mcfrontier.analysis.estimates.ranks import RANKED_DRAWS, ranks
from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.kinds import QuantityKind
from mcfrontier.sampling.engine.engine import Counted
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Row, Study, retained_draws
from mcfrontier.study.values import missing_rows

if TYPE_CHECKING:
    import xarray as xr

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class UnknownQuantity(InputError, KeyError):
    """A quantity that a run does not have; also a KeyError, as mappings raise."""

    __str__ = Exception.__str__  # not the repr of the message, as of a KeyError


def unknown(name: object, known: Iterable[str]) -> UnknownQuantity:
    """The error for a quantity that is not among the known ones."""
    return UnknownQuantity(f"{name}: this run has no such quantity{suggest(str(name), known)}")


@dataclass(frozen=True, eq=False)
class RunCore:
    """A study, sampled and evaluated.

    `values` are the draws of every quantity in base units: shape (dimensions..., draws), with a last axis of length 1
    where nothing is uncertain. Of many draws only the first are retained, and `counted` has the counts of all draws of
    the targets in bins. Given evidence or conditions, `before` is the run without them, and `resampled`
    the importance resampling.
    `effort` reports the draws that a precision took; it is not written to a run's files, which are those of a run with
    this number of draws. `points` is the number of points of the pick-freeze designs, None for the default.
    """

    study: Study
    sampler: Sampler
    values: Mapping[str, Array] = field(repr=False)
    before: RunCore | None = field(default=None, repr=False)
    resampled: Resampled | None = field(default=None, repr=False)
    counted: Counted | None = field(default=None, repr=False)
    method: str = "order"
    points: int | None = None
    effort: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """The fields, without cached results."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def cache(self) -> dict[tuple[object, ...], Any]:
        """Cached results of functions of this run: see `remembered`."""
        return {}

    @property
    def rows(self) -> dict[str, Row]:
        """The rows of every quantity, with their indices: see Study.rows."""
        return self.study.rows

    @property
    def head(self) -> dict[str, str | int]:
        """The study, seed and number of draws: the first entries of every file of the run."""
        return {"study": self.study.name, "seed": self.sampler.seed, "draws": self.sampler.draws}

    @property
    def retained(self) -> int:
        """The number of draws retained in memory: given conditions alone, those that meet them."""
        return self.resampled.index.size if self.resampled else retained_draws(self.study, self.sampler.draws)

    @property
    def effective(self) -> float:
        """The effective sample size of the draws, given evidence; infinite without."""
        return self.resampled.effective if self.resampled else np.inf

    @cached_property
    def missing(self) -> frozenset[str]:
        """The rows that are missing by design."""
        return missing_rows(self.study)

    def rows_of(self, names: Iterable[str]) -> list[str]:
        """The rows of some quantities, in the order of the names."""
        return [row for name in names for row, (owner, _) in self.rows.items() if owner == name]

    def known_rows(self, name: str) -> list[str]:
        """The rows of a quantity that are not missing by design."""
        return [row for row in self.rows_of([name]) if row not in self.missing]

    def samples(self, row: str, unit: str = "") -> Array:
        """The retained draws of a row, in its own unit or a given one: (draws,), or (1,) if it is certain."""
        name, index = self.rows[row]
        draws: Array = self.values[name][index] / units.scale(unit or self.study.unit(name))
        return draws

    def all_samples(self, row: str) -> Array:
        """The retained draws of a row in its own unit, broadcast to shape (draws,) where the row is known."""
        return np.broadcast_to(self.samples(row), self.retained)

    def first_samples(self, row: str) -> Array:
        """The draws that ranks are computed from: the first 16,384."""
        return self.all_samples(row)[:RANKED_DRAWS]

    def varies(self, row: str) -> bool:
        """Whether a row is uncertain and not missing."""
        if self.counted is not None and self.rows[row][0] in self.study.targets:
            return row in self.counted
        x = self.samples(row)
        return x.size > 1 and bool(np.isfinite(x).any())

    def unit(self, row: str) -> str:
        """The unit of a row."""
        return self.study.unit(self.rows[row][0])

    def kind(self, row: str) -> QuantityKind:
        """The kind of a row."""
        return self.study.kind(self.rows[row][0])

    def check_row(self, row: str) -> None:
        """Refuse a row that the run does not have."""
        if not isinstance(row, str) or row not in self.rows:
            raise unknown(row, self.rows)

    def names_of(self, quantities: str | Iterable[str] | None) -> list[str]:
        """The names of the requested quantities; the targets if none are named."""
        if quantities is None:
            return list(dict.fromkeys(self.study.targets))
        names = listed("quantities", quantities)
        for name in names:
            if not isinstance(name, str) or name not in self.study.quantities:
                raise unknown(name, self.study.quantities)
        return names


def remembered(
    function: Callable[Concatenate[RunCore, Arguments], Result],
) -> Callable[Concatenate[RunCore, Arguments], Result]:
    """Cache the results of a function of a run and of hashable arguments, in the run."""

    @wraps(function)
    def call(run: RunCore, /, *arguments: Arguments.args, **words: Arguments.kwargs) -> Result:
        key = (function.__module__, function.__qualname__, *arguments)
        if key not in run.cache:
            with extremes_allowed():
                run.cache[key] = function(run, *arguments, **words)
        found: Result = run.cache[key]
        return found

    return call


@remembered
def ranks_of(run: RunCore, row: str) -> Array:
    """The ranks of the first 16,384 draws of a row."""
    return ranks(run.samples(row))


def run_dataset(
    run: RunCore, names: Iterable[str], values: Callable[[str], Array], **last: Sequence[Any] | Array
) -> xr.Dataset:
    """Return an array for each quantity of a run, over its dimensions in the study, then those of `last`."""
    study = run.study
    own = {name: study.dimensions_of[name] for name in names}
    attrs = {name: {"unit": study.unit(name), "about": study.about(name)} for name in own}
    return dataset(own, study.file.dimensions, attrs, values, **last)


def dataset(
    own: Mapping[str, Sequence[str]],
    dimensions: Mapping[str, Sequence[str]],
    attrs: Mapping[str, Mapping[str, str]],
    values: Callable[[str], Array],
    **last: Sequence[Any] | Array,
) -> xr.Dataset:
    """Return an array for each quantity, over its `own` dimensions, which have labels, then those of `last`."""
    import xarray as xr

    arrays = {}
    for name in own:
        shape = [*(len(dimensions[each]) for each in own[name]), *(len(places) for places in last.values())]
        arrays[name] = [*own[name], *last], values(name).reshape(shape), attrs[name]
    used = {each for names in own.values() for each in names}
    labels = {name: list(each) for name, each in dimensions.items() if name in used}
    return xr.Dataset(arrays, coords={**labels, **last})
