"""Sensitivity of a target to its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcfrontier.api.base import RunBase
from mcfrontier.runs import sensitivity

if TYPE_CHECKING:
    import xarray as xr


class Sensitivity(RunBase):
    """The methods that attribute the uncertainty of a target to inputs."""

    def tornado(self, target: str) -> xr.DataArray:
        """Evaluate a target with one input at a time at its p5 and p95, the others at their medians.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.

        Returns
        -------
        xarray.DataArray
            Over `input` (the largest swing first; each row of a many-valued input separately) and `end` ("p5", "p95"),
            in the target's unit. Coordinates over `input`: `monotone`, whether the target is monotone from p5 to p95 of
            the input; `rank_correlation`, Spearman's over the draws. Attributes: `unit`, and `base`, the target with
            all inputs at their medians.

        Raises
        ------
        InputError
            When the run does not have the row.

        Examples
        --------
        >>> run.tornado("acquisition_cost").dims
        ('input', 'end')
        """
        return sensitivity.tornado(self.core, target)

    def conditional_tornado(self, target: str, bins: int = 10) -> xr.Dataset:
        """Summarise a target in bins of equal numbers of draws of each input, the other inputs as they were sampled.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.
        bins : int, default 10
            Number of bins, at least 2.

        Returns
        -------
        xarray.Dataset
            `mean`, `median` and `mean_error` over `input` (the largest range of means first) and `bin` (the lowest
            first), in the target's unit, from the first 16,384 draws. Attributes: `unit`, and `mean` and `median` of
            all these draws.

        Raises
        ------
        InputError
            When the run does not have the row, or `bins` is less than 2.

        Examples
        --------
        >>> run.conditional_tornado("energy", bins=4).sizes["bin"]
        4
        """
        return sensitivity.conditional_tornado(self.core, target, bins)

    def rank_correlation(self, one: str, other: str) -> float:
        """Return Spearman's rank correlation of two rows, over the first 16,384 draws.

        Parameters
        ----------
        one, other : str
            Quantities with one row, or rows such as ``price[A100]``.

        Returns
        -------
        float
            From -1 to 1; 0 where one of them does not vary.

        Raises
        ------
        InputError
            When the run does not have the row.

        Examples
        --------
        >>> round(run.rank_correlation("energy", "energy"), 6)
        1.0
        """
        return sensitivity.rank_correlation(self.core, one, other)

    def sobol(self, target: str, scale: str | None = None, points: int | None = None) -> xr.Dataset:
        """Estimate Sobol' indices of a target by a pick-freeze design with a surrogate (Saltelli et al. 2010).

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.
        scale : {"log", "raw"}, optional
            Scale of the target; by default "log" where all draws are positive.
        points : int, optional
            Number of points of each matrix of the design; by default a 64th of the draws, from 2,048 to 32,768, and
            fewer for studies with many rows.

        Returns
        -------
        xarray.Dataset
            `first` and `total` with `first_error` and `total_error`, shares of the variance over `input` (the largest
            total first; the rows of a many-valued input count as one input). They are those of the priors, whatever
            the evidence. Attributes `scale`, `sd`, `points`, `lost` and `warning`, the reason why the indices are not
            reliable ("" if they are).

        Raises
        ------
        InputError
            When inputs depend on each other (use `shapley`), whether there is a value depends on several together (use
            `first_order`), the run does not have the row, or the scale does not fit.

        Examples
        --------
        >>> sorted(run.sobol("acquisition_cost", points=64))
        ['first', 'first_error', 'total', 'total_error']
        """
        return sensitivity.sobol(self.core, target, scale, points)

    def shapley(self, target: str, scale: str | None = None, points: int | None = None) -> xr.DataArray:
        """Estimate the Shapley shares of a target's variance (Owen and Prieur 2017).

        They sum to 1 whether or not inputs depend on each other.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.
        scale : {"log", "raw"}, optional
            Scale of the target; by default "log" where all draws are positive.
        points : int, optional
            Number of points of each matrix of the design; by default as for `sobol`.

        Returns
        -------
        xarray.DataArray
            Shares over `input`, the largest first, with the coordinate `error`, their standard errors, and the
            attributes of `sobol`.

        Raises
        ------
        InputError
            When whether there is a value depends on several inputs together (use `first_order`), the run does not have
            the row, or the scale does not fit its draws.

        Examples
        --------
        >>> round(float(run.shapley("acquisition_cost", points=64).sum()), 6)
        1.0
        """
        return sensitivity.shapley(self.core, target, scale, points)

    def first_order(self, target: str, scale: str | None = None) -> xr.DataArray:
        """Estimate first-order Sobol' indices from given data (Plischke, Borgonovo and Smith 2013).

        The draws of the run are used; the graph is not evaluated again.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.
        scale : {"log", "raw"}, optional
            Scale of the target; by default "log" where all draws are positive.

        Returns
        -------
        xarray.DataArray
            Indices over `input` (the largest first; each row of a many-valued input separately) with the coordinate
            `error`, from the first 131,072 draws, or from all draws where they are counted in bins. Attributes `scale`
            and `draws`.

        Raises
        ------
        InputError
            When the run does not have the row, or the scale does not fit its draws.

        Examples
        --------
        >>> run.first_order("energy").attrs["scale"]
        'log'
        """
        return sensitivity.first_order(self.core, target, scale)

    def regression(self, target: str) -> xr.DataArray:
        """Return standardised rank regression coefficients of a target, over the first 16,384 draws.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.

        Returns
        -------
        xarray.DataArray
            Coefficients over `input` (the largest in size first; each row of a many-valued input separately) with the
            coordinate `error`. Attributes: `r2`, the share of the variance of ranks that the inputs explain, and
            `r2_error`.

        Raises
        ------
        InputError
            When the run does not have the row, or too few draws for the number of inputs.

        Examples
        --------
        >>> 0.8 < run.regression("energy").attrs["r2"] <= 1
        True
        """
        return sensitivity.regression(self.core, target)
