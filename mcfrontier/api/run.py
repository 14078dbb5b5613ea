"""Run: a study, sampled and evaluated; and `run`, which makes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcfrontier.api import displays
from mcfrontier.api.information import Information
from mcfrontier.api.output import Output
from mcfrontier.api.results import Results
from mcfrontier.api.sensitivity import Sensitivity
from mcfrontier.core.errors import InputError
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import headlines
from mcfrontier.runs.load import Added, Day, Model, Priors, Source, load
from mcfrontier.runs.recipe import MAX_PRECISION_DRAWS, METHOD, SAMPLER, SEED
from mcfrontier.sampling.engine.engine import Engine
from mcfrontier.study.study import Study


@dataclass(frozen=True, eq=False, repr=False)
class Run(Results, Sensitivity, Information, Output):
    """A study, sampled and evaluated, from `run`.

    ``run["cloud_cost"]`` returns the samples of a quantity. Methods return xarray objects in the units of the priors
    file. An unknown quantity is an `InputError` in every method. Runs are equal if their studies, sampling plans and
    methods are: then so are their draws.

    Parameters
    ----------
    core : RunCore
        The draws and their study.

    Examples
    --------
    >>> mcf.run("gpt4", draws=64, set={"energy": "40 GWh"}, targets=["energy"])
    Run of gpt4: 64 draws, sampler sobol, seed 1; median (p5 to p95)
      energy  40 GWh
      note: set energy: nothing else depends on it
    """

    core: RunCore

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, ...]:
        """The key that equal runs share."""
        plan = self.core.sampler
        return self.core.study, plan.kind, plan.seed, plan.draws, self.core.method

    @property
    def _display(self) -> displays.Display:
        """The headlines and the notes."""
        head = self.core.head | {"sampler": self.core.sampler.kind}
        summaries = {row: self.summary[row] for row in headlines(self.core)}
        return displays.Display("Run", head, summaries, self.notes, self.core.samples)


def run(
    source: Source | Study,
    *,
    model: Model | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    nested_seed: int | None = None,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    table: str | Path | None = None,
    given: str | Sequence[str] | None = None,
    priors: Priors | None = None,
    add: Added | None = None,
    precision: float | None = None,
    most: int = MAX_PRECISION_DRAWS,
    method: str = METHOD,
    points: int | None = None,
    engine: Engine | str = "local",
    workers: int | None = None,
    progress: Progress = silent,
) -> Run:
    """Run a study: sample its inputs and evaluate the graph on them.

    Parameters
    ----------
    source : str, Path, mapping or Study
        Name of a study, path of a priors file, the content of one as a mapping, or a study from `load`.
    model : module or sequence of functions, optional
        Functions marked with `node`, or a module of them; the model of this package by default.
    targets : sequence of str, optional
        Quantities to evaluate, instead of the targets of the file.
    draws : int, optional
        Number of draws; rounded up to a power of two for Sobol points. By default 131,072, fewer where a quantity has
        many rows.
    seed : int, default 1
        0 or more. The same seed yields the same draws of each input.
    nested_seed : int, optional
        The seed from which those of the studies are derived that the study refers to (`family = "study"`); `seed` by
        default.
    sampler : str, default "sobol"
        Name of a sampler: see `python -m mcfrontier run --help`.
    set : mapping, optional
        Quantities to pin: ``{"gpu_price": 15_000, "energy": "40 GWh"}``, in the unit of the quantity or one stated.
    as_of : date or str, optional
        As in `load`.
    table : str or Path, optional
        As in `load`.
    given : str or sequence of str, optional
        Conditions that the draws must meet, such as ``"energy > 40 GWh"``; all others are left out. The draws are
        doubled, up to 2^20, until 2,000 are left, and fewer than 800 are refused.
    priors : mapping, optional
        Priors for this run, as in `load`.
    add : function or sequence of functions, optional
        Nodes to add to the model, as in `load`.
    precision : float, optional
        Monte Carlo error of p5, p50 and p95 of the headlines to reach, as a share of each, such as 0.01: the number of
        draws is doubled until it is reached.
    most : int, default 2**24
        Largest number of draws for `precision`.
    method : str, default "auto"
        "auto" integrates one input out of a target's percentiles where that reduces their errors (conditional
        estimates); "order" uses order statistics.
    points : int, optional
        Number of points of each matrix of the designs of Sobol' indices and Shapley shares: see `Run.sobol`.
    engine : str or Engine, default "local"
        Executor of the draws that are not retained in memory: see `python -m mcfrontier run --help`.
    workers : int, optional
        Number of its workers; by default the number of processors.
    progress : callable, optional
        Wraps an iterable of steps and reports progress.

    Returns
    -------
    Run
        The draws of every quantity, and methods to analyse them.

    Raises
    ------
    InputError
        When the study, an argument or memory does not allow the run: one line with the place, the problem and the
        remedy.

    Examples
    --------
    >>> run = mcf.run("gpt4", draws=1024)
    >>> run["cloud_cost"].sizes["draw"], run.summary["cloud_cost"].unit
    (1024, 'USD')
    """
    if isinstance(source, Study) and (model or targets or set or as_of or table or given or priors or add):
        own = "model, targets, set, as_of, table, given, priors and add"
        raise InputError(f"a loaded study has its {own}; pass them to load")
    if not isinstance(source, Study):
        source = load(source, model, targets, set, as_of, table, given, priors, add)
    return Run(
        recipe.run(
            source,
            draws=draws,
            seed=seed,
            nested_seed=nested_seed,
            sampler=sampler,
            precision=precision,
            most=most,
            method=method,
            points=points,
            engine=engine,
            workers=workers,
            progress=progress,
        )
    )
