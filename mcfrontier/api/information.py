"""Value of information: evidence, the decision of a study, expected interval reduction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcfrontier.api.base import RunBase
from mcfrontier.runs import sensitivity

if TYPE_CHECKING:
    import xarray as xr


class Information(RunBase):
    """The methods on evidence and on the value of information."""

    @property
    def evidence(self) -> xr.Dataset:
        """The change of targets and inputs by the evidence of the study.

        Returns
        -------
        xarray.Dataset
            `before` and `after` over `quantity` (rows of targets and uncertain inputs) and `quantile` (0.05, 0.5,
            0.95), in the unit of each (coordinate `unit`); `moved`, the shift of the median in half-widths of the 90 %
            interval before. Attribute `effective_sample_size`, in draws.

        Raises
        ------
        InputError
            When the study states no evidence.

        Examples
        --------
        >>> sorted(mcf.run("deepseek-v3-given", draws=2**14).evidence)
        ['after', 'before', 'moved']
        """
        return sensitivity.evidence(self.core)

    def decision(self) -> xr.Dataset:
        """Return the decision of the study, and the value of information for it.

        Returns
        -------
        xarray.Dataset
            `right`, the probability that acting pays; `payoff`, the expected payoff of acting; `evpi`, the expected
            value of perfect information; `evppi` over `input`, that of partial perfect information (one input known
            exactly). Each over `figure` ("value", "mc_error"). Attributes: `quantity`, `act` and `threshold` as
            stated; `best`, "act" or "do not act"; `unit`, that of payoffs ("" where the file states gain and loss).

        Raises
        ------
        InputError
            When the study states no decision, or this run does not evaluate its quantity.

        Examples
        --------
        >>> priors = {"targets": ["x"], "decision": {"quantity": "x", "act": "above", "threshold": 0, "unit": "USD"}}
        >>> priors["inputs"] = {"x": {"family": "normal", "mean": 1, "sd": 1, "unit": "USD", "source": "an example"}}
        >>> mcf.run(priors, draws=64).decision().attrs["best"]
        'act'
        """
        return sensitivity.decision(self.core)

    def interval_reduction(self, target: str) -> xr.Dataset:
        """Return the expected reduction of the 90 % interval of a target by more knowledge of each input.

        Parameters
        ----------
        target : str
            A quantity with one row, or a row such as ``price[A100]``.

        Returns
        -------
        xarray.Dataset
            Shares of the width of the interval: `exactly` (the input known exactly) and `half` (known to half its
            width: the standard deviation of its normal score halved), over `input` (the largest first) and `figure`
            ("value", "mc_error"), from the first 16,384 draws. Attributes: `target`, and `scale`, "log" where the
            target is positive, else "raw".

        Raises
        ------
        InputError
            When the run does not have the row.

        Examples
        --------
        >>> sorted(run.interval_reduction("energy"))
        ['exactly', 'half']
        """
        return sensitivity.interval_reduction(self.core, target)
