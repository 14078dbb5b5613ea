"""Estimates of a run: draws, quantiles, statistics, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mcfrontier.api.base import RunBase
from mcfrontier.runs import estimates, events, readings, sensitivity
from mcfrontier.runs.summary import Summary

if TYPE_CHECKING:
    import xarray as xr


class Results(RunBase):
    """The methods that return draws and statistics."""

    @property
    def summary(self) -> Mapping[str, Summary]:
        """The statistics of every row, by name; each is computed when it is first read.

        Returns
        -------
        Mapping of str to Summary
            `unit`; `values` (mean, sd, p1 ... p99; of an event also probability, `low` and `high`, the ends of its 95 %
            confidence interval, and `hits` of `draws`) and `errors`, the Monte Carlo standard error of each but the
            last four, in that unit. A row of a many-valued quantity has a name such as ``price[A100]``.

        Raises
        ------
        InputError
            When a row is read that the run does not have.

        Examples
        --------
        >>> run.summary["energy"].unit
        'MWh'
        >>> list(run.summary["energy"].values)[:4]
        ['mean', 'sd', 'p1', 'p5']
        """
        return estimates.summary(self.core)

    @property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity, in its unit.

        Returns
        -------
        xarray.Dataset
            Shape (dimensions..., draw), with the attributes `unit` and `about`. Draws that are not retained in memory
            are computed again.

        Raises
        ------
        InputError
            When memory has no room for them.

        Examples
        --------
        >>> run.draws["cloud_cost"].sizes["draw"], run.draws["cloud_cost"].attrs["unit"]
        (1024, 'USD')
        """
        return estimates.draws(self.core)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self.core.study.quantities or name in self.core.rows)

    def __getitem__(self, name: str) -> xr.DataArray:
        """Return the samples of one quantity, or of one row of it.

        Parameters
        ----------
        name : str
            A quantity, or a row such as ``price[A100]``.

        Returns
        -------
        xarray.DataArray
            Shape (dimensions..., draw), in the unit of the quantity, with the attributes `unit` and `about`.

        Raises
        ------
        InputError
            When the run does not have the quantity, or memory has no room for the draws.

        Examples
        --------
        >>> run["cloud_cost"].shape
        (1024,)
        """
        return estimates.draws_of(self.core, name)

    def statistics(self, quantities: str | Sequence[str] | None = None) -> xr.Dataset:
        """Return mean, standard deviation and percentiles of quantities.

        Parameters
        ----------
        quantities : str or sequence of str, optional
            Names of inputs or nodes; the targets by default.

        Returns
        -------
        xarray.Dataset
            Over the dimensions of each quantity, `figure` ("value", "mc_error") and `statistic` ("mean", "sd",
            "p1" ... "p99"), in its unit.

        Raises
        ------
        InputError
            When the run does not have a quantity.

        Examples
        --------
        >>> run.statistics("energy")["energy"].dims
        ('figure', 'statistic')
        """
        return estimates.statistics(self.core, quantities)

    def quantiles(self, levels: Sequence[float], quantities: str | Sequence[str] | None = None) -> xr.Dataset:
        """Return quantiles of quantities.

        Parameters
        ----------
        levels : sequence of float
            Probabilities from 0 to 1.
        quantities : str or sequence of str, optional
            Names of inputs or nodes; the targets by default.

        Returns
        -------
        xarray.Dataset
            Over the dimensions of each quantity and `quantile`, in its unit.

        Raises
        ------
        InputError
            When a level lies outside of 0 to 1, or the run does not have a quantity.

        Examples
        --------
        >>> known = mcf.run("gpt4", draws=64, set={"gpu_price": 15_000, "gpu_share": 0.5, "chip_count": 10_000})
        >>> float(known.quantiles([0.5])["acquisition_cost"].sel(quantile=0.5))
        300000000.0
        """
        return self._quantiles(levels, quantities).sel(figure="value", drop=True)

    def mc_error(self, levels: Sequence[float], quantities: str | Sequence[str] | None = None) -> xr.Dataset:
        """Return Monte Carlo standard errors of quantiles, from the spread between 16 independent randomisations.

        Parameters
        ----------
        levels : sequence of float
            Probabilities from 0 to 1.
        quantities : str or sequence of str, optional
            Names of inputs or nodes; the targets by default.

        Returns
        -------
        xarray.Dataset
            Of the shape and in the units that `quantiles` returns.

        Raises
        ------
        InputError
            When a level lies outside of 0 to 1, or the run does not have a quantity.

        Examples
        --------
        >>> bool((run.mc_error([0.05, 0.95], "energy")["energy"] > 0).all())
        True
        """
        return self._quantiles(levels, quantities).sel(figure="mc_error", drop=True)

    def _quantiles(self, levels: Sequence[float], quantities: str | Sequence[str] | None) -> xr.Dataset:
        """Quantiles and their errors over `figure`."""
        return estimates.quantiles(self.core, levels, quantities)

    def percentile_of(self, row: str, value: float, unit: str) -> float:
        """Return the percentile at which a value lies in the distribution of a row.

        Parameters
        ----------
        row : str
            A quantity with one row, or a row such as ``price[A100]``.
        value : float
            The value.
        unit : str
            Its unit, which may be another than that of the row.

        Returns
        -------
        float
            Percentage, from 0 to 100, of the finite draws below the value.

        Raises
        ------
        InputError
            When the run does not have the row, or the unit does not measure it.

        Examples
        --------
        >>> run.percentile_of("energy", 1e9, "GWh")
        100.0
        """
        return estimates.percentile_of(self.core, row, value, unit)

    def probability(
        self,
        that: str | Sequence[str] | None = None,
        given: str | Sequence[str] | None = None,
        reading: str | None = None,
    ) -> xr.Dataset:
        """Return the probability of an event, also given conditions.

        Parameters
        ----------
        that : str or sequence of str, optional
            The event, such as ``"amortised_cost > 5e7 USD"``, or several conditions that must all hold in the same
            draw. With a reading, by default the event of ``[resolution]`` in the priors file.
        given : str or sequence of str, optional
            Conditions that the draws must meet; all others are left out.
        reading : {"true", "known", "published"}, optional
            How the event is decided: by the value, by what can be known outside, or by a published estimate, given
            that none has been published yet. By default by the value, given nothing.

        Returns
        -------
        xarray.Dataset
            `probability`; `low` and `high`, the ends of its 95 % confidence interval; `hits` of `draws`, the draws with
            the event and those that meet the conditions; `effective_draws`, those that the interval is of; `mc_error`;
            and `odds`. Each is over the dimensions of the quantities in the conditions that do not name a row;
            conditions along the same dimension are combined label by label.

        Raises
        ------
        InputError
            When a condition cannot be read, has an unknown quantity, or is met by fewer than 800 draws.

        Examples
        --------
        >>> float(run.probability("energy > 0 MWh", given="cloud_cost > 1e6 USD").probability)
        1.0
        """
        if reading is not None:
            return readings.dataset(self.core, that, given, reading)
        return events.probability_dataset(self._sample, [] if that is None else that, given)

    @property
    def _sample(self) -> events.Sample:
        """The draws on which conditions are evaluated."""
        return events.sample_of(self.core)

    def convergence(self, target: str) -> xr.DataArray:
        """Return p5, p50 and p95 of a target from its first 64, 128, 256, ... draws, and from all.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.

        Returns
        -------
        xarray.DataArray
            Over `draws`, `quantile` and `figure` ("value", "mc_error"), in the target's unit.

        Raises
        ------
        InputError
            When the run does not have the row.

        Examples
        --------
        >>> run.convergence("energy").draws.values.tolist()
        [64, 128, 256, 512, 1024]
        """
        return sensitivity.convergence(self.core, target)
