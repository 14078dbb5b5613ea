"""The price of a chip on a day, predicted from dated quotes: see `prices`."""

from __future__ import annotations

from typing import ClassVar, Literal

from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import counted
from mcfrontier.distributions.curves import Distribution, log_normal
from mcfrontier.distributions.family import Truncatable, check_positive

Term = Literal["on demand", "1 year", "3 years", ""]

UNITS = {"chip": "USD/chip", "server": "USD/chip", "rent": "USD/chip/h"}  # of what is priced


class Price(Truncatable, kw_only=True, frozen=True, tag="price"):
    """The predictive distribution of one price of a chip on a day, in money of its year: of the `chip` alone, with its
    share of a `server`, or of its `rent` for a `term`, from the `market` or a `hyperscaler`. The seller is a new one,
    unless one of the quotes is named. `date` and `term` are by default those of the study. The other keys follow from
    the quotes: mean and standard deviation of the logarithm, numbers of quotes of the chip and on its basis, whether
    its class is known, and days after the last quote or, if negative, before the first."""

    texts: ClassVar[tuple[str, ...]] = ("chip", "date")

    chip: str
    what: Literal["chip", "server", "rent"]
    date: str = ""
    term: Term = ""
    tier: Literal["market", "hyperscaler", ""] = ""
    seller: str = ""
    mu: float | None = None
    sigma: float | None = None
    of_chip: int = 0
    of_basis: int = 0
    class_known: bool = True
    days_outside: int = 0

    @property
    def resolved(self) -> bool:
        return self.mu is not None and self.sigma is not None

    @property
    def basis(self) -> tuple[str, str]:
        """The basis of its quotes: term and tier of a rent, else what the price includes and the kind of quote."""
        if self.what == "rent":
            return self.term, self.tier or "market"
        return ("chip", "estimate") if self.what == "chip" else ("share of a server", "quote")

    def check(self) -> None:
        if self.sigma is not None:
            check_positive(self.sigma, "sigma")

    def check_keys(self) -> None:
        """Refuse keys of a rent on a price."""
        for key in ("term", "tier") if self.what != "rent" else ():
            if getattr(self, key):
                raise InputError(f'{key} = "{getattr(self, key)}" is that of a rent; delete it, or state what = "rent"')

    def untruncated(self) -> Distribution:
        if self.mu is None or self.sigma is None:
            raise InputError("has no price yet; add date = ..., or price_date = ... to the study")
        return log_normal(self.mu, self.sigma)

    def remark(self) -> str:
        one = f"one price of {self.seller}" if self.seller else "one more seller"
        if self.by:
            return f"{self.subject('each chip')} on its day, from dated quotes; {one}; log-normal"
        if self.of_chip:
            quotes = f"{counted(self.of_chip, 'quote')} of the chip, {self.of_basis:,} of its basis"
        else:
            level = "its class by rate and memory" if self.class_known else "the level of all chips"
            quotes = f"no quote of the chip: {level}; {counted(self.of_basis, 'quote')} of its basis"
        days = counted(abs(self.days_outside), "day")
        outside = f"; {days} {'after the last' if self.days_outside > 0 else 'before the first'} quote"
        end = f"{outside if self.days_outside else ''}; {one}; log-normal"
        return f"{self.subject(self.chip)} on {self.date}: {quotes}{end}"

    def subject(self, chip: str) -> str:
        """What is priced, as text."""
        if self.what == "rent":
            return f"rent of {chip}, {self.term}, {self.tier or 'market'},"
        return f"{chip} {'alone' if self.what == 'chip' else 'with its share of a server'}"
