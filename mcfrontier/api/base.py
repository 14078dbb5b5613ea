"""The base of Run and SavedRun: the study, the sampler, the targets and the notes of a run."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from mcfrontier.api import displays
from mcfrontier.runs import diagnostics
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Study

if TYPE_CHECKING:
    from mcfrontier.runs.core import RunCore


class RunBase:
    """The base of the mixins of Run and SavedRun, which read a run by its `core`."""

    if TYPE_CHECKING:

        @property
        def core(self) -> RunCore:
            """The draws and their study, for functions of the layers below."""

        @property
        def _display(self) -> displays.Display:
            """The heading and the rows that are displayed."""

    def __repr__(self) -> str:
        return displays.text(self._display)

    def _repr_html_(self) -> str:
        return displays.html(self._display)

    def __init_subclass__(cls) -> None:
        """Give each method that overrides another its docstring."""
        for name, member in vars(cls).items():
            inherited = getattr(super(cls, cls), name, None)
            if isinstance(member, FunctionType | property) and member.__doc__ is None and inherited is not None:
                member.__doc__ = inherited.__doc__

    @property
    def study(self) -> Study:
        """The study that was run: priors, formulas and targets.

        Returns
        -------
        Study
            As `load` returns it, with nested studies resolved.

        Examples
        --------
        >>> run.study.name
        'gpt4'
        """
        return self.core.study

    @property
    def sampler(self) -> Sampler:
        """The sampling plan of the run.

        Returns
        -------
        Sampler
            `kind`, the name of the sampler; `seed`; and `draws`, the number of draws.

        Examples
        --------
        >>> run.sampler.kind, run.sampler.seed, run.sampler.draws
        ('sobol', 1, 1024)
        """
        return self.core.sampler

    @property
    def targets(self) -> list[str]:
        """The names of the target quantities.

        Returns
        -------
        list of str
            In the order of the priors file, or of the argument `targets` of `run`.

        Examples
        --------
        >>> run.targets[:2]
        ['amortised_cost', 'cloud_cost']
        """
        return list(self.core.study.targets)

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings on the run: rounded numbers of draws, non-finite draws, values out of range, unstable means.

        Returns
        -------
        tuple of str
            One sentence each; empty if there is nothing to report.

        Examples
        --------
        >>> mcf.run("gpt4", draws=1000).notes[0]
        '1,000 draws rounded up to 1,024: a power of two for Sobol points'
        """
        return diagnostics.notes(self.core)
