"""Solution: the values of a quantity for which conditions hold; and `solve`, which finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from mcfrontier.api import displays
from mcfrontier.runs.load import Day, Model, Source
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.tasks.solve.solve import DEFAULT_PROBABILITY, SolutionResult, solve_conditions
from mcfrontier.tasks.solve.text import cells, sentences


@dataclass(frozen=True, repr=False)
class Solution(SolutionResult):
    """The values of a quantity for which conditions hold with a probability, from `solve`.

    Parameters
    ----------
    study : Study
        The study, with its prior of the quantity.
    sampler : Sampler
        The sampling plan: `kind`, `seed`, `draws`.
    decide : str
        The quantity that is solved for.
    conditions : tuple of Condition
        The conditions, as stated (`text`) and as read.
    probability : float
        The probability with which all conditions must hold, above 0 and below 1.
    holds : tuple of (Point or None, Point or None)
        Intervals of values for which they do, each by its ends: `value` and `error` in `unit`. None is an end beyond
        the search range. Empty if there is no such value.
    tried : (float, float)
        The search range, in `unit`.
    best : Point or None
        Where `holds` is empty: the value with the highest probability; None if the probability is 0 everywhere.
    believed : Summary
        Summary of the quantity in the study itself, which the solution does not use.
    believed_probability : Probability
        The probability of the conditions in the study itself: its `value`, its Monte Carlo `error`, `low` and `high`,
        the ends of a 95 % confidence interval, and `hits` of `draws`.
    notes : tuple of str
        Warnings, one sentence each.

    Examples
    --------
    >>> found = mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=1024)
    >>> low, high = found.holds[0]
    >>> low is None, 30_000 < high.value < 45_000
    (True, True)
    """

    def __repr__(self) -> str:
        return "\n".join(sentences(self))

    def _repr_html_(self) -> str:
        return displays.table(" ".join(sentences(self)), *(cells(self) or ((), ())))


def solve(
    source: Source,
    decide: str,
    so_that: str | Sequence[str],
    *,
    probability: float = DEFAULT_PROBABILITY,
    model: Model | None = None,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    between: Sequence[str | float] | None = None,
) -> Solution:
    """Find the values of a quantity for which conditions on other quantities hold with a probability.

    Parameters
    ----------
    source : str, Path or mapping
        Name of a study, path of a priors file, or the content of one as a mapping.
    decide : str
        The quantity to solve for, an input or a node with one row; its prior is not used.
    so_that : str or sequence of str
        ``"amortised_cost < 5e7 USD"``, or several such conditions, which must all hold in the same draw.
    probability : float, default 0.5
        The probability, above 0 and below 1; 0.5 limits the median.
    model : module or sequence of functions, optional
        As in `run`.
    set : mapping, optional
        Quantities to pin, as in `run`.
    as_of : date or str, optional
        As in `load`.
    draws : int, optional
        Number of draws, as in `run`; all are retained in memory.
    seed : int, default 1
        As in `run`.
    sampler : str, default "sobol"
        As in `run`.
    between : sequence of two numbers or str, optional
        The search range. By default three decades on either side of the central value, six
        where the conditions do not change within these, or 0 and 1 for a share.

    Returns
    -------
    Solution
        `holds`: intervals of values, each end with its Monte Carlo error; `best`, where there are none.

    Raises
    ------
    InputError
        When a quantity does not exist, a condition cannot be read, or no condition depends on `decide`.

    Examples
    --------
    >>> mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", probability=0.8, draws=64).probability
    0.8
    """
    found = solve_conditions(
        source,
        decide,
        so_that,
        probability=probability,
        model=model,
        set=set,
        as_of=as_of,
        draws=draws,
        seed=seed,
        sampler=sampler,
        between=between,
    )
    return Solution(**{each.name: getattr(found, each.name) for each in fields(found)})
